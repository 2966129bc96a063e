"""Real days, judged by readers: fragments of each happening, intruders in its story.

python -m benchmarks.stories_days            # a line a happening, and the means
python -m benchmarks.stories_days --show     # also the headlines of intruders
python -m benchmarks.stories_days --held-out # each day of the fit by weights without it (5 minutes)
python -m benchmarks.stories_days --linkage  # also average linkage of the whole day

The whole desk places what feeds brought on the labelled day and the one before: on three days that
joins are fitted on, and on eight that no weights are.
"""

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from benchmarks.stories import apply
from benchmarks.stories_corpus import corpus, replay
from benchmarks.stories_labels import Labels, days, held_days
from benchmarks.stories_linkage import BARS, linked
from benchmarks.stories_metrics import Agreement, mean
from benchmarks.stories_speed import Names
from benchmarks.stories_train import fit_joins, join_lessons, joins, weighing
from dedupe.desk import Desk
from dedupe.document import Document
from dedupe.stories.scorer import JOINING

# Below this a happening says little about fragments.
_LEAST = 10


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """How one happening fared: its reports, the stories they are in, the biggest of these.

    ``held`` reports of it and ``intruders`` of other things are in that biggest story.
    """

    event: str
    reports: int
    stories: int
    held: int
    intruders: tuple[str, ...]

    @property
    def completeness(self) -> float:
        """The share of the reports that the biggest story holds."""
        return self.held / self.reports

    @property
    def purity(self) -> float:
        """The share of the biggest story that belongs there; unsure items do not count."""
        return self.held / (self.held + len(self.intruders))


def place(root: Path, labels: Labels) -> tuple[dict[str, str], dict[str, Document], float]:
    """The story of every item of the stream at the end, the items, and the share of them whose
    story changed its name later than an hour after they were published."""
    desk, names = Desk(), Names()
    stories: dict[str, str] = {}
    documents: dict[str, Document] = {}
    for document in replay(root, labels.first, labels.last):
        placement = desk.place(document)
        apply(stories, placement.changes)
        names.place(document, placement.story.story, placement.changes)
        stories[document.id] = placement.story.story
        documents[document.id] = document
    apply(stories, desk.settle())
    return stories, documents, len(names.late) / names.placed


def around(labels: Labels, stories: Mapping[str, str]) -> Agreement:
    """BCubed of the labelled items, unlabelled ones counted as intruders wherever they are."""
    sure = Counter(story for item, story in stories.items() if item not in labels.unsure)
    cells = Counter((event, stories[item]) for item, event in labels.gold.items())
    reports = Counter(labels.gold.values())
    precision = sum(n * n / sure[story] for (_, story), n in cells.items()) / len(labels.gold)
    recall = sum(n * n / reports[event] for (event, _), n in cells.items()) / len(labels.gold)
    return Agreement(precision, recall)


def judge(labels: Labels, stories: Mapping[str, str]) -> list[Found]:
    """Every happening of the day, the biggest first."""
    members: dict[str, list[str]] = {}
    for item, story in stories.items():
        members.setdefault(story, []).append(item)
    unsure = set(labels.unsure)
    found: list[Found] = []
    for event, items in sorted(labels.events.items(), key=lambda pair: -len(pair[1])):
        where = Counter(stories[item] for item in items)
        biggest, held = where.most_common(1)[0]
        own = set(items) | unsure
        found.append(
            Found(
                event=event,
                reports=len(items),
                stories=len(where),
                held=held,
                intruders=tuple(item for item in members[biggest] if item not in own),
            )
        )
    return found


def report(root: Path, labels: Labels, show: bool) -> tuple[Agreement, float, list[Found]]:
    """Print how one day fared: how it agrees with the labels, the share renamed late, and its
    happenings."""
    stories, documents, late = place(root, labels)
    agreement, found = around(labels, stories), judge(labels, stories)
    print(
        f"{labels.last}: {labels.about}\n  {len(documents)} items, {late:.2%} renamed late; "
        f"labelled ones: B3 P {agreement.precision:.3f} R {agreement.recall:.3f} "
        f"F1 {agreement.f1:.3f}"
    )
    for each in found:
        print(
            f"  {each.event:42} {each.reports:4} reports in {each.stories:2} stories; the "
            f"biggest holds {each.held:4} and {len(each.intruders)} of others"
        )
        for item in each.intruders if show else ():
            print(f"      {item}  {documents[item].title[:100]}")
    return agreement, late, [each for each in found if each.reports >= _LEAST]


def told_of(name: str, agreements: Sequence[Agreement]) -> str:
    """The means over days in one line."""
    p, r, f1 = (
        mean([getattr(a, part) for a in agreements]) for part in ("precision", "recall", "f1")
    )
    return f"{name}: B3 P {p:.3f} R {r:.3f} F1 {f1:.3f}"


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print the intruders' headlines")
    parser.add_argument("--held-out", action="store_true", help="fit the joins without each day")
    parser.add_argument("--linkage", action="store_true", help="compare with average linkage")
    chosen = parser.parse_args()
    root = corpus()
    if root is None:
        raise SystemExit("the corpus is not here (set COPYDESK_CORPUS)")
    lessons = joins(join_lessons(root)) if chosen.held_out else []
    for name, labelled in (("days of the fit", days()), ("days held out", held_days())):
        told: list[tuple[Agreement, float, list[Found]]] = []
        for labels in labelled:
            weights = (
                fit_joins([e for e in lessons if e.stream != labels.last]) if lessons else None
            )
            with weighing(JOINING, weights):
                told.append(report(root, labels, chosen.show))
        happenings = [each for _, _, found in told for each in found]
        print(
            f"{told_of(name, [agreement for agreement, _, _ in told])}; renamed late "
            f"{mean([late for _, late, _ in told]):.2%}; {len(happenings)} happenings: "
            f"completeness {mean([each.completeness for each in happenings]):.3f}, "
            f"purity {mean([each.purity for each in happenings]):.3f}",
            flush=True,
        )
        if chosen.linkage:
            by_bar = zip(*(linked(replay(root, d.first, d.last)) for d in labelled), strict=True)
            for bar, streams in zip(BARS, by_bar, strict=True):
                agreed = [around(d, s) for d, s in zip(labelled, streams, strict=True)]
                print(told_of(f"  average linkage at {bar}", agreed), flush=True)


if __name__ == "__main__":
    main()
