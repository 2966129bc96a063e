import pytest

from dedupe.stories.desk import StoryDesk
from dedupe.stories.guards import conflict, series_marks
from tests.dedupe.stories.make import document, place


@pytest.mark.parametrize(
    ("title", "marks"),
    [
        ("Wordle #670 hints and answer", {"670"}),
        ("Today's Quordle answers for Thursday, April 20", {"20apr"}),
        ("Today's Quordle answers for April 21st", {"21apr"}),
        ("Pogoda na 20 kwietnia", {"20kwi"}),
        ("El tiempo del 3 de mayo", {"3may"}),
        ("Russia-Ukraine war: list of key events, day 421", {"421"}),
        ("Eight drones shot down over Moscow", set()),
        ("Death toll passes 5,000", set()),
    ],
)
def test_marks_of_a_series(title: str, marks: set[str]) -> None:
    assert series_marks(title) == marks


def test_only_two_marked_titles_conflict() -> None:
    assert conflict(frozenset({"1"}), frozenset({"2"}))
    assert not conflict(frozenset({"1"}), frozenset({"1", "2"}))
    assert not conflict(frozenset(), frozenset({"2"}))


def test_daily_puzzles_of_one_outlet_stay_apart() -> None:
    desk = StoryDesk()
    stories = {
        place(
            desk,
            document(
                f"w{n}",
                f"Wordle hints and answer #{n}: puzzle of the day",
                "Looking for hints to today's Wordle puzzle? Here are clues and the answer.",
                hours=24 * (n - 670),
                outlet="games",
                source="games-feed",
            ),
        )
        for n in (670, 671, 672)
    }
    desk.settle()
    assert len(stories) == 3


def test_what_a_feed_repeats_under_unrelated_headlines_welds_nothing() -> None:
    desk = StoryDesk()
    titles = ["Zig quirks", "Planet in pursued orbit", "Belgian chat control", "Losing money fast"]
    titles += ["Verniers explained", "Turrican released", "Muscles grow wrong", "Street safety"]
    stories = [
        place(
            desk,
            document(
                f"h{n}",
                title,
                f"Article URL: https://example.org/{n}\nComments URL: https://example.com/item{n}"
                f"\nPoints: {n}\nComments: 0",
                hours=n / 10,
                outlet="",
                source="front-page",
            ),
        )
        for n, title in enumerate(titles)
    ]
    desk.settle()
    assert len(set(stories[3:])) == len(stories[3:])
