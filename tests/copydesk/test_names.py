"""Names are found by their capitals, in scripts that have some."""

import pytest

from copydesk.names import LONGEST_TEXT, MOST, names


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "LONDON (Reuters) - Britain's leader Rishi Sunak met Ursula von der Leyen in Brussels.",
            "en-GB",
            ("Rishi Sunak", "Ursula von der Leyen", "Brussels"),
        ),
        (
            "The United Nations and NATO welcomed it, said Sean O'Brien of Kenya.",
            "en",
            ("United Nations", "NATO", "Sean O'Brien of Kenya"),
        ),
        ("Shares fell. Profits rose. Nothing else happened.", "en", ()),
        ("Am Montag kam Olaf Scholz mit dem Zug nach Berlin.", "de", ("Olaf Scholz",)),
        ("Владимир Путин заявил, что дроны атаковали Москву.", "ru", ("Владимир Путин", "Москву")),
        (
            "New Holm Times says so. John Okoro went. All went.",
            "en",
            ("New Holm Times", "John Okoro"),
        ),
        ("It was, The Lighthouse said, in The Hague.", "en", ("Lighthouse", "The Hague")),
        ("Norvik-owned Tern and the Tern-led group", "en", ("Tern",)),
        ("Article URL: https://example.org Points: 9", "en", ()),
        (
            "the Holm Food and Drug Agency met Tern & Sons",
            "en",
            ("Holm Food and Drug Agency", "Tern & Sons"),
        ),
        ("Some of Us", "en", ()),
        ("It is Tears of the Lagoon.", "en", ("Tears of the Lagoon",)),
        ("see https://holm.example/A6T2g, Holm_Desc Here and @Tern", "en", ()),
        ("新华社北京电 ロンドン发生事故", "zh", ()),
        ("", "", ()),
    ],
)
def test_names_are_found(text: str, language: str, expected: tuple[str, ...]) -> None:
    assert names(text, language) == expected


def test_each_name_stands_once_and_not_too_many_do() -> None:
    assert names("It was Ada Lovelace, said Ada Lovelace.", "en") == ("Ada Lovelace",)
    many = ", and ".join(f"Xa{letter}{other}" for letter in "abcdefg" for other in "abcdefg")
    assert len(names(f"seen: {many}", "en")) == MOST
    assert names(" " * LONGEST_TEXT + "says Ada Lovelace", "en") == ()
