"""What stands in a sitemap, as it stands there."""

import msgspec


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One ``url`` of a sitemap; empty strings where it says nothing, dates as written.

    ``news`` says that the outlet calls it news (the news extension), whose ``title``,
    ``published``, ``outlet``, ``language`` and ``keywords`` follow.
    """

    location: str
    modified: str = ""
    news: bool = False
    title: str = ""
    published: str = ""
    outlet: str = ""
    language: str = ""
    keywords: str = ""


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """One ``sitemap`` of an index."""

    location: str
    modified: str = ""


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """A sitemap or an index, in document order. ``problem`` says what was not well-formed."""

    entries: tuple[Entry, ...] = ()
    branches: tuple[Branch, ...] = ()
    problem: str = ""
