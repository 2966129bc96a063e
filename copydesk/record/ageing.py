"""How long articles are kept, and a walk over those that were kept long enough.

The walk goes from source to source, in each from the oldest article on, by an index of both: of a
source that is kept for ever it reads one article, however many there are.
"""

from collections.abc import Sequence
from itertools import takewhile
from math import inf
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, TextClause, select, true, tuple_

from copydesk.record.schema import articles, sources
from copydesk.record.schema_hubs import departed_sources

_DAY = 86_400.0
# Looks into the index in one step, each up to 1 ms: most are at a source with nothing to forget.
_LOOKS = 100


class Age(msgspec.Struct, frozen=True, kw_only=True):
    """How long something is kept: in general, and for sources of their own mind.

    All in days, 0 is for ever.
    """

    general: int
    of_source: dict[str, int]

    def is_over(self, source: str, at: float, now: float) -> bool:
        """Whether what this source reported at ``at`` has been kept long enough."""
        days = self.of_source.get(source, self.general)
        return days > 0 and at < now - days * _DAY

    def has_end(self) -> bool:
        """Whether anything is not kept for ever."""
        return self.general > 0 or any(self.of_source.values())


class Place(NamedTuple):
    """An article that a walk has come to; all before it were looked at."""

    source: str
    at: float
    id: str


START = Place("", -inf, "")


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What one step of a walk found, and where the next goes on; None at the walk's end."""

    ids: tuple[str, ...]
    place: Place | None


def article_age(connection: Connection, general: int) -> Age:
    """How long articles are kept."""
    return Age(general=general, of_source=_own(connection, "keep_days"))


def text_age(connection: Connection, general: int) -> Age:
    """How long full texts are kept."""
    return Age(general=general, of_source=_own(connection, "keep_text_days"))


def walk_on(
    connection: Connection,
    age: Age,
    after: Place,
    *,
    now: float,
    limit: int,
    among: ColumnElement[bool] | TextClause = true(),  # noqa: B008 - it is immutable
) -> Step:
    """The next articles behind ``after`` that were kept long enough, at most ``limit``.

    Reads hardly more articles than it returns, and looks at a bounded number of sources.
    """
    if not age.has_end():
        return Step(ids=(), place=None)
    keys = (articles.c.source, articles.c.at, articles.c.id)
    following = select(*keys).where(among).order_by(*keys)
    found: list[str] = []
    place, room = after, 1
    for _ in range(_LOOKS):
        # No time is asked for: the database would read all younger ones to find no more.
        behind = following.where(tuple_(*keys) > tuple_(*place)).limit(room)
        rows = [Place(source, at, id_) for source, at, id_ in connection.execute(behind)]
        if not rows:
            return Step(ids=tuple(found), place=None)
        over = _over(rows, age, now)
        found += (row.id for row in over)
        if len(over) < len(rows):
            place, room = Place(rows[0].source, inf, ""), 1
        else:
            place, room = over[-1], limit - len(found)
        if len(found) >= limit:
            break
    return Step(ids=tuple(found), place=place)


def _over(rows: Sequence[Place], age: Age, now: float) -> list[Place]:
    """Those of the first one's source, as far as they were kept long enough."""
    first = rows[0].source
    return list(
        takewhile(lambda row: row.source == first and age.is_over(first, row.at, now), rows)
    )


def _own(connection: Connection, column: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for table in (departed_sources, sources):
        days = table.c[column]
        rows = connection.execute(select(table.c.id, days).where(days.is_not(None)))
        found.update((id_, int(own)) for id_, own in rows)
    return found
