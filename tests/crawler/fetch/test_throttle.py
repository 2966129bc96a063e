"""The pace of a host."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.throttle import LONGEST, Pace, answered, begin, wished


def after(pace: Pace, *answers: tuple[float, int], concurrency: int = 1) -> Pace:
    for latency, status in answers:
        pace = answered(pace, latency=latency, status=status, concurrency=concurrency)
    return pace


def test_it_slows_down_at_once_and_speeds_up_by_halves() -> None:
    slow = after(Pace(), (4.0, 200))
    assert slow.delay == 4.0
    assert after(slow, (0.0, 200)).delay == 2.0
    assert after(slow, (0.0, 200), (0.0, 200)).delay == 1.0


def test_the_delay_is_shared_by_as_many_as_ask_at_a_time() -> None:
    assert after(Pace(), (1.0, 200), concurrency=4).delay == 0.25


@pytest.mark.parametrize("status", [404, 403, 500, 502])
def test_a_quick_fault_earns_no_speed(status: int) -> None:
    assert after(Pace(delay=2.0), (0.01, status)).delay == 2.0
    assert after(Pace(delay=2.0), (5.0, status)).delay == 5.0


@pytest.mark.parametrize("status", [429, 503])
def test_a_tired_host_gets_twice_the_rest_each_time(status: int) -> None:
    assert after(Pace(), (0.01, status)).delay == 1.0
    assert after(Pace(), *[(0.01, status)] * 4).delay == 8.0
    assert after(Pace(), *[(0.01, status)] * 99).delay == LONGEST


def test_a_quick_host_is_not_delayed_at_all_in_the_end() -> None:
    assert after(Pace(delay=4.0), *[(0.01, 200)] * 9).delay == 0.0


def test_beginnings_lie_apart_and_the_own_wish_is_never_undercut() -> None:
    pace = wished(Pace(), 10.0)
    waits = []
    for _ in range(3):
        pace, wait = begin(pace, now=100.0, jitter=0.0)
        waits.append(wait)
    assert waits == [0.0, 10.0, 20.0]
    assert wished(pace, 86_400.0).floor == LONGEST


@given(st.lists(st.tuples(st.floats(0, 600), st.sampled_from([200, 304, 404, 429, 500, 503]))))
def test_the_delay_stays_between_nothing_and_a_minute(answers: list[tuple[float, int]]) -> None:
    pace = after(Pace(floor=0.5), *answers, concurrency=2)
    assert 0.0 <= pace.delay <= LONGEST
    _, wait = begin(begin(pace, now=0.0, jitter=0.99)[0], now=0.0, jitter=0.99)
    assert 0.5 <= wait <= 1.25 * LONGEST
