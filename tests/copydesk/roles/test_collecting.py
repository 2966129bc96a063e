"""What the desk holds is not looked at for garbage while news waits."""

import gc
import weakref

from copydesk.roles.collecting import Heap, seldom_collecting


class Holder:
    """Something that can hold itself."""

    def __init__(self) -> None:
        self.held: list[object] = []


def test_what_is_there_is_left_alone_and_afterwards_all_is_as_before() -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    with seldom_collecting():
        assert gc.get_freeze_count() > frozen
        assert gc.get_threshold()[0] > before[0]
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_garbage_of_late_goes_when_the_heap_is_settled() -> None:
    with seldom_collecting():
        heap = Heap()
        heap.settle()
        gone = weakref.ref(in_a_cycle())
        heap.settle()
        assert gone() is None
        assert gc.get_freeze_count() > 0


def test_what_was_there_is_looked_at_again_when_it_has_doubled() -> None:
    with seldom_collecting():
        heap = Heap()
        heap.settle()
        one = in_a_cycle()
        heap.settle()
        gone = weakref.ref(one)
        del one
        heap.settle()
        assert gone() is not None
        more: list[list[object]] = [[] for _ in range(gc.get_freeze_count())]
        heap.settle()
        assert gone() is None
        assert more


def in_a_cycle() -> Holder:
    one = Holder()
    one.held.append(one)
    return one
