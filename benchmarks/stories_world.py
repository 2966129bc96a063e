"""Stories across languages: headlines by one who had not seen the lexicon.

    python -m benchmarks.stories_world             # the test half of events
    python -m benchmarks.stories_world --dev       # the half that anything may be fitted on
    python -m benchmarks.stories_world --encoder   # also with the extra crosslingual

``stories_world/*.tsv``: event, time, language, outlet, headline, summary (often none). Look-alikes
are meant: two earthquakes, two air crashes, two deaths of one day. Events are halved by a hash.
"""

import argparse
from datetime import datetime
from pathlib import Path

from benchmarks.stories import apply
from benchmarks.stories_corpus import Half, half_of
from benchmarks.stories_metrics import line
from benchmarks.stories_train import alone
from dedupe.document import Document
from dedupe.stories.desk import StoryDesk
from dedupe.stories.encoder import multilingual_encoder

_FOLDER = Path(__file__).with_name("stories_world")


def world(half: Half | None = None) -> tuple[list[Document], dict[str, str]]:
    """Documents in order of time, and the event of each."""
    documents: list[Document] = []
    gold: dict[str, str] = {}
    for file in sorted(_FOLDER.glob("*.tsv")):
        for number, row in enumerate(file.read_text("utf-8").splitlines()):
            event, moment, language, outlet, title, summary = row.split("\t")
            if event == "event" or (half is not None and half_of(event) != half):
                continue
            name = f"{file.stem}-{number}"
            gold[name] = event
            documents.append(
                Document(
                    id=name,
                    title=title,
                    text=summary,
                    language=language,
                    outlet=outlet,
                    source=outlet,
                    at=datetime.fromisoformat(moment).timestamp(),
                )
            )
    documents.sort(key=lambda d: (d.at, d.id))
    return documents, gold


def main() -> None:
    """Print a line at arrival and one after all merges."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="the half that is fitted on")
    parser.add_argument("--encoder", action="store_true", help="with the extra crosslingual")
    chosen = parser.parse_args()
    half: Half = "dev" if chosen.dev else "test"
    documents, gold = world(half)
    desk = StoryDesk(multilingual_encoder() if chosen.encoder else None)
    arrival: dict[str, str] = {}
    final: dict[str, str] = {}
    for document in documents:
        placement, changes = desk.place(document, alone(document), twin=None)
        apply(final, changes)
        arrival[document.id] = final[document.id] = placement.story
    apply(final, desk.settle())
    print(line(f"{half} at arrival", gold, arrival))
    print(line(f"{half} final", gold, final))


if __name__ == "__main__":
    main()
