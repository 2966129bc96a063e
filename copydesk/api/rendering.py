"""Turn what the record and the engine hold into the API's answers."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from copydesk.api.answers import (
    ArticleItem,
    ArticleWhole,
    CopyGroupItem,
    CopyWhy,
    CreditItem,
    Evidence,
    SourceHealthItem,
    SourceItem,
    SourceState,
    StoryEventItem,
    StoryItem,
    StoryWhole,
    StoryWhy,
)
from copydesk.api.found import FoundArticle, FoundStory, Print, Segment
from copydesk.api.overruling import overrule_item
from copydesk.api.story_life import life_item
from copydesk.api.times import maybe_moment, moment
from copydesk.api.words import copy_words, story_words
from copydesk.record.overruling import Asked
from copydesk.record.reading import ArticleDetail, ArticleRow, SourceRow, StoryDetail, StoryRow
from copydesk.record.reading_health import SourceHealth
from copydesk.story_life import StoryLife
from copydesk.story_state import state_of
from indexer.documents import ArticleDocument
from indexer.engines.protocol import Hit

_TIMES = frozenset({
    "published", "first_seen", "at", "first_report", "last_report", "since", "last_fetch",
    "last_new_item",
})  # fmt: skip
_WELL = frozenset({"ok", "not-modified", "unchanged", "moved", "empty"})


def article_item(row: ArticleRow) -> ArticleItem:
    """One article."""
    copy, story = row.copy_evidence, row.story_evidence
    return ArticleItem(
        **_same(row, ArticleItem),
        evidence=Evidence(
            copy_group=CopyWhy(**msgspec.structs.asdict(copy), in_words=copy_words(copy)),
            story=StoryWhy(**msgspec.structs.asdict(story), in_words=story_words(story)),
        ),
    )


def article_whole(detail: ArticleDetail) -> ArticleWhole:
    """One article with its text."""
    body = detail.body
    return ArticleWhole(
        article=article_item(detail.row),
        text=body.text,
        text_origin=body.extraction.origin,
        extraction_method=body.extraction.method,
        extraction_quality=body.extraction.quality,
        extraction_note=body.extraction.note,
        canonical_url=body.canonical_url,
        published_origin=body.published_origin,
        published_confidence=body.published_confidence,
        language_confidence=body.language_confidence,
        section=body.section,
        keywords=body.keywords,
        media=body.media,
        rights=body.rights,
        credit=CreditItem(**msgspec.structs.asdict(body.credit)) if body.credit else None,
    )


def story_item(row: StoryRow, *, now: float) -> StoryItem:
    """One story, as firm as it stands ``now``."""
    return StoryItem(**_same(row, StoryItem), state=state_of(row, now=now))


def story_whole(
    detail: StoryDetail, life: StoryLife, word: Sequence[Asked], *, now: float
) -> StoryWhole:
    """One story with its articles by copy group, and what people decided about it."""
    return StoryWhole(
        story=story_item(detail.story, now=now),
        life=life_item(life),
        overrules=tuple(overrule_item(asked) for asked in word),
        copy_groups=tuple(
            CopyGroupItem(
                id=group.id,
                first_article=group.first_article,
                size=group.size,
                articles=tuple(article_item(row) for row in group.articles),
            )
            for group in detail.groups
        ),
        left_out=detail.left_out,
        history=tuple(
            StoryEventItem(at=moment(event.at), event=event.event, other=event.other)
            for event in detail.history
        ),
    )


def source_item(row: SourceRow) -> SourceItem:
    """One source with its state in a word."""
    fields = SourceItem.__struct_fields__
    return SourceItem(
        **{
            name: getattr(row, name)
            for name in fields
            if name not in ("state", "due", "error") and not name.startswith("last_")
        },
        state=source_state(row),
        due=moment(row.due) if row.due > 0 and not (row.paused or row.retired) else None,
        last_fetch=maybe_moment(row.last_fetch),
        last_success=maybe_moment(row.last_success),
        last_new_item=maybe_moment(row.last_new_item),
        last_outcome=row.last_outcome,
        error=row.last_error,
    )


def source_health_item(row: SourceHealth) -> SourceHealthItem:
    """How one source fares."""
    return SourceHealthItem(**_same(row, SourceHealthItem))


def source_state(row: SourceRow) -> SourceState:
    """How a source fares: retired, paused, new, failing or well."""
    if row.retired:
        return "retired"
    if row.paused:
        return "paused"
    if not row.last_outcome:
        return "new"
    return "well" if row.last_outcome in _WELL else "failing"


def found_item(
    hit: Hit, others: Sequence[Hit], marked: Mapping[str, str]
) -> FoundArticle | FoundStory:
    """One thing that a search found, and the others found that print its text.

    ``marked`` says how the headlines of stories stand, where not as ``usable``.
    """
    shown: dict[str, Any] = {
        "score": hit.score,
        "excerpts": tuple(segments(excerpt) for excerpt in hit.highlights),
    }
    if isinstance(hit.document, ArticleDocument):
        folded = tuple(Print(**_same(each.document, Print)) for each in others)
        return FoundArticle(**_same(hit.document, FoundArticle), **shown, folded=folded)
    status = marked.get(hit.document.id, "usable")
    return FoundStory(**_same(hit.document, FoundStory), **shown, headline_status=status)


def segments(marked: str) -> tuple[Segment, ...]:
    """An excerpt with hits between U+0002 and U+0003, cut into its pieces."""
    pieces: list[Segment] = []
    for index, part in enumerate(marked.split("\x02")):
        hit, closed, rest = part.partition("\x03")
        if index == 0 or not closed:
            hit, rest = "", part
        pieces += [Segment(text=hit, hit=True), Segment(text=rest, hit=False)]
    return tuple(piece for piece in pieces if piece.text)


def _same(row: msgspec.Struct, kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The fields that both have, times as datetimes."""
    return {
        name: maybe_moment(getattr(row, name)) if name in _TIMES else getattr(row, name)
        for name in kind.__struct_fields__
        if name in row.__struct_fields__
    }
