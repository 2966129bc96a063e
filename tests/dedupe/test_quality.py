"""The quality gate: how well copies are found, with floors that are lowered only on purpose.

The streams and their ground truth come from ``benchmarks/copies_corpus.py``; a digest of the
documents pins the corpus, so that a floor is never compared with other texts. The real texts are
measured where they are at hand; the made-up ones everywhere.
"""

import os
from pathlib import Path

import pytest
import xxhash

from benchmarks.copies_corpus import (
    ALL,
    HELD_OUT,
    ORDINARY,
    Labelled,
    build,
    made_pieces,
    real_pieces,
)
from benchmarks.copies_quality import desk, score
from benchmarks.copies_variations import Piece

MADE_DIGEST = "527e9d9155e9930e"
# Pairwise F1, ordinary kinds and all seventeen: what was measured, less .01.
MADE_FLOORS = {
    "plain": (0.988, 0.98),
    "long-tail": (0.979, 0.955),
    "wires": (0.99, 0.989),
    "quotes": (0.989, 0.975),
}
REAL_FLOORS = {
    "plain": (0.983, 0.968),
    "long-tail": (0.966, 0.935),
    "wires": (0.99, 0.989),
    "quotes": (0.985, 0.958),
}
PRECISION = 0.97


def corpus() -> Path:
    root = Path(__file__).parents[2]
    return Path(os.environ.get("COPYDESK_CORPUS") or root.parent / "shared" / "data")


@pytest.fixture(scope="module")
def made() -> list[Piece]:
    return made_pieces(700, HELD_OUT)


@pytest.fixture(scope="module")
def real() -> list[Piece]:
    if not (corpus() / "events").is_dir():
        pytest.skip(f"no development corpus in {corpus()}; set COPYDESK_CORPUS")
    return real_pieces(corpus(), HELD_OUT)


def digest(stream: list[Labelled]) -> str:
    found = xxhash.xxh3_64()
    for item in stream:
        found.update(f"{item.group} {item.kind} {item.document.text}".encode())
    return found.hexdigest()


def check(stream: list[Labelled], floor: float) -> None:
    result = score(stream, desk(stream))
    assert result.f1 >= floor, (result.precision, result.recall, result.by_kind)
    assert result.precision >= PRECISION, result.false_kinds


def test_the_corpus_is_the_one_that_the_floors_were_measured_on(made: list[Piece]) -> None:
    assert digest(build("long-tail", made, 7, ALL, 300)) == MADE_DIGEST


@pytest.mark.parametrize("stream", MADE_FLOORS)
def test_made_up_texts(stream: str, made: list[Piece]) -> None:
    ordinary, every = MADE_FLOORS[stream]
    check(build(stream, made, 7, ORDINARY, 300), ordinary)
    check(build(stream, made, 7, ALL, 300), every)


@pytest.mark.corpus
@pytest.mark.parametrize("stream", REAL_FLOORS)
def test_real_texts(stream: str, real: list[Piece]) -> None:
    ordinary, every = REAL_FLOORS[stream]
    check(build(stream, real, 7, ORDINARY), ordinary)
    check(build(stream, real, 7, ALL), every)
