"""What crawling yields: the article, with where each fact about it comes from."""

from typing import Literal

import msgspec

DateOrigin = Literal["feed", "jsonld", "html", "url", "http", "import", "unknown"]
ArticleStatus = Literal["usable", "embargoed", "corrected", "cancelled"]
TextOrigin = Literal["page", "feed", "summary", "import", "none"]
PageFate = Literal["", "missed", "put-off"]


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote it really: the agency or outlet named, its wording and where it was found."""

    agency: str
    wording: str
    found_in: Literal["dateline", "byline", "text", "source", "jsonld", "canonical", "import"]


class Extraction(msgspec.Struct, frozen=True, kw_only=True):
    """How the text was won. ``quality`` is in 0..1; 0 when there is no text.

    ``page`` says that the article's page is still wanted: it was asked for in vain ("missed"), or
    there were too many at once ("put-off").
    """

    method: str
    quality: float
    origin: TextOrigin
    note: str = ""
    page: PageFate = ""


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One article as one source shows it. Times are epoch seconds, UTC; languages BCP 47.

    ``wording`` is a digest of the words that its feed gives it, whatever its page says, and
    ``raw_digest`` one of all that the feed gives, markup and addresses included.
    """

    source: str
    title: str
    url: str = ""
    guid: str = ""
    canonical_url: str = ""
    link: str = ""
    content_hash: str = ""
    outlet: str = ""
    country: str = ""
    byline: str = ""
    summary: str = ""
    text: str = ""
    language: str = ""
    language_confidence: float = 0.0
    published: float | None = None
    published_origin: DateOrigin = "unknown"
    published_confidence: float = 0.0
    updated: float | None = None
    first_seen: float
    media: tuple[str, ...] = ()
    section: str = ""
    keywords: tuple[str, ...] = ()
    rights: str = ""
    credit: Credit | None = None
    status: ArticleStatus = "usable"
    embargo_until: float | None = None
    extraction: Extraction
    raw_digest: str = ""
    wording: str = ""
