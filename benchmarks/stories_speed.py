"""How fast is a story desk with many active stories, and how much memory does it take?

    python -m benchmarks.stories_speed                  # feed items as they are
    python -m benchmarks.stories_speed --full           # padded to 300 words with common words
    python -m benchmarks.stories_speed --items 250000   # drift over the whole corpus

Real feed items (``stream/``), their time pressed so that the wanted number of stories is active.
"""

import argparse
import random
import resource
import sys
import time
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.stories_corpus import START, corpus, replay
from benchmarks.stories_train import alone
from dedupe.document import Document
from dedupe.stories.common import background
from dedupe.stories.desk import StoryDesk

MONTHS = (("2023-02-01", "2023-02-28"), ("2023-03-01", "2023-03-31"), ("2023-04-01", "2023-04-30"))


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


def report(name: str, seconds: list[float]) -> None:
    """One line of latencies."""
    took = np.array(seconds) * 1e3
    print(
        f"{name}: {1e3 / took.mean():.0f}/s, p50 {np.median(took):.2f} ms, "
        f"p99 {np.quantile(took, 0.99):.2f} ms, max {took.max():.0f} ms",
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
    desk = StoryDesk()
    base, had = 0, 0
    padding = 260 if chosen.full else 0
    stream = items(root, pressed=chosen.pressed, padding=padding)
    step = max(1, chosen.items // 6)
    for part in range(6):
        seconds = []
        for document in islice(stream, step):
            began = time.process_time()
            desk.place(document, alone(document), twin=None)
            seconds.append(time.process_time() - began)
        if part == 0:  # by now the code is compiled and the tables are read
            base, had = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, len(desk)
        report(f"items {part * step}..{(part + 1) * step}, {len(desk)} stories active", seconds)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) * 1024
    began = time.perf_counter()
    size = len(desk.snapshot())
    print(
        f"memory grew by {grown / 1e6:.0f} MB, {grown / max(1, len(desk) - had) / 1e3:.1f} kB "
        f"an active story; "
        f"snapshot {size / 1e6:.0f} MB in {time.perf_counter() - began:.1f} s"
    )


if __name__ == "__main__":
    main()
