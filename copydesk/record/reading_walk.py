"""Where stories stood when a walk through them began.

A story moves in the order whenever it gets a report. A walk over pages must neither show it
twice nor skip it, so stories that changed since the walk's first page are measured again from
the articles that were there then.
"""

import msgspec
from sqlalchemy import Connection, select

from copydesk.record.reading_rows import StoryFilter, StoryOrder, StoryPosition
from copydesk.record.schema import articles, change_log, stories


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What ordering and filtering need of a story as it stood."""

    id: str
    first_report: float
    last_report: float
    articles: int
    outlets: frozenset[str]
    languages: frozenset[str]


def moved_stories(connection: Connection, seq: int, number: int) -> dict[str, Facts]:
    """The stories changed after log position ``seq``, by id, as article ``number`` left them.

    Costs a read of their articles, so a walk's pages cost more the longer it takes.
    """
    changed = (
        select(change_log.c.id)
        .where(change_log.c.seq > seq, change_log.c.kind == "story")
        .where(change_log.c.operation == "put")
    )
    query = (
        select(articles.c.story, articles.c.at, articles.c.outlet, articles.c.language)
        .join(stories, stories.c.id == articles.c.story)
        .where(articles.c.story.in_(changed), articles.c.number <= number)
        .where(stories.c.merged_into == "", stories.c.changed > seq)
    )
    reports: dict[str, list[tuple[float, str, str]]] = {}
    for story, at, outlet, language in connection.execute(query):
        reports.setdefault(story, []).append((at, outlet, language))
    return {story: _measured(story, found) for story, found in reports.items()}


def _measured(story: str, reports: list[tuple[float, str, str]]) -> Facts:
    times = [at for at, _, _ in reports]
    return Facts(
        id=story,
        first_report=min(times),
        last_report=max(times),
        articles=len(reports),
        outlets=frozenset(outlet for _, outlet, _ in reports if outlet),
        languages=frozenset(language for _, _, language in reports if language),
    )


def matches(story: Facts, wanted: StoryFilter) -> bool:
    """The same question as ``list_stories``, asked of a story as it stood."""
    language = wanted.language.lower()
    return (
        story.articles >= wanted.min_articles
        and len(story.outlets) >= wanted.min_outlets
        and (not wanted.outlet or wanted.outlet in story.outlets)
        and (
            not language
            or any(f"{own.lower()}-".startswith(f"{language}-") for own in story.languages)
        )
        and (wanted.since is None or story.last_report >= wanted.since)
        and (wanted.until is None or story.first_report < wanted.until)
    )


def sort_key(story: Facts | StoryPosition, order: StoryOrder) -> tuple[float, float, str]:
    """What the order compares, the greatest first; the id makes it total."""
    size = story.articles if order == "biggest" else 0
    return size, story.last_report, story.id


def is_after(story: Facts, position: StoryPosition | None, order: StoryOrder) -> bool:
    """Whether the story comes later in the walk than ``position``."""
    return position is None or sort_key(story, order) < sort_key(position, order)


def position(story: Facts, seq: int, number: int) -> StoryPosition:
    """The walk's place after ``story``."""
    return StoryPosition(
        articles=story.articles,
        last_report=story.last_report,
        id=story.id,
        seq=seq,
        number=number,
    )
