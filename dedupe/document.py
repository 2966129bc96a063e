"""What goes into the desk and what comes out.

What has nothing but texts and numbers in it cannot be part of a cycle, and is kept from the
garbage collector (``gc=False``): its passes would else be a tenth of placing a copy.
"""

from typing import Literal

import msgspec


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One article as the desk sees it.

    ``id`` is the caller's stable id. ``at`` is when it was published (or else first seen), epoch
    seconds UTC; it is the desk's only clock. ``text`` is the full text or, lacking that, the
    summary; it may be empty. ``source`` is the feed, ``outlet`` the publisher.
    """

    id: str
    title: str
    text: str = ""
    language: str = ""
    source: str = ""
    outlet: str = ""
    credit: str = ""
    at: float


CopyMethod = Literal["first", "minhash", "containment", "title", "person"]


class CopyEvidence(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Why a document is (or is not) a copy. ``similarity`` in 0..1, against ``threshold``."""

    method: CopyMethod
    matched: str = ""
    similarity: float = 0.0
    containment: float = 0.0
    shared_shingles: int = 0
    threshold: float = 0.0


class CopyPlacement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The copy group of a document; the group's id is minted from its first document."""

    group: str
    evidence: CopyEvidence


StoryMethod = Literal["first", "copy", "terms", "person"]


class StoryEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """Why a document joined a story: the features, the probability, the heaviest shared terms."""

    method: StoryMethod
    probability: float = 0.0
    threshold: float = 0.0
    matched: str = ""
    terms: tuple[str, ...] = ()
    features: dict[str, float] = {}


class StoryPlacement(msgspec.Struct, frozen=True, kw_only=True):
    """The story of a document; the story's id is minted once and lives for ever."""

    story: str
    evidence: StoryEvidence


class StoryMerged(msgspec.Struct, frozen=True, kw_only=True, tag="merged"):
    """Two stories turned out to be one: all of ``gone`` is now in ``kept``."""

    kept: str
    gone: str
    evidence: StoryEvidence


class StorySplit(msgspec.Struct, frozen=True, kw_only=True, tag="split"):
    """A story turned out to be two: ``moved`` (document ids) now belong to ``new``."""

    story: str
    new: str
    moved: tuple[str, ...]
    evidence: StoryEvidence


StoryChange = StoryMerged | StorySplit


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """Where the desk put a document, and what changed around it meanwhile, in order.

    ``story.story`` is valid after all ``changes`` have been applied.
    """

    document: str
    copy: CopyPlacement
    story: StoryPlacement
    changes: tuple[StoryChange, ...] = ()
