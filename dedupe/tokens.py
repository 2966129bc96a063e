"""Words as hashes: XXH3-64 of each word or window, with what makes it particular."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xxhash

from dedupe.kernels import U64, inner, kernel
from dedupe.machine import BLOCK, classes, trailing, word_at
from dedupe.scripts import read_run
from dedupe.text import (
    BREAK,
    KIND_MASK,
    LETTER,
    NUMBER,
    PARTICULAR,
    SEPARATOR,
    UNFOLDED,
    WINDOWS,
    encode,
    fold,
    runs,
    tables,
)
from dedupe.xxh3 import LONGEST, hash64, hash_eight, hash_sixteen

MAX_WORDS = 20_000  # 40 times a long article; what follows in a larger text is not looked at

_LONGEST = np.uint64(LONGEST)
_SHORTEST_LONG = np.uint64(17)  # bytes; shorter words are hashed in two registers
_BLOCK = np.uint64(BLOCK)
_U0, _U1, _U3, _U8, _U63 = (np.uint64(n) for n in (0, 1, 3, 8, 63))
_SMALL = np.uint64(0x2020202020202020)
_NEWLINE, _SPACE = 10, 32


class Scratch:
    """Memory that kernels need while they read, to be used again and again."""

    def __init__(self) -> None:
        self.words: npt.NDArray[np.uint64] = np.empty(4 * MAX_WORDS, dtype=np.uint64)
        self.letters: npt.NDArray[np.uint8] = np.empty(1 << 16, dtype=np.uint8)


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
    data: bytes, info: npt.NDArray[np.uint8], lower: npt.NDArray[np.uint32]
) -> tuple[int, npt.NDArray[np.uint64], npt.NDArray[np.uint8]]:
    size = min(len(data) // 2 + 2, MAX_WORDS)
    hashes = np.empty(size, dtype=np.uint64)
    marks = np.empty(size, dtype=np.uint8)
    scratch = Scratch()
    count = _tokenise.run(data, info, lower, hashes, marks, scratch.words, scratch.letters)
    return count, hashes, marks


def plain_tokenise(
    data: bytes,
    info: npt.NDArray[np.uint8],
    _lower: npt.NDArray[np.uint32],
    hashes: npt.NDArray[np.uint64],
    marks: npt.NDArray[np.uint8],
    *_scratch: object,
) -> int:
    points = np.frombuffer(data.decode("utf-8").encode("utf-32-le"), dtype="<u4")
    if (info[np.minimum(points, len(info) - 1)] & UNFOLDED).any():
        return -1
    count = 0
    for run in runs(data):
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
def tokenise_into(  # noqa: C901 - one loop is what compiles to fast code
    data: bytes,
    info: npt.NDArray[np.uint8],
    lower: npt.NDArray[np.uint32],
    hashes: npt.NDArray[np.uint64],
    marks: npt.NDArray[np.uint8],
    words: npt.NDArray[np.uint64],
    letters: npt.NDArray[np.uint8],
) -> int:
    """How many words were written; -1 when the text must be folded first.

    Sixty-four bytes at a time are told into letters, digits and the rest, a bit each. Where a
    stretch begins and ends, and whether it has a digit, a capital or something foreign, then comes
    from a few additions: added to the bits of a stretch, a bit within carries to its end (the
    marker algorithm of Cameron's parallel bit streams, 2008). Only stretches with foreign
    characters are read one by one.
    """
    size = len(data)
    blocks = size // BLOCK + 1
    room = (blocks + 2) * BLOCK
    most = room + size + size // 2 + LONGEST  # lower case can be longer (Ⱥ, ⱥ)
    if len(letters) < most:
        letters = np.empty(most, dtype=np.uint8)
    text = letters[:room]
    out = letters[room:most]
    text[:BLOCK] = _NEWLINE  # a text begins like a sentence
    for i in range(size):
        text[BLOCK + i] = data[i]
    text[BLOCK + size :] = _SPACE
    lengths = words[: len(hashes)]
    lasts = words[len(hashes) : 2 * len(hashes)]
    long = words[2 * len(hashes) : 3 * len(hashes)]
    longs = 0
    count = 0
    opens = False  # whether what was read one by one ended with the end of a sentence
    begin = _U0
    going = _U0  # carries from block to block
    length: U64
    opened = _U1
    named = _U0
    counted = _U0
    foreign = _U0
    for block in range(1, blocks + 1):
        base = np.uint64(block) * _BLOCK
        letters, digits, capitals, breaks, other = classes(text, base)
        heard = letters | digits | other
        before = heard << _U1 | going
        starts = heard & ~before
        ends = ~heard & before
        found, opened = _carry(~heard, breaks, opened)
        first = found & starts
        particular, named = _carry(heard, capitals & ~first, named)
        number, counted = _carry(heard, digits, counted)
        special, foreign = _carry(heard, other, foreign)
        if not going:
            begin = base + np.uint64(trailing(starts))
            starts &= starts - _U1
        going = heard >> _U63
        while ends:
            place = np.uint64(trailing(ends))
            end = base + place
            length = end - begin
            if special >> place & _U1 or opens:
                known = count
                count, opens = read_run(
                    text, begin, end, info, lower, out, hashes, marks, count,
                    opens or _opens(text, begin, info),
                )  # fmt: skip
                if count < 0:
                    return -1
                lengths[known:count] = _U0
                if count == len(hashes):
                    break
            else:
                if count == len(hashes):
                    break
                at = np.uint64(count)
                if length < _SHORTEST_LONG:
                    hashes[at] = word_at(text, begin)
                    lengths[at] = length
                    lasts[np.uint64(longs)] = word_at(text, end - _U8)
                    long[np.uint64(longs)] = at
                    longs += length > _U8
                else:
                    length = min(length, _LONGEST)
                    for i in range(length):
                        out[i] = text[begin + np.uint64(i)] | 0x20
                    hashes[at] = hash64(out, 0, length)
                    lengths[at] = _U0
                digit = number >> place & _U1
                mark = (particular >> place & _U1) | digit | digit << _U1
                marks[at] = np.uint8(mark)
                count += 1
            ends &= ends - _U1
            begin = base + np.uint64(trailing(starts))
            starts &= starts - _U1
    for i in range(count):  # several at once, in vectors
        length = lengths[i]
        unused = (_U8 - min(length, _U8)) << _U3
        word = (hashes[i] | _SMALL) << unused >> unused
        hashes[i] = hash_eight(word, length) if _U0 < length <= _U8 else hashes[i]
    for i in range(longs):
        at = long[i]
        hashes[at] = hash_sixteen(hashes[at] | _SMALL, lasts[i] | _SMALL, lengths[at])
    return count


@inner
def _carry(stretches: U64, seeds: U64, carry: U64) -> tuple[U64, U64]:
    """The bit after every stretch with a seed in it is set, or the carry into the next block."""
    once = stretches + seeds
    twice = once + carry
    return twice, np.uint64(once < stretches) | np.uint64(twice < once)


@inner
def _opens(text: npt.NDArray[np.uint8], begin: U64, info: npt.NDArray[np.uint8]) -> bool:
    """Whether the separators before a stretch end a sentence."""
    at = begin - _U1
    while text[at] < 0x80 and info[text[at]] & KIND_MASK == SEPARATOR:
        if info[text[at]] & BREAK:
            return True
        at -= _U1
    return False


_tokenise = kernel(plain_tokenise)(tokenise_into)
