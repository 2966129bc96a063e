"""Which database URLs are taken, and that none gives its password away."""

import pytest
from sqlalchemy.engine import make_url

from config.record_url import record_url_problems, without_password


def problems(url: str) -> list[str]:
    return [str(each) for each in record_url_problems(url, where="here")]


@pytest.mark.parametrize("password", ["hidden", "hid/den", "hid#den", "hid?den", "h:id/de?n#"])
def test_a_password_is_masked_whatever_it_holds(password: str) -> None:
    url = f"postgresql+psycopg://desk:{password}@db:5432/news?connect_timeout=3"
    assert make_url(url).password == password
    assert without_password(url) == (
        "postgresql+psycopg://desk:********@db:5432/news?connect_timeout=3"
    )
    assert not problems(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://desk:hid@den@db/news",
        "postgresql://desk:hi/d@d/en@db/news",
        "postgresql://de/sk:hidden@db/news",
        "postgresql://de/sk:hid@den@db/news",
    ],
)
def test_a_password_that_cannot_be_told_from_the_rest_is_refused_and_not_repeated(url: str) -> None:
    (problem,) = problems(url)
    assert problem.startswith("here: its user, password, host and name cannot be told apart. ")
    for told in (problem, without_password(url)):
        assert "den" not in told
        assert "hid" not in told


def test_what_is_no_url_is_not_repeated() -> None:
    (problem,) = problems("hidden")
    assert problem.startswith("here: this is no database URL. ")


def test_passwords_among_the_options_of_a_url_are_masked() -> None:
    shown = without_password("postgresql://u@h/d?password=hidden&host=a&sslpassword=hid%26den")
    assert shown == "postgresql://u@h/d?password=********&host=a&sslpassword=********"
    assert "hidden" not in without_password("postgresql://u:hidden@h/d?PASSWORD=hidden")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////a/b",
        "sqlite:////a:b@c/d",
        "postgresql://u@h/d",
        "postgresql://u@h:5432/d",
        "postgresql:///d?host=/run/postgresql",
    ],
)
def test_urls_without_password_are_left_alone(url: str) -> None:
    assert without_password(url) == url
    assert not problems(url)
