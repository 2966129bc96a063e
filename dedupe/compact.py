"""The banded index behind the face of datasketch, for those who use that."""

from collections.abc import Hashable
from typing import Generic, TypeVar

from datasketch import MinHash

from dedupe.lsh import BANDS, ROWS, BandedIndex
from dedupe.minhash import from_datasketch

_Key = TypeVar("_Key", bound=Hashable)


class CompactLSH(Generic[_Key]):
    """The face of ``datasketch.MinHashLSH`` over a :class:`BandedIndex`.

    Takes ``datasketch.MinHash`` (affine32, seed 1, 128 permutations; ValueError otherwise).
    """

    def __init__(self, params: tuple[int, int] = (BANDS, ROWS)) -> None:
        self._index = BandedIndex(*params)
        self._keys: list[_Key] = []
        self._slots: dict[_Key, int] = {}

    def insert(self, key: _Key, minhash: MinHash) -> None:
        """ValueError when the key is here already."""
        if key in self._slots:
            raise ValueError("The given key already exists")
        self._slots[key] = self._index.add(from_datasketch(minhash))
        self._keys.append(key)

    def query(self, minhash: MinHash) -> list[_Key]:
        """The keys whose signatures share a band with this one."""
        return [self._keys[slot] for slot in self._index.find(from_datasketch(minhash)).slots]

    def remove(self, key: _Key) -> None:
        """ValueError when the key is not here."""
        if key not in self._slots:
            raise ValueError("The given key does not exist")
        self._index.remove(self._slots.pop(key))

    def __contains__(self, key: _Key) -> bool:
        return key in self._slots

    def __len__(self) -> int:
        return len(self._slots)
