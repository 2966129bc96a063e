"""All strands of the stories in memory, in columns that compiled code reads."""

from collections import Counter
from functools import lru_cache
from typing import Final

import numpy as np

from dedupe.kernels import kernel
from dedupe.memory import Given, Held, Memory
from dedupe.stories.blocks import Blocks, longer
from dedupe.stories.cells import (
    FACTS,
    FACTS_WIDTH,
    FIELDS,
    LANGUAGE,
    LENGTH,
    RING,
    SIZE,
    START,
    STRAND_REPORTS,
    cells,
    table_of,
)
from dedupe.stories.sparse import Ids, Weights
from dedupe.stories.story import Story, Strand


@kernel()
def _store(
    given: Given,
    row: int,
    ids: Ids,
    weights: Weights,
    sizes: tuple[int, int, int, int],
    lengths: tuple[float, float, float, float],
    reports: int,
) -> None:  # pragma: no cover - compiled
    """Copy the summed vectors of a strand to the blocks of a row."""
    table = table_of(given)
    at = 0
    for field in range(FIELDS):
        start = table.start[row, field]
        for k in range(sizes[field]):
            table.ids[start + k] = ids[at + k]
            table.weights[start + k] = weights[at + k]
        at += sizes[field]
        table.size[row, field] = sizes[field]
        table.length[row, field] = lengths[field]
    table.facts[row, STRAND_REPORTS] = reports


_BEGIN: Final = 64


class Columns:
    """Gives each strand a row and keeps what is read there in step with the story."""

    _start = Held(START, np.int64)
    _size = Held(SIZE, np.int32)
    _length = Held(LENGTH, np.float64)
    facts = Held(FACTS, np.float64)
    ring = Held(RING, np.int32)
    """Of each row the next row of the same story, in a circle."""

    def __init__(self, held_in: Memory | None = None) -> None:
        self.memory = cells() if held_in is None else held_in
        self._blocks = Blocks(self.memory)
        self._room = np.zeros((_BEGIN, FIELDS), np.int32)
        self._start = np.zeros((_BEGIN, FIELDS), np.int64)
        self._size = np.zeros((_BEGIN, FIELDS), np.int32)
        self._length = np.zeros((_BEGIN, FIELDS))
        self.facts = np.zeros((_BEGIN, FACTS_WIDTH))
        self.ring = np.zeros(_BEGIN, np.int32)
        self._free: list[int] = []
        self.told: Counter[str] = Counter()
        """How many strands of each language stand here."""
        self.strands: list[tuple[Story, str]] = []
        """The story and language of each row; a free row keeps its last."""

    def story(self, row: int) -> Story:
        """The story whose strand stands in a row."""
        return self.strands[row][0]

    def put(self, story: Story, language: str) -> int:
        """Copy a strand to its row (a new one if it has none); answers the row."""
        row = story.rows.get(language)
        if row is None:
            row = story.rows[language] = self._row(story, language)
        self._store(row, story.strands[language])
        return row

    def drop(self, story: Story, language: str) -> int:
        """Take a strand's row back; answers it."""
        row = story.rows.pop(language)
        self.told[language] -= 1
        for field in range(FIELDS):
            room = int(self._room[row, field])
            if room:
                self._blocks.give(int(self._start[row, field]), room)
        self._room[row] = self._size[row] = 0
        ring, before = self.ring, row
        while ring[before] != row:
            before = int(ring[before])
        ring[before] = ring[row]
        self._free.append(row)
        return row

    def _row(self, story: Story, language: str) -> int:
        row = self._free.pop() if self._free else len(self.strands)
        if row < len(self.strands):
            self.strands[row] = story, language
        else:
            self.strands.append((story, language))
            self._grow(row)
        self.told[language] += 1
        self.facts[row, LANGUAGE] = order_of(language)
        beside = next(iter(story.rows.values()), row)
        self.ring[row] = row
        if beside != row:
            self.ring[row], self.ring[beside] = self.ring[beside], row
        return row

    def _grow(self, row: int) -> None:
        if row >= len(self._room):
            rows = row + row // 2 + 1
            self._start, self._room = longer(self._start, rows), longer(self._room, rows)
            self._size, self._length = longer(self._size, rows), longer(self._length, rows)
            self.facts, self.ring = longer(self.facts, rows), longer(self.ring, rows)

    def _store(self, row: int, strand: Strand) -> None:
        total = strand.total
        rooms = self._room[row].tolist()
        for field, size in enumerate(total.sizes):
            if size > rooms[field]:
                if rooms[field]:
                    self._blocks.give(int(self._start[row, field]), rooms[field])
                room = self._room[row, field] = self._blocks.room(size)
                self._start[row, field] = self._blocks.take(room)
        _store.run(self.memory.given, row, *total, strand.lengths, strand.reports)


@lru_cache(maxsize=1000)
def order_of(language: str) -> float:
    """A number for a language code, ordered as the codes are (up to four letters)."""
    return float(int.from_bytes(language.encode()[:4].ljust(4, b"\0"), "big"))
