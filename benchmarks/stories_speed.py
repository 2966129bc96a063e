"""How fast is a story desk with many active stories, and how much memory does it take?

    python -m benchmarks.stories_speed                  # feed items as they are
    python -m benchmarks.stories_speed --full           # padded to 300 words with common words
    python -m benchmarks.stories_speed --items 250000   # drift over the whole corpus
    python -m benchmarks.stories_speed --pressed 1      # real time: how many names change late

Real feed items (``stream/``), their time pressed so that the wanted number of stories is active.
Times are CPU times; beside them stands how long a fixed loop took meanwhile, since on a busy
machine everything takes longer.
"""

import argparse
import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.stories_corpus import START, corpus, replay
from benchmarks.stories_train import alone
from dedupe.document import Document, StoryChange, StoryMerged
from dedupe.stories.common import background
from dedupe.stories.desk import StoryDesk

MONTHS = (("2023-02-01", "2023-02-28"), ("2023-03-01", "2023-03-31"), ("2023-04-01", "2023-04-30"))
LATE = 3600.0
PARTS = 6


def items(root: Path, *, pressed: float, padding: int) -> Iterator[Document]:
    """Feed items with their time pressed and their text padded by ``padding`` words."""
    draw = random.Random(1)
    stems, shares = zip(*background().items(), strict=True)
    for document in chain.from_iterable(replay(root, *month) for month in MONTHS):
        pad = " ".join(draw.choices(stems, shares, k=padding))
        yield msgspec.structs.replace(
            document,
            at=START + (document.at - START) * pressed,
            text=f"{document.text} {pad}" if padding else document.text,
        )


class Names:
    """Which documents' stories got another name more than an hour after publication."""

    def __init__(self) -> None:
        self.late: set[str] = set()
        self.placed = 0
        self._held: defaultdict[str, dict[str, float]] = defaultdict(dict)

    def place(self, document: Document, story: str, changes: Sequence[StoryChange]) -> None:
        """Note what a desk answered."""
        for change in changes:
            self._change(change, document.at)
        self._held[story][document.id] = document.at
        self.placed += 1

    def _change(self, change: StoryChange, now: float) -> None:
        if isinstance(change, StoryMerged):
            moved = self._held.pop(change.gone, {})
            self._held[change.kept].update(moved)
        else:
            held = self._held[change.story]
            moved = {document: held.pop(document) for document in change.moved if document in held}
            self._held[change.new].update(moved)
        self.late.update(document for document, at in moved.items() if now - at > LATE)


def loop() -> float:
    """Milliseconds of CPU that a fixed piece of work takes just now."""
    began = time.process_time()
    table: dict[int, str] = {}
    for number in range(100_000):
        table[number & 1023] = str(number)
    return (time.process_time() - began) * 1e3


def report(name: str, seconds: list[float], loops: list[float]) -> None:
    """One line of latencies."""
    took = np.array(seconds) * 1e3
    print(
        f"{name}: {1e3 / took.mean():.0f}/s, p50 {np.median(took):.2f} ms, "
        f"p99 {np.quantile(took, 0.99):.2f} ms, max {took.max():.0f} ms "
        f"(loop {np.median(loops):.1f} ms)",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=60_000)
    parser.add_argument("--pressed", type=float, default=0.4)
    parser.add_argument("--full", action="store_true")
    chosen = parser.parse_args()
    root = corpus()
    if root is None:
        sys.exit("The development corpus is not here: set COPYDESK_CORPUS to its folder.")
    desk, names = StoryDesk(), Names()
    base, had = 0, 0
    padding = 260 if chosen.full else 0
    stream = items(root, pressed=chosen.pressed, padding=padding)
    step = max(1, chosen.items // PARTS)
    for part in range(PARTS):
        seconds, loops = [], [loop()]
        for document in islice(stream, step):
            began = time.process_time()
            placement, changes = desk.place(document, alone(document), twin=None)
            seconds.append(time.process_time() - began)
            names.place(document, placement.story, changes)
            if len(seconds) % 5000 == 0:
                loops.append(loop())
        if part == 0:  # by now the code is compiled and the tables are read
            base, had = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, len(desk)
        label = f"items {part * step}..{part * step + len(seconds)}, {len(desk)} stories active"
        report(label, seconds, loops)
        if len(seconds) < step:
            break
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) * 1024
    began = time.perf_counter()
    size = len(desk.snapshot())
    print(
        f"memory grew by {grown / 1e6:.0f} MB, {grown / max(1, len(desk) - had) / 1e3:.1f} kB "
        f"an active story; "
        f"snapshot {size / 1e6:.0f} MB in {time.perf_counter() - began:.1f} s"
    )
    print(f"{len(names.late) / names.placed:.2%} of documents changed their story's name late")


if __name__ == "__main__":
    main()
