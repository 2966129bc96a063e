"""Where links lead: to articles, front pages and walls."""

import pytest

from crawler.landing import is_a_wall, is_its_page

STORY = "https://www.outlet.example/politik/2023-05/drohnen-moskau"
NUMBER = "https://outlet.example/a/100123"
SHORT = "https://t.example/aBc9"


@pytest.mark.parametrize(
    ("asked", "came"),
    [
        (STORY, "https://consent.portal.example/v2/collectConsent?sessionId=3_cc-session_1"),
        (STORY, "https://www.outlet.example/zustimmung?url=https%3A%2F%2Fwww.outlet.example%2Fx"),
        (STORY, "https://www.publisher.example/gdpr/outlet.example/"),
        (STORY, "https://login.publisher.example/?client=outlet"),
        (NUMBER, "https://outlet.example/user/login.php?next=%2Fa%2F100123"),
        (NUMBER, "https://outlet.example/go-on-reading?url=https%253A%252F%252Foutlet.example%252Fa%252F100123"),
        ("https://outlet.example/world", "https://consent.outlet.example/"),
    ],
)  # fmt: skip
def test_walls_are_told_by_their_addresses(asked: str, came: str) -> None:
    assert is_a_wall(asked, came)


@pytest.mark.parametrize(
    ("asked", "came"),
    [
        (STORY, STORY),
        (STORY, f"{STORY}?login=no&url=/politik/2023-05/drohnen-moskau"),
        (STORY, f"{STORY}/login"),
        (NUMBER, "https://outlet.example/world/drones-hit-moscow-100123?from=/a/100123"),
        (SHORT, "https://outlet.example/gdpr/watchdog-fines-three-banks"),
        (SHORT, "https://outlet.example/drones-hit-moscow?ref=https%3A%2F%2Ft.example%2FaBc9"),
        ("https://outlet.example/login", "https://www.outlet.example/login/"),
    ],
)
def test_articles_are_no_walls(asked: str, came: str) -> None:
    assert not is_a_wall(asked, came)
    assert is_its_page(asked, came)
