"""Shingles, boilerplate, MinHash, samples and particulars."""

import subprocess
import sys

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe import boilerplate, containment, minhash, particulars, shingles
from dedupe.boilerplate import DIGEST_WORDS, LIMIT, NOTHING, Boilerplate
from dedupe.containment import Size
from dedupe.particulars import Agreement
from dedupe.shingles import Hashes
from dedupe.tokens import Tokens, tokenise


def hashes(seed: int, count: int) -> Hashes:
    return np.random.default_rng(seed).integers(1, 2**64, count, dtype=np.uint64)


def test_shingles_are_distinct_and_in_order() -> None:
    words = hashes(1, 50)
    once = shingles.shingle(words)
    assert len(once) == 47
    twice = shingles.shingle(np.concatenate([words, words]))
    assert twice[:47].tolist() == once.tolist()
    assert len(twice) == 47 + 3
    assert len(shingles.shingle(words[:0])) == 0
    assert len(shingles.shingle(words[:2])) == 1


@settings(deadline=None)
@given(st.lists(st.integers(1, 5), max_size=60))
def test_shingles_do_not_depend_on_the_kernel(values: list[int]) -> None:
    words = np.array(values, dtype=np.uint64)
    out = np.empty(max(len(values), 1), dtype=np.uint64)
    count = shingles.plain_shingle(words, out)
    assert shingles.shingle(words).tolist() == out[:count].tolist()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 127, 3000])
def test_signatures_are_those_of_datasketch_to_the_bit(count: int) -> None:
    found = hashes(count, count)
    theirs = MinHash(num_perm=128, scheme="affine32", hashfunc=minhash.low32)
    theirs.update_batch(found.tolist())
    signature = minhash.sign(found)
    assert np.array_equal(signature, theirs.hashvalues)
    assert minhash.to_datasketch(signature) == theirs
    assert np.array_equal(minhash.from_datasketch(theirs), signature)
    plain = np.full(128, 0xFFFFFFFF, dtype=np.uint32)
    factors, offsets = minhash.permutations()
    minhash.plain_sign(found, factors, offsets, plain)
    assert np.array_equal(plain, signature)


def test_a_minhash_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="affine32, seed 1 and 128"):
        minhash.from_datasketch(MinHash(num_perm=64))


def test_a_desk_starts_without_what_only_comparisons_need() -> None:
    asked = "import sys, dedupe.desk; sys.exit('datasketch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_boilerplate_is_what_began_in_five_groups() -> None:
    table = Boilerplate(22)
    furniture = hashes(1, 40)
    for group in range(LIMIT):
        assert len(table.evidence(furniture)) == 40
        table.learn(np.concatenate([furniture, hashes(100 + group, 100)]))
    assert len(table.evidence(furniture)) == 0
    assert len(table.evidence(hashes(100, 100))) == 100


def test_a_wire_with_two_hundred_reprints_does_not_delete_itself() -> None:
    table = Boilerplate(22)
    wire, furniture = hashes(1, 300), hashes(2, 30)
    table.learn(wire)
    known = boilerplate.digest(wire)
    for _ in range(200):
        table.learn(np.concatenate([wire, furniture]), known)
    assert len(table.evidence(wire)) == 300
    assert len(table.evidence(furniture)) < 15  # the digest hides a quarter of what is foreign


def test_the_table_ages_before_chance_fills_it() -> None:
    table = Boilerplate(12)
    furniture = hashes(1, 10)
    for round_ in range(200):
        table.learn(np.concatenate([furniture, hashes(1000 + round_, 60)]))
    assert len(table.evidence(furniture)) == 0
    assert len(table.evidence(hashes(7, 1000))) > 950


def test_boilerplate_does_not_depend_on_the_kernel() -> None:
    table = Boilerplate(10)
    cells = np.zeros(1 << 10, dtype=np.uint8)
    added = 0
    for seed in range(5):
        known = boilerplate.digest(hashes(seed, 20)) if seed else NOTHING
        table.learn(hashes(seed, 80), known)
        added += boilerplate.plain_learn(hashes(seed, 80), known, cells, table.shift)
        digest = np.zeros(DIGEST_WORDS, dtype=np.uint64)
        boilerplate.plain_digest(hashes(seed, 80), digest)
        assert np.array_equal(digest, boilerplate.digest(hashes(seed, 80)))
    assert np.array_equal(table.cells, cells)
    assert added == table.added
    out = np.empty(3000, dtype=np.uint64)
    count = boilerplate.plain_evidence(hashes(9, 3000), cells, table.shift, out)
    assert np.array_equal(out[:count], table.evidence(hashes(9, 3000)))


@pytest.mark.parametrize(("count", "one_in"), [(200, 4), (20_000, 8)])
def test_samples_stand_for_the_text(count: int, one_in: int) -> None:
    found = hashes(3, count)
    sample = containment.sample(found)
    assert len(sample.keys) == pytest.approx(count / one_in, rel=0.3)
    assert sample.coarse == pytest.approx(count / 8, rel=0.4)
    out = np.empty(count, dtype=np.uint32)
    kept = containment.plain_sample(found, containment.sample_shift(count), out)
    assert np.array_equal(out[:kept], sample.keys)


def test_containment_is_measured_in_the_coarser_sample() -> None:
    long, short = Size(100, 100), Size(40, 20)
    assert containment.containment(18, long, short) == 0.9
    assert containment.containment(18, short, Size(36, 18)) == 0.5
    assert containment.containment(0, Size(0, 0), long) == 0.0


def test_particulars_tell_two_instances_of_a_template_apart() -> None:
    frame = "On Saturday {} beat {} by {} goals to {} before {} people while {} looked on"
    one = frame.format("Arsenal", "Leeds", 3, 1, 60123, "Saka")
    other = frame.format("Torino", "Parma", 2, 0, 21456, "Vlasic")
    title = tokenise("Match report")
    mine, theirs = (particulars.sketch(tokenise(text), title) for text in (one, other))
    found = particulars.agreements(mine, theirs)
    assert found.names == Agreement(1, 4)  # Saturday
    assert found.numbers == Agreement(0, 3)
    assert found.title == Agreement(2, 2)
    assert particulars.share(particulars.agreements(mine, mine).numbers) == 1.0


def test_nothing_to_compare_is_no_disagreement() -> None:
    empty = particulars.sketch(tokenise(""), tokenise(""))
    assert particulars.agreements(empty, empty).names == Agreement(0, 0)
    assert particulars.share(particulars.agreements(empty, empty).names) == 1.0


@settings(deadline=None)
@given(st.integers(0, 120), st.integers(0, 20))
def test_particulars_do_not_depend_on_the_kernel(names: int, title_words: int) -> None:
    rng = np.random.default_rng(names)
    words, title = hashes(names, names), hashes(title_words + 999, title_words)
    marks = rng.integers(0, 4, names).astype(np.uint8)
    marks[marks == 2] = 3  # every number is particular
    out = np.empty(particulars.SIZE, dtype=np.uint16)
    particulars.plain_sketch(words, marks, title, out)
    found = particulars.sketch(Tokens(words, marks), Tokens(title, np.zeros(title_words, np.uint8)))
    assert np.array_equal(out, found)
