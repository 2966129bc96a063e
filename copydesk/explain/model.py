"""What an explanation says. Times are datetimes in UTC."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from copydesk.api.answers import CopyWhy, CreditItem, StoryWhy
from copydesk.api.overruling import OverruleItem

Standing = Literal[
    "placed", "waiting", "failed", "deleted", "merged", "empty", "not seen", "unknown"
]
IndexStanding = Literal["current", "behind", "differs", "missing", "refused", "unreachable"]


class FetchLife(msgspec.Struct, frozen=True, kw_only=True):
    """One fetch of a source."""

    at: datetime
    outcome: str
    status: int
    items: int
    new_items: int
    error: str


class SourceLife(msgspec.Struct, frozen=True, kw_only=True):
    """A source and its last fetches, the newest first."""

    id: str
    outlet: str
    url: str
    state: Annotated[str, Meta(description="new, well, failing, paused or retired.")]
    due: datetime | None
    due_reason: str
    fetches: tuple[FetchLife, ...]


class RevisionLife(msgspec.Struct, frozen=True, kw_only=True):
    """One wording of an article; ``replaced`` is null for the present one."""

    revision: int
    title: str
    characters: Annotated[int, Meta(description="Length of its text.")]
    replaced: datetime | None


class ExtractionLife(msgspec.Struct, frozen=True, kw_only=True):
    """How text, dates and language were won."""

    text_origin: str
    method: str
    quality: float
    note: str
    published: datetime | None
    published_origin: str
    published_confidence: float
    language: str
    language_confidence: float


class CopyLife(msgspec.Struct, frozen=True, kw_only=True):
    """The copy group of an article, and why."""

    group: str
    size: int
    first_article: str
    why: CopyWhy


class StoryLife(msgspec.Struct, frozen=True, kw_only=True):
    """The story of an article, and why."""

    story: str
    headline: str
    headline_status: str
    why: StoryWhy


class EventLife(msgspec.Struct, frozen=True, kw_only=True):
    """A merge or a split in a story's past, with the probability that brought it about."""

    at: datetime
    event: str
    other: str
    method: str
    probability: float


class IndexLife(msgspec.Struct, frozen=True, kw_only=True):
    """Whether search shows the present state."""

    state: IndexStanding
    changed: Annotated[int, Meta(description="Its last position in the change log.")]
    position: Annotated[int, Meta(description="How far the engine has read the log.")]
    in_words: str


class LetterLife(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter about it."""

    number: int
    at: datetime
    stage: str
    reason: str


class ArticleLife(msgspec.Struct, frozen=True, kw_only=True):
    """An article from the fetch that brought it to the index."""

    id: str
    title: str
    url: str
    outlet: str
    status: str
    embargo_until: datetime | None
    first_seen: datetime
    placed: datetime
    keys: Annotated[tuple[str, ...], Meta(description="What tells it when it comes again.")]
    source: SourceLife | None
    fetch: Annotated[FetchLife | None, Meta(description="The fetch that brought it, if kept.")]
    extraction: ExtractionLife
    credit: CreditItem | None
    revisions: tuple[RevisionLife, ...]
    copy_group: CopyLife
    story: StoryLife
    index: IndexLife


class WholeStoryLife(msgspec.Struct, frozen=True, kw_only=True):
    """A story from its first report to the index."""

    id: str
    headline: str
    headline_status: str
    articles: int
    copy_groups: int
    outlets: int
    first_report: datetime
    last_report: datetime
    created: datetime
    history: tuple[EventLife, ...]
    index: IndexLife


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: a standing, the same in words, and all that is known."""

    of: str
    standing: Standing
    in_words: Annotated[
        tuple[str, ...], Meta(description="The answer as sentences, the most important first.")
    ]
    article: ArticleLife | None = None
    story: WholeStoryLife | None = None
    also: Annotated[
        tuple[str, ...], Meta(description="Other articles that the same words could mean.")
    ] = ()
    overrules: Annotated[
        tuple[OverruleItem, ...], Meta(description="What people decided about it, in order.")
    ] = ()
    letters: tuple[LetterLife, ...] = ()
    sources: Annotated[
        tuple[SourceLife, ...], Meta(description="Sources that could have brought it.")
    ] = ()
