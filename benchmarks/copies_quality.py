"""How well copies are found: pairwise F1 in five streams, and recall by kind of variation.

    python -m benchmarks.copies_quality --data ../shared/data [--part held-out] [--large]
    python -m benchmarks.copies_quality            # made-up texts only
    python -m benchmarks.copies_quality --peer     # plain datasketch as well

Pairs of documents in one true group that land in one copy group are found; pairs of different
true groups in one copy group are false.
"""

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from datasketch import MinHash, MinHashLSH

from benchmarks.copies_corpus import (
    ALL,
    DEVELOP,
    HELD_OUT,
    ORDINARY,
    STREAMS,
    Labelled,
    build,
    build_large,
    made_pieces,
    real_pieces,
    real_summaries,
)
from benchmarks.copies_variations import Piece
from dedupe.copies import CopyFinder


class Score(NamedTuple):
    """Pairs; recall by kind is of copies that share a group with their original."""

    found: int
    true: int
    claimed: int
    by_kind: dict[str, tuple[int, int]]
    false_kinds: Counter[tuple[str, str]]

    @property
    def precision(self) -> float:
        """Share of claimed pairs that are true."""
        return self.found / self.claimed if self.claimed else 1.0

    @property
    def recall(self) -> float:
        """Share of true pairs that are claimed."""
        return self.found / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def _pairs(counts: Iterable[int]) -> int:
    return sum(n * (n - 1) // 2 for n in counts)


def score(stream: Sequence[Labelled], groups: Sequence[str]) -> Score:
    """Compare the groups that were found, one per document, with the true ones."""
    cells: Counter[tuple[str, str]] = Counter()
    labelled: Counter[str] = Counter()
    strangers: Counter[str] = Counter()
    for item, group in zip(stream, groups, strict=True):
        if item.group:
            cells[item.group, group] += 1
            labelled[group] += 1
        else:
            strangers[group] += 1
    true = Counter(item.group for item in stream if item.group)
    claimed = _pairs(labelled.values()) + sum(n * strangers[g] for g, n in labelled.items())
    origin = {
        item.group: group
        for item, group in zip(stream, groups, strict=True)
        if item.kind == "original"
    }
    by_kind: dict[str, tuple[int, int]] = {}
    members: defaultdict[str, list[Labelled]] = defaultdict(list)
    for item, group in zip(stream, groups, strict=True):
        members[group].append(item)
        if item.group in origin and item.kind != "original":
            good, all_ = by_kind.get(item.kind, (0, 0))
            by_kind[item.kind] = (good + (origin[item.group] == group), all_ + 1)
    false: Counter[tuple[str, str]] = Counter()
    for inside in members.values():
        for at, left in enumerate(inside[:60]):
            for right in inside[at + 1 : 60]:
                if left.group != right.group:
                    first, second = sorted((left.kind, right.kind))
                    false[first, second] += 1
    return Score(_pairs(cells.values()), _pairs(true.values()), claimed, by_kind, false)


def desk(stream: Sequence[Labelled]) -> list[str]:
    """Copydesk as shipped."""
    finder = CopyFinder()
    return [finder.place(item.document).group for item in stream]


def peer(stream: Sequence[Labelled]) -> list[str]:
    """datasketch as its documentation shows it: 128 permutations, 25 bands of 5, J >= .5."""
    index = MinHashLSH(num_perm=128, params=(25, 5))
    held: dict[str, tuple[MinHash, str]] = {}
    groups = []
    for item in stream:
        words = re.findall(r"\w+", item.document.text.lower())
        sketch = MinHash(num_perm=128)
        sketch.update_batch({" ".join(words[i : i + 4]).encode() for i in range(len(words) - 3)})
        near = [(sketch.jaccard(held[key][0]), key) for key in index.query(sketch)]
        name = item.document.id
        group = name
        if near and max(near)[0] >= 0.5:
            group = held[max(near)[1]][1]
        held[name] = (sketch, group)
        index.insert(name, sketch)
        groups.append(group)
    return groups


def report(name: str, stream: Sequence[Labelled], place: Callable[..., list[str]]) -> Score:
    """Place a stream and print its score."""
    result = score(stream, place(stream))
    print(
        f"{name:24} {len(stream):7} documents  F1 {result.f1:.3f}  "
        f"precision {result.precision:.3f}  recall {result.recall:.3f}"
    )
    return result


def main() -> None:
    """Print the scores of all streams."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the development corpus")
    parser.add_argument("--part", choices=(DEVELOP, HELD_OUT), default=DEVELOP)
    parser.add_argument("--large", type=int, default=0, help="documents in the large stream")
    parser.add_argument("--peer", action="store_true", help="plain datasketch as well")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    pieces: list[Piece]
    pieces = (
        real_pieces(options.data, options.part) if options.data else made_pieces(3000, options.part)
    )
    systems = {"copydesk": desk, **({"datasketch": peer} if options.peer else {})}
    for system, place in systems.items():
        print(f"{system}, {options.part}")
        kinds: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        for label, variations in (("ordinary", ORDINARY), ("all", ALL)):
            streams = {s: build(s, pieces, options.seed, variations) for s in STREAMS}
            if options.large:
                summaries = real_summaries(options.data, 5 * options.large) if options.data else []
                streams["large"] = build_large(
                    pieces, summaries, options.seed, variations, options.large
                )
            for name, stream in streams.items():
                result = report(f"{name} {label}", stream, place)
                worst = result.false_kinds.most_common(4)
                if worst:
                    print("    false:", ", ".join(f"{a}+{b} {n}" for (a, b), n in worst))
                if label == "all":
                    for kind, (good, all_) in result.by_kind.items():
                        kinds[kind][0] += good
                        kinds[kind][1] += all_
        print("recall by kind:")
        for kind, (good, all_) in sorted(kinds.items(), key=lambda item: item[1][0] / item[1][1]):
            print(f"    {kind:12} {good / all_:.3f} of {all_}")


if __name__ == "__main__":
    main()
