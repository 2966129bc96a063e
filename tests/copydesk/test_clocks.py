"""What is done every so often goes on although the clock is set."""

import pytest

from copydesk.clocks import Agreement, Every
from tests.copydesk.samples import NOON


def test_once_in_so_many_seconds() -> None:
    every = Every(60)
    assert [every.is_due(NOON + n) for n in (0, 59, 60, 61, 119, 120)] == [1, 0, 1, 0, 0, 1]


@pytest.mark.parametrize("step", [-1.0, -3600.0, -365 * 86_400.0, 3600.0, 365 * 86_400.0])
def test_a_clock_that_is_set_delays_it_by_no_more(step: float) -> None:
    every = Every(60)
    assert every.is_due(NOON)
    assert any(every.is_due(NOON + step + n) for n in range(61))


def test_a_clock_is_believed_at_once_and_while_it_goes_evenly() -> None:
    clock = Agreement()
    looks = [(0, 5), (1, 6), (30, 35), (9000, 9030)]  # the last after much work, a little uneven
    assert all(clock.holds(NOON + now, ticks) for now, ticks in looks)


def test_a_clock_that_leapt_forward_is_believed_after_minutes_or_once_it_is_back() -> None:
    clock = Agreement()
    assert clock.holds(NOON, 0)
    assert not clock.holds(NOON + 365 * 86_400.0, 1)
    assert not clock.holds(NOON + 365 * 86_400.0 + 60, 61)
    assert clock.holds(NOON + 62, 62)
    assert not clock.holds(NOON + 3700, 100)  # a machine that slept
    assert not clock.holds(NOON + 3999, 399)
    assert clock.holds(NOON + 4000, 400)


def test_a_clock_that_leaps_while_it_is_doubted_is_doubted_for_longer() -> None:
    clock = Agreement()
    assert clock.holds(NOON, 0)
    assert not clock.holds(NOON + 1000, 1)
    assert not clock.holds(NOON + 9000, 250)
    assert not clock.holds(NOON + 9060, 310)
    assert clock.holds(NOON + 9300, 550)


def test_a_clock_that_is_set_back_is_believed() -> None:
    clock = Agreement()
    assert clock.holds(NOON, 0)
    assert clock.holds(NOON - 86_400.0, 1)
    assert not clock.holds(NOON, 2)
