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
from dedupe.xxh3 import LONGEST, hash64, hash_short, read64

PARTICULAR, NUMBER = 1, 2
MAX_WORDS = 20_000  # 40 times a long article; what follows in a larger text is not looked at
_IDEOGRAPH_WINDOW = WINDOWS[IDEOGRAPH]
_UNSPACED_WINDOW = WINDOWS[max(WINDOWS)]
_RING = 16

# Ranges of ASCII, tested in all eight bytes of a register: adding 0x80 - x to a byte of seven bits
# sets its high bit when it is x or more.
_ONE, _U7, _U8, _U56, _U128 = (np.uint64(n) for n in (1, 7, 8, 56, 128))
_EACH = 0x0101010101010101
_SEVEN_BITS, _HIGH_BITS, _SMALL = (np.uint64(n * _EACH) for n in (0x7F, 0x80, 0x20))
_FROM_0, _PAST_9 = (np.uint64((0x80 - n) * _EACH) for n in (0x30, 0x3A))
_FROM_A, _PAST_Z = (np.uint64((0x80 - n) * _EACH) for n in (0x41, 0x5B))
_FROM_SMALL_A, _PAST_SMALL_Z = (np.uint64((0x80 - n) * _EACH) for n in (0x61, 0x7B))
_BYTE_NUMBERS = np.uint64(0x0001020304050607)  # times 2**(8k), its top byte is k


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
def tokenise_into(  # noqa: C901 - one loop over bytes is what compiles to fast code
    data: npt.NDArray[np.uint8],
    info: npt.NDArray[np.uint8],
    lower: npt.NDArray[np.uint32],
    hashes: npt.NDArray[np.uint64],
    marks: npt.NDArray[np.uint8],
) -> int:
    """How many words were written; -1 when the text must be folded first.

    ``data`` must end with sixteen ASCII separators: eight bytes are read at once, and the last
    eight are never begun with.
    """
    size = len(data) - 8
    out = np.empty(size + size // 2 + 8, dtype=np.uint8)  # lower case can be longer (Ⱥ, ⱥ)
    ring = np.empty(_RING, dtype=np.int64)
    last = len(info) - 1
    mark: U64
    length: U64
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
            if kind == SEPARATOR:
                # The common case by far, a short ASCII word between two ASCII separators: eight
                # characters at once in one register, without a branch per character.
                eight = read64(data, np.uint64(at))
                low = eight & _SEVEN_BITS
                clean = ~eight & _HIGH_BITS
                digits = (low + _FROM_0) & ~(low + _PAST_9) & clean
                capitals = (low + _FROM_A) & ~(low + _PAST_Z) & clean
                small = low | _SMALL
                letters = (small + _FROM_SMALL_A) & ~(small + _PAST_SMALL_Z) & clean
                other = ~(letters | digits) & _HIGH_BITS
                if other:
                    first_other = other & (~other + _ONE)
                    length = np.int64((first_other >> _U7) * _BYTE_NUMBERS >> _U56)
                    inside = (first_other >> _U7) - _ONE
                    word = (eight | _SMALL) & inside
                    ends = word << np.uint64(64 - 8 * length)
                    capitals &= inside
                    digits &= inside
                else:
                    length = np.int64(8)
                    word = eight | _SMALL
                    ends = word
                    while length < 16:
                        more = np.int64(data[np.uint64(at + length)])
                        mark = np.int64(info[np.uint64(more)])
                        if more >= 0x80 or mark & KIND_MASK != LETTER:
                            break
                        ends = ends >> _U8 | np.uint64(more | (mark & CAPITAL) << 1) << _U56
                        capitals |= np.uint64(mark & CAPITAL) << _U8  # beyond the first one's bit
                        digits |= np.uint64(mark & DIGIT)
                        length += 1
                end_byte = data[np.uint64(at + length)]
                mark = np.int64(info[np.uint64(end_byte)])
                if end_byte < 0x80 and mark & KIND_MASK == SEPARATOR:
                    if length:
                        if count == len(hashes):
                            return count
                        hashes[np.uint64(count)] = hash_short(word, ends, length)
                        special = 0
                        if digits:
                            special = PARTICULAR | NUMBER
                        elif capitals > _U128 or (capitals and not opens):
                            special = PARTICULAR
                        marks[np.uint64(count)] = special
                        count += 1
                        opens = False
                    opens = opens or (mark & BREAK) != 0
                    at += length + 1
                    continue
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
