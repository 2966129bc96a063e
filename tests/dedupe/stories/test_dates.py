"""The days that headlines name."""

import pytest

from dedupe.stories.dates import days_named


@pytest.mark.parametrize(
    ("title", "language", "days"),
    [
        ("Puzzle for 18 April", "en", [(4, 18)]),
        ("Wordle answers for April 18th", "en", [(4, 18)]),
        ("Kurs euro 18 kwietnia", "pl", [(4, 18)]),
        ("Wetter am 18.04.2023", "de", [(4, 18)]),
        ("4月18日 天気", "ja", [(4, 18)]),
        ("4 marines dead, 10 may be missing", "en", []),
    ],
)
def test_days_are_read_as_their_language_writes_them(
    title: str, language: str, days: list[tuple[int, int]]
) -> None:
    assert list(days_named(title, language)) == days


@pytest.mark.parametrize("piece", ["a", "1", "1.", "a 1"])
def test_headlines_without_end_are_read_once(piece: str) -> None:
    """By the square of its length the longest would take hours."""
    assert list(days_named(piece * 500_000, "en")) == []
