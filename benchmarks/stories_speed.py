"""How fast is a story desk with many active stories, and how much memory does it take?

    python -m benchmarks.stories_speed                   # feed items, 25,000 stories active
    python -m benchmarks.stories_speed --full            # articles as long as real full texts
    python -m benchmarks.stories_speed --items 250000    # drift
    python -m benchmarks.stories_speed --active 0        # real time: how many names change late

Real feed items (``stream/``), again and again at later times when they end. Their time is pressed
such that the wanted number of stories is active. With ``--full`` an item is made as long as the
next article of ``events/``: behind its own text stand words of another month's items, drawn at
random among those of its language. So no two articles are alike; the real full texts are only 698.
Whole items behind one another joined what has nothing in common: 25,000 stories were never reached.
Only items that come once that many stories are active are measured. Times are CPU times; beside
them stands how long a fixed loop took meanwhile, since on a busy machine everything takes longer.
"""

import argparse
import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, count, cycle, islice
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.stories_corpus import START, corpus, events, replay
from benchmarks.stories_train import alone
from copydesk.roles.collecting import Heap, seldom_collecting
from dedupe.document import Document, StoryChange, StoryMerged
from dedupe.stories.desk import StoryDesk
from dedupe.stories.memory import KEEP
from dedupe.stories.tongue import spoken
from dedupe.stories.warming import warm

MONTHS = (("2023-02-01", "2023-02-28"), ("2023-03-01", "2023-03-31"), ("2023-04-01", "2023-04-30"))
LATE = 3600.0
PARTS = 10
WARM_UP = 2_000
FILLED = 5_000
FULL_WORDS = 300
TURN = 89 * 86_400.0
"""The stream of items spans this long."""
FOUNDED = 0.15
"""Stories founded an item, by a low guess: so the wanted number is reached and kept."""


class Lengthened:
    """Makes feed items as long as articles."""

    def __init__(self, root: Path) -> None:
        words = [
            len((article["text"] or "").split())
            for told in events(root).values()
            for article in told
        ]
        self._lengths = cycle([length for length in words if length >= FULL_WORDS])
        self._draw = random.Random(1)
        self._told: defaultdict[str, list[str]] = defaultdict(list)
        for document in replay(root, *MONTHS[-1]):
            self._told[spoken(document)] += document.text.split()

    def text(self, document: Document) -> str:
        """Its own text, and behind it what others tell."""
        own, wanted = document.text.split(), next(self._lengths)
        others = self._told[spoken(document)] or self._told["en"]
        return " ".join([*own, *self._draw.choices(others, k=max(0, wanted - len(own)))])


def stream(root: Path, *, full: bool) -> Iterator[Document]:
    """Feed items without end, in the order of their publication; ids are not repeated."""
    lengthened = Lengthened(root) if full else None
    for turn in count():
        for document in chain.from_iterable(replay(root, *month) for month in MONTHS):
            text = document.text if lengthened is None else lengthened.text(document)
            yield msgspec.structs.replace(
                document, id=f"{turn}-{document.id}", text=text, at=document.at + turn * TURN
            )


class Pace:
    """Gives items times such that ``active`` stories can still grow (0: the times they have)."""

    def __init__(self, active: int) -> None:
        self._active = active
        self._now = START

    def time(self, document: Document, held: int) -> float:
        """When the item comes, with ``held`` stories active before it."""
        if not self._active:
            return document.at
        # A desk forgets a story last told KEEP ago. Evenly: while time all but stands still
        # stories join that are days apart, and half as many are founded.
        faster = held / self._active if held > self._active else 1.0
        self._now += faster * FOUNDED * KEEP / self._active
        return self._now


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


def resident() -> int:
    """Bytes of this process in memory now (not the most it ever had)."""
    Heap().settle()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=30_000, help="how many are measured")
    parser.add_argument("--active", type=int, default=25_000, help="stories, 0: real time")
    parser.add_argument("--full", action="store_true")
    chosen = parser.parse_args()
    root = corpus()
    if root is None:
        sys.exit("The development corpus is not here: set COPYDESK_CORPUS to its folder.")
    warm()
    desk, names, pace = StoryDesk(), Names(), Pace(chosen.active)
    coming = stream(root, full=chosen.full)

    def place(document: Document) -> float:
        document = msgspec.structs.replace(document, at=pace.time(document, len(desk)))
        copy = alone(document)
        began = time.process_time()
        placement, changes = desk.place(document, copy, twin=None)
        took = time.process_time() - began
        names.place(document, placement.story, changes)
        return took

    for document in islice(coming, WARM_UP):  # the tables are read, the words of a day are known
        place(document)
    base, had = resident(), len(desk)
    filling: list[float] = []
    while len(desk) < chosen.active:
        filling.append(place(next(coming)))
        if len(filling) == FILLED:
            report(f"filling, {len(desk)} stories active", filling, [loop()])
            filling.clear()
    grown = resident() - base
    print(f"{len(desk)} stories active after {names.placed} items", flush=True)
    if len(desk) > had:
        print(f"memory: {grown / (len(desk) - had) / 1e3:.1f} kB an active story", flush=True)

    every: list[float] = []
    pace_of: list[float] = []
    all_loops: list[float] = []
    heap = Heap()
    for _ in range(PARTS):
        seconds, loops = [], [loop()]
        for document in islice(coming, chosen.items // PARTS):
            seconds.append(place(document))
            if len(seconds) % 1000 == 0:
                loops.append(loop())
        heap.settle()  # the desk saves now and then, between batches
        report(f"{len(desk)} stories active", seconds, loops)
        pace_of.append(float(np.mean(seconds) / np.median(loops)))
        every += seconds
        all_loops += loops
    report(f"all {len(every)} items", every, all_loops)
    print(
        f"drift, last tenth to first, in relation to the loop: {pace_of[-1] / pace_of[0] - 1:+.0%}"
    )
    print(f"{len(names.late) / names.placed:.2%} of documents changed their story's name late")


if __name__ == "__main__":
    with seldom_collecting():  # as the desk's process does
        main()
