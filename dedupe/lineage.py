"""Lineage: within a copy group, who was first, whose text it is, who took it from whom, and what
was changed on the way.

A tree. Its root is the member that others credit, if it is here, or else the earliest. Every
other member hangs below the one it most likely took the text from, with the reason.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from dedupe.document import Document
from dedupe.minhash import PERMUTATIONS, Signature
from dedupe.shingles import WIDTH
from dedupe.text import words

Reason = Literal["earliest", "credited", "credits", "closest", "only-later"]

_NOTABLE = 0.1  # the signature's own error is about .04
_HOUSE = re.compile(r"[^\W_]+")
_NOT_A_NAME = frozenset({"www", "com", "org", "net", "co", "news", "agency", "the"})


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A document of the group. ``shingles`` is how many its signature stands for."""

    document: str
    at: float
    outlet: str = ""
    credit: str = ""
    headline: int = 0
    shingles: int = 0


class Derivation(msgspec.Struct, frozen=True, kw_only=True):
    """Where a document's text comes from and what was done to it.

    ``taken_from`` is empty for the root. ``kept`` is the share of that text still there, ``own``
    the share of this text that is not from there, both estimated from signatures to about .05;
    :func:`difference` gives exact shares where the texts are at hand. ``changes`` names what is
    notable: headline, cut, added, edited.
    """

    document: str
    taken_from: str
    reason: Reason
    why: str
    kept: float = 1.0
    own: float = 0.0
    changes: tuple[str, ...] = ()


class Lineage(msgspec.Struct, frozen=True, kw_only=True):
    """The tree of a copy group, the root first, then by time."""

    group: str
    earliest: str
    origin: str
    credited: str
    derivations: tuple[Derivation, ...]


def trace(group: str, members: Sequence[Member], signatures: Signature) -> Lineage:
    """The lineage of at least one member; ``signatures`` has a row for each."""
    order = sorted(range(len(members)), key=lambda i: (members[i].at, i))
    earliest = order[0]
    named = Counter(member.credit for member in members if member.credit)
    credited = min(named, key=lambda name: (-named[name], name)) if named else ""
    houses = [i for i in order if credited and is_of(members[i].outlet, credited)]
    root = houses[0] if houses else earliest
    derivations = [_root(members, root, credited, houses)]
    for place, i in enumerate(order):
        if i != root:
            parent, reason, why = _parent(members, signatures, order[:place], i, root)
            derivations.append(_derive(members, signatures, i, parent, reason, why))
    return Lineage(
        group=group,
        earliest=members[earliest].document,
        origin=members[root].document,
        credited=credited,
        derivations=tuple(derivations),
    )


def is_of(outlet: str, credit: str) -> bool:
    """Whether an outlet (a name or a domain) is the house that a credit names."""
    name = "".join(_HOUSE.findall(credit.casefold()))
    parts = [part for part in _HOUSE.findall(outlet.casefold()) if part not in _NOT_A_NAME]
    alone = {part.removesuffix("news") for part in parts} | {"".join(parts)} | set(parts)
    return bool(name) and name.removesuffix("news") in alone


def _root(members: Sequence[Member], root: int, credited: str, houses: list[int]) -> Derivation:
    reason: Reason = "credited" if houses else "earliest"
    why = f"others credit {credited}" if houses else "no earlier print is known"
    return Derivation(document=members[root].document, taken_from="", reason=reason, why=why)


def _parent(
    members: Sequence[Member], signatures: Signature, earlier: list[int], i: int, root: int
) -> tuple[int, Reason, str]:
    credit = members[i].credit
    for j in earlier if credit else ():
        if is_of(members[j].outlet, credit):
            return j, "credits", f"names {credit} as its source, printed there before"
    if credit and is_of(members[root].outlet, credit):
        return root, "credits", f"names {credit} as its source"
    if not earlier:
        return root, "only-later", "printed before what others credit"
    equal = _equal(signatures[earlier], signatures[i])
    # The root wins ties, then the earliest: copies of copies need evidence of their own.
    best = max(range(len(earlier)), key=lambda k: (equal[k], earlier[k] == root, -k))
    share = equal[best] / PERMUTATIONS
    why = f"closest of {len(earlier)} earlier prints, {share:.2f} alike"
    return earlier[best], "closest", why


def _equal(rows: Signature, signature: Signature) -> npt.NDArray[np.int64]:
    equal: npt.NDArray[np.int64] = np.count_nonzero(rows == signature, axis=1)
    return equal


def _derive(
    members: Sequence[Member], signatures: Signature, i: int, parent: int, reason: Reason, why: str
) -> Derivation:
    mine, theirs = members[i].shingles, members[parent].shingles
    alike = int(_equal(signatures[[parent]], signatures[i])[0]) / PERMUTATIONS
    shared = min(alike * (mine + theirs) / (1 + alike), mine, theirs)
    kept = shared / theirs if theirs else 1.0
    own = 1 - shared / mine if mine else 0.0
    headline = members[i].headline != members[parent].headline
    return Derivation(
        document=members[i].document,
        taken_from=members[parent].document,
        reason=reason,
        why=why,
        kept=kept,
        own=own,
        changes=_changes(headline, kept, own, mine, theirs),
    )


def _changes(headline: bool, kept: float, own: float, mine: int, theirs: int) -> tuple[str, ...]:
    """Lost and won in equal measure was edited; what is lost beyond was cut, won beyond added."""
    found = ["headline"] if headline else []
    if kept < 1 - _NOTABLE and mine < theirs * (1 - _NOTABLE):
        found.append("cut")
    if own > _NOTABLE and mine > theirs * (1 + _NOTABLE):
        found.append("added")
    if min((1 - kept) * theirs, own * mine) > _NOTABLE * max(mine, theirs):
        found.append("edited")
    return tuple(found)


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What was changed between two prints, in shares of words; exact.

    ``kept`` and ``cut`` are shares of the old text, ``added`` and ``edited`` of the new one:
    edited words stand between two kept words where others stood before, added ones elsewhere.
    """

    headline: bool
    kept: float
    cut: float
    added: float
    edited: float


def difference(old: Document, new: Document) -> Difference:
    """Compare two texts by the four-word stretches they share; linear in their lengths."""
    before, after = words(old.text), words(new.text)
    places = {tuple(before[i : i + WIDTH]): i for i in range(len(before) - WIDTH, -1, -1)}
    partner = [-1] * len(after)
    stays = [False] * len(before)
    for i in range(len(after) - WIDTH + 1):
        j = places.get(tuple(after[i : i + WIDTH]), -1)
        for k in range(WIDTH if j >= 0 else 0):
            if partner[i + k] < 0:
                partner[i + k] = j + k
            stays[j + k] = True
    edited = _replaced(partner, stays)
    kept = sum(stays)
    new_words = sum(place < 0 for place in partner)
    return Difference(
        headline=words(old.title) != words(new.title),
        kept=kept / len(before) if before else 1.0,
        cut=1 - kept / len(before) if before else 0.0,
        added=(new_words - edited) / len(after) if after else 0.0,
        edited=edited / len(after) if after else 0.0,
    )


def _replaced(partner: list[int], stays: list[bool]) -> int:
    """How many new words stand where old ones stood: between neighbours that both stayed."""
    count = 0
    start = 0
    for i in range(1, len(partner)):
        if partner[i] >= 0 and partner[i - 1] < 0:
            first, last = partner[start - 1] + 1 if start else -1, partner[i]
            gone = stays[first:last].count(False) if 0 <= first < last else 0
            count += min(i - start, gone)
        elif partner[i] < 0 <= partner[i - 1]:
            start = i
    return count
