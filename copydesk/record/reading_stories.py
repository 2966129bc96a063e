"""Read stories from the record, page by page and whole."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, func, select, tuple_

from copydesk.record.changelog import head
from copydesk.record.reading_articles import (
    COLUMNS,
    article_row,
    decoded,
    last_number,
    speaks,
    spoken,
)
from copydesk.record.reading_few import few
from copydesk.record.reading_json import json_length
from copydesk.record.reading_rows import (
    ArticleRow,
    CopyGroup,
    StoryDetail,
    StoryEvent,
    StoryFilter,
    StoryPage,
    StoryPosition,
    StoryRow,
)
from copydesk.record.reading_walk import Facts, is_after, matches, moved_stories, position, sort_key
from copydesk.record.rows import chunked
from copydesk.record.schema import MERGED, articles, copy_groups, stories, story_history
from dedupe.document import StoryEvidence

_LISTS = ("outlets", "languages", "countries", "terms")
_OWN = [name for name in StoryRow.__struct_fields__ if name != "headline_status"]
_PLAIN = [name for name in _OWN if name not in _LISTS]
_COLUMNS = [stories.c[name] for name in _OWN]
# A chain of merges is as long as the times one story was swallowed; more than this is a loop.
_LONGEST_CHAIN = 1000
DETAIL_REPORTS = 1000
# A story that was merged, or whose last report went, stays without articles, so that its id lives.
LIVE = stories.c.articles > 0


def list_stories(
    connection: Connection, wanted: StoryFilter, after: StoryPosition | None, limit: int
) -> StoryPage:
    """One page of stories in the order asked for.

    All pages of one walk are ordered and filtered by the state at its first page, although
    stories grow and move meanwhile: those that changed since are put back to their old place
    from their articles of that time. Hence arriving articles neither repeat nor skip a story.
    (What is merged or split meanwhile may change its place; the change log names it.)
    """
    seq = head(connection) if after is None else after.seq
    number = last_number(connection) if after is None else after.number
    moved = moved_stories(connection, seq, number)
    still = _unmoved(connection, wanted, after, seq, limit + 1)
    facts = {story.id: _facts(story) for story in still}
    facts |= {
        key: fact
        for key, fact in moved.items()
        if matches(fact, wanted) and is_after(fact, after, wanted.order)
    }
    walk = sorted(facts.values(), key=lambda fact: sort_key(fact, wanted.order), reverse=True)
    page = walk[:limit]
    rows = {story.id: story for story in still}
    rows |= stories_by_id(connection, [fact.id for fact in page if fact.id not in rows])
    more = len(walk) > limit
    return StoryPage(
        items=tuple(rows[fact.id] for fact in page),
        next=position(page[-1], seq, number) if more else None,
    )


def _unmoved(
    connection: Connection, wanted: StoryFilter, after: StoryPosition | None, seq: int, limit: int
) -> list[StoryRow]:
    keys: list[ColumnElement[object]] = [stories.c.last_report, stories.c.id]
    if wanted.order == "biggest":
        keys.insert(0, stories.c.articles)
    query = select(*_COLUMNS).where(
        LIVE, stories.c.changed <= seq, *_conditions(connection, wanted)
    )
    if after is not None:
        values: list[object] = [after.last_report, after.id]
        if wanted.order == "biggest":
            values.insert(0, after.articles)
        query = query.where(tuple_(*keys) < tuple_(*values))
    query = query.order_by(*(key.desc() for key in keys)).limit(limit)
    return _story_rows(connection, connection.execute(query).mappings().all())


def _conditions(connection: Connection, wanted: StoryFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.language:
        tongue = spoken(connection, wanted.language)
        found.append(_reported(connection, speaks(wanted.language), tongue))
    if wanted.outlet:
        by = articles.c.outlet == wanted.outlet
        found.append(_reported(connection, by, by))
    if wanted.min_articles:
        found.append(stories.c.articles >= wanted.min_articles)
    if wanted.min_outlets:
        found.append(json_length(stories.c.outlets) >= wanted.min_outlets)
    if wanted.since is not None:
        found.append(stories.c.last_report >= wanted.since)
    if wanted.until is not None:
        found.append(stories.c.first_report < wanted.until)
    return found


def _reported(
    connection: Connection, such: ColumnElement[bool], indexed: ColumnElement[bool] | None
) -> ColumnElement[bool]:
    """Whether a story has such a report; ``indexed`` says the same to an index, if any does."""
    if indexed is not None:
        found = few(connection, select(articles.c.story).where(indexed).distinct())
        if found is not None:
            return stories.c.id.in_([story for (story,) in found])
    return exists().where(articles.c.story == stories.c.id, such)


def resolve_story(connection: Connection, story: str) -> str | None:
    """The id of the story that now holds what ``story`` held; None when it never existed."""
    current = story
    for _ in range(_LONGEST_CHAIN):
        row = connection.execute(
            select(stories.c.merged_into).where(stories.c.id == current)
        ).one_or_none()
        if row is None:
            return None
        if not row.merged_into:
            return current
        current = row.merged_into
    return None


def merged_stories(connection: Connection) -> list[tuple[str, str]]:
    """Every story that was merged, with the one that holds its reports now."""
    columns = select(stories.c.id, stories.c.merged_into).where(MERGED)
    return [(row.id, row.merged_into) for row in connection.execute(columns)]


def merged_of(connection: Connection, ids: Iterable[str]) -> list[tuple[str, str]]:
    """Those of these stories that were merged, with the one that holds their reports now."""
    found: list[tuple[str, str]] = []
    columns = select(stories.c.id, stories.c.merged_into).where(MERGED)
    for some in chunked(sorted(set(ids))):
        rows = connection.execute(columns.where(stories.c.id.in_(some)))
        found += [(row.id, row.merged_into) for row in rows]
    return found


def story_detail(
    connection: Connection, story: str, reports: int = DETAIL_REPORTS, *, around: str = ""
) -> StoryDetail | None:
    """One story with its newest ``reports`` articles by copy group; None when there is none.

    ``around`` is a report that is to be among them: as many older pages further on as it takes.
    Its articles are 0 when its reports were deleted or went into other stories. Follow
    :func:`resolve_story` first: a merged story is not followed here.
    """
    row = connection.execute(
        select(*_COLUMNS).where(stories.c.id == story, stories.c.merged_into == "")
    )
    found = _story_rows(connection, row.mappings().all())
    if not found:
        return None
    total = _reports(connection, story)
    newer = _newer(connection, story, around) // reports * reports
    # With one report more at each end, which lead to the pages beside.
    before = min(newer, 1)
    query = (
        select(*COLUMNS)
        .where(articles.c.story == story)
        .order_by(articles.c.at.desc(), articles.c.id.desc())
        .offset(newer - before)
        .limit(before + reports + 1)
    )
    read = [article_row(row) for row in connection.execute(query).mappings()]
    shown, rest = read[before : before + reports], read[before + reports :]
    return StoryDetail(
        story=found[0],
        groups=_grouped(connection, shown[::-1]),
        left_out=total - newer - len(shown),
        history=story_history_of(connection, story),
        newer=newer,
        older_page=rest[0].id if rest else "",
        newer_page=read[0].id if before else "",
    )


def _newer(connection: Connection, story: str, report: str) -> int:
    """How many reports of the story are newer than this one; 0 where it is not in the story."""
    columns = select(articles.c.at, articles.c.id)
    its = columns.where(articles.c.id == report, articles.c.story == story)
    row = connection.execute(its).one_or_none() if report else None
    if row is None:
        return 0
    newer = tuple_(articles.c.at, articles.c.id) > tuple_(row.at, row.id)
    return _reports(connection, story, newer)


def _reports(connection: Connection, story: str, *such: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(articles).where(articles.c.story == story, *such)
    return connection.scalar(counted) or 0


def _grouped(connection: Connection, reports: Sequence[ArticleRow]) -> tuple[CopyGroup, ...]:
    members: dict[str, list[ArticleRow]] = {}
    for report in reports:
        members.setdefault(report.copy_group, []).append(report)
    known = {
        row.id: row
        for row in connection.execute(select(copy_groups).where(copy_groups.c.id.in_(members)))
    }
    return tuple(
        CopyGroup(
            id=group,
            first_article=known[group].first_article if group in known else texts[0].id,
            size=known[group].size if group in known else len(texts),
            articles=tuple(texts),
        )
        for group, texts in members.items()
    )


def story_history_of(connection: Connection, story: str) -> tuple[StoryEvent, ...]:
    """The merges and splits of a story, in order."""
    table = story_history
    rows = connection.execute(select(table).where(table.c.story == story).order_by(table.c.id))
    return tuple(
        StoryEvent(
            at=row.at,
            event=row.event,
            other=row.other,
            evidence=decoded(row.evidence, StoryEvidence, story),
        )
        for row in rows
    )


def report_times(connection: Connection, ids: Sequence[str]) -> Mapping[str, tuple[float, ...]]:
    """When each of the stories was reported, in time order. Keep it to some hundred ids."""
    rows = connection.execute(
        select(articles.c.story, articles.c.at)
        .where(articles.c.story.in_(ids))
        .order_by(articles.c.at)
    )
    times: dict[str, list[float]] = {story: [] for story in ids}
    for story, at in rows:
        times[story].append(at)
    return {story: tuple(found) for story, found in times.items()}


def new_reports(connection: Connection, number: int, story: str = "") -> int:
    """How many articles arrived after article ``number``, in one story or everywhere."""
    query = select(func.count()).select_from(articles).where(articles.c.number > number)
    if story:
        query = query.where(articles.c.story == story)
    return connection.scalar(query) or 0


def story_changed(connection: Connection, story: str) -> int:
    """The seq of a story's last change, merged or not; 0 when there is none with this id."""
    return connection.scalar(select(stories.c.changed).where(stories.c.id == story)) or 0


def newest_report(connection: Connection, before: float) -> float | None:
    """The time of the newest article that is not after ``before``; None when there is none."""
    query = select(func.max(articles.c.at)).where(articles.c.at <= before)
    newest: float | None = connection.scalar(query)
    return newest


def stories_by_id(connection: Connection, ids: Sequence[str]) -> Mapping[str, StoryRow]:
    """Those of the stories that exist, by id, merged ones too. Keep it to some hundred ids."""
    if not ids:
        return {}
    rows = connection.execute(select(*_COLUMNS).where(stories.c.id.in_(ids))).mappings().all()
    return {row.id: row for row in _story_rows(connection, rows)}


def headline_languages(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The languages of the headlines of these stories. Keep it to some hundred ids."""
    query = (
        select(stories.c.id, articles.c.language)
        .join(articles, articles.c.id == stories.c.headline_article)
        .where(stories.c.id.in_(ids))
    )
    return {row.id: row.language for row in connection.execute(query)}


def headline_statuses(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """How the reports stand whose headlines these stories have, where not as ``usable``."""
    marked: dict[str, str] = {}
    query = (
        select(stories.c.id, articles.c.status)
        .join(articles, articles.c.id == stories.c.headline_article)
        .where(articles.c.status != "usable")
    )
    for some in chunked(ids):
        rows = connection.execute(query.where(stories.c.id.in_(some)))
        marked.update((row.id, row.status) for row in rows)
    return marked


def _story_rows(connection: Connection, rows: Sequence[RowMapping]) -> list[StoryRow]:
    # Asked for by itself: joined, it would be looked up of each story that a list is chosen from.
    marked = headline_statuses(connection, [row["id"] for row in rows])
    return [_story_row(row, marked.get(row["id"], "usable")) for row in rows]


def _story_row(row: RowMapping, status: str) -> StoryRow:
    lists: dict[str, Any] = {
        name: decoded(row[name], tuple[str, ...], row["id"]) for name in _LISTS
    }
    return StoryRow(**{name: row[name] for name in _PLAIN}, **lists, headline_status=status)


def _facts(story: StoryRow) -> Facts:
    return Facts(
        id=story.id,
        first_report=story.first_report,
        last_report=story.last_report,
        articles=story.articles,
        outlets=frozenset(story.outlets),
        languages=frozenset(story.languages),
    )
