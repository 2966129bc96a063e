"""Hosts on hold."""

import pytest

from crawler.fetch.errors import FetchError
from crawler.fetch.holds import Holds, Kind
from crawler.job import Outcome

A = "https://a.example/one"
TWO = "https://a.example/two"
B = "https://b.example/"


def failure(outcome: Outcome, not_before: float | None = None) -> FetchError:
    return FetchError("has a fault", outcome=outcome, not_before=not_before)


def held(holds: Holds, now: float, kind: Kind = "page", url: str = A) -> bool:
    try:
        holds.check(url, kind, now=now)
    except FetchError:
        return True
    return False


def test_retry_after_is_kept_to_the_second() -> None:
    holds = Holds()
    holds.failed(A, "page", failure("rate-limited", not_before=160.0), now=100.0)
    with pytest.raises(FetchError, match=r"not asked: a.example has a fault.*in 60 s") as caught:
        holds.check(TWO, "page", now=100.0)
    assert (caught.value.outcome, caught.value.not_before) == ("rate-limited", 160.0)
    holds.check(B, "page", now=100.0)
    assert not held(holds, 160.0)


@pytest.mark.parametrize(("outcome", "pause"), [("rate-limited", 600.0), ("blocked", 3600.0)])
def test_walls_are_left_alone(outcome: Outcome, pause: float) -> None:
    holds = Holds()
    holds.failed(A, "page", failure(outcome), now=0.0)
    assert held(holds, pause - 1)
    assert not held(holds, pause)
    assert not held(holds, 0.0, "feed")


def test_a_dead_host_is_given_up_after_four_misses_in_a_row() -> None:
    holds = Holds()
    for _ in range(3):
        holds.failed(A, "page", failure("timeout"), now=0.0)
    holds.succeeded(A)
    for _ in range(3):
        holds.failed(A, "page", failure("timeout"), now=0.0)
    assert not held(holds, 0.0)
    holds.failed(A, "page", failure("connection"), now=0.0)
    assert held(holds, 599.0)
    assert not held(holds, 600.0)


def test_missing_pages_put_nothing_on_hold() -> None:
    holds = Holds()
    for _ in range(50):
        holds.failed(A, "page", failure("not-found"), now=0.0)
    assert not held(holds, 0.0)


@pytest.mark.parametrize("outcome", ["rate-limited", "server-error"])
def test_one_feed_that_must_wait_does_not_stop_its_neighbours(outcome: Outcome) -> None:
    holds = Holds()
    for _ in range(9):
        holds.failed(A, "feed", failure(outcome, not_before=900.0), now=0.0)
    assert not held(holds, 0.0, "feed", TWO)
    assert not held(holds, 0.0, "page", TWO)


def test_two_feeds_that_must_wait_speak_for_the_host_until_the_later_time() -> None:
    holds = Holds()
    holds.failed(A, "feed", failure("rate-limited", not_before=900.0), now=0.0)
    holds.failed(TWO, "feed", failure("rate-limited", not_before=300.0), now=0.0)
    for kind in ("feed", "page"):
        assert held(holds, 899.0, kind, "https://a.example/three")
    assert not held(holds, 899.0, "feed", B)
    assert not held(holds, 900.0, "feed")


def test_a_good_answer_in_between_takes_the_word_back() -> None:
    holds = Holds()
    holds.failed(A, "feed", failure("rate-limited", not_before=900.0), now=0.0)
    holds.succeeded("https://a.example/three")
    holds.failed(TWO, "feed", failure("rate-limited", not_before=900.0), now=0.0)
    assert not held(holds, 0.0, "feed", "https://a.example/three")


def test_two_feeds_that_had_to_wait_one_after_the_other_are_no_host() -> None:
    holds = Holds()
    holds.failed(A, "feed", failure("rate-limited", not_before=100.0), now=0.0)
    holds.failed(TWO, "feed", failure("rate-limited", not_before=300.0), now=200.0)
    assert not held(holds, 200.0, "feed", "https://a.example/three")


def test_the_feeds_of_a_dead_host_are_not_all_waited_for() -> None:
    holds = Holds()
    for _ in range(9):
        holds.failed(A, "feed", failure("timeout"), now=0.0)
    assert not held(holds, 0.0, "feed", TWO)
    for url in (TWO, A):
        holds.failed(url, "feed", failure("timeout"), now=0.0)
    assert held(holds, 599.0, "feed", "https://a.example/three")
    assert not held(holds, 600.0, "feed")


def test_faults_of_single_feeds_are_no_dead_host() -> None:
    holds = Holds()
    for number in range(50):
        holds.failed(f"{A}/{number}", "feed", failure("server-error"), now=0.0)
    assert not held(holds, 0.0, "feed")
