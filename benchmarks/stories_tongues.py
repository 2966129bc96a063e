"""Stories within one language, of a desk that has just begun: a few headlines of each happening.

    python -m benchmarks.stories_tongues         # happenings that nothing was chosen with
    python -m benchmarks.stories_tongues --dev   # those that it was
    python -m benchmarks.stories_tongues --hard  # nothing but two, in words that hardly repeat

A desk of its own reads each language, so nothing but the words of some thirty reports tells it what
is common. The last line is of one desk that reads all languages, which tell of no happening twice.
"""

import argparse
from collections.abc import Mapping

from benchmarks.stories import ours
from benchmarks.stories_corpus import Tongues, tongues
from benchmarks.stories_metrics import Agreement, bcubed, line, mean


def by_language(half: Tongues) -> dict[str, Agreement]:
    """How the stories of each language agree with its happenings at the end."""
    return {
        language: bcubed(gold, ours(documents)[1])
        for language, (documents, gold) in tongues(half).items()
    }


def _one_stream(half: Tongues) -> tuple[dict[str, str], dict[str, str]]:
    """The happening and the story of each report, of a desk that reads all languages."""
    parts = tongues(half).values()
    documents = sorted((d for part, _ in parts for d in part), key=lambda d: (d.at, d.id))
    gold = {name: event for _, part in parts for name, event in part.items()}
    return gold, ours(documents)[1]


def together(half: Tongues) -> Agreement:
    """How stories agree with happenings where one desk reads all languages."""
    return bcubed(*_one_stream(half))


def means(found: Mapping[str, Agreement]) -> Agreement:
    """Precision and recall on average."""
    agreements = found.values()
    return Agreement(mean([a.precision for a in agreements]), mean([a.recall for a in agreements]))


def main() -> None:
    """Print a line a language, their means, and all in one stream."""
    parser = argparse.ArgumentParser(description=__doc__)
    which = parser.add_mutually_exclusive_group()
    for other, told in (("dev", "the half that is fitted on"), ("hard", "in words of their own")):
        which.add_argument(f"--{other}", dest="half", action="store_const", const=other, help=told)
    half: Tongues = parser.parse_args().half or "test"
    found = by_language(half)
    for language, each in {**found, "mean": means(found)}.items():
        print(f"{language:5} B3 P {each.precision:.3f} R {each.recall:.3f} F1 {each.f1:.3f}")
    print(line("all in one stream", *_one_stream(half)))


if __name__ == "__main__":
    main()
