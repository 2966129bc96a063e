"""Words with letters beyond ASCII, read character by character, and scripts without spaces."""

import numpy as np
import numpy.typing as npt

from dedupe.kernels import U64, inner
from dedupe.text import (
    BREAK,
    CAPITAL,
    DIGIT,
    IDEOGRAPH,
    KIND_MASK,
    LETTER,
    NUMBER,
    PARTICULAR,
    SEPARATOR,
    SILENT,
    UNFOLDED,
    WINDOWS,
)
from dedupe.xxh3 import LONGEST, hash64

_IDEOGRAPH_WINDOW = WINDOWS[IDEOGRAPH]
_UNSPACED_WINDOW = WINDOWS[max(WINDOWS)]
_RING = 16


@inner
def read_run(  # noqa: C901 - one loop over characters is what compiles to fast code
    data: npt.NDArray[np.uint8], begin: U64, end: U64,
    info: npt.NDArray[np.uint8], lower: npt.NDArray[np.uint32], out: npt.NDArray[np.uint8],
    hashes: npt.NDArray[np.uint64], marks: npt.NDArray[np.uint8], count: int, opens: bool,
) -> tuple[int, bool]:  # fmt: skip
    """Read UTF-8 from ``begin`` to ``end``, both between words; ``opens`` after a sentence's end.

    Answers how many words there are now, and whether the next one opens a sentence; -1 for a
    character that must be folded first. Stops when ``hashes`` are full. ``out`` takes the longest
    run of letters in lower case.
    """
    ring = np.empty(_RING, dtype=np.int64)
    last = len(info) - 1
    mark: U64
    point: U64
    at = np.int64(begin)
    stop = np.int64(end)
    size = 0  # of what was written to out
    kind = SEPARATOR
    chars = 0
    window = 0
    seen = np.int64(0)
    starts = True
    within = np.int64(0)
    capitalised = False
    while at <= stop:
        if at == stop:
            mark = SEPARATOR
            point = 0
            at += 1
        else:
            byte = np.int64(data[at])
            if byte < 0x80:
                point = byte
                at += 1
            elif byte < 0xE0:
                point = (byte & 0x1F) << 6 | (np.int64(data[at + 1]) & 0x3F)
                at += 2
            elif byte < 0xF0:
                point = (
                    (byte & 0x0F) << 12
                    | (np.int64(data[at + 1]) & 0x3F) << 6
                    | (np.int64(data[at + 2]) & 0x3F)
                )
                at += 3
            else:
                point = (
                    (byte & 0x07) << 18
                    | (np.int64(data[at + 1]) & 0x3F) << 12
                    | (np.int64(data[at + 2]) & 0x3F) << 6
                    | (np.int64(data[at + 3]) & 0x3F)
                )
                at += 4
            point = min(point, last)
            mark = np.int64(info[point])
            if mark & UNFOLDED:
                return -1, opens
        this = mark & KIND_MASK
        if this == SILENT:
            continue
        if this != kind:
            if kind != SEPARATOR:
                if kind == LETTER or chars < window:
                    if count == len(hashes):
                        return count, opens
                    hashes[count] = hash64(out, 0, min(size, LONGEST))
                    marks[count] = 0
                    if kind == LETTER:
                        if seen & DIGIT:
                            marks[count] = PARTICULAR | NUMBER
                        elif within & CAPITAL or (capitalised and not opens):
                            marks[count] = PARTICULAR
                    count += 1
                opens = False
            kind = this
            size = 0
            chars = 0
            seen = np.int64(0)
            within = np.int64(0)
            capitalised = (mark & CAPITAL) != 0
            starts = True
            window = _IDEOGRAPH_WINDOW if kind == IDEOGRAPH else _UNSPACED_WINDOW
        if this == SEPARATOR:
            if mark & BREAK:
                opens = True
            continue
        seen |= mark
        if not starts:
            within |= mark
        starts = False
        if mark & CAPITAL:
            point = np.int64(lower[point])
        if kind != LETTER:
            ring[chars & (_RING - 1)] = size
            chars += 1
        if point < 0x80:
            out[size] = point
            size += 1
        elif point < 0x800:
            out[size] = 0xC0 | point >> 6
            out[size + 1] = 0x80 | (point & 0x3F)
            size += 2
        elif point < 0x10000:
            out[size] = 0xE0 | point >> 12
            out[size + 1] = 0x80 | (point >> 6 & 0x3F)
            out[size + 2] = 0x80 | (point & 0x3F)
            size += 3
        else:
            out[size] = 0xF0 | point >> 18
            out[size + 1] = 0x80 | (point >> 12 & 0x3F)
            out[size + 2] = 0x80 | (point >> 6 & 0x3F)
            out[size + 3] = 0x80 | (point & 0x3F)
            size += 4
        if kind != LETTER and chars >= window:
            if count == len(hashes):
                return count, opens
            first = ring[(chars - window) & (_RING - 1)]
            hashes[count] = hash64(out, first, min(size - first, LONGEST))
            marks[count] = 0
            count += 1
    return count, opens
