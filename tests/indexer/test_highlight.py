"""Marked places: what is fast for plain words is what the general way finds."""

import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import TERM_LIMIT
from indexer.highlight import LOOKED_AT, Marker

LONG = "l" * TERM_LIMIT
WORDS = st.sampled_from(("a", "b", "ab", "ba", "aba", "b2", "A", "Ab", LONG, f"{LONG}b", "é", "–"))
GLUE = st.sampled_from((" ", " ", ", ", "-", "’", "\u00a0", "\n"))
TERMS = st.sampled_from(("a", "b", "ab", "ba", "aba", "b2", LONG, "中"))
TEXTS = st.lists(st.tuples(WORDS, GLUE), max_size=12).map(
    lambda parts: "".join(word + glue for word, glue in parts)
)
MARKERS = st.builds(
    Marker,
    st.frozensets(TERMS, max_size=3),
    st.lists(TERMS, max_size=2).map(tuple),
    st.lists(st.lists(TERMS, min_size=1, max_size=3).map(tuple), max_size=2).map(tuple),
    st.lists(st.lists(TERMS, min_size=2, max_size=3).map(tuple), max_size=1).map(tuple),
)


@given(TEXTS, MARKERS)
def test_plain_words_are_marked_as_any_others(text: str, marker: Marker) -> None:
    # A letter of another script has the text read the general way; no term here begins with it.
    assert marker.spans(text) == marker.spans(f"{text} ж")


def test_words_are_marked_whole_and_phrases_word_by_word() -> None:
    text = "Storms: the storm hits. The STORM hits"
    assert Marker(frozenset({"storm"}), (), ()).spans(text) == [(12, 17), (28, 33)]
    assert Marker(frozenset(), ("storm",), ()).spans(text) == [(0, 6), (12, 17), (28, 33)]
    phrase = Marker(frozenset(), (), (("storm", "hits"),))
    assert phrase.spans(text) == [(12, 17), (18, 22), (28, 33), (34, 38)]
    again = Marker(frozenset(), (), (("a", "b", "a"),))
    assert again.spans("a b a b a") == [(0, 1), (2, 3), (4, 5), (6, 7), (8, 9)]


def test_a_phrase_that_ends_in_a_prefix_is_marked_where_it_stands() -> None:
    marker = Marker(frozenset(), (), (), (("anti", "war"),))
    assert marker.spans("The anti immigration war hero") == []
    assert marker.spans("war anti-WARS, anti") == [(4, 8), (9, 13)]
    beside = Marker(frozenset(), (), (), (("a", "股"),))
    assert beside.spans("letter 股 A股市 a") == [(9, 11)]


def test_nothing_is_marked_far_below() -> None:
    marker = Marker(frozenset({"storm"}), (), ())
    assert marker.spans(f"{'x ' * (LOOKED_AT // 2)}storm") == []


@pytest.mark.parametrize("end", ["", " ж"])
def test_hundreds_of_phrases_cost_a_text_little_more_than_one(end: str) -> None:
    words = [first + second for first in "abcdefghij" for second in "klmnopqrst"]
    text = " ".join(words * 10) + end
    absent = [(one, one) for one in words]
    row = ("ak", "al")
    once, lines = _lines_run(Marker(frozenset(), (), (row,)), text)
    again, more = _lines_run(Marker(frozenset(), (), (*absent, row)), text)
    assert once == again
    assert len(once) == 20
    assert more < 2 * lines


def _lines_run(marker: Marker, text: str) -> tuple[list[tuple[int, int]], int]:
    lines = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        found = marker.spans(text)
    finally:
        sys.settrace(before)
    return found, lines
