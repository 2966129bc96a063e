"""What is done every so often goes on although the clock is set."""

import pytest

from copydesk.clocks import Every
from tests.copydesk.samples import NOON


def test_once_in_so_many_seconds() -> None:
    every = Every(60)
    assert [every.is_due(NOON + n) for n in (0, 59, 60, 61, 119, 120)] == [1, 0, 1, 0, 0, 1]


@pytest.mark.parametrize("step", [-1.0, -3600.0, -365 * 86_400.0, 3600.0, 365 * 86_400.0])
def test_a_clock_that_is_set_delays_it_by_no_more(step: float) -> None:
    every = Every(60)
    assert every.is_due(NOON)
    assert any(every.is_due(NOON + step + n) for n in range(61))
