"""Three real days, judged by a reader: fragments of each happening, intruders in its story.

python -m benchmarks.stories_days            # a line a happening, and the means
python -m benchmarks.stories_days --show     # also the headlines of intruders

The whole desk places what feeds brought on the labelled day and the one before.
"""

import argparse
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import msgspec

from benchmarks.stories import apply
from benchmarks.stories_corpus import corpus, replay
from benchmarks.stories_metrics import bcubed, mean
from dedupe.desk import Desk
from dedupe.document import Document

LABELS = Path(__file__).parent / "labels"
# Below this a happening says little about fragments.
_LEAST = 10


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """What was judged of one day: items by happening, and those that count for nobody."""

    first: str
    last: str
    about: str
    events: dict[str, tuple[str, ...]]
    unsure: tuple[str, ...]

    @property
    def gold(self) -> dict[str, str]:
        """The happening of each item."""
        return {item: event for event, items in self.events.items() for item in items}


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


def days() -> list[Labels]:
    """All labelled days."""
    return [
        msgspec.json.decode(file.read_bytes(), type=Labels)
        for file in sorted(LABELS.glob("*.json"))
    ]


def place(root: Path, labels: Labels) -> tuple[dict[str, str], dict[str, Document]]:
    """The story of every item of the stream at the end, and the items."""
    desk = Desk()
    stories: dict[str, str] = {}
    documents: dict[str, Document] = {}
    for document in replay(root, labels.first, labels.last):
        placement = desk.place(document)
        apply(stories, placement.changes)
        stories[document.id] = placement.story.story
        documents[document.id] = document
    apply(stories, desk.settle())
    return stories, documents


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


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print the intruders' headlines")
    shown = parser.parse_args().show
    root = corpus()
    if root is None:
        raise SystemExit("the corpus is not here (set COPYDESK_CORPUS)")
    everything: list[Found] = []
    for labels in days():
        stories, documents = place(root, labels)
        agreement = bcubed(labels.gold, stories)
        print(
            f"{labels.last}: {labels.about}\n  {len(documents)} items; labelled ones: "
            f"B3 P {agreement.precision:.3f} R {agreement.recall:.3f} F1 {agreement.f1:.3f}"
        )
        for each in judge(labels, stories):
            print(
                f"  {each.event:32} {each.reports:4} reports in {each.stories:2} stories; the "
                f"biggest holds {each.held:4} and {len(each.intruders)} of others"
            )
            if shown:
                for item in each.intruders:
                    print(f"      {item}  {documents[item].title[:100]}")
            if each.reports >= _LEAST:
                everything.append(each)
    complete = mean([each.completeness for each in everything])
    pure = mean([each.purity for each in everything])
    print(f"{len(everything)} happenings: completeness {complete:.3f}, purity {pure:.3f}")


if __name__ == "__main__":
    main()
