"""How good are the stories, beside simple methods?

python -m benchmarks.stories            # held-out half of events, headlines, silver days
python -m benchmarks.stories --dev      # the half that the weights were fitted on
python -m benchmarks.stories --days     # also the ten biggest stories of real days
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from datasketch import MinHash, MinHashLSH

from benchmarks.stories_corpus import DAY, LENGTHS, Half, corpus, labelled
from benchmarks.stories_headlines import headlines
from benchmarks.stories_metrics import line
from benchmarks.stories_silver import SILVER, TRAINED_DAYS, silver
from benchmarks.stories_train import alone
from dedupe.document import Document, StoryChange, StoryMerged
from dedupe.stories.desk import StoryDesk
from dedupe.stories.reading import Reader
from dedupe.stories.story import Strand
from dedupe.stories.tongue import spoken
from dedupe.stories.vocabulary import Vocabulary
from dedupe.stories.words import words

Stories = dict[str, str]


def apply(stories: Stories, changes: Sequence[StoryChange]) -> None:
    """Follow merges and splits."""
    for change in changes:
        if isinstance(change, StoryMerged):
            for document, story in stories.items():
                if story == change.gone:
                    stories[document] = change.kept
        else:
            stories.update(dict.fromkeys(change.moved, change.new))


def ours(documents: Sequence[Document]) -> tuple[Stories, Stories]:
    """Stories at arrival, and after all merges and splits."""
    desk = StoryDesk()
    arrival: Stories = {}
    final: Stories = {}
    for document in documents:
        placement, changes = desk.place(document, alone(document), twin=None)
        apply(final, changes)
        arrival[document.id] = final[document.id] = placement.story
    apply(final, desk.settle())
    return arrival, final


def singletons(documents: Sequence[Document]) -> Stories:
    """Every document its own story."""
    return {document.id: document.id for document in documents}


def minhash_only(documents: Sequence[Document]) -> Stories:
    """Copies are stories: MinHash of word triples, Jaccard 0.5, connected by the first match."""
    index = MinHashLSH(threshold=0.5, num_perm=128)
    stories: Stories = {}
    for document in documents:
        tokens = list(words(f"{document.title} {document.text}"))
        sketch = MinHash(num_perm=128)
        sketch.update_batch(
            [" ".join(tokens[i : i + 3]).encode() for i in range(max(1, len(tokens) - 2))]
        )
        matches = sorted(index.query(sketch))
        stories[document.id] = stories[matches[0]] if matches else document.id
        index.insert(document.id, sketch)
    return stories


def tfidf_single_pass(documents: Sequence[Document], threshold: float = 0.22) -> Stories:
    """Nearest centroid by TF-IDF cosine within four days; threshold chosen on the dev half."""
    reader = Reader(Vocabulary())
    found: list[tuple[Strand, str]] = []
    last: dict[str, float] = {}
    stories: Stories = {}
    for document in documents:
        reading = reader.read(document, spoken(document))
        near = [
            (strand.cosine(reading), -number)
            for number, (strand, name) in enumerate(found)
            if document.at - last[name] <= 4 * DAY
        ]
        best, number = max(near, default=(0.0, 0))
        if best < threshold:
            number = -len(found)
            found.append((Strand(), document.id))
        strand, name = found[-number]
        strand.count(reading)
        last[name] = document.at
        stories[document.id] = name
    return stories


BASELINES: Mapping[str, Callable[[Sequence[Document]], Stories]] = {
    "singletons": singletons,
    "MinHash only": minhash_only,
    "TF-IDF single pass": tfidf_single_pass,
}


def measure(name: str, documents: Sequence[Document], gold: Mapping[str, str]) -> None:
    """Print all methods on one stream."""
    for method, group in BASELINES.items():
        print(line(f"{name}: {method}", gold, group(documents)))
    began = time.perf_counter()
    arrival, final = ours(documents)
    speed = len(documents) / (time.perf_counter() - began)
    print(line(f"{name}: Copydesk at arrival", gold, arrival))
    print(line(f"{name}: Copydesk final", gold, final) + f"  {speed:.0f}/s", flush=True)


def breaking_news(root: Path) -> None:
    """Recall and precision of one big happening in a real day, by pattern (silver)."""
    for (documents, gold), name in zip(silver(root), SILVER, strict=True):
        _, final = ours(documents)
        english = [d.id for d in documents if d.id in gold]
        biggest, held = Counter(final[d] for d in english).most_common(1)[0]
        size = sum(story == biggest for story in final.values())
        label = f"{name} (trained)" if name in TRAINED_DAYS else name
        pieces = sum(n > 2 for n in Counter(final[d] for d in english).values())
        print(
            f"{label:20} {len(documents):5} items, {len(english):4} match the pattern, "
            f"R {held / len(english):.3f}, P at least {held / size:.3f}, pieces {pieces}",
            flush=True,
        )


def biggest(root: Path) -> None:
    """The ten biggest stories of each silver day, to be looked at by eye."""
    for documents, _ in silver(root):
        _, final = ours(documents)
        titles = {d.id: d.title for d in documents}
        for story, size in Counter(final.values()).most_common(10):
            print(f"\n{size} reports")
            for document in [d for d, s in final.items() if s == story][:: max(1, size // 8)]:
                print(f"    {titles[document][:110]}")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="measure on the dev half of events")
    parser.add_argument("--days", action="store_true", help="print the biggest stories of days")
    chosen = parser.parse_args()
    measure("headlines", *headlines())
    root = corpus()
    if root is None:
        sys.exit("The development corpus is not here: set COPYDESK_CORPUS to its folder.")
    half: Half = "dev" if chosen.dev else "test"
    for name, lengths in LENGTHS.items():
        measure(f"{half} {name}", *labelled(root, half, lengths))
    breaking_news(root)
    if chosen.days:
        biggest(root)


if __name__ == "__main__":
    main()
