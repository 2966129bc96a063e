"""What kernels ask of the machine is what the plain functions say."""

import numpy as np
import pytest

from dedupe import machine
from dedupe.kernels import U64, kernel
from dedupe.machine import ask, classes, product, tagged, trailing, word_at


@kernel()
def read(data: np.typing.NDArray[np.uint8], at: int) -> tuple[U64, ...]:
    word = word_at(data, at)
    a, b, c, d, e = classes(data, at)
    return a, b, c, d, e, word, trailing(word), product(word, word_at(data, at + 8))


@kernel()
def line(table: np.typing.NDArray[np.uint32], first: int, bits: int, tag: int) -> U64:
    ask(table, first)
    return tagged(table, first, bits, tag)


@pytest.mark.parametrize("top", [128, 256])
def test_bytes_are_classed_and_words_are_read(top: int) -> None:
    rng = np.random.default_rng(top)
    every = np.arange(top, dtype=np.uint8)
    for _ in range(50):
        data = np.concatenate([every, rng.integers(0, top, 80).astype(np.uint8)])
        at = int(rng.integers(0, top))
        word = machine.plain_word_at(data, at)
        expected = (
            *machine.plain_classes(data, at),
            word,
            machine.plain_trailing(word),
            machine.plain_product(word, machine.plain_word_at(data, at + 8)),
        )
        assert read(data, at) == expected


def test_no_bit_is_set_in_zero() -> None:
    assert read(np.zeros(80, dtype=np.uint8), 3) == (0, 0, 0, 0, 0, 0, 64, 0)


@pytest.mark.parametrize("cell", [np.uint32, np.uint64])
def test_cells_of_a_line_are_compared_at_once(cell: type[np.uint32 | np.uint64]) -> None:
    table = np.random.default_rng(2).integers(0, 1024, 64).astype(cell)
    for first in (0, 16, 40):
        for tag in range(4):
            assert line(table, first, 8, tag) == machine.plain_tagged(table, first, 8, tag)
