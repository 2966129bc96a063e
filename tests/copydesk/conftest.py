"""A real record: a SQLite file, and for the tests of the record itself PostgreSQL too.

The tables are made once for all tests and copied for each: migrations take longer than most tests.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from copydesk.record import migrate
from copydesk.record.database import Record, sqlite_url

_TEMPLATE = "copydesk_template"


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record without anything in it, to be copied."""
    file = tmp_path_factory.mktemp("empty") / "record.sqlite"
    _made(sqlite_url(file))
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> URL:
    """The server, on which a record without anything in it is the template."""
    server = make_url(postgres_url)
    _admin(server, f"CREATE DATABASE {_TEMPLATE}")
    _made(server.set(database=_TEMPLATE).render_as_string(hide_password=False))
    return server


@pytest.fixture
def record(empty_file: Path, tmp_path: Path) -> Iterator[Record]:
    opened = Record(sqlite_url(Path(shutil.copy(empty_file, tmp_path / "record.sqlite"))))
    yield opened
    opened.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Record]:
    """Another record, on another machine as it were: made anew, as copies are of one name."""
    opened = Record(sqlite_url(tmp_path / "other.sqlite"))
    migrate.upgrade(opened)
    yield opened
    opened.close()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def any_record(
    request: pytest.FixtureRequest, empty_file: Path, tmp_path: Path
) -> Iterator[Record]:
    """The same tests on both databases."""
    if request.param == "sqlite":
        url = sqlite_url(Path(shutil.copy(empty_file, tmp_path / "record.sqlite")))
    else:
        server: URL = request.getfixturevalue("postgres_template")
        name = f"t{abs(hash(request.node.nodeid))}"
        _admin(
            server,
            f"DROP DATABASE IF EXISTS {name}",
            f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}",
        )
        url = server.set(database=name).render_as_string(hide_password=False)
    opened = Record(url)
    yield opened
    opened.close()


def _made(url: str) -> None:
    record = Record(url)
    migrate.upgrade(record)
    record.close()


def _admin(server: URL, *statements: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
