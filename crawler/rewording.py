"""A known article under the new words of its feed, when its page cannot be had."""

import msgspec

from crawler.article import Article
from crawler.identity import content_hash


def reworded(held: Article, now: Article) -> Article:
    """``held`` as its feed puts it ``now``: a headline corrected or withdrawn must not wait.

    The text, and all that only the page told, stay; the note says why the page is not read anew.
    """
    title = now.title or held.title
    summary = now.summary or held.summary
    return msgspec.structs.replace(
        held,
        title=title,
        summary=summary,
        byline=now.byline or held.byline,
        url=now.url,
        link=now.link,
        guid=now.guid,
        updated=now.updated or held.updated,
        first_seen=now.first_seen,
        status=now.status,
        embargo_until=now.embargo_until,
        wording=now.wording,
        raw_digest=now.raw_digest,
        content_hash=content_hash(title, held.text or summary),
        extraction=msgspec.structs.replace(
            held.extraction, note=now.extraction.note, page=now.extraction.page
        ),
    )
