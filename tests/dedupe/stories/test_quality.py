"""Floors under the quality of stories; lower one only on purpose, and say why in the commit."""

from collections import Counter

import pytest

from benchmarks.stories import ours
from benchmarks.stories_corpus import LENGTHS, corpus, labelled, world
from benchmarks.stories_headlines import headlines
from benchmarks.stories_metrics import bcubed
from benchmarks.stories_tongues import by_language, means, together


def test_headlines_in_many_languages() -> None:
    documents, gold = headlines(seed=1)
    arrival, final = ours(documents)
    assert bcubed(gold, arrival).f1 >= 0.9
    assert bcubed(gold, final).f1 >= 0.925


def test_headlines_of_the_world() -> None:
    documents, gold = world("test")
    arrival, final = ours(documents)
    found = bcubed(gold, final)
    assert bcubed(gold, arrival).f1 >= 0.711
    assert found.f1 >= 0.793
    assert found.precision >= 0.951


def test_headlines_in_one_language_at_a_time() -> None:
    found = by_language("test")
    whole = means(found)
    assert whole.f1 >= 0.828
    assert whole.precision >= 0.926
    assert found["ja"].f1 >= 0.85
    assert found["sv"].f1 >= 0.74


def test_look_alikes_of_many_countries_in_one_stream() -> None:
    found = together("test")
    assert found.f1 >= 0.839
    assert found.precision >= 0.934


def test_look_alikes_in_words_that_hardly_repeat() -> None:
    found = together("hard")
    assert found.f1 >= 0.48
    assert found.precision >= 0.968


def test_moscow_and_kyiv_of_the_same_day_are_two_stories() -> None:
    documents, gold = headlines(seed=1)
    _, final = ours(documents)
    homes = {
        event: Counter(final[d] for d, e in gold.items() if e == event).most_common(1)[0]
        for event in ("moscow", "kyiv")
    }
    assert homes["moscow"][0] != homes["kyiv"][0]
    assert homes["moscow"][1] >= 10


@pytest.mark.corpus
@pytest.mark.parametrize(("length", "floor"), [("full", 0.96), ("brief", 0.94), ("mixed", 0.925)])
def test_held_out_events(length: str, floor: float) -> None:
    root = corpus()
    if root is None:
        pytest.skip("the development corpus is not here (COPYDESK_CORPUS or ../shared/data)")
    documents, gold = labelled(root, "test", LENGTHS[length])
    _, final = ours(documents)
    assert bcubed(gold, final).f1 >= floor
