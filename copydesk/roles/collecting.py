"""When the desk's process looks for garbage in cycles.

The desk holds millions of small objects for days and makes hardly any cycle. Python's collector
would look at all of them again each time they grow by a quarter, a pause of a second and more
while news waits, and at the young ones after every 700. So it looks at them when the desk saves
its memory, a pause anyway, and leaves alone what is then there.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Objects made before the young are looked at; a batch of 200 articles makes some 20,000 that stay.
_YOUNG = 20_000
_OLDER = 20


def settle_heap() -> None:
    """Free what is garbage now, and do not look again at what is left."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


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
