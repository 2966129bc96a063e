"""Hosts on hold."""

import pytest

from crawler.fetch.errors import FetchError
from crawler.fetch.holds import Holds
from crawler.job import Outcome


def failure(outcome: Outcome, not_before: float | None = None) -> FetchError:
    return FetchError("has a fault", outcome=outcome, not_before=not_before)


def held(holds: Holds, now: float) -> bool:
    try:
        holds.check("a.example", now=now)
    except FetchError:
        return True
    return False


def test_retry_after_is_kept_to_the_second() -> None:
    holds = Holds()
    holds.failed("a.example", failure("rate-limited", not_before=160.0), now=100.0)
    with pytest.raises(FetchError, match=r"not asked: a.example has a fault.*in 60 s") as caught:
        holds.check("a.example", now=100.0)
    assert (caught.value.outcome, caught.value.not_before) == ("rate-limited", 160.0)
    holds.check("b.example", now=100.0)
    assert not held(holds, 160.0)


@pytest.mark.parametrize(("outcome", "pause"), [("rate-limited", 600.0), ("blocked", 3600.0)])
def test_walls_are_left_alone(outcome: Outcome, pause: float) -> None:
    holds = Holds()
    holds.failed("a.example", failure(outcome), now=0.0)
    assert held(holds, pause - 1)
    assert not held(holds, pause)


def test_a_dead_host_is_given_up_after_four_misses_in_a_row() -> None:
    holds = Holds()
    for _ in range(3):
        holds.failed("a.example", failure("timeout"), now=0.0)
    holds.succeeded("a.example")
    for _ in range(3):
        holds.failed("a.example", failure("timeout"), now=0.0)
    assert not held(holds, 0.0)
    holds.failed("a.example", failure("connection"), now=0.0)
    assert held(holds, 599.0)
    assert not held(holds, 600.0)


def test_missing_pages_put_nothing_on_hold() -> None:
    holds = Holds()
    for _ in range(50):
        holds.failed("a.example", failure("not-found"), now=0.0)
    assert not held(holds, 0.0)
