"""All strands of the stories in memory, in columns that compiled code reads."""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.stories.blocks import Blocks, longer
from dedupe.stories.sparse import Ids, Weights
from dedupe.stories.story import Story, Strand

FIELDS: Final = 4
"""Vectors of a strand: body, head, grams, neutral."""
BORN, REPORTS, FIRST, LAST, MEAN, STRAND_REPORTS, LANGUAGE = range(7)
"""What ``facts`` holds of each strand, and of the story that it belongs to."""


class Table(NamedTuple):
    """Strands row by row. Vector ``k`` of row ``r`` is ``size[r, k]`` cells of ``ids`` and of
    ``weights`` from ``start[r, k]`` on; ``length`` is its norm."""

    ids: Ids
    weights: Weights
    start: NDArray[np.int64]
    size: NDArray[np.int32]
    length: NDArray[np.float64]
    facts: NDArray[np.float64]


class Columns:
    """Gives each strand a row and keeps what is read there in step with the story."""

    def __init__(self) -> None:
        self._blocks = Blocks()
        self._start = np.zeros((64, FIELDS), np.int64)
        self._room = np.zeros((64, FIELDS), np.int32)
        self._size = np.zeros((64, FIELDS), np.int32)
        self._length = np.zeros((64, FIELDS))
        self._facts = np.zeros((64, 7))
        self._free: list[int] = []
        self.strands: list[tuple[Story, str]] = []
        """The story and language of each row; a free row keeps its last."""

    @property
    def table(self) -> Table:
        """The columns as they are now."""
        blocks = self._blocks
        return Table(blocks.ids, blocks.weights, self._start, self._size, self._length, self._facts)

    @property
    def order(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """By what rows are ordered that are otherwise alike."""
        return self._facts[:, BORN], self._facts[:, LANGUAGE]

    def story(self, row: int) -> Story:
        """The story whose strand stands in a row."""
        return self.strands[row][0]

    def put(self, story: Story, language: str) -> int:
        """Copy a strand to its row (a new one if it has none); answers the row."""
        row = story.rows.get(language)
        if row is None:
            row = story.rows[language] = self._row(story, language)
        strand = story.strands[language]
        self._store(row, strand)
        self._facts[row, STRAND_REPORTS] = strand.reports
        return row

    def tell(self, story: Story, rows: Iterable[int]) -> None:
        """Note in the rows of its strands when the story was told, and how often."""
        told = (story.born, story.reports, story.first, story.last, story.mean)
        for row in rows:
            self._facts[row, :5] = told

    def drop(self, story: Story, language: str) -> int:
        """Take a strand's row back; answers it."""
        row = story.rows.pop(language)
        for field in range(FIELDS):
            room = int(self._room[row, field])
            if room:
                self._blocks.give(int(self._start[row, field]), room)
        self._room[row] = self._size[row] = 0
        self._free.append(row)
        return row

    def _row(self, story: Story, language: str) -> int:
        row = self._free.pop() if self._free else len(self.strands)
        if row < len(self.strands):
            self.strands[row] = story, language
        else:
            self.strands.append((story, language))
            self._grow(row)
        self._facts[row, LANGUAGE] = order_of(language)
        return row

    def _grow(self, row: int) -> None:
        if row >= self._size.shape[0]:
            rows = row + row // 2 + 1
            self._start, self._room = longer(self._start, rows), longer(self._room, rows)
            self._size, self._length = longer(self._size, rows), longer(self._length, rows)
            self._facts = longer(self._facts, rows)

    def _store(self, row: int, strand: Strand) -> None:
        at = 0
        total = strand.total
        rooms, starts = self._room[row].tolist(), self._start[row].tolist()
        for field, size in enumerate(total.sizes):
            if size > rooms[field]:
                if rooms[field]:
                    self._blocks.give(starts[field], rooms[field])
                rooms[field] = self._room[row, field] = self._blocks.room(size)
                starts[field] = self._start[row, field] = self._blocks.take(rooms[field])
        ids, weights = self._blocks.ids, self._blocks.weights
        for start, size in zip(starts, total.sizes, strict=True):
            ids[start : start + size] = total.ids[at : at + size]
            weights[start : start + size] = total.weights[at : at + size]
            at += size
        self._size[row] = total.sizes
        self._length[row] = strand.lengths


def order_of(language: str) -> float:
    """A number for a language code, ordered as the codes are (up to four letters)."""
    return float(int.from_bytes(language.encode()[:4].ljust(4, b"\0"), "big"))
