"""What the engine holds: articles and stories, flat and ready to be shown."""

import msgspec


class ArticleDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One article in the index. Times are epoch seconds, UTC.

    ``reprint`` is 1 when its text was first printed by another article of its copy group, else 0;
    ``similarity`` to the text that it was matched with, 0..1, where it was matched with one.
    """

    id: str
    guid: str = ""
    url: str = ""
    source: str = ""
    outlet: str = ""
    country: str = ""
    title: str = ""
    byline: str = ""
    summary: str = ""
    text: str = ""
    language: str = ""
    section: str = ""
    keywords: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    credit: str = ""
    status: str = "usable"
    published: float | None = None
    first_seen: float
    copy_group: str = ""
    copies: int = 1
    reprint: int = 0
    similarity: float | None = None
    story: str = ""


class StoryDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One story in the index; ``articles`` counts reports, ``copy_groups`` distinct texts.

    ``velocity`` is reports an hour, over the three hours that end with the last report.
    """

    id: str
    headline: str = ""
    summary: str = ""
    first_report: float
    last_report: float
    articles: int = 1
    copy_groups: int = 1
    velocity: float = 0.0
    outlets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
