"""What the desk holds is not looked at for garbage while news waits."""

import gc

from copydesk.roles.collecting import seldom_collecting, settle_heap


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


def test_garbage_in_cycles_goes_when_the_heap_is_settled() -> None:
    with seldom_collecting():
        gc.freeze()
        one = Holder()
        one.held.append(one)
        gc.freeze()
        known = id(one)
        del one
        settle_heap()
        assert not any(isinstance(each, Holder) and id(each) == known for each in gc.get_objects())
        assert gc.get_freeze_count() > 0
