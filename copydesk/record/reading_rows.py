"""What reading the record yields and takes: frozen structs. Times are epoch seconds, UTC."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from crawler.article import Article
from dedupe.document import CopyEvidence, StoryEvidence

StoryOrder = Literal["newest", "biggest"]
# What a column can be asked for: positions come back from strangers.
Counted = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class ArticleFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which articles; an empty field asks nothing. ``since <= at < until``.

    ``language`` also finds its regional forms: ``pt`` finds ``pt-BR``.
    """

    outlet: str = ""
    source: str = ""
    language: str = ""
    country: str = ""
    story: str = ""
    copy_group: str = ""
    since: float | None = None
    until: float | None = None


class StoryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which stories: those with a report at ``since`` or later and one before ``until``.

    ``outlet`` and ``language`` ask that at least one report has them; ``min_articles`` and
    ``min_outlets`` count reports and distinct outlets.
    """

    language: str = ""
    outlet: str = ""
    min_articles: int = 0
    min_outlets: int = 0
    since: float | None = None
    until: float | None = None
    order: StoryOrder = "newest"


class ArticlePosition(msgspec.Struct, frozen=True, kw_only=True):
    """After which article a page goes on; ``number`` is the last one that the walk includes."""

    at: float
    id: str
    number: Counted


class StoryPosition(msgspec.Struct, frozen=True, kw_only=True):
    """After which story a page goes on, and the state of the record that the walk describes.

    ``articles`` and ``last_report`` are those of the story at log position ``seq``, when
    ``number`` was the last article.
    """

    articles: Counted
    last_report: float
    id: str
    seq: Counted
    number: Counted


class ArticleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One article without its text; ``at`` is when it was published or else first seen."""

    id: str
    source: str
    guid: str
    url: str
    outlet: str
    country: str
    title: str
    byline: str
    summary: str
    language: str
    credit: str
    status: str
    published: float | None
    first_seen: float
    at: float
    revision: int
    copy_group: str
    story: str
    copy_evidence: CopyEvidence
    story_evidence: StoryEvidence


class ArticleDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One article with everything that crawling yielded."""

    row: ArticleRow
    body: Article


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """What an article said before, ``until`` the next wording came; ``characters`` of text.

    The title of one that cannot be read says so.
    """

    revision: int
    title: str
    language: str
    status: str
    characters: int
    until: float


class ArticlePage(msgspec.Struct, frozen=True, kw_only=True):
    """Articles, newest first; ``next`` is None on the last page."""

    items: tuple[ArticleRow, ...]
    next: ArticlePosition | None


class StoryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One story; ``articles`` counts reports, ``copy_groups`` distinct texts.

    ``headline_status`` is that of the report whose headline it has.
    """

    id: str
    headline: str
    headline_status: str
    headline_article: str
    summary: str
    first_report: float
    last_report: float
    articles: int
    copy_groups: int
    outlets: tuple[str, ...]
    languages: tuple[str, ...]
    countries: tuple[str, ...]
    terms: tuple[str, ...]
    created: float
    pinned: int


class StoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Stories in the order asked for; ``next`` is None on the last page."""

    items: tuple[StoryRow, ...]
    next: StoryPosition | None


class CopyGroup(msgspec.Struct, frozen=True, kw_only=True):
    """One text and its copies, in time order. ``size`` counts all, even those left out here."""

    id: str
    first_article: str
    size: int
    articles: tuple[ArticleRow, ...]


class StoryEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A story merged with or split from ``other``."""

    at: float
    event: str
    other: str
    evidence: StoryEvidence


class StoryDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One story with its reports by copy group, the groups by their first report shown.

    ``left_out`` counts the older reports that are not shown because there are too many, ``newer``
    those that are newer. ``older_page`` and ``newer_page`` are the nearest of them, "" without any.
    """

    story: StoryRow
    groups: tuple[CopyGroup, ...]
    left_out: int
    history: tuple[StoryEvent, ...]
    newer: int = 0
    older_page: str = ""
    newer_page: str = ""


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One source and how fetching it goes. ``due`` is 0 when it was never scheduled."""

    id: str
    url: str
    kind: str
    outlet: str
    country: str
    language: str
    fetch_pages: str
    origin: str
    paused: bool
    added_at: float
    due: float
    due_reason: str
    interval: float
    failures: int
    last_fetch: float | None
    last_success: float | None
    last_new_item: float | None
    last_outcome: str
    last_error: str
    retired: bool


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How much there is. ``outcomes`` counts active sources by the outcome of their last fetch."""

    articles: int
    stories: int
    copy_groups: int
    inbox: int
    dead_letters: int
    sources: int
    outcomes: dict[str, int]
    log_head: int
