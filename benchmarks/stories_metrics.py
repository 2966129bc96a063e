"""Agreement of two groupings of the same documents: BCubed, pairwise, CEAF-e, with bootstrap.

BCubed: Bagga and Baldwin 1998; CEAF-e: Luo 2005, similarity phi4, by optimal assignment.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment


@dataclass(frozen=True, slots=True)
class Agreement:
    """Precision and recall; ``f1`` is their harmonic mean."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def _cells(gold: Mapping[str, str], found: Mapping[str, str]) -> Counter[tuple[str, str]]:
    return Counter((event, found[document]) for document, event in gold.items())


def bcubed(gold: Mapping[str, str], found: Mapping[str, str]) -> Agreement:
    """BCubed over the documents of ``gold``."""
    cells = _cells(gold, found)
    events = Counter(gold.values())
    stories = Counter(found[document] for document in gold)
    n = len(gold)
    precision = sum(c * c / stories[s] for (_, s), c in cells.items()) / n
    recall = sum(c * c / events[e] for (e, _), c in cells.items()) / n
    return Agreement(precision, recall)


def pairwise(gold: Mapping[str, str], found: Mapping[str, str]) -> Agreement:
    """Over pairs of documents that share a story, or an event."""
    together = sum(c * (c - 1) for c in _cells(gold, found).values())
    events = sum(c * (c - 1) for c in Counter(gold.values()).values())
    stories = sum(c * (c - 1) for c in Counter(found[d] for d in gold).values())
    return Agreement(together / stories if stories else 1.0, together / events if events else 1.0)


def ceaf_e(gold: Mapping[str, str], found: Mapping[str, str]) -> Agreement:
    """Entity-based CEAF: each event is matched with at most one story."""
    cells = _cells(gold, found)
    events = Counter(gold.values())
    stories = Counter(found[document] for document in gold)
    rows = {event: i for i, event in enumerate(events)}
    columns = {story: i for i, story in enumerate(stories)}
    similarity = np.zeros((len(rows), len(columns)))
    for (event, story), c in cells.items():
        similarity[rows[event], columns[story]] = 2 * c / (events[event] + stories[story])
    i, j = linear_sum_assignment(-similarity)
    total = float(similarity[i, j].sum())
    return Agreement(total / len(columns), total / len(rows))


def interval(
    gold: Mapping[str, str], found: Mapping[str, str], *, rounds: int = 300, seed: int = 7
) -> tuple[float, float]:
    """95 % bootstrap interval of BCubed F1, events drawn with replacement.

    A document's own precision and recall are those in the whole stream.
    """
    cells = _cells(gold, found)
    events = Counter(gold.values())
    stories = Counter(found[document] for document in gold)
    sums: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (event, story), c in cells.items():
        sums[event][0] += c * c / stories[story]
        sums[event][1] += c * c / events[event]
    names = list(events)
    rows = np.array([[*sums[e], events[e]] for e in names])
    random = np.random.default_rng(seed)
    scores = []
    for _ in range(rounds):
        precision, recall, n = rows[random.integers(0, len(names), len(names))].sum(axis=0)
        scores.append(Agreement(precision / n, recall / n).f1)
    low, high = np.quantile(scores, [0.025, 0.975])
    return float(low), float(high)


def line(name: str, gold: Mapping[str, str], found: Mapping[str, str]) -> str:
    """One line of a report."""
    b, p, c = bcubed(gold, found), pairwise(gold, found), ceaf_e(gold, found)
    low, high = interval(gold, found)
    return (
        f"{name:34} B3 P {b.precision:.3f} R {b.recall:.3f} F1 {b.f1:.3f} [{low:.3f} {high:.3f}]"
        f"  pair F1 {p.f1:.3f}  CEAF-e {c.f1:.3f}  stories {len({found[d] for d in gold})}"
        f" of {len(set(gold.values()))}"
    )


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean."""
    return sum(values) / len(values)
