import pytest
from msgspec.structs import replace

from dedupe.document import Document
from dedupe.stories.desk import StoryDesk
from dedupe.stories.guards import conflict, series_marks
from dedupe.stories.merging import of_one_series
from tests.dedupe.stories.make import START, document, place


@pytest.mark.parametrize(
    ("title", "language", "marks"),
    [
        ("Wordle #670 hints and answer", "en", {"670"}),
        ("Today's Quordle answers for Thursday, April 20", "en", {"20.4"}),
        ("Today's Quordle answers for April 21st, 2023", "en", {"21.4"}),
        ("Mortgage rates for Sept. 3", "en", {"3.9"}),
        ("Pogoda na 20 kwietnia", "pl", {"20.4"}),
        ("Pogoda na 20 stycznia", "en", {"20.1"}),
        ("Pogoda na jutro - piątek 10.02. W części kraju deszcz", "pl", {"10.2"}),
        ("Kurs franka PLN/CHF 18.04.2023", "pl", {"18.4"}),
        ("El tiempo del 3 de mayo", "es", {"3.5"}),
        ("Das Wetter am 3. März", "de", {"3.3"}),
        ("Погода на 18 апреля", "ru", {"18.4"}),
        ("4月18日の天気", "ja", {"18.4"}),
        ("4월 18일 날씨", "ko", {"18.4"}),
        ("Rates of 2023-04-18", "en", {"18.4"}),
        ("Weather for May 30", "en", {"30.5", "@30.5"}),
        ("Weather for 1 June", "en", {"1.6", "@1.6"}),
        ("Strike on 2 June", "en", {"2.6"}),
        ("Russia-Ukraine war: list of key events, day 421", "en", {"421"}),
        ("Eight drones shot down over Moscow", "en", set()),
        ("Death toll passes 5,000", "en", set()),
        ("10 may be dead, 5 out of danger, 4 marines hurt, 3 separate fires", "en", set()),
        ("Shares at 10.05 in Tokyo, 41.06.2023 is no day", "en", set()),
        ("5 Mac tips", "en", set()),
        ("Pogoda na 20 kwietnia", "xx-no-such", {"20.4"}),
    ],
)
def test_marks_of_a_series(title: str, language: str, marks: set[str]) -> None:
    assert series_marks(title, language, START) == marks


@pytest.mark.parametrize("at", [-1e12, 1e300])
def test_no_day_is_near_an_impossible_time(at: float) -> None:
    assert series_marks("Weather for May 30", "en", at) == {"30.5"}


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


def _puzzle(day: int, outlet: str) -> Document:
    return document(
        f"{outlet}{day}",
        f"Wordle hints and answer for May {day}",
        "Looking for hints to today's Wordle puzzle? Here are clues and the answer.",
        hours=24 * (day - 30) + len(outlet) / 10,
        outlet=outlet,
    )


def test_daily_puzzles_of_several_outlets_are_a_story_a_day() -> None:
    desk = StoryDesk()
    puzzles = [_puzzle(day, outlet) for day in (30, 31) for outlet in ("games", "ledger", "post")]
    homes = {(p.title, place(desk, p)) for p in puzzles}
    assert desk.settle() == ()
    assert len(homes) == len({story for _, story in homes}) == 2


def test_stories_of_two_days_are_not_merged() -> None:
    desk = StoryDesk()
    for day in (30, 31):
        for outlet in ("games", "ledger"):
            desk.adopt(_puzzle(day, outlet), f"{outlet}{day}", f"s{day}")
    one, other = desk._memory.by_id["s30"], desk._memory.by_id["s31"]
    assert of_one_series(one, other)
    named = replace(_puzzle(31, "games"), id="m", title="Wordle: what it is, and is not")
    desk.adopt(named, "m", "s31")
    assert of_one_series(one, other)
    for i in range(2):
        desk.adopt(replace(named, id=f"n{i}", outlet=f"o{i}"), f"n{i}", "s31")
    assert not of_one_series(one, other)


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
