"""Which database URLs are taken, and that none gives its password away."""

import pytest
from sqlalchemy.engine import make_url

from config.record_url import record_url_problems, without_password
from copydesk.record.database import Record


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


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("hidden", "this is no database URL. Use sqlite:////PATH or postgresql+psycopg://USER@"),
        ("postgresql:u:hidden@h/d", "this is no database URL. Use"),
        ("postgres://u:hidden@h/d", 'the record cannot be kept in "postgres". Use'),
        ("postgresql+psycopg2://u:hidden@h/d", 'cannot be kept in "postgresql+psycopg2". Use'),
        ("postgresql+asyncpg://u:hidden@h/d", 'cannot be kept in "postgresql+asyncpg". Use'),
        ("sqlite+foo:////a", 'cannot be kept in "sqlite+foo". Use'),
        ("sqlite+pysqlite:///:memory:", "what is kept in memory is lost"),
        ("sqlite://record.sqlite", "this names no file. Use sqlite:////PATH"),
        ("sqlite://u:hidden@/a", "this names no file. Use sqlite:////PATH"),
        ("postgresql://u:hidden@h:54x/d", "the port is no number from 1 to 65535. Several"),
        ("postgresql://u:hidden@h:/d", "the port is no number"),
        ("postgresql://u:hidden@h:0/d", "the port is no number"),
        ("postgresql://u:hidden@h:65536/d", "the port is no number"),
        ("postgresql://u:hidden@[::1]:x/d", "the port is no number"),
        ("postgresql://u:hidden@a:1,b:2/d", "/NAME?host=A:5432&host=B:5432."),
    ],
)
def test_a_url_that_cannot_be_opened_is_explained_and_not_repeated(url: str, message: str) -> None:
    (problem,) = problems(url)
    assert problem.startswith("here: ")
    assert message in problem
    assert "hidden" not in problem


@pytest.mark.parametrize(
    "url",
    [
        "sqlite+pysqlite:////a/b?timeout=3",
        "postgresql://[::1]:5432/d",
        "postgresql+psycopg://u@/d?host=a:5432&host=b:5432&target_session_attrs=read-write",
    ],
)
def test_urls_of_the_shipped_drivers_are_taken(url: str) -> None:
    assert not problems(url)
    Record(url).close()


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
