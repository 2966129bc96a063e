"""A real record in a real file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from copydesk.record import migrate
from copydesk.record.database import Record, sqlite_url


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    opened = Record(sqlite_url(tmp_path / "record.sqlite"))
    migrate.upgrade(opened)
    yield opened
    opened.close()
