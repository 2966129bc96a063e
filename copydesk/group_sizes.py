"""How large a copy group is in the index: exactly while it is small, then in steps.

Each article's document tells the size of its group. Told exactly, it would have all earlier copies
indexed anew with each that comes, and a feed that repeats one text would keep the desk busy with
nothing else. In these steps an article is indexed anew about four times.
"""

from typing import Final

EXACT: Final = 20
"""Up to here the size is exact."""
_STEPS: Final = (100, 125, 150, 200, 250, 300, 400, 500, 600, 800)
"""Round numbers, in hundredths of the power of ten below."""


def indexed_size(size: int) -> int:
    """The size that the index tells of a group of ``size`` articles, never more than that."""
    if size <= EXACT:
        return size
    unit: int = 10 ** (len(str(size)) - 1)
    return max(step * unit // 100 for step in _STEPS if step * unit // 100 <= size)
