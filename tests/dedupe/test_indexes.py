"""Bands and postings: what leads from a text to those it may be a copy of."""

import numpy as np
import pytest
from datasketch import MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe import bands, postings
from dedupe.bands import ALIVE, Flags, Slots
from dedupe.boilerplate import Boilerplate
from dedupe.compact import CompactLSH
from dedupe.errors import SnapshotError
from dedupe.growing import lines
from dedupe.kernels import kernel
from dedupe.lsh import BandedIndex
from dedupe.minhash import Signature, sign, to_datasketch
from dedupe.postings import Cells, Keys, Postings

BITS = 10  # of a slot in the table of bands


@kernel()
def search_and_put(
    searched: Slots, plain: Slots, made: Signature, alive: Flags, slot: int, crowd: int
) -> None:
    """A slot's bands into one table at the places that a search told, into one without search."""
    hashes = np.empty(42, dtype=np.uint64)
    places = np.empty(42, dtype=np.uint64)
    slots = np.empty(len(alive), dtype=np.uint32)
    equal = np.empty(len(alive), dtype=np.int32)
    bands.find_into(searched, BITS, made, alive, made[slot], 3, crowd, hashes, places, slots, equal)
    alive[slot] = ALIVE
    bands.put_found(searched, BITS, made, alive, slot, hashes, places, 3, crowd)
    bands.put(plain, BITS, made, alive, slot, hashes, 3, crowd)


@kernel()
def search_and_put_keys(
    searched: Cells, plain: Cells, alive: Flags, keys: Keys, slot: int, crowd: int
) -> tuple[int, int]:
    places = np.empty(len(keys), dtype=np.uint64)
    most = len(keys) * len(alive)
    slots = np.empty(most, dtype=np.uint32)
    hits, runs = np.empty(most, dtype=np.int32), np.empty(most, dtype=np.int32)
    postings.find_into(searched, alive, keys, np.uint64(0), 0, crowd, places, slots, hits, runs)
    alive[slot] = ALIVE
    one = postings.put_found(searched, alive, keys, slot, crowd, places)
    return one, postings.add_into(plain, alive, keys, slot, crowd)


def signatures(seed: int, families: int = 60) -> list[Signature]:
    """Families of sets that share from all to none of their members."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(families):
        base = rng.integers(1, 2**64, 120, dtype=np.uint64)
        for changed in (0, 3, 30, 80, 120):
            other = base.copy()
            other[:changed] = rng.integers(1, 2**64, changed, dtype=np.uint64)
            made.append(sign(other))
    order = rng.permutation(len(made))
    return [made[i] for i in order]


@pytest.mark.parametrize("params", [(42, 3), (64, 2), (25, 5)])
def test_answers_are_those_of_datasketch(params: tuple[int, int]) -> None:
    mine: CompactLSH[int] = CompactLSH(params)
    theirs = MinHashLSH(num_perm=128, params=params)
    for key, signature in enumerate(signatures(1)):
        sketch = to_datasketch(signature)
        assert sorted(mine.query(sketch)) == sorted(theirs.query(sketch))
        mine.insert(key, sketch)
        theirs.insert(key, sketch)
        if key % 7 == 6:
            mine.remove(key - 3)
            theirs.remove(key - 3)
            assert key - 3 not in mine
    assert len(mine) == len(theirs.keys)


def test_answers_stay_through_growth_and_renumbering() -> None:
    index = BandedIndex()
    made = signatures(2, 300)  # more than the index holds at first
    for signature in made:
        index.add(signature)
    before = {int(slot) for slot in index.find(made[7]).slots}
    index.remove(11)
    keep = np.array([i for i in range(len(made)) if i != 11], dtype=np.int64)
    index.rebuild(keep)
    after = {int(keep[slot]) for slot in index.find(made[7]).slots}
    assert after == before - {11}
    assert 7 in after


def test_a_crowded_band_leads_to_a_few_and_makes_room_for_the_living() -> None:
    index = BandedIndex(crowd=4)
    (signature,) = signatures(3, 1)[:1]
    for _ in range(10):
        index.add(signature)
    assert sorted(index.find(signature).slots.tolist()) == [0, 1, 2, 3]
    index.remove(1)
    index.add(signature)
    assert sorted(index.find(signature).slots.tolist()) == [0, 2, 3, 10]


def test_what_a_search_told_is_where_a_band_would_be_put() -> None:
    made = np.array(signatures(6, 40))
    made[5::9] = made[5]  # a crowd
    rng = np.random.default_rng(6)
    alive = np.zeros(len(made), dtype=np.uint8)
    searched, plain = (lines(42 * len(made) * 5 // 64 * 16, np.uint32) for _ in range(2))
    for slot in range(len(made)):
        search_and_put(searched, plain, made, alive, slot, 4)
        alive[rng.integers(0, slot + 1)] = 0
    assert np.array_equal(searched, plain)
    assert np.count_nonzero(searched) > len(searched) // 2


def test_what_a_search_told_is_where_a_key_would_be_put() -> None:
    rng = np.random.default_rng(7)
    searched, plain = lines(1024, np.uint64), lines(1024, np.uint64)
    alive = np.zeros(60, dtype=np.uint8)
    for slot in range(60):
        keys = rng.integers(0, 90, 30).astype(np.uint32)  # some of them twice
        one, other = search_and_put_keys(searched, plain, alive, keys, slot, 5)
        assert one == other
        alive[rng.integers(0, slot + 1)] = 0
    assert np.array_equal(searched, plain)


@pytest.mark.parametrize("crowd", [3, 100])
def test_a_search_before_does_not_change_where_a_signature_goes(crowd: int) -> None:
    searched, plain = BandedIndex(crowd=crowd), BandedIndex(crowd=crowd)
    made = signatures(8, 300)
    rng = np.random.default_rng(8)
    for number, signature in enumerate(made):
        searched.find(signature)
        if number % 3 == 0:  # what was searched last is another one
            searched.find(made[number - 1])
        if number % 5 == 0:
            gone = int(rng.integers(0, number + 1))
            searched.remove(gone)
            plain.remove(gone)
        searched.add(signature)
        plain.add(signature)
    assert np.array_equal(searched.table, plain.table)


def test_equal_values_are_counted() -> None:
    index = BandedIndex()
    (signature,) = signatures(4, 1)[:1]
    index.add(signature)
    changed = signature.copy()
    changed[64:] += 1
    found = index.find(changed)
    assert found.slots.tolist() == [0]
    assert found.equal.tolist() == [64]


def test_impossible_bands_and_foreign_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="65 bands of 2"):
        BandedIndex(65, 2)
    with pytest.raises(SnapshotError, match="another size"):
        BandedIndex().load(
            np.zeros((3, 128), dtype=np.uint32),
            np.zeros(3, dtype=np.uint8),
            np.zeros(8, dtype=np.uint32),
        )
    with pytest.raises(SnapshotError, match="excerpts or titles"):
        Postings(crowd=3).load(np.full(8, 9, dtype=np.uint64), 8, 8)
    with pytest.raises(SnapshotError, match="boilerplate"):
        Boilerplate(6).load(np.zeros(100, dtype=np.uint8), 0)
    lsh: CompactLSH[str] = CompactLSH()
    sketch = to_datasketch(signatures(5, 1)[0])
    lsh.insert("a", sketch)
    with pytest.raises(ValueError, match="already exists"):
        lsh.insert("a", sketch)
    with pytest.raises(ValueError, match="does not exist"):
        lsh.remove("b")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 40)), max_size=60, unique=True))
def test_postings_are_a_multimap(pairs: list[tuple[int, int]]) -> None:
    postings = Postings(crowd=100)
    alive = np.ones(50, dtype=np.uint8)
    alive[7] = 0
    for key, slot in pairs:
        postings.add(np.array([key], dtype=np.uint32), slot, alive)
    for key in range(31):
        slots, hits, _ = postings.find(np.array([key], dtype=np.uint32), alive)
        assert sorted(slots.tolist()) == sorted(s for k, s in pairs if k == key and s != 7)
        assert set(hits.tolist()) <= {1}


def test_postings_grow_renumber_and_count() -> None:
    postings = Postings(crowd=3)
    alive = np.ones(3000, dtype=np.uint8)
    rng = np.random.default_rng(1)
    keys = [rng.integers(0, 2**32, 5, dtype=np.uint32) for _ in range(2000)]
    for slot, own in enumerate(keys):
        postings.add(own, slot, alive)
    slots, hits, _ = postings.find(keys[1500], alive)
    assert dict(zip(slots.tolist(), hits.tolist(), strict=True))[1500] == 5
    renumbered = np.arange(3000) - 1000
    postings.rebuild(renumbered, alive)
    assert 500 in postings.find(keys[1500], alive).slots
    assert 1500 not in postings.find(keys[1500], alive).slots
    assert len(postings.find(keys[10], alive).slots) == 0
    assert postings.used == 5000


def test_kernels_are_given_only_what_they_can_read() -> None:
    index = BandedIndex()
    with pytest.raises(ValueError, match="kernels read uint8"):
        index.alive = np.ones(5, dtype=np.int64)
    with pytest.raises(ValueError, match="cells are in a row"):
        index.alive = np.ones(10, dtype=np.uint8)[::2]


def test_runs_are_stretches_of_consecutive_keys() -> None:
    postings = Postings(crowd=3)
    alive = np.ones(10, dtype=np.uint8)
    keys = np.arange(10, dtype=np.uint32)
    postings.add(keys[[0, 1, 2, 6, 9]], 4, alive)
    found = postings.find(keys, alive)
    assert [column.tolist() for column in found] == [[4], [5], [3]]
