"""How many reports stand beside strangers? Two languages that have no happening in common.

    python -m benchmarks.stories_strangers         # two pairs of days; five minutes
    python -m benchmarks.stories_strangers --dev   # the four pairs that anything may be fitted on

English items of one full day and Polish ones of another, weeks apart, placed as if of one day: no
story may hold both. Judged days and headlines do not show this, since there only the stories of
what was labelled are looked at; most of what is joined wrongly is small.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence

from benchmarks.stories import ours
from benchmarks.stories_corpus import corpus
from benchmarks.stories_silver import HELD_STRANGERS, STRANGERS, strangers
from dedupe.document import Document


def beside_strangers(documents: Sequence[Document], stories: Mapping[str, str]) -> list[Document]:
    """The documents in stories that hold both days."""
    days: dict[str, set[str]] = {}
    for document in documents:
        days.setdefault(stories[document.id], set()).add(document.language)
    return [document for document in documents if len(days[stories[document.id]]) > 1]


def main() -> None:
    """Print a line for each pair, as feeds tell it and by the titles alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="the pairs that are fitted on")
    chosen = parser.parse_args()
    root = corpus()
    if root is None:
        sys.exit("The development corpus is not here: set COPYDESK_CORPUS to its folder.")
    for name, documents in strangers(root, STRANGERS if chosen.dev else HELD_STRANGERS):
        beside = beside_strangers(documents, ours(documents)[1])
        polish = [sum(d.language == "pl" for d in some) for some in (beside, documents)]
        print(
            f"{name:30} {len(documents)} items, {len(beside) / len(documents):.3f} of them beside "
            f"strangers, {polish[0] / polish[1]:.3f} of the Polish ones",
            flush=True,
        )


if __name__ == "__main__":
    main()
