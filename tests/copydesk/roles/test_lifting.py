"""Embargoes are lifted on time, and not by a clock that is ahead for a moment."""

import msgspec
import pytest

from copydesk.record import embargoes, inbox
from copydesk.record.database import Record
from copydesk.roles.lifting import Lifting
from tests.copydesk.samples import NOON, article

DAY = 86_400.0


class Held:
    """An article under embargo for a week, and a machine's two clocks."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.now = NOON
        self.ticks = 0.0
        with record.writing() as connection:
            early = msgspec.structs.replace(
                article("1"), status="embargoed", embargo_until=NOON + 7 * DAY
            )
            inbox.put(connection, [early], received=NOON)
        self.start()

    def start(self) -> None:
        self.lifting = Lifting(
            self.record, batch=10, now=lambda: self.now, ticks=lambda: self.ticks
        )

    def pass_(self, seconds: float) -> int:
        self.now += seconds
        self.ticks += seconds
        return self.lifting.step()

    def waiting(self) -> int:
        with self.record.reading() as connection:
            return embargoes.count(connection)


@pytest.fixture
def held(record: Record) -> Held:
    return Held(record)


def test_it_is_lifted_on_time(held: Held) -> None:
    assert held.pass_(7 * DAY - 1) == 0
    assert held.pass_(1) == 1


def test_it_is_lifted_at_once_after_a_night_of_being_switched_off(held: Held) -> None:
    assert held.pass_(1) == 0
    held.now += 8 * DAY
    held.ticks = 20.0
    held.start()
    assert held.lifting.step() == 1


def test_a_clock_that_is_ahead_for_a_moment_lifts_nothing(held: Held) -> None:
    assert held.pass_(1) == 0
    held.now += 365 * DAY
    assert [held.pass_(1) for _ in range(60)] == [0] * 60
    held.now -= 365 * DAY
    assert held.pass_(1) == 0
    assert held.waiting() == 1
    assert held.pass_(7 * DAY) == 1


def test_a_machine_that_slept_lifts_it_some_minutes_later(held: Held) -> None:
    assert held.pass_(1) == 0
    held.now += 8 * DAY
    assert held.pass_(1) == 0
    assert held.pass_(300) == 1
