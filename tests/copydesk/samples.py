"""Articles and placements made by hand."""

from copydesk.record.inbox import Waiting
from copydesk.record.placing import Placed
from crawler.article import Article, Extraction
from crawler.identity import content_hash
from dedupe.document import (
    CopyEvidence,
    CopyPlacement,
    Placement,
    StoryChange,
    StoryEvidence,
    StoryPlacement,
)

NOON = 1_685_448_000.0


def article(
    guid: str,
    *,
    title: str = "Ferry runs aground off Holm",
    text: str = "",
    source: str = "wire",
    outlet: str = "Wire",
    language: str = "en",
    at: float = NOON,
    url: str = "",
) -> Article:
    """An article as a crawl would yield it."""
    hashed = content_hash(title, text)
    return Article(
        source=source,
        guid=guid,
        url=url or f"https://news.example/{source}/2023/{guid}.html",
        link=url or f"https://news.example/{source}/2023/{guid}.html",
        title=title,
        text=text,
        outlet=outlet,
        language=language,
        published=at,
        published_origin="feed",
        first_seen=at + 60,
        content_hash=hashed,
        raw_digest=hashed,
        extraction=Extraction(method="test", quality=1.0, origin="page"),
    )


def placed(
    seq: int,
    id_: str,
    one: Article,
    *,
    group: str,
    story: str,
    changes: tuple[StoryChange, ...] = (),
    copy_of: str = "",
) -> Placed:
    """A placement as the desk would decide it."""
    return Placed(
        waiting=Waiting(seq=seq, id=id_, received=one.first_seen, article=one),
        at=one.published or one.first_seen,
        placement=Placement(
            document=id_,
            copy=CopyPlacement(
                group=group,
                evidence=CopyEvidence(method="minhash" if copy_of else "first", matched=copy_of),
            ),
            story=StoryPlacement(story=story, evidence=StoryEvidence(method="first")),
            changes=changes,
        ),
    )
