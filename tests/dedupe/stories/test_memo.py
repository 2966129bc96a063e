"""What was worked out before is kept within a limit, and never dropped whole."""

from dedupe.stories.memo import make_room


def test_a_full_one_loses_what_came_first() -> None:
    known = dict.fromkeys(range(16))
    make_room(known, 16)
    assert list(known) == list(range(2, 16))


def test_one_with_room_loses_nothing() -> None:
    known = dict.fromkeys(range(15))
    make_room(known, 16)
    assert len(known) == 15


def test_the_smallest_makes_room_for_one() -> None:
    known = {"a": 1}
    make_room(known, 1)
    assert known == {}
