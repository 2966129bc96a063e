"""A real record: a SQLite file, and for the tests of the record itself PostgreSQL too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from copydesk.record import migrate
from copydesk.record.database import Record, sqlite_url


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    opened = Record(sqlite_url(tmp_path / "record.sqlite"))
    migrate.upgrade(opened)
    yield opened
    opened.close()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def any_record(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Record]:
    """The same tests on both databases."""
    if request.param == "sqlite":
        opened = Record(sqlite_url(tmp_path / "record.sqlite"))
    else:
        server = make_url(request.getfixturevalue("postgres_url"))
        name = f"t{abs(hash(request.node.nodeid))}"
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        opened = Record(server.set(database=name).render_as_string(hide_password=False))
    migrate.upgrade(opened)
    yield opened
    opened.close()
