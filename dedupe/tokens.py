"""Words as hashes: XXH3-64 of each word or window, with what makes it particular."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xxhash

from dedupe.kernels import U64, inner, kernel
from dedupe.text import (
    BREAK,
    CAPITAL,
    DIGIT,
    IDEOGRAPH,
    KIND_MASK,
    LETTER,
    SEPARATOR,
    SILENT,
    UNFOLDED,
    WINDOWS,
    encode,
    fold,
    runs,
    tables,
)
from dedupe.xxh3 import LONGEST, hash64, hash_short

PARTICULAR, NUMBER = 1, 2
MAX_WORDS = 20_000  # 40 times a long article; what follows in a larger text is not looked at
_IDEOGRAPH_WINDOW = WINDOWS[IDEOGRAPH]
_UNSPACED_WINDOW = WINDOWS[max(WINDOWS)]
_RING = 16
_OTHER = np.int64(6)  # no kind of character: the word goes on in the general way
_ZERO, _U8, _U56 = np.uint64(0), np.uint64(8), np.uint64(56)


class Tokens(NamedTuple):
    """Hashes of the words in order (uint64), and per word the marks of what it is (uint8)."""

    hashes: npt.NDArray[np.uint64]
    marks: npt.NDArray[np.uint8]


def tokenise(text: str) -> Tokens:
    """Read a text.

    A word is ``NUMBER`` when it has a digit, and ``PARTICULAR`` when it is a number or is
    written with a capital within a sentence: a name, mostly.
    """
    raw, info, lower = tables()
    count, hashes, marks = _read(encode(text), raw, lower)
    if count < 0:
        count, hashes, marks = _read(fold(text), info, lower)
    return Tokens(hashes[:count], marks[:count])


def _read(
    encoded: bytes, info: npt.NDArray[np.uint8], lower: npt.NDArray[np.uint32]
) -> tuple[int, npt.NDArray[np.uint64], npt.NDArray[np.uint8]]:
    data = np.frombuffer(encoded, dtype=np.uint8)
    size = min(len(data) // 2 + 2, MAX_WORDS)
    hashes = np.empty(size, dtype=np.uint64)
    marks = np.empty(size, dtype=np.uint8)
    return _tokenise(data, info, lower, hashes, marks), hashes, marks


def plain_tokenise(
    data: npt.NDArray[np.uint8],
    info: npt.NDArray[np.uint8],
    _lower: npt.NDArray[np.uint32],
    hashes: npt.NDArray[np.uint64],
    marks: npt.NDArray[np.uint8],
) -> int:
    text = data.tobytes().decode("utf-8")
    points = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
    if (info[np.minimum(points, len(info) - 1)] & UNFOLDED).any():
        return -1
    count = 0
    for run in runs(data.tobytes()):
        if run.kind == LETTER:
            pieces = [run.chars]
        else:
            width = WINDOWS[run.kind]
            last = max(len(run.chars) - width, 0)
            pieces = [run.chars[i : i + width] for i in range(last + 1)]
        particular = run.digits or run.inside or (run.capitalised and not run.opens)
        mark = PARTICULAR * particular | NUMBER * run.digits
        for piece in pieces:
            if count == len(hashes):
                return count
            hashes[count] = xxhash.xxh3_64_intdigest(piece.encode()[:LONGEST])
            marks[count] = mark if run.kind == LETTER else 0
            count += 1
    return count


@inner
def byte_mark(data: npt.NDArray[np.uint8], info: npt.NDArray[np.uint8], at: U64) -> U64:
    """What an ASCII character is; ``_OTHER`` for a byte of any other."""
    byte = data[np.uint64(at)]
    return np.int64(info[np.uint64(byte)]) if byte < 0x80 else _OTHER


@inner
def small_byte(data: npt.NDArray[np.uint8], at: U64, mark: U64) -> U64:
    """An ASCII character in lower case: CAPITAL's bit, moved by one, is what makes it small."""
    return np.uint64(np.int64(data[np.uint64(at)]) | (mark & CAPITAL) << 1)


@inner
def tokenise_into(  # noqa: C901 - one loop over bytes is what compiles to fast code
    data: npt.NDArray[np.uint8],
    info: npt.NDArray[np.uint8],
    lower: npt.NDArray[np.uint32],
    hashes: npt.NDArray[np.uint64],
    marks: npt.NDArray[np.uint8],
) -> int:
    """How many words were written; -1 when the text must be folded first.

    ``data`` must end with an ASCII separator.
    """
    size = len(data)
    out = np.empty(size + size // 2 + 8, dtype=np.uint8)  # lower case can be longer (Ⱥ, ⱥ)
    ring = np.empty(_RING, dtype=np.int64)
    last = len(info) - 1
    mark: U64
    byte: U64
    point: U64
    count = 0
    at = 0
    end = 0  # of what was written to out
    start = 0  # of the run in out
    kind = SEPARATOR
    chars = 0
    window = 0
    seen = np.int64(0)
    starts = True
    within = np.int64(0)
    capitalised = False
    opens = True
    while at <= size:
        if at == size:
            mark = SEPARATOR
            point = 0
            at += 1
        else:
            if kind == SEPARATOR and data[np.uint64(at)] < 0x80:
                # The common case by far, an ASCII word between two ASCII separators, in one go
                # and in registers: bytes written one by one are slow to read back as words.
                mark = byte_mark(data, info, at)
                if mark & KIND_MASK == SEPARATOR:
                    opens = opens or (mark & BREAK) != 0
                    at += 1
                    continue
                if mark & KIND_MASK == LETTER:
                    begin = at
                    first = mark
                    inside = np.int64(0)
                    last8 = _ZERO
                    while True:
                        last8 = last8 >> _U8 | small_byte(data, at, mark) << _U56
                        at += 1
                        mark = byte_mark(data, info, at)
                        if mark & KIND_MASK != LETTER:
                            break
                        inside |= mark
                    length = at - begin
                    if mark & KIND_MASK == SEPARATOR and length <= 16:
                        if count == len(hashes):
                            return count
                        first8 = last8 >> np.uint64(max(64 - 8 * length, 0))
                        if length > 8:
                            first8 = _ZERO
                            for k in range(8):
                                small = small_byte(
                                    data, begin + k, byte_mark(data, info, begin + k)
                                )
                                first8 = first8 >> _U8 | small << _U56
                        hashes[np.uint64(count)] = hash_short(first8, last8, length)
                        special = 0
                        if (first | inside) & DIGIT:
                            special = PARTICULAR | NUMBER
                        elif inside & CAPITAL or (first & CAPITAL and not opens):
                            special = PARTICULAR
                        marks[np.uint64(count)] = special
                        count += 1
                        opens = (mark & BREAK) != 0
                        at += 1
                        continue
                    at = begin  # long, or not all ASCII: again, in the general way
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
                return -1
        this = mark & KIND_MASK
        if this == SILENT:
            continue
        if this != kind:
            if kind != SEPARATOR:
                if kind == LETTER or chars < window:
                    if count == len(hashes):
                        return count
                    hashes[count] = hash64(out, start, min(end - start, LONGEST))
                    marks[count] = 0
                    if kind == LETTER:
                        if seen & DIGIT:
                            marks[count] = PARTICULAR | NUMBER
                        elif within & CAPITAL or (capitalised and not opens):
                            marks[count] = PARTICULAR
                    count += 1
                opens = False
            kind = this
            start = end
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
            ring[chars & (_RING - 1)] = end
            chars += 1
        if point < 0x80:
            out[end] = point
            end += 1
        elif point < 0x800:
            out[end] = 0xC0 | point >> 6
            out[end + 1] = 0x80 | (point & 0x3F)
            end += 2
        elif point < 0x10000:
            out[end] = 0xE0 | point >> 12
            out[end + 1] = 0x80 | (point >> 6 & 0x3F)
            out[end + 2] = 0x80 | (point & 0x3F)
            end += 3
        else:
            out[end] = 0xF0 | point >> 18
            out[end + 1] = 0x80 | (point >> 12 & 0x3F)
            out[end + 2] = 0x80 | (point >> 6 & 0x3F)
            out[end + 3] = 0x80 | (point & 0x3F)
            end += 4
        if kind != LETTER and chars >= window:
            if count == len(hashes):
                return count
            begin = ring[(chars - window) & (_RING - 1)]
            hashes[count] = hash64(out, begin, min(end - begin, LONGEST))
            marks[count] = 0
            count += 1
    return count


_tokenise = kernel(plain_tokenise)(tokenise_into)
