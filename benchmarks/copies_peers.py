"""The peers of copy finding, and Copydesk, behind one face: a text in, its group out."""

import importlib
import re
from collections.abc import Callable
from typing import Any

import xxhash
from datasketch import MinHash, MinHashLSH

from dedupe.copies import CopyFinder
from dedupe.document import Document
from dedupe.lsh import BANDS, ROWS, BandedIndex
from dedupe.minhash import PERMUTATIONS, low32
from dedupe.reading import Reader

_WORD = re.compile(r"\w+")
_SHARED = MinHash(num_perm=PERMUTATIONS, hashfunc=low32)
_READER = Reader()
_THRESHOLD = 0.2

Place = Callable[[str, str], object]


def shingles(text: str) -> list[str]:
    words = _WORD.findall(text.lower())
    return [" ".join(words[i : i + 4]) for i in range(len(words) - 3)]


def datasketch_plain(text: str) -> MinHash:
    """As its documentation shows it: sha1, and permutations made for every text."""
    sketch = MinHash(num_perm=PERMUTATIONS)
    sketch.update_batch([part.encode() for part in shingles(text)])
    return sketch


def datasketch_tuned(text: str) -> MinHash:
    """The permutations shared and a fast hash, as far as its interface goes."""
    sketch = _SHARED.copy()
    sketch.update_batch([xxhash.xxh3_64_intdigest(part.encode()) for part in shingles(text)])
    return sketch


def copydesk_signature(text: str) -> object:
    """Words, shingles and the same signature, without filters."""
    return _READER.sign(text)


def rensa_signature(text: str) -> Any:
    """rensa's own."""
    sketch = importlib.import_module("rensa").RMinHash(BANDS * ROWS, 42)
    sketch.update(shingles(text))
    return sketch


class BarePlacer:
    """Copydesk's kernels used as datasketch is used: no filters, the best J >= .2 is the match."""

    def __init__(self) -> None:
        self.index = BandedIndex()
        self.groups: list[int] = []

    def place(self, _name: str, text: str) -> int:
        """The group of a text."""
        signature = _READER.sign(text)
        found = self.index.find(signature)
        slot = self.index.add(signature)
        group = slot
        if len(found.slots):
            best = int(found.equal.argmax())
            if found.equal[best] >= _THRESHOLD * PERMUTATIONS:
                group = self.groups[found.slots[best]]
        self.groups.append(group)
        return group


class DatasketchPlacer:
    """datasketch in the same bands."""

    def __init__(self, sketch: Callable[[str], MinHash]) -> None:
        self.sketch = sketch
        self.index = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, ROWS))
        self.held: dict[str, tuple[MinHash, str]] = {}

    def place(self, name: str, text: str) -> str:
        """The group of a text."""
        sketch = self.sketch(text)
        near = [(sketch.jaccard(self.held[key][0]), key) for key in self.index.query(sketch)]
        best, match = max(near, default=(0.0, name))
        group = self.held[match][1] if best >= _THRESHOLD else name
        self.held[name] = (sketch, group)
        self.index.insert(name, sketch)
        return group


class RensaPlacer:
    """rensa in the same bands."""

    def __init__(self) -> None:
        module = importlib.import_module("rensa")
        self.index = module.RMinHashLSH(
            threshold=_THRESHOLD, num_perm=BANDS * ROWS, num_bands=BANDS
        )
        self.held: list[tuple[Any, int]] = []

    def place(self, _name: str, text: str) -> int:
        """The group of a text."""
        sketch = rensa_signature(text)
        near = [(sketch.jaccard(self.held[key][0]), key) for key in self.index.query(sketch)]
        number = len(self.held)
        best, match = max(near, default=(0.0, number))
        group = self.held[match][1] if best >= _THRESHOLD else number
        self.held.append((sketch, group))
        self.index.insert(number, sketch)
        return group


class GaoyaPlacer:
    """gaoya in the same bands; it shingles by itself, in Rust."""

    def __init__(self) -> None:
        module = importlib.import_module("gaoya.minhash")
        self.index = module.MinHashStringIndex(
            32, _THRESHOLD, BANDS, ROWS, None, "word", True, (4, 4), "vec"
        )
        self.groups: list[int] = []

    def place(self, _name: str, text: str) -> int:
        """The group of a text."""
        near = self.index.query(text)
        number = len(self.groups)
        self.index.insert_document(number, text)
        self.groups.append(self.groups[min(near)] if near else number)
        return self.groups[-1]


class ShippedPlacer:
    """Copydesk as shipped: boilerplate, containment, particulars, headlines, verification."""

    def __init__(self) -> None:
        self.finder = CopyFinder()

    def place(self, name: str, text: str) -> object:
        """The placement of a text."""
        head, _, body = text.partition("\n")
        document = Document(id=name, title=head, text=body, source=name[-2:], at=float(name[1:]))
        return self.finder.place(document)
