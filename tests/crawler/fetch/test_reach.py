"""Them or us."""

from crawler.fetch.reach import Reach


def test_five_silent_hosts_in_a_row_mean_that_we_are_offline() -> None:
    reach = Reach()
    assert [reach.missed(f"{n}.example", "dns") for n in range(6)] == [False] * 4 + [True] * 2
    reach.answered("here.example")
    assert not reach.missed("a.example", "timeout")


def test_one_dead_host_with_many_feeds_does_not() -> None:
    reach = Reach()
    assert not any(reach.missed("a.example", "timeout") for _ in range(50))


def test_hosts_that_are_silent_while_others_answer_are_no_witnesses() -> None:
    reach = Reach()
    dead = [f"dead{n}.example" for n in range(8)]
    told: list[bool] = []
    # One live host for many dead ones that are tried again and again.
    for _ in range(3):
        told = [reach.missed(host, "timeout") for host in dead]
        reach.answered("live.example")
    assert not any(told)
    # Whoever answers is a witness again, and with four more it is the line.
    reach.answered(dead[0])
    others = [dead[0], *(f"{n}.example" for n in range(4))]
    assert [reach.missed(host, "dns") for host in others] == [False] * 4 + [True]
    assert reach.missed(dead[1], "dns")


def test_whoever_refuses_or_fails_is_there() -> None:
    reach = Reach()
    assert not any(reach.missed(f"{n}.example", "connection") for n in range(50))
