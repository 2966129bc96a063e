"""What kernels ask of the machine is what the plain functions say."""

import numpy as np
import pytest

from dedupe import machine
from dedupe.kernels import U64, kernel
from dedupe.machine import ask, classes, inserting, octets, product, tagged, trailing, word_at


@kernel()
def total(text: str) -> int:
    found = octets(text)
    count = 0
    for i in range(len(found)):
        count += (i + 1) * found[i]
    return count


LANES = (12, 24, 32)
insert_12, insert_24, insert_32 = (inserting(lanes) for lanes in LANES)


@kernel()
def read(data: np.typing.NDArray[np.uint8], at: int) -> tuple[U64, ...]:
    word = word_at(data, at)
    a, b, c, d, e = classes(data, at)
    return a, b, c, d, e, word, trailing(word), product(word, word_at(data, at + 8))


@kernel()
def line(table: np.typing.NDArray[np.uint32], first: int, bits: int, tag: int) -> U64:
    ask(table, first)
    return tagged(table, first, bits, tag)


@kernel()
def insert(
    lanes: int, table: np.typing.NDArray[np.uint16], values: np.typing.NDArray[np.uint16]
) -> None:
    first = np.uint64(2)
    for i in range(len(values)):
        if lanes == 12:
            insert_12(table, first, values[i])
        elif lanes == 24:
            insert_24(table, first, values[i])
        else:
            insert_32(table, first, values[i])


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


@pytest.mark.parametrize("text", ["", "a", "Storm in Varna", "".join(map(chr, range(256)))])
def test_the_bytes_are_read_that_a_string_carries(text: str) -> None:
    assert total(text) == sum((i + 1) * byte for i, byte in enumerate(machine.plain_octets(text)))


def test_no_bit_is_set_in_zero() -> None:
    assert read(np.zeros(80, dtype=np.uint8), 3) == (0, 0, 0, 0, 0, 0, 64, 0)


@pytest.mark.parametrize("cell", [np.uint32, np.uint64])
def test_cells_of_a_line_are_compared_at_once(cell: type[np.uint32 | np.uint64]) -> None:
    table = np.random.default_rng(2).integers(0, 1024, 64).astype(cell)
    for first in (0, 16, 40):
        for tag in range(4):
            assert line(table, first, 8, tag) == machine.plain_tagged(table, first, 8, tag)


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("top", [20, 0x10000])
def test_the_smallest_values_are_kept_in_order_and_once(lanes: int, top: int) -> None:
    rng = np.random.default_rng(lanes)
    plain = machine.plain_insert(lanes)
    for count in (0, 1, lanes, 5 * lanes):
        values = rng.integers(0, top, count).astype(np.uint16)
        table = np.full(lanes + 4, 0xFFFF, dtype=np.uint16)
        expected = table.copy()
        insert(lanes, table, values)
        for value in values:
            plain(expected, np.uint64(2), value)
        assert np.array_equal(table, expected)
        smallest = np.unique(values[values < 0xFFFF])[:lanes]
        assert np.array_equal(table[2 : 2 + len(smallest)], smallest)
        assert (table[:2] == 0xFFFF).all()
        assert (table[2 + lanes :] == 0xFFFF).all()
