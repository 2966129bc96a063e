"""Walls before an article, and articles about walls."""

import pytest

from crawler.pages import PageNote
from crawler.pages.gates import note_for

STORY = "\n".join(
    f"Paragraph {number} tells readers at some length what happened in the city on Tuesday, who "
    "said what about it, and why that matters to the people who live there."
    for number in range(16)
)


def note(text: str, *, title: str = "", html: str = "", tier: str = "", free: str = "") -> PageNote:
    known = {"": None, "yes": True, "no": False}[free]
    return note_for(html=html, title=title, text=text, free=known, tier=tier)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Checking your browser before accessing outlet.example.", "blocked"),
        ("Please verify you are a human to continue.", "blocked"),
        ("Enable JavaScript and cookies to continue", "blocked"),
        (
            "We and our 842 partners store information. Accept all cookies or manage cookies.",
            "consent",
        ),
        ("Mit Werbung weiterlesen. Einwilligung zu Cookies jederzeit widerrufbar.", "consent"),
        ("Tout accepter. Continuer sans accepter. Paramétrer mes choix.", "consent"),
        ("Drones hit the city.\nSubscribe now to continue reading.", "paywall"),
        ("Drohnen treffen die Stadt.\nJetzt abonnieren und weiterlesen mit Plus.", "paywall"),
        ("Des drones ont frappé.\nIl vous reste 74% de cet article à lire.", "paywall"),
        ("Varios drones.\nContenido exclusivo para suscriptores.", "paywall"),
        ("ドローンが飛来した。\nこの記事は有料会員限定です。", "paywall"),
        ("Дроны над городом.\nДоступно только по подписке.", "paywall"),
        ("Drones were seen over the city this morning and…", "teaser"),
        ("Drones hit the city.", "teaser"),
        ("", "empty"),
    ],
)
def test_walls(text: str, expected: PageNote) -> None:
    assert note(text) == expected


def test_soft_404() -> None:
    assert note("The page is gone. Try the search.", title="404 - Page not found") == "not-found"
    assert note("Leider.", title="Seite nicht gefunden | Blatt") == "not-found"


def test_challenges_are_known_by_their_markup() -> None:
    assert note("One moment.", html="<script src=/cdn-cgi/challenge-platform/x>") == "blocked"


def test_metadata_of_locked_articles() -> None:
    assert note(STORY[:700], free="no") == "paywall"
    assert note(STORY[:700], tier="locked") == "paywall"
    assert note(STORY[:700], free="yes") == ""
    assert note(STORY, free="no") == ""  # all of it is there


@pytest.mark.parametrize(
    "extra",
    [
        "Publishers that ask readers to accept all cookies were fined by the court on Tuesday.",
        "Subscribe now to continue reading, the paywall of the newspaper said in its own words.",
        "The captcha asked whether he was a robot, he told the reporter.",
        "Already a subscriber? Sign in.",
    ],
)
def test_articles_about_walls_are_articles(extra: str) -> None:
    assert note(f"{STORY}\n{extra}") == ""
    assert note(f"{extra}\n{STORY}") == ""


def test_a_short_report_is_an_article() -> None:
    brief = (
        "Two people were slightly hurt when a drone fell on a block of flats in the south of the "
        "city early on Tuesday, the mayor said. Residents of the house were taken to a school "
        "nearby. Firefighters put out a small fire on the roof within half an hour. The ministry "
        "said that eight drones had been used."
    )
    assert note(brief) == ""
