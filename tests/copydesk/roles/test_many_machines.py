"""Several desks and crawlers on one PostgreSQL, cut off, frozen and killed: one leads at a time."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import URL, make_url

from copydesk.errors import RecordError
from copydesk.newsroom import Newsroom
from copydesk.newsroom.configuration import configuration
from copydesk.record import changelog, inbox, migrate
from copydesk.record.database import Record
from copydesk.record.leadership import current_term
from copydesk.record.schema import articles, change_log, fetches, revisions
from tests.copydesk.roles.cutting import CutProxy
from tests.copydesk.samples import NOON, article
from tests.postgres import restart

pytestmark = pytest.mark.postgres
SECONDS = 120.0


@pytest.fixture
def database(postgres_url: str, tmp_path: Path) -> URL:
    server = make_url(postgres_url)
    name = tmp_path.name.replace("-", "_").lower()
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.dispose()
    return server.set(database=name)


@pytest.fixture
def record(database: URL) -> Iterator[Record]:
    opened = Record(database.render_as_string(hide_password=False))
    migrate.upgrade(opened)
    yield opened
    opened.close()


def through(proxy: CutProxy, database: URL) -> str:
    return f"postgresql+psycopg://copydesk@127.0.0.1:{proxy.port}/{database.database}"


def started(folder: Path, url: str, *words: str) -> "subprocess.Popen[str]":
    folder.mkdir(exist_ok=True)
    with (folder / "log").open("a") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "copydesk", "--data", str(folder), *words],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "COPYDESK_RECORD_URL": url},
        )


def until(what: Callable[[], bool], folder: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while not what():
        logs = "\n".join(each.read_text() for each in folder.glob("*/log"))
        assert time.monotonic() < deadline, logs
        time.sleep(0.1)


def term(record: Record) -> int:
    with record.reading() as connection:
        return current_term(connection)


class Wire:
    """Brings one new article after the other, and knows how many are placed."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self.brought = 0

    def bring(self, count: int = 5) -> None:
        for _ in range(count):
            self.brought += 1
            number = self.brought
            words = " ".join(f"word{number}{letter}" for letter in "abcdefgh")
            one = article(f"{number}", title=f"News {words}", at=NOON + number)
            with self._record.writing() as connection:
                inbox.put(connection, [one], received=NOON)

    def all_placed(self) -> bool:
        with self._record.reading() as connection:
            placed = connection.execute(select(func.count()).select_from(articles)).scalar_one()
            return bool(placed == self.brought and not inbox.length(connection))


def test_one_desk_leads_through_partition_frost_and_death(
    record: Record, database: URL, tmp_path: Path
) -> None:
    wire = Wire(record)
    server = Path(str(database.query["host"])) / ".s.PGSQL.5432"

    def logged(name: str, what: str, times: int = 1) -> Callable[[], bool]:
        return lambda: (tmp_path / name / "log").read_text().count(what) >= times

    with ExitStack() as stack:
        proxies, desks = {}, {}
        for name in ("one", "two"):
            proxies[name] = stack.enter_context(closing(CutProxy(server)))
            desks[name] = started(tmp_path / name, through(proxies[name], database), "desk")
            stack.callback(desks[name].kill)
            until(logged(name, "leading, term 1" if name == "one" else "standing by"), tmp_path)
        wire.bring()
        until(wire.all_placed, tmp_path)

        proxies["one"].cut()
        wire.bring()
        until(lambda: term(record) == 2, tmp_path)
        until(wire.all_placed, tmp_path)

        proxies["one"].mend()
        wire.bring()
        until(logged("one", "standing by: a desk already"), tmp_path)
        until(wire.all_placed, tmp_path)
        assert term(record) == 2

        desks["two"].send_signal(signal.SIGSTOP)
        wire.bring()
        until(lambda: term(record) == 3, tmp_path)
        until(wire.all_placed, tmp_path)
        desks["two"].send_signal(signal.SIGCONT)
        until(logged("two", "standing by: a desk already", 2), tmp_path)

        desks["one"].kill()
        wire.bring()
        until(lambda: term(record) == 4, tmp_path)
        until(wire.all_placed, tmp_path)
        desks["two"].terminate()
        assert desks["two"].wait(SECONDS) == 0
    with record.reading() as connection:
        log = connection.scalars(select(change_log.c.seq).order_by(change_log.c.seq)).all()
        assert list(log) == list(range(1, changelog.head(connection) + 1))
        # An article that two desks placed would show as a revision of itself.
        assert connection.execute(select(revisions)).all() == []
        rows = connection.execute(select(articles.c.number, articles.c.story)).all()
    assert sorted(row.number for row in rows) == list(range(1, wire.brought + 1))
    assert len({row.story for row in rows}) == wire.brought


def test_a_desk_outlives_a_crash_of_the_database(
    record: Record, database: URL, tmp_path: Path
) -> None:
    url = database.render_as_string(hide_password=False)
    wire = Wire(record)
    desk = started(tmp_path / "desk", url, "desk")
    try:
        wire.bring()
        until(wire.all_placed, tmp_path)
        restart(url)
        until(lambda: answers(record), tmp_path)
        wire.bring()
        until(wire.all_placed, tmp_path)
        assert desk.poll() is None
    finally:
        desk.kill()
        desk.wait()
    with record.reading() as connection:
        assert connection.execute(select(revisions)).all() == []


def answers(record: Record) -> bool:
    try:
        term(record)
    except RecordError:
        return False
    return True


def test_two_crawlers_share_the_sources(record: Record, database: URL, tmp_path: Path) -> None:
    url = database.render_as_string(hide_password=False)
    with Newsroom.complete() as newsroom:
        text = configuration(newsroom)
        crawlers = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "copydesk.toml").write_text(text, encoding="utf-8")
            crawlers.append(started(tmp_path / name, url, "crawl", "--once", "--json"))
        fetched = [json.loads(each.communicate(timeout=SECONDS)[0]) for each in crawlers]
        expected = len(newsroom.edition.articles)
        sources = sorted(source.id for source in newsroom.sources())
    assert sorted(result["source"] for some in fetched for result in some) == sources
    with record.reading() as connection:
        assert inbox.length(connection) == expected
        assert len(connection.execute(select(fetches)).all()) == len(sources)
