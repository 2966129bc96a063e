"""Gather the lives of articles, stories and sources from the record and the engine."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from copydesk.api.answers import CopyWhy, CreditItem, StoryWhy
from copydesk.api.rendering import source_state
from copydesk.api.times import maybe_moment, moment
from copydesk.api.words import copy_words, story_words
from copydesk.errors import DamagedError
from copydesk.explain.index import index_life
from copydesk.explain.model import (
    ArticleLife,
    CopyLife,
    EventLife,
    ExtractionLife,
    FetchLife,
    RevisionLife,
    SourceLife,
    StoryLife,
    WholeStoryLife,
)
from copydesk.record.reading_articles import (
    article_detail,
    articles_by_id,
    earlier_wordings,
    what_a_row_says,
)
from copydesk.record.reading_health import Fetch, fetch_that_brought, last_fetches
from copydesk.record.reading_rows import ArticleDetail, ArticleRow
from copydesk.record.reading_sources import one_source
from copydesk.record.reading_stories import stories_by_id, story_history_of
from copydesk.record.schema import article_keys, articles, copy_groups, stories
from indexer.engines.protocol import Reader

_FETCHES = 5


def article_life(connection: Connection, engine: Reader, id_: str) -> ArticleLife | None:
    """Everything about an article of the record; None when it has no place there."""
    try:
        detail = article_detail(connection, id_)
    except DamagedError as error:
        row = articles_by_id(connection, [id_])[id_]
        detail = ArticleDetail(row=row, body=what_a_row_says(connection, id_, error))
    if detail is None:
        return None
    row, body = detail.row, detail.body
    brought = fetch_that_brought(connection, row.source, seen=row.first_seen)
    columns = select(articles.c.placed, articles.c.changed).where(articles.c.id == id_)
    placed, changed = connection.execute(columns).one()
    keys = select(article_keys.c.key).where(article_keys.c.article == id_)
    return ArticleLife(
        id=id_,
        title=row.title,
        url=row.url,
        outlet=row.outlet,
        status=row.status,
        embargo_until=maybe_moment(body.embargo_until),
        first_seen=moment(row.first_seen),
        placed=moment(placed),
        keys=tuple(connection.scalars(keys.order_by(article_keys.c.key))),
        source=source_life(connection, row.source),
        fetch=_fetch(brought) if brought else None,
        extraction=_extraction(detail),
        credit=CreditItem(**msgspec.structs.asdict(body.credit)) if body.credit else None,
        revisions=_revisions(connection, detail),
        copy_group=_copy(connection, row),
        story=_story(connection, row),
        index=index_life(connection, engine, row, changed),
    )


def story_life(connection: Connection, engine: Reader, story: str) -> WholeStoryLife | None:
    """Everything about a story; None when there is none of this id."""
    row = stories_by_id(connection, [story]).get(story)
    if row is None:
        return None
    changed = connection.execute(
        select(stories.c.changed).where(stories.c.id == story)
    ).scalar_one()
    return WholeStoryLife(
        id=story,
        headline=row.headline,
        headline_status=row.headline_status,
        articles=row.articles,
        copy_groups=row.copy_groups,
        outlets=len(row.outlets),
        first_report=moment(row.first_report),
        last_report=moment(row.last_report),
        created=moment(row.created),
        history=tuple(
            EventLife(
                at=moment(event.at),
                event=event.event,
                other=event.other,
                method=event.evidence.method,
                probability=event.evidence.probability,
            )
            for event in story_history_of(connection, story)
        ),
        index=index_life(connection, engine, row, changed),
    )


def source_life(connection: Connection, source: str) -> SourceLife | None:
    """A source and its last fetches; None when it is not registered (any more)."""
    found = one_source(connection, source)
    if found is None:
        return None
    return SourceLife(
        id=source,
        outlet=found.outlet,
        url=found.url,
        state=source_state(found),
        due=_due(found.due),
        due_reason=found.due_reason,
        fetches=tuple(map(_fetch, last_fetches(connection, source, limit=_FETCHES))),
    )


def _due(due: float) -> datetime | None:
    return moment(due) if due > 0 else None


def _fetch(fetch: Fetch) -> FetchLife:
    return FetchLife(
        at=moment(fetch.at),
        outcome=fetch.outcome,
        status=fetch.status,
        items=fetch.items,
        new_items=fetch.new_items,
        error=fetch.error,
    )


def _extraction(detail: ArticleDetail) -> ExtractionLife:
    body = detail.body
    return ExtractionLife(
        text_origin=body.extraction.origin,
        method=body.extraction.method,
        quality=body.extraction.quality,
        note=body.extraction.note,
        published=maybe_moment(body.published),
        published_origin=body.published_origin,
        published_confidence=body.published_confidence,
        language=body.language,
        language_confidence=body.language_confidence,
    )


def _revisions(connection: Connection, detail: ArticleDetail) -> tuple[RevisionLife, ...]:
    lives = [
        RevisionLife(
            revision=each.revision,
            title=each.title,
            characters=each.characters,
            replaced=moment(each.until),
        )
        for each in reversed(earlier_wordings(connection, detail.row.id))
    ]
    now = RevisionLife(
        revision=detail.row.revision,
        title=detail.body.title,
        characters=len(detail.body.text),
        replaced=None,
    )
    return (*lives, now)


def _copy(connection: Connection, row: ArticleRow) -> CopyLife:
    known = connection.execute(
        select(copy_groups).where(copy_groups.c.id == row.copy_group)
    ).one_or_none()
    evidence = row.copy_evidence
    return CopyLife(
        group=row.copy_group,
        size=known.size if known else 1,
        first_article=known.first_article if known else row.id,
        why=CopyWhy(
            **msgspec.structs.asdict(evidence),
            in_words=copy_words(evidence, _named(connection, evidence.matched)),
        ),
    )


def _story(connection: Connection, row: ArticleRow) -> StoryLife:
    held = stories_by_id(connection, [row.story]).get(row.story)
    evidence = row.story_evidence
    return StoryLife(
        story=row.story,
        headline=held.headline if held else "",
        headline_status=held.headline_status if held else "usable",
        why=StoryWhy(
            **msgspec.structs.asdict(evidence),
            in_words=story_words(evidence, _named(connection, evidence.matched)),
        ),
    )


def _named(connection: Connection, article: str) -> str:
    """An article as evidence names it: its title, its outlet and how it stands."""
    columns = select(articles.c.title, articles.c.outlet, articles.c.status)
    row = connection.execute(columns.where(articles.c.id == article)).one_or_none()
    if row is None:
        return article
    status = row.status if row.status != "usable" else ""
    about = ", ".join(filter(None, (row.outlet, status)))
    return f"“{row.title}” ({about})" if about else f"“{row.title}”"
