"""Stories across languages: headlines by one who had not seen the lexicon.

    python -m benchmarks.stories_world             # the test half of events
    python -m benchmarks.stories_world --dev       # the half that anything may be fitted on
    python -m benchmarks.stories_world --encoder   # also with the extra crosslingual
    python -m benchmarks.stories_world --languages en,de,fr,es,it,ru,pl,zh,ja

``stories_world/*.tsv``: event, time, language, outlet, headline, summary (often none). Look-alikes
are meant: two earthquakes, two air crashes, two deaths of one day. Events are halved by a hash. The
nine languages above are those with the most headlines there.
"""

import argparse

from benchmarks.stories import apply
from benchmarks.stories_corpus import Half, world
from benchmarks.stories_metrics import line
from benchmarks.stories_train import alone
from dedupe.stories.desk import StoryDesk
from dedupe.stories.encoder import multilingual_encoder


def main() -> None:
    """Print a line at arrival and one after all merges."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="the half that is fitted on")
    parser.add_argument("--encoder", action="store_true", help="with the extra crosslingual")
    parser.add_argument("--languages", default="", help="only these (ISO 639-1, by commas)")
    chosen = parser.parse_args()
    half: Half = "dev" if chosen.dev else "test"
    documents, gold = world(half)
    if chosen.languages:
        documents = [d for d in documents if d.language in chosen.languages.split(",")]
        gold = {document.id: gold[document.id] for document in documents}
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
