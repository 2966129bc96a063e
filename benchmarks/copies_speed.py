"""Speed and memory of copy finding against datasketch, rensa and gaoya.

    pip install --group bench        # rensa and gaoya, for this only
    python -m benchmarks.copies_speed [--index 100000] [--grow 1000000]

CPU time of one core. Every figure is the median over interleaved rounds in one run (all systems
take their turn in each round), so that a busy machine slows them alike: read the ratios.
"""

import argparse
import gc
import random
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from datasketch import MinHash, MinHashLSH

from benchmarks.copies_peers import (
    BarePlacer,
    DatasketchPlacer,
    GaoyaPlacer,
    Place,
    RensaPlacer,
    ShippedPlacer,
    copydesk_signature,
    datasketch_plain,
    datasketch_tuned,
    rensa_signature,
    shingles,
)
from benchmarks.copies_synthetic import Press, vocabulary
from dedupe.copies import CopyFinder, warm
from dedupe.document import Document
from dedupe.lsh import BANDS, ROWS, BandedIndex
from dedupe.minhash import PERMUTATIONS, sign, to_datasketch
from dedupe.shingles import shingle
from dedupe.tokens import tokenise


def interleaved(systems: dict[str, Callable[[int], object]], rounds: int) -> dict[str, float]:
    """The median CPU seconds of each system over so many rounds."""
    times: dict[str, list[float]] = {name: [] for name in systems}
    for number in range(rounds):
        for name, run in systems.items():
            start = time.process_time()
            run(number)
            times[name].append(time.process_time() - start)
    return {name: statistics.median(found) for name, found in times.items()}


def show(title: str, medians: dict[str, float], count: int, ours: Sequence[str]) -> None:
    """Microseconds for the eye, ratios for the record."""
    print(title)
    for name, seconds in medians.items():
        ratios = [f"{seconds / medians[own]:6.1f} x {own}" for own in ours if name not in ours]
        print(f"    {name:22} {seconds / count * 1e6:9.1f} us  ", ", ".join(ratios))


def texts(count: int, seed: int = 3) -> list[str]:
    """Articles of 300 to 500 words, one in five a cut and edited copy of an earlier one."""
    rng, press = random.Random(seed), Press(seed)
    found: list[str] = []
    for _ in range(count):
        if found and rng.random() < 0.2:
            words = rng.choice(found[-200:]).split(" ")
            for at in rng.sample(range(len(words)), len(words) // 20):
                words[at] = "edited"
            found.append(" ".join(words[: int(len(words) * rng.uniform(0.6, 1.0))]))
        else:
            piece = press.piece(rng.randint(300, 500))
            found.append(f"{piece.title}\n{piece.text}")
    return found


def measure_signatures(rounds: int, each: int) -> None:
    """Text to signature."""
    made = texts(rounds * each)

    def over(sketch: Callable[[str], object]) -> Callable[[int], object]:
        return lambda number: [sketch(text) for text in made[number * each : (number + 1) * each]]

    systems = {
        "datasketch": over(datasketch_plain),
        "datasketch, tuned": over(datasketch_tuned),
        "rensa": over(rensa_signature),
        "copydesk": over(copydesk_signature),
    }
    show("text to signature", interleaved(systems, rounds), each, ["copydesk"])

    words = [tokenise(text).hashes for text in made]
    parts = [[part.encode() for part in shingles(text)] for text in made]

    def theirs(number: int) -> None:
        for at in range(number * each, (number + 1) * each):
            MinHash(num_perm=PERMUTATIONS).update_batch(parts[at])

    def ours(number: int) -> None:
        for at in range(number * each, (number + 1) * each):
            sign(shingle(words[at]))

    medians = interleaved({"datasketch": theirs, "copydesk": ours}, rounds)
    show("words, already read, to signature", medians, each, ["copydesk"])


def measure_placing(rounds: int, each: int) -> None:
    """Text in, group out, in indexes that grow together."""
    made = texts(rounds * each, seed=4)
    placers: dict[str, Place] = {
        "datasketch": DatasketchPlacer(datasketch_plain).place,
        "datasketch, tuned": DatasketchPlacer(datasketch_tuned).place,
        "rensa": RensaPlacer().place,
        "gaoya": GaoyaPlacer().place,
        "copydesk, bare": BarePlacer().place,
        "copydesk, shipped": ShippedPlacer().place,
    }

    def over(place: Place) -> Callable[[int], object]:
        return lambda number: [
            place(f"d{i}", made[i]) for i in range(number * each, (number + 1) * each)
        ]

    medians = interleaved({name: over(place) for name, place in placers.items()}, rounds)
    show(
        f"text to group, up to {rounds * each} texts, {BANDS} bands of {ROWS}",
        medians,
        each,
        ["copydesk, bare", "copydesk, shipped"],
    )


def measure_index(size: int, rounds: int, each: int) -> None:
    """Query and insert in an index of ``size``, and its memory."""
    rng = np.random.default_rng(1)
    signatures = rng.integers(0, 2**32, (size + rounds * each, PERMUTATIONS), dtype=np.uint32)
    for at in range(1, len(signatures), 5):  # one in five is a copy: half of the values equal
        signatures[at, ::2] = signatures[rng.integers(0, at), ::2]
    rows = list(signatures)
    sketches = [to_datasketch(signature) for signature in rows]
    gc.collect()
    tracemalloc.start()
    theirs = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, ROWS))
    for number in range(size):
        theirs.insert(number, sketches[number])
    their_bytes = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    mine = BandedIndex()
    for number in range(size):
        mine.add(signatures[number])

    def their_turn(number: int) -> None:
        for at in range(size + number * each, size + (number + 1) * each):
            theirs.query(sketches[at])
            theirs.insert(at, sketches[at])

    def my_turn(number: int) -> None:
        for at in range(size + number * each, size + (number + 1) * each):
            mine.find(rows[at])
            mine.add(rows[at])

    medians = interleaved({"MinHashLSH": their_turn, "copydesk": my_turn}, rounds)
    show(f"query and insert at {size}", medians, each, ["copydesk"])
    own = mine.table.nbytes / size + mine.alive.itemsize
    row = mine.signatures[0].nbytes
    print(
        f"    memory per article: MinHashLSH {their_bytes / size:.0f} B without signatures, "
        f"copydesk {own:.0f} B ({their_bytes / size / own:.1f} x), with its signatures "
        f"{own + row:.0f} B ({their_bytes / size / (own + row):.1f} x)"
    )


def stream(count: int, words: int = 200) -> Iterator[Document]:
    """Random articles, fast: one in ten repeats most of a recent one."""
    rng = np.random.default_rng(7)
    names = np.array(vocabulary())
    recent: list[list[str]] = []
    for number in range(count):
        if recent and number % 10 == 0:
            picked = recent[int(rng.integers(0, len(recent)))][: words * 3 // 4]
        else:
            picked = names[rng.integers(0, len(names), words)].tolist()
            recent = [*recent[-99:], picked]
        yield Document(
            id=f"a{number}", title=" ".join(picked[:8]), text=" ".join(picked),
            source=f"s{number % 97}", at=number * 7.0,
        )  # fmt: skip


def measure_growth(count: int) -> None:
    """Cost per article as the window grows, and how long a snapshot takes.

    Costs are in units of datasketch's signature of the same 20 texts, timed all along, so that
    a machine that is busy for some of the minutes does not look like growth.
    """
    finder = CopyFinder()
    step = count // 10
    spent = unit = 0.0
    costs = []
    yardstick = texts(20)
    for number, document in enumerate(stream(count), 1):
        start = time.process_time()
        finder.place(document)
        spent += time.process_time() - start
        if number % (step // 50) == 0:
            start = time.process_time()
            for text in yardstick:
                datasketch_plain(text)
            unit += (time.process_time() - start) / (50 * len(yardstick))
        if number % step == 0:
            costs.append(spent / step / unit)
            each = spent / step * 1e6
            print(f"    {number:9} articles: {each:6.1f} us, {costs[-1]:.3f} units", flush=True)
            spent = unit = 0.0
    later = [cost / costs[0] for cost in costs[1:]]
    print(
        f"    later tenths cost {statistics.mean(later):.2f} times the first on average, the last "
        f"{later[-1]:.2f}, the median {statistics.median(later):.2f}, the dearest {max(later):.2f}"
    )
    start = time.process_time()
    data = finder.snapshot()
    middle = time.process_time()
    CopyFinder.restore(data)
    end = time.process_time()
    print(
        f"    snapshot {middle - start:.1f} s, {len(data) / count:.0f} B per article; "
        f"restore {end - middle:.1f} s"
    )


def main() -> None:
    """Run all measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=int, default=100_000)
    parser.add_argument("--grow", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--each", type=int, default=200)
    options = parser.parse_args()
    warm()
    measure_signatures(options.rounds, options.each)
    measure_placing(options.rounds, options.each)
    if options.index:
        measure_index(options.index, options.rounds, options.each)
    if options.grow:
        print(f"growing to {options.grow}")
        measure_growth(options.grow)


if __name__ == "__main__":
    main()
