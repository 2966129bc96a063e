"""An article from what feed and page say: which of the two is believed on what."""

import msgspec

from crawler import dates, identity, language
from crawler.article import Article, ArticleStatus, Credit, Extraction
from crawler.credit import credit_of_site, find_credit
from crawler.feeds.model import FeedItem
from crawler.job import FeedJob
from crawler.pages.model import Page
from crawler.pages.quality import quality, word_count
from crawler.plaintext import paragraphs

# A summary is not a text: below this many words an item's content counts as its summary.
_LEAST_TEXT_WORDS = 80
# The page's text displaces the feed's when it is at least this near in quality: the page is what
# readers see, and it is the later version.
_PAGE_BONUS = 0.05
_MAX_SUMMARY = 2000
_RENDERED_SECONDS = 3600.0


def from_feed(job: FeedJob, item: FeedItem, *, now: float) -> Article:
    """The article as the feed alone knows it; ``now`` (epoch seconds) is when it was first seen."""
    content = paragraphs(item.content) if item.content else ""
    has_text = word_count(content) >= _LEAST_TEXT_WORDS
    text = item.text or (content if has_text else "")
    summary = _shortened(item.summary or content)
    spoken, confidence = language.detect(
        f"{item.title}\n{text or summary}", hint=item.language or job.language
    )
    date = dates.fuse(_feed_claims(item), now=now)
    title = item.title or _first_sentence(text or summary)
    byline = ", ".join(item.authors)
    held = item.status == "embargoed" and not _is_over(item.embargo_until, now)
    status: ArticleStatus = "usable" if item.status == "embargoed" and not held else item.status
    return Article(
        source=job.source,
        title=title,
        url=item.link or item.shared_link,
        guid=item.guid,
        link=item.link,
        content_hash=identity.content_hash(title, text or summary),
        outlet=job.outlet,
        country=job.country,
        byline=byline,
        summary=summary,
        text=text,
        language=spoken,
        language_confidence=confidence,
        published=date.at,
        published_origin=date.origin,
        published_confidence=date.confidence,
        updated=_past(item.updated, now),
        first_seen=now,
        media=item.media,
        section=_section(item),
        keywords=item.categories,
        rights=item.rights,
        credit=find_credit(
            text=text or summary, byline=byline, source=item.source_title, outlet=job.outlet
        ),
        status=status,
        embargo_until=item.embargo_until if held else None,
        extraction=Extraction(
            method="wire"
            if item.text
            else "feed-content"
            if text
            else "feed-summary"
            if summary
            else "none",
            quality=quality(text),
            origin="feed" if text else "summary" if summary else "none",
        ),
        raw_digest=item.raw_digest,
        wording=identity.wording(title, f"{summary}\n{text}{_mark(item)}"),
    )


def with_page(
    article: Article, page: Page, *, now: float, modified: str = "", address: str = ""
) -> Article:
    """The article after its page was read; ``modified`` is the page's ``Last-Modified``.

    ``address`` is where the page was found in the end: a feed's link may lead there by way of
    another site that counts clicks.

    The better text wins; a page behind a wall gives metadata only, and its ``note`` is kept. Title
    and byline stay the feed's where it has them, since a page's may be a template's.
    """
    metadata = not page.note or page.note in {"paywall", "teaser"}
    if not metadata:
        return msgspec.structs.replace(
            article, extraction=msgspec.structs.replace(article.extraction, note=page.note)
        )
    takes_page = (
        bool(page.text)
        and not page.note
        and (page.quality + _PAGE_BONUS >= article.extraction.quality)
    )
    text = page.text if takes_page else article.text
    title = article.title or page.title
    spoken, confidence = language.detect(
        f"{title}\n{text or article.summary}", hint=article.language or page.language
    )
    claims = [*_known_claims(article), *_page_claims(page), *_server_claims(modified, now)]
    date = dates.fuse(claims, now=now)
    byline = article.byline or page.byline
    # What stands before a paywall says more than most summaries do.
    visible = page.text if page.note else page.description or page.text
    summary = (
        max(article.summary, _shortened(visible), key=len)
        if page.note
        else (article.summary or _shortened(visible))
    )
    canonical = identity.page_canonical(
        article.link, address or article.link, page.canonical_url, walled=bool(page.note)
    )
    return msgspec.structs.replace(
        article,
        title=title,
        text=text,
        summary=summary,
        byline=byline,
        canonical_url=canonical,
        content_hash=identity.content_hash(title, text or summary),
        language=spoken,
        language_confidence=confidence,
        published=date.at,
        published_origin=date.origin,
        published_confidence=date.confidence,
        updated=_past(page.updated, now) or article.updated,
        media=tuple(dict.fromkeys((*article.media, *page.media))),
        section=page.section or article.section,
        keywords=article.keywords or page.keywords,
        credit=_page_credit(article, page, text=text or summary, byline=byline, address=address),
        extraction=Extraction(
            method=page.method if takes_page else article.extraction.method,
            quality=page.quality if takes_page else article.extraction.quality,
            origin="page" if takes_page else article.extraction.origin,
            note=page.note,
        ),
    )


def _page_credit(
    article: Article, page: Page, *, text: str, byline: str, address: str
) -> Credit | None:
    if article.credit is not None and article.credit.found_in == "source":
        return article.credit
    found = find_credit(
        text=text, byline=byline, provider=page.credit_source, outlet=article.outlet
    )
    return found or article.credit or _canonical_credit(article, page, address)


def _canonical_credit(article: Article, page: Page, address: str) -> Credit | None:
    """A canonical address on another site than the page's own names whose article this is."""
    claimed = page.canonical_url
    own = {identity.site_of(article.url), identity.site_of(address)}
    if not identity.names_an_article(claimed) or identity.site_of(claimed) in own:
        return None
    return credit_of_site(claimed, outlet=article.outlet)


def _feed_claims(item: FeedItem) -> list[dates.DateEvidence]:
    claims = []
    if item.published is not None:
        stamp = dates.Stamp(item.published, item.published_precise, zoned=True)
        claims.append(dates.evidence(stamp, "feed"))
    if from_link := dates.from_url(item.link):
        claims.append(from_link)
    return claims


def _known_claims(article: Article) -> list[dates.DateEvidence]:
    if article.published is None:
        return []
    return [
        dates.DateEvidence(
            at=article.published,
            origin=article.published_origin,
            weight=article.published_confidence,
            precise=article.published % 86400 != 0,
        )
    ]


def _page_claims(page: Page) -> list[dates.DateEvidence]:
    if page.published is None:
        return []
    return [
        dates.DateEvidence(
            at=page.published,
            origin=page.published_origin,
            weight=page.published_confidence,
            precise=page.published % 86400 != 0,
        )
    ]


def _server_claims(modified: str, now: float) -> list[dates.DateEvidence]:
    stamp = dates.parse_date(modified)
    # A page that is made at each request was "modified" just now, which says nothing.
    if stamp is None or stamp.at > now - _RENDERED_SECONDS:
        return []
    return [dates.evidence(stamp, "http")]


def _section(item: FeedItem) -> str:
    if item.section is not None:
        return item.section
    return item.categories[0] if len(item.categories) == 1 else ""


def _is_over(embargo_until: float | None, now: float) -> bool:
    return embargo_until is not None and embargo_until <= now


def _mark(item: FeedItem) -> str:
    """What makes the same words other news: that they are held, corrected or taken back."""
    if item.status == "usable":
        return ""
    return f"\n{item.status} {item.embargo_until or ''}"


def _past(moment: float | None, now: float) -> float | None:
    return None if moment is None else min(moment, now)


def _shortened(text: str) -> str:
    if len(text) <= _MAX_SUMMARY:
        return text
    cut = text[:_MAX_SUMMARY]
    return cut[: cut.rfind(" ")].rstrip() + "…" if " " in cut else cut


def _first_sentence(text: str) -> str:
    first = text.split("\n", 1)[0]
    return first if len(first) <= 140 else first[:139].rsplit(" ", 1)[0] + "…"
