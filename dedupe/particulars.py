"""Particulars: the names, the numbers and the headline words that tell two texts apart.

Two instances of a template (a match report, a results notice, a daily puzzle) share most of their
sentences and differ in exactly these; two prints of one text share them even when a third of the
words was edited. Each of the three sets is kept as its smallest hashes (Broder's bottom-k sketch).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.kernels import inner, kernel
from dedupe.machine import inserting
from dedupe.text import NUMBER, PARTICULAR
from dedupe.tokens import Tokens

NAMES, NUMBERS, TITLE = 32, 24, 12
SIZE = NAMES + NUMBERS + TITLE
ABSENT = 0xFFFF

Sketch = npt.NDArray[np.uint16]

_U48 = np.uint64(48)
_FIRST_NAME, _FIRST_NUMBER, _FIRST_TITLE = (np.uint64(n) for n in (0, NAMES, NAMES + NUMBERS))
_keep_name, _keep_number, _keep_title = (inserting(size) for size in (NAMES, NUMBERS, TITLE))
_ABSENT = np.uint16(ABSENT)


class Agreement(NamedTuple):
    """How many of the comparable elements two sketches share, out of how many.

    Comparable are the elements of the smaller set; 0 of 0 when one has none.
    """

    shared: int
    compared: int


class Agreements(NamedTuple):
    """What two texts agree on."""

    names: Agreement
    numbers: Agreement
    title: Agreement


@inner
def share(agreement: Agreement) -> float:
    """In 0..1; 1 when there is nothing to compare."""
    return agreement.shared / agreement.compared if agreement.compared else 1.0


def sketch(text: Tokens, title: Tokens) -> Sketch:
    """The names, the numbers and the title words, each sorted and padded with ``ABSENT``."""
    out = np.empty(SIZE, dtype=np.uint16)
    _sketch(text.hashes, text.marks, title.hashes, out)
    return out


def agreements(mine: Sketch, other: Sketch) -> Agreements:
    """Compare two sketches."""
    out = np.zeros(6, dtype=np.int64)
    _agreements(mine, other, out)
    names, of_names, numbers, of_numbers, title, of_title = out.tolist()
    return Agreements(
        Agreement(names, of_names), Agreement(numbers, of_numbers), Agreement(title, of_title)
    )


def plain_sketch(
    words: npt.NDArray[np.uint64],
    marks: npt.NDArray[np.uint8],
    title: npt.NDArray[np.uint64],
    out: Sketch,
) -> None:
    """What :func:`sketch_into` does, in numpy."""
    values = (words >> _U48).astype(np.uint16)
    names = values[(marks & (PARTICULAR | NUMBER)) == PARTICULAR]
    parts = (
        (names, 0, NAMES),
        (values[marks & NUMBER != 0], NAMES, NUMBERS),
        ((title >> _U48).astype(np.uint16), NAMES + NUMBERS, TITLE),
    )
    out[:] = _ABSENT
    for part, first, size in parts:
        smallest = np.unique(part)[:size]
        out[first : first + len(smallest)] = smallest


@inner
def sketch_into(
    words: npt.NDArray[np.uint64],
    marks: npt.NDArray[np.uint8],
    title: npt.NDArray[np.uint64],
    out: Sketch,
) -> None:
    out[:] = _ABSENT
    particular = np.empty(len(words), dtype=np.int32)
    count = 0
    for i in range(len(words)):
        particular[count] = i
        count += marks[i] & PARTICULAR
    for k in range(count):
        i = particular[k]
        value = np.uint16(words[i] >> _U48)
        if marks[i] & NUMBER:
            _keep_number(out, _FIRST_NUMBER, value)
        else:
            _keep_name(out, _FIRST_NAME, value)
    for i in range(len(title)):
        _keep_title(out, _FIRST_TITLE, np.uint16(title[i] >> _U48))


@inner
def _agree(mine: Sketch, other: Sketch, first: int, size: int, out: npt.NDArray[np.int64]) -> None:
    """Count up to the end of the sketch that ends first: beyond it one of them knows nothing."""
    end = first + size
    bound = min(mine[end - 1], other[end - 1])
    i = first
    j = first
    shared = 0
    while i < end and j < end and mine[i] < _ABSENT and other[j] < _ABSENT:
        if mine[i] == other[j]:
            if mine[i] <= bound:
                shared += 1
            i += 1
            j += 1
        elif mine[i] < other[j]:
            i += 1
        else:
            j += 1
    ours = 0
    theirs = 0
    for at in range(first, end):
        ours += mine[at] <= bound and mine[at] < _ABSENT
        theirs += other[at] <= bound and other[at] < _ABSENT
    place = 0 if first == 0 else (2 if first == NAMES else 4)
    out[place] = shared
    out[place + 1] = min(ours, theirs)


@inner
def agreements_into(mine: Sketch, other: Sketch, out: npt.NDArray[np.int64]) -> None:
    _agree(mine, other, 0, NAMES, out)
    _agree(mine, other, NAMES, NUMBERS, out)
    _agree(mine, other, NAMES + NUMBERS, TITLE, out)


_sketch = kernel(plain_sketch)(sketch_into)
_agreements = kernel()(agreements_into)
