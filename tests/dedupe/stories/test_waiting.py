from dedupe.stories.waiting import Waiting


def all_due(waiting: Waiting, now: float) -> list[int]:
    """What comes out, two at a time."""
    found: list[int] = []
    while due := waiting.due(now, 2):
        for born in due:
            waiting.discard(born)
        found += due
    return found


def test_what_came_in_order_comes_out_in_that_order() -> None:
    waiting = Waiting([(7, 1.0), (3, 2.0), (9, 2.0), (1, 2.0), (2, 5.0)])
    assert waiting.due(2.0, 2) == [7, 3]
    assert all_due(waiting, 2.0) == [7, 3, 9, 1]
    assert waiting.items() == [(2, 5.0)]


def test_what_is_not_due_holds_up_nothing() -> None:
    waiting = Waiting([(0, 1000.0), (1, 3.0), (2, 2.0)])
    assert waiting.due(1.0, 2) == []
    assert all_due(waiting, 5.0) == [2, 1]
    assert list(waiting) == [0]


def test_a_story_waits_no_longer_than_it_was_told_at_first_or_since() -> None:
    waiting = Waiting([(0, 10.0), (1, 10.0)])
    waiting.put(0, 20.0)
    assert waiting.items() == [(0, 10.0), (1, 10.0)]
    waiting.put(1, 5.0)
    assert waiting.items() == [(0, 10.0), (1, 5.0)]
    assert all_due(waiting, 10.0) == [1, 0]
    waiting.put(1, 30.0)
    assert waiting.due(29.0, 2) == []
    assert waiting.due(30.0, 2) == [1]


def test_one_made_of_its_entries_goes_on_alike() -> None:
    waiting = Waiting((number, float(number * 7 % 5)) for number in range(20))
    for number in range(0, 20, 3):
        waiting.discard(number)
    waiting.put(3, 2.0)
    other = Waiting(waiting.items())
    assert other.latest() == waiting.latest() == 2.0
    assert all_due(other, 9.0) == all_due(waiting, 9.0)


def test_stories_that_left_take_no_room() -> None:
    waiting = Waiting([(0, 1e9)])
    for number in range(1, 5000):
        waiting.put(number, 1e8)
        waiting.discard(number)
    assert len(waiting) == 1
    assert len(waiting._heap) < 1200
