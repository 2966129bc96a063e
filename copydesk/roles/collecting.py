"""When the desk's process looks for garbage in cycles.

The desk holds millions of small objects for days and makes hardly any cycle. Python's collector
would look at all of them again each time they grow by a quarter, a pause of a second and more
while news waits, and at the young ones after every 700. So it looks at what came since when the
desk saves its memory, a pause anyway, and at all of it when there is twice as much.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Objects made before the young are looked at. An article leaves some 13, but a batch that is placed
# or indexed has tens of thousands in hand: looked at every 20,000, they took 55 us an article.
_YOUNG = 200_000
_OLDER = 20
_GROWN = 2


class Heap:
    """What the process holds for long."""

    def __init__(self) -> None:
        self._looked_through = 0

    def settle(self) -> None:
        """Free what is garbage of late, and do not look again at what is left.

        At all of it only when it has doubled: garbage among it is then no more than what is used,
        and an object is looked at twice or so, not at every saving, which took as long as saving.
        """
        gc.collect()
        gc.freeze()
        if gc.get_freeze_count() >= _GROWN * self._looked_through:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self._looked_through = gc.get_freeze_count()


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Within it, what is already there is not looked at, and the young are seldom."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_YOUNG, _OLDER, before[2])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
