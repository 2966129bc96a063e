"""A small news day that is killed at random points and goes on, told apart from one that is not.

Run as ``python -m tests.copydesk.roles.crashing FOLDER URL KILLS SEED``: a process that is warm
(imports, machine code) forks one child after the other; each goes on with the day where the record
stands, and is killed (SIGKILL) before or after some step that writes: an SQL statement, a commit, a
file that is opened for writing or renamed, a write or refresh of the index; one in four at a
random moment instead, so in the middle of a step too. Prints a JSON object.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, func, select, text
from sqlalchemy.engine import make_url

from config.sources import Source
from copydesk.errors import InUseError
from copydesk.newsroom.edition import load_edition
from copydesk.record import changelog, inbox, leases, migrate, registry
from copydesk.record.database import Record, sqlite_url
from copydesk.record.leadership import Lead, leading
from copydesk.record.registry import Outlook
from copydesk.record.schema import (
    articles,
    change_log,
    copy_groups,
    dead_letters,
    fetches,
    revisions,
    stories,
    story_history,
)
from copydesk.roles.desk import DeskWork
from copydesk.roles.desk_loop import warm_up
from crawler.article import Article
from crawler.job import FeedResult
from indexer.documents import ArticleDocument
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.protocol import SearchRequest
from tests.copydesk.samples import NOON, article

_HOURS = 5
_BATCH = 4
# A day is killed this often at most, and begins to be left alone when it is nearly over.
_KILLS_A_DAY = 25

Day = list[list[Article]]


def news_day() -> Day:
    """What each hour's fetch yields: new articles, the hour before once more, some corrected."""
    written = sorted(load_edition().articles, key=lambda each: each.published)[:40]
    told = [
        article(
            each.key,
            title=each.title,
            text="\n".join(each.paragraphs),
            source=each.outlet,
            outlet=each.outlet,
            at=each.published.timestamp(),
        )
        for each in written
    ]
    size = len(told) // _HOURS
    hours = [told[start : start + size] for start in range(0, len(told), size)]
    day: Day = [hours[0]]
    for before, hour in pairwise(hours):
        first = before[0]
        corrected = article(
            first.guid,
            title=f"{first.title}, corrected",
            text=first.text,
            source=first.source,
            outlet=first.outlet,
            at=first.published or NOON,
        )
        day.append([*before[1:], corrected, *hour])
    return day


def go_on(day: Day, url: str, folder: Path) -> None:
    """Live the day from where the record stands to its end."""
    record = Record(url)
    engine = EmbeddedEngine.open_writer(folder / "index")
    with ExitStack() as stack:
        lead = _lead(record, stack)
        engine.prepare()
        work = DeskWork(lead.record, engine, memory_file=folder / "desk.memory", batch=_BATCH)
        with record.reading() as connection:
            done = connection.execute(select(func.count()).select_from(fetches)).scalar_one()
        _desk(work, done)
        for hour in range(done, len(day)):
            _crawl(record, day[hour], hour)
            _desk(work, hour + 1)
        work.save()
    engine.close()
    record.close()


def _lead(record: Record, stack: ExitStack) -> Lead:
    # A server needs a moment to notice that the one before was killed.
    for _ in range(500):
        try:
            return stack.enter_context(leading(record))
        except InUseError:
            time.sleep(0.01)
    raise InUseError("the lead is not free")


def _crawl(record: Record, found: list[Article], hour: int) -> None:
    at = NOON + 3600.0 * hour
    with record.claiming() as connection:
        # Late enough for the leases of all earlier lives to have ended.
        later = at + 1e6 * os.getpid()
        source = registry.one(connection, "feed")
        leases.lease(connection, f"life-{os.getpid()}", source, now=later)
    with record.writing() as connection:
        inbox.put(connection, found, received=at)
    result = FeedResult(source="feed", outcome="ok", started=at, elapsed=1.0)
    outlook = Outlook(
        due=at, interval=1.0, reason="", failures=0, retired=0, history=b"", move_to=""
    )
    with record.writing() as connection:
        registry.save_result(connection, result, outlook, worker=f"life-{os.getpid()}")


def _desk(work: DeskWork, hour: int) -> None:
    while work.place_waiting():
        pass
    work.settle()
    work.index()
    if hour % 2:
        work.save()


def held(url: str, folder: Path) -> dict[str, Any]:
    """All that people can see: the record, its log, and the index."""
    record = Record(url)
    with record.reading() as connection:

        def rows(*columns: Any) -> list[list[Any]]:
            return sorted(list(row) for row in connection.execute(select(*columns)))

        a, g, s, h = articles.c, copy_groups.c, stories.c, story_history.c
        log = change_log.c
        seen: dict[str, Any] = {
            "articles": rows(a.id, a.number, a.title, a.revision, a.copy_group, a.story, a.changed),
            "revisions": rows(revisions.c.article, revisions.c.revision),
            "groups": rows(g.id, g.first_article, g.size),
            "stories": rows(s.id, s.merged_into, s.headline, s.articles, s.copy_groups, s.changed),
            "history": rows(h.story, h.event, h.other),
            "log": rows(log.seq, log.kind, log.id, log.operation),
            "inbox": inbox.length(connection),
            "dead": len(rows(dead_letters.c.id)),
        }
        assert [row[0] for row in seen["log"]] == list(range(1, changelog.head(connection) + 1))
    record.close()
    reader = EmbeddedEngine.open_reader(folder / "index")
    seen["position"] = reader.position()
    found = reader.search(SearchRequest(limit=1000))
    told = reader.search(SearchRequest(kind="story", limit=1000))
    reader.close()
    seen["found"] = sorted(
        [hit.document.id, hit.document.title, hit.document.copy_group, hit.document.story]
        for hit in found.hits
        if isinstance(hit.document, ArticleDocument)
    )
    seen["told"] = sorted(hit.document.id for hit in told.hits)
    # The index is the record's image.
    assert seen["found"] == sorted([r[0], r[2], r[4], r[5]] for r in seen["articles"])
    assert seen["told"] == sorted(r[0] for r in seen["stories"] if r[3])
    return seen


class Killer:
    """Counts the steps that write, and dies at one of them."""

    def __init__(self, at: int, report: int) -> None:
        self._left = at
        self._report = report
        self.steps = 0
        # SIGKILL takes nothing from the system's buffers, so waiting for the disk proves nothing.
        event.listen(Engine, "connect", _hasty)
        os.fsync = _at_once
        event.listen(Engine, "before_cursor_execute", lambda *_: self.step("before SQL"))
        event.listen(Engine, "after_cursor_execute", lambda *_: self.step("after SQL"))
        event.listen(Engine, "commit", lambda *_: self.step("before commit"))
        for name in ("write", "refresh"):
            self._around(name)
        sys.addaudithook(self._hear)

    def step(self, what: str) -> None:
        self.steps += 1
        if self.steps == self._left:
            os.write(self._report, what.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def _around(self, name: str) -> None:
        plain = getattr(EmbeddedEngine, name)

        def watched(*arguments: Any) -> Any:
            self.step(f"before {name}")
            answer = plain(*arguments)
            self.step(f"after {name}")
            return answer

        setattr(EmbeddedEngine, name, watched)

    def _hear(self, happening: str, details: tuple[Any, ...]) -> None:
        if happening == "open" and isinstance(details[1], str) and "w" in details[1]:
            self.step("before opening a file")
        elif happening == "os.rename":
            self.step("before renaming a file")


def _at_once(fd: Any) -> None:
    """In place of fsync."""


def _hasty(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")


def child(life: Callable[[], None], *, at: int, after: float) -> tuple[str, int]:
    """Fork, live, die at step ``at`` or ``after`` seconds; where it died ("" if not), its steps."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(reading)
            killer = Killer(at, writing)
            life()
            os.write(writing, f"={killer.steps}".encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    if after:
        time.sleep(after)
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    said = os.read(reading, 100).decode()
    os.close(reading)
    if os.WIFSIGNALED(status):
        return ("at a random moment" if after else said), 0
    if os.WEXITSTATUS(status):
        raise SystemExit("a life ended with an error; see above")
    return "", int(said.removeprefix("="))


def fresh(template: Path, url: str, folder: Path) -> str:
    """An empty record with its schema: a copy of the template, or a new database of the server."""
    folder.mkdir()
    if not url:
        shutil.copy(template, folder / "record.sqlite")
        return sqlite_url(folder / "record.sqlite")
    server = make_url(url)
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{folder.name}"'))
    admin.dispose()
    made = server.set(database=folder.name).render_as_string(hide_password=False)
    prepare(made)
    return made


def prepare(url: str) -> None:
    """The schema and one source."""
    record = Record(url)
    migrate.upgrade(record)
    with record.writing() as connection:
        registry.add(connection, Source(id="feed", url="https://a.b/"), origin="added", now=0.0)
    record.close()


def main() -> None:
    """Kill as often as asked, and compare every day with the undisturbed one."""
    folder, url, kills, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
    chance = random.Random(seed)
    warm_up()
    day = news_day()
    template = folder / "template.sqlite"
    prepare(sqlite_url(template))
    calm = fresh(template, url, folder / "calm")
    started = time.monotonic()
    _, steps = child(partial(go_on, day, calm, folder / "calm"), at=0, after=0.0)
    lasted = time.monotonic() - started
    expected = held(calm, folder / "calm")
    points: Counter[str] = Counter()
    days = 0
    while points.total() < kills:
        days += 1
        place = folder / f"day{days}-{seed}"
        mine = fresh(template, url, place)
        for turn in range(_KILLS_A_DAY + 1):
            last = turn == _KILLS_A_DAY
            timed = chance.random() < 0.25 and not last
            where, _ = child(
                partial(go_on, day, mine, place),
                at=0 if timed or last else chance.randint(1, steps // 6),
                after=chance.uniform(0.0, lasted / 6) if timed else 0.0,
            )
            if not where:
                break
            points[where] += 1
        found = held(mine, place)
        for what, rows in expected.items():
            if found[what] != rows:
                raise SystemExit(f"{place}: {what}\n{found[what]}\ninstead of\n{rows}")
        shutil.rmtree(place)
    report = {"days": days, "steps": steps, "seconds": lasted, "points": points}
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
