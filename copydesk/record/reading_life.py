"""What the life of one story is told from: how fast it runs, and how its texts begin."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, func, select

from copydesk.errors import DamagedError
from copydesk.record.codec import unpack
from copydesk.record.reading_rows import ArticleRow, StoryDetail
from copydesk.record.schema import articles, stories
from copydesk.story_life import LEDE, TEXTS
from copydesk.story_names import Told

# Long enough to count a burst, short enough that yesterday's story is not fast today.
VELOCITY_HOURS = 3


class LifeSources(msgspec.Struct, frozen=True, kw_only=True):
    """The newest texts of a story, its reports an hour, and those of its last hour."""

    texts: tuple[Told, ...]
    velocity: float
    last_hour: int


def recent_reports(connection: Connection, ids: Sequence[str], hours: float) -> dict[str, int]:
    """Reports of each story within ``hours`` before its last one. Keep it to some hundred ids."""
    statement = (
        select(stories.c.id, func.count())
        .join(articles, articles.c.story == stories.c.id)
        .where(stories.c.id.in_(ids), articles.c.at > stories.c.last_report - hours * 3600)
        .group_by(stories.c.id)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def velocities(connection: Connection, ids: Sequence[str]) -> dict[str, float]:
    """Reports an hour by story, over the last ``VELOCITY_HOURS`` of each."""
    found = recent_reports(connection, ids, VELOCITY_HOURS)
    return {id_: count / VELOCITY_HOURS for id_, count in found.items()}


def life_sources(connection: Connection, detail: StoryDetail) -> LifeSources:
    """What :func:`copydesk.story_life.story_life` tells the life of this story from."""
    story = detail.story.id
    firsts = [group.articles[0] for group in detail.groups[-TEXTS:]]
    ledes = _ledes(connection, [first.id for first in firsts])
    return LifeSources(
        texts=tuple(_told(first, ledes.get(first.id, "")) for first in firsts),
        velocity=velocities(connection, [story]).get(story, 0.0),
        last_hour=recent_reports(connection, [story], 1).get(story, 0),
    )


def _ledes(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    found = {}
    query = select(articles.c.id, articles.c.body).where(articles.c.id.in_(ids))
    for row in connection.execute(query):
        try:
            found[row.id] = unpack(row.body).text[:LEDE]
        except DamagedError:  # told where the article itself is read; its summary stands in
            continue
    return found


def _told(row: ArticleRow, lede: str) -> Told:
    return Told(
        id=row.id,
        at=row.at,
        title=row.title,
        lede=lede or row.summary[:LEDE],
        language=row.language,
        outlet=row.outlet,
        credit=row.credit,
        status=row.status,
    )
