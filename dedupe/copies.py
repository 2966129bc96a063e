"""Copy groups: the same text under any headline, found as it arrives."""

import base64
from typing import Self

import msgspec
import xxhash
from datasketch import MinHash, MinHashLSH

from dedupe import snapshot
from dedupe.document import CopyEvidence, CopyPlacement, Document
from dedupe.errors import DedupeError
from dedupe.text import words

_PERMUTATIONS = 128
_BANDS = (42, 3)  # half of all pairs of Jaccard similarity .25 become candidates
_THRESHOLD = 0.5
_WINDOW = 90 * 86400.0
_TITLE_WINDOW = 72 * 3600.0
_TITLE_WORDS = 6  # shorter headlines ("Live updates") recur without being copies
_TEXT_WORDS = 8
_SNAPSHOT = 100
_SHARED = MinHash(num_perm=_PERMUTATIONS, hashfunc=xxhash.xxh3_64_intdigest, scheme="affine32")


class _Held(msgspec.Struct, frozen=True):
    """What is kept of a placed document."""

    group: str
    at: float
    source: str
    outlet: str
    title: str
    signature: tuple[int, ...]


class _State(msgspec.Struct, frozen=True):
    held: dict[str, _Held]


def group_id(document: str, attempt: int = 0) -> str:
    """The id of the copy group that starts with this document."""
    name = f"{document}#{attempt}" if attempt else document
    digest = xxhash.xxh3_64_digest(name.encode())
    return "c" + base64.b32encode(digest).decode().lower()[:12]


class CopyFinder:
    """Places documents into copy groups, one after another; deterministic given their order."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._groups: dict[str, int] = {}
        self._titles: dict[str, list[str]] = {}
        self._index = MinHashLSH(num_perm=_PERMUTATIONS, params=_BANDS)

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, document: str) -> bool:
        return document in self._held

    def place(self, document: Document) -> CopyPlacement:
        """Find the copy group of a new document.

        Raises :class:`DedupeError` when the document is here already.
        """
        if document.id in self._held:
            raise DedupeError(f"document {document.id} is already placed", next_step="Revise it")
        sketch = _sketch(document)
        evidence = self._match(document, sketch)
        group = self._held[evidence.matched].group if evidence.matched else self._mint(document.id)
        self._learn(document, sketch, group)
        return CopyPlacement(group=group, evidence=evidence)

    def revise(self, document: Document) -> CopyPlacement:
        """Place the new text of a document that is here already."""
        before = self.withdraw(document.id)
        sketch = _sketch(document)
        evidence = self._match(document, sketch)
        if evidence.matched:
            group = self._held[evidence.matched].group
        else:
            group = self._mint(document.id) if before in self._groups else before
        self._learn(document, sketch, group)
        return CopyPlacement(group=group, evidence=evidence)

    def withdraw(self, document: str) -> str:
        """Forget a document; answers the group it was in."""
        held = self._held.pop(document, None)
        if held is None:
            raise DedupeError(f"document {document} is not here", next_step="Place it first")
        if held.signature:
            self._index.remove(document)
        if held.title:
            self._titles[held.title].remove(document)
            if not self._titles[held.title]:
                del self._titles[held.title]
        self._groups[held.group] -= 1
        if not self._groups[held.group]:
            del self._groups[held.group]
        return held.group

    def adopt(self, document: Document, group: str) -> None:
        """Learn a document whose group was decided before."""
        if document.id in self._held:
            raise DedupeError(f"document {document.id} is already placed", next_step="Revise it")
        self._learn(document, _sketch(document), group)

    def snapshot(self) -> bytes:
        """Everything known, for :meth:`restore`."""
        return snapshot.seal(_SNAPSHOT, msgspec.msgpack.encode(_State(self._held)))

    @classmethod
    def restore(cls, data: bytes) -> Self:
        """A finder that goes on where the snapshot was taken."""
        finder = cls()
        for name, held in snapshot.decode(snapshot.unseal(_SNAPSHOT, data), _State).held.items():
            finder._keep(name, held)
        return finder

    def _match(self, document: Document, sketch: MinHash | None) -> CopyEvidence:
        best = CopyEvidence(method="first", threshold=_THRESHOLD)
        if sketch is not None:
            near = [name for name in self._index.query(sketch) if self._in_window(name, document)]
            scored = [(_similarity(sketch, self._held[name]), name) for name in near]
            if scored and max(scored)[0] >= _THRESHOLD:
                similarity, matched = max(scored)
                best = CopyEvidence(
                    method="minhash",
                    matched=matched,
                    similarity=similarity,
                    threshold=_THRESHOLD,
                )
        return best if best.matched else self._same_title(document, sketch) or best

    def _same_title(self, document: Document, sketch: MinHash | None) -> CopyEvidence | None:
        for name in self._titles.get(_title(document), ()):
            other = self._held[name]
            if (
                abs(other.at - document.at) <= _TITLE_WINDOW
                and other.outlet != document.outlet
                and not (sketch is not None and other.signature)
            ):
                return CopyEvidence(method="title", matched=name, similarity=1.0, threshold=1.0)
        return None

    def _in_window(self, name: str, document: Document) -> bool:
        return abs(self._held[name].at - document.at) <= _WINDOW

    def _mint(self, document: str) -> str:
        attempt = 0
        while (group := group_id(document, attempt)) in self._groups:
            attempt += 1
        return group

    def _learn(self, document: Document, sketch: MinHash | None, group: str) -> None:
        signature = () if sketch is None else tuple(map(int, sketch.hashvalues))
        self._keep(
            document.id,
            _Held(
                group, document.at, document.source, document.outlet, _title(document), signature
            ),
        )

    def _keep(self, name: str, held: _Held) -> None:
        self._held[name] = held
        self._groups[held.group] = self._groups.get(held.group, 0) + 1
        if held.title:
            self._titles.setdefault(held.title, []).append(name)
        if held.signature:
            self._index.insert(name, _minhash(held.signature))


def _minhash(signature: tuple[int, ...]) -> MinHash:
    return MinHash(
        hashvalues=signature,
        permutations=_SHARED.permutations,
        scheme="affine32",
    )


def _sketch(document: Document) -> MinHash | None:
    found = words(document.text)
    if len(found) < _TEXT_WORDS:
        return None
    sketch = _SHARED.copy()
    sketch.hashfunc = _low32
    sketch.update_batch(" ".join(found[i : i + 4]).encode() for i in range(len(found) - 3))
    return sketch


def _low32(data: bytes) -> int:
    return xxhash.xxh3_64_intdigest(data) & 0xFFFFFFFF


def _title(document: Document) -> str:
    found = words(document.title)
    return " ".join(found) if len(found) >= _TITLE_WORDS else ""


def _similarity(sketch: MinHash, held: _Held) -> float:
    return float(sketch.jaccard(_minhash(held.signature)))
