"""How many reports stand beside strangers? Two days laid into one that have nothing in common.

    python -m benchmarks.stories_strangers         # two pairs of days; a minute
    python -m benchmarks.stories_strangers --dev   # the four pairs that anything may be fitted on

English items of one full day, and English or Polish ones of another, weeks apart, placed as if of
one day: no story may hold both. Judged days and headlines do not show this, since there only the
stories of what was labelled are looked at; most of what is joined wrongly is small. Within one
language this counts too much: the same court case or war told weeks apart may well be one story.
The last figure is how probably another report of a report's story is a stranger, which in a big
story that took up one stranger is little.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from benchmarks.stories import ours
from benchmarks.stories_corpus import corpus
from benchmarks.stories_silver import HELD_STRANGERS, STRANGERS, by_title, overlaid
from dedupe.document import Document

LANGUAGES = ("en", "pl")


def beside_strangers(
    documents: Sequence[Document], guests: Collection[str], stories: Mapping[str, str]
) -> tuple[float, float]:
    """The share of the documents in stories that hold both days, and that of strangers in the
    story of a document, on average."""
    held = Counter(stories[document.id] for document in documents)
    own = Counter((stories[document.id], document.id in guests) for document in documents)
    shares = [
        1.0 - own[stories[document.id], document.id in guests] / held[stories[document.id]]
        for document in documents
    ]
    return sum(share > 0 for share in shares) / len(shares), sum(shares) / len(shares)


def main() -> None:
    """Print a line for each pair, as feeds tell it and by the titles alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="the pairs that are fitted on")
    chosen = parser.parse_args()
    root = corpus()
    if root is None:
        sys.exit("The development corpus is not here: set COPYDESK_CORPUS to its folder.")
    for here, there in STRANGERS if chosen.dev else HELD_STRANGERS:
        for language in LANGUAGES:
            documents, guests = overlaid(root, here, there, language)
            for told, some in (("", documents), (" by title", by_title(documents))):
                beside, share = beside_strangers(some, guests, ours(some)[1])
                print(
                    f"{here} en, {there} {language}{told}: {len(documents)} items, {beside:.3f} "
                    f"beside strangers, who are {share:.3f} of their stories",
                    flush=True,
                )


if __name__ == "__main__":
    main()
