"""How telling receivers goes on the whole: who waits for what, and what became of messages."""

from collections.abc import Mapping
from typing import Literal

import msgspec
from sqlalchemy import Connection, case, func, insert, select, update

from copydesk.record.schema_hubs import deliveries, receivers, search_matches

State = Literal["active", "failing", "stopped"]
# Matches that were taken, messages that were not, receivers that were given up.
Outcome = Literal["delivered", "failed", "given-up"]
STATES: tuple[State, ...] = ("active", "failing", "stopped")
OUTCOMES: tuple[Outcome, ...] = ("delivered", "failed", "given-up")


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The receivers of one state: how many, what waits for them, since when, since when they fail.

    Times are epoch seconds, of the one that has waited or failed longest.
    """

    receivers: int = 0
    waiting: int = 0
    waiting_since: float | None = None
    failing_since: float | None = None


def standings(connection: Connection) -> Mapping[State, Standing]:
    """How the receivers of each state stand."""
    mine = (search_matches.c.search == receivers.c.search) & (
        search_matches.c.id > receivers.c.told
    )
    rows = select(
        case(
            (receivers.c.state == "stopped", "stopped"),
            (receivers.c.failures > 0, "failing"),
            else_="active",
        ).label("state"),
        receivers.c.failing_since,
        select(func.count()).select_from(search_matches).where(mine).scalar_subquery(),
        # The first by number, not the least time: that would read each of a million that wait.
        select(search_matches.c.at)
        .where(mine)
        .order_by(search_matches.c.id)
        .limit(1)
        .scalar_subquery(),
    )
    found = dict.fromkeys(STATES, Standing())
    for state, failing, waiting, since in connection.execute(rows):
        before = found[state]
        found[state] = Standing(
            receivers=before.receivers + 1,
            waiting=before.waiting + waiting,
            waiting_since=_earlier(before.waiting_since, since),
            failing_since=_earlier(before.failing_since, failing),
        )
    return found


def count(connection: Connection, outcomes: Mapping[Outcome, int]) -> None:
    """Count what became of a message."""
    for outcome, more in outcomes.items():
        if more:
            mine = deliveries.c.outcome == outcome
            counted = connection.execute(
                update(deliveries).where(mine).values(count=deliveries.c.count + more)
            )
            if not counted.rowcount:
                connection.execute(insert(deliveries).values(outcome=outcome, count=more))


def counted(connection: Connection) -> Mapping[Outcome, int]:
    """What became of all messages so far, also of receivers that are gone."""
    rows = connection.execute(select(deliveries.c.outcome, deliveries.c.count))
    known = dict(rows.all())
    return {outcome: known.get(outcome, 0) for outcome in OUTCOMES}


def _earlier(one: float | None, other: float | None) -> float | None:
    return min((each for each in (one, other) if each is not None), default=None)
