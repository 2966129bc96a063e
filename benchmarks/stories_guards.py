"""What is each guard against look-alikes worth? The desk with one of them taken away at a time.

python -m benchmarks.stories_guards          # our headlines and the held-out half of events
python -m benchmarks.stories_guards --days   # also the three days that a reader judged
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final
from unittest.mock import patch

from benchmarks.stories import apply, ours
from benchmarks.stories_corpus import LENGTHS, corpus, labelled, replay
from benchmarks.stories_days import judge
from benchmarks.stories_headlines import headlines
from benchmarks.stories_labels import days
from benchmarks.stories_metrics import bcubed, mean
from benchmarks.stories_train import alone
from dedupe.document import Document
from dedupe.stories import merging, scorer
from dedupe.stories.boilerplate import Boilerplate
from dedupe.stories.crossing import CROSSING
from dedupe.stories.desk import StoryDesk

GUARDS: Final = ("none", *scorer.LATE, "series", "boilerplate")


@contextmanager
def without(guard: str) -> Iterator[None]:
    """Take a guard away for a while."""
    with ExitStack() as stack:
        for model in (scorer.JOINING, merging.MERGING, CROSSING):
            weights = [
                0.0 if name == guard else weight
                for name, weight in zip(scorer.LATE, model.late_weights, strict=True)
            ]
            stack.enter_context(patch.object(model, "late_weights", weights))
        if guard == "series":
            stack.enter_context(patch.object(scorer, "excluded", lambda *_: False))
            stack.enter_context(patch.object(merging, "of_one_series", lambda *_: False))
        if guard == "boilerplate":
            stack.enter_context(
                patch.object(Boilerplate, "strip", lambda _, document, __: document)
            )
        yield


def agreement(documents: Sequence[Document], gold: Mapping[str, str]) -> str:
    """BCubed of the stories after all merges and splits."""
    found = bcubed(gold, ours(documents)[1])
    return f"P {found.precision:.3f} R {found.recall:.3f} F1 {found.f1:.3f}"


def judged(root: Path) -> str:
    """Completeness and purity of the happenings of the three days, without copies."""
    found = []
    for labels in days():
        desk = StoryDesk()
        stories: dict[str, str] = {}
        for document in replay(root, labels.first, labels.last):
            placement, changes = desk.place(document, alone(document), twin=None)
            apply(stories, changes)
            stories[document.id] = placement.story
        apply(stories, desk.settle())
        found += [each for each in judge(labels, stories) if each.reports >= 10]
    complete = mean([each.completeness for each in found])
    return f"completeness {complete:.3f} purity {mean([each.purity for each in found]):.3f}"


def main() -> None:
    """Print a line for each guard."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", action="store_true", help="also the three judged days")
    chosen = parser.parse_args()
    root = corpus()
    for guard in GUARDS:
        with without(guard):
            print(f"without {guard:18} headlines {agreement(*headlines())}", flush=True)
            if root is None:
                continue
            for name in ("mixed", "title"):
                told = agreement(*labelled(root, "test", LENGTHS[name]))
                print(f"        {guard:18} {name:9} {told}", flush=True)
            if chosen.days:
                print(f"        {guard:18} days      {judged(root)}", flush=True)


if __name__ == "__main__":
    main()
