"""Them or us."""

from crawler.fetch.reach import Reach


def test_five_silent_hosts_in_a_row_mean_that_we_are_offline() -> None:
    reach = Reach()
    assert [reach.missed(f"{n}.example", "dns") for n in range(6)] == [False] * 4 + [True] * 2
    reach.answered()
    assert not reach.missed("a.example", "timeout")


def test_one_dead_host_with_many_feeds_does_not() -> None:
    reach = Reach()
    assert not any(reach.missed("a.example", "timeout") for _ in range(50))


def test_whoever_refuses_or_fails_is_there() -> None:
    reach = Reach()
    assert not any(reach.missed(f"{n}.example", "connection") for n in range(50))
