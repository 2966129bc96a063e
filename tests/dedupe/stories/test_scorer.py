"""The desk leaves stories alone that cannot be the best any more; that must not change the best."""

from collections.abc import Sequence

from benchmarks.stories_headlines import headlines
from benchmarks.stories_train import ranked
from dedupe.stories.desk import StoryDesk
from dedupe.stories.scorer import JOIN_THRESHOLD, Match, Rows, Scorer, foremost
from dedupe.stories.story import Member
from tests.dedupe.stories.make import place

_choices: list[int] = []


def both(
    scorer: Scorer,
    rows: Rows,
    member: Member,
    terms: Sequence[str],
    *,
    least: float = JOIN_THRESHOLD,
) -> list[Match]:
    found = foremost(scorer, rows, member, terms, least=least)
    everything = ranked(scorer, rows, member, terms, least=least)
    assert found == everything[:1]
    _choices.append(len(everything))
    return found


class Checked(StoryDesk):
    _rank = staticmethod(both)


def test_the_foremost_story_is_the_first_of_all_ranked() -> None:
    desk = Checked()
    _choices.clear()
    for document in headlines(seed=1)[0]:
        place(desk, document)
    assert len([choice for choice in _choices if choice > 1]) > 40
