"""How long articles are kept, and a walk over those that were kept long enough.

The walk goes from source to source, in each from the oldest article that has its text on and then
from the oldest one without, by an index of all that: of a source that is kept for ever it reads two
articles, however many there are.
"""

from collections.abc import Callable, Sequence
from itertools import takewhile
from math import inf
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select, tuple_

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
    """An article that a walk has come to; all before it were looked at.

    ``gone`` is 1 where its text was dropped, else 0.
    """

    source: str
    gone: int
    at: float
    id: str


START = Place("", 0, -inf, "")


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What one step of a walk found, and where the next goes on; None at the walk's end."""

    ids: tuple[str, ...]
    place: Place | None


_NOTHING = Step(ids=(), place=None)


def article_age(connection: Connection, general: int) -> Age:
    """How long articles are kept."""
    return Age(general=general, of_source=_own(connection, "keep_days"))


def text_age(connection: Connection, general: int) -> Age:
    """How long full texts are kept."""
    return Age(general=general, of_source=_own(connection, "keep_text_days"))


def articles_over(
    connection: Connection, age: Age, after: Place, *, now: float, limit: int
) -> Step:
    """The next articles behind ``after`` that were kept long enough, at most ``limit``.

    Reads hardly more articles than it returns, and looks at a bounded number of sources.
    """

    def is_over(row: Place) -> bool:
        return age.is_over(row.source, row.at, now)

    return _walk_on(connection, after, is_over, limit) if age.has_end() else _NOTHING


def texts_over(connection: Connection, age: Age, after: Place, *, now: float, limit: int) -> Step:
    """The next articles whose texts were kept long enough, as :func:`articles_over` finds them."""

    def is_over(row: Place) -> bool:
        return not row.gone and age.is_over(row.source, row.at, now)

    return _walk_on(connection, after, is_over, limit) if age.has_end() else _NOTHING


def _walk_on(
    connection: Connection, after: Place, is_over: Callable[[Place], bool], limit: int
) -> Step:
    keys = (articles.c.source, articles.c.text_gone, articles.c.at, articles.c.id)
    following = select(*keys).order_by(*keys)
    found: list[str] = []
    place, room = after, 1
    for _ in range(_LOOKS):
        # No time is asked for: the database would read all younger ones to find no more.
        behind = following.where(tuple_(*keys) > tuple_(*place)).limit(room)
        rows = [Place(*row) for row in connection.execute(behind)]
        if not rows:
            return Step(ids=tuple(found), place=None)
        first, over = rows[0], _over(rows, is_over)
        found += (row.id for row in over)
        if len(over) < len(rows):
            place, room = Place(first.source, first.gone, inf, ""), 1
        else:
            place, room = over[-1], limit - len(found)
        if len(found) >= limit:
            break
    return Step(ids=tuple(found), place=place)


def _over(rows: Sequence[Place], is_over: Callable[[Place], bool]) -> list[Place]:
    """The first ones, of one source and kind, that were kept long enough."""
    first = rows[0]
    return list(takewhile(lambda row: row[:2] == first[:2] and is_over(row), rows))


def _own(connection: Connection, column: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for table in (departed_sources, sources):
        days = table.c[column]
        rows = connection.execute(select(table.c.id, days).where(days.is_not(None)))
        found.update((id_, int(own)) for id_, own in rows)
    return found
