"""What ``copydesk doctor`` looks at."""

import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import msgspec

from config.drops import own_folders
from config.errors import CopydeskError
from config.load import Configuration
from config.settings import Settings
from config.ways import way_to
from copydesk.alerts import deliveries
from copydesk.errors import InUseError, RoleError
from copydesk.locks import held_since
from copydesk.record import embargoes, registry, standstill, timelines
from copydesk.record.database import Record
from copydesk.record.reading import counts
from copydesk.record.reading_health import source_health
from copydesk.record.reading_progress import crawl_backlog, desk_backlog
from copydesk.roles.crawl_duty import missing_secrets
from copydesk.roles.online import is_online
from copydesk.roles.opening import (
    CONFIGURED,
    exists,
    made_data_dir,
    reading_engine,
    reading_record,
)
from copydesk.roles.ownership import told_of_owners
from copydesk.roles.serve import bind
from copydesk.roles.standing import (
    CRAWL_SECONDS,
    DESK_SECONDS,
    standing_of_engine,
    standing_of_receivers,
    stands,
)
from crawler.drop import FAILED, Drop, DropError

_LOW_BYTES = 1 << 30
# Timestamps before this release was made mean that the machine's clock is not set.
_EARLIEST_CLOCK = 1_767_225_600.0

Verdict = Literal["good", "note", "wrong"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at."""

    verdict: Verdict
    what: str
    sentence: str


def check_up(configuration: Configuration) -> list[Finding]:
    """Look at everything; what is wrong does not keep the rest from being looked at."""
    settings = configuration.settings
    checks: tuple[tuple[str, Callable[[], tuple[Verdict, str]]], ...] = (
        ("configuration", lambda: _configuration(configuration)),
        ("secrets", lambda: _secrets(configuration)),
        ("drop folders", lambda: _drops(configuration)),
        ("places elsewhere", lambda: _places(configuration)),
        ("python", lambda: ("good", sys.version.split()[0])),
        ("clock", _clock),
        ("data directory", lambda: _data(settings)),
        ("owners", lambda: _owners(settings)),
        ("record", lambda: _record(settings)),
        ("embargoes", lambda: _embargoes(settings)),
        ("sources", lambda: _sources(configuration)),
        ("desk", lambda: _desk(settings)),
        ("crawler", lambda: _crawler(settings)),
        ("receivers", lambda: _receivers(settings)),
        ("engine", lambda: _engine(settings)),
        ("web address", lambda: _port(settings)),
        ("internet", lambda: _internet(configuration)),
    )
    return list(_all(checks))


def _all(
    checks: tuple[tuple[str, Callable[[], tuple[Verdict, str]]], ...],
) -> Iterator[Finding]:
    for what, check in checks:
        try:
            verdict, sentence = check()
        except CopydeskError as error:
            verdict, sentence = "wrong", str(error)
        yield Finding(verdict=verdict, what=what, sentence=sentence)


def _configuration(configuration: Configuration) -> tuple[Verdict, str]:
    return "good", f"{configuration.file or 'defaults'}, {len(configuration.sources)} sources"


def _secrets(configuration: Configuration) -> tuple[Verdict, str]:
    problems = missing_secrets(configuration)
    if problems:
        return "wrong", " ".join(map(str, problems))
    private = sum(bool(source.secret) for source in configuration.sources)
    return (
        "good",
        f"{private} private sources, all with their secrets" if private else "none needed",
    )


def _drops(configuration: Configuration) -> tuple[Verdict, str]:
    folders = [Path(source.drop) for source in configuration.sources if source.drop]
    largest = configuration.settings.crawl.max_body
    never = own_folders(configuration.settings, configuration.file)
    problems: list[str] = []
    failed: list[str] = []
    for folder in folders:
        try:
            drop = Drop(folder, largest=largest, never=never)
            drop.check()
            if count := drop.count_failed():
                failed.append(f"{count} in {folder / FAILED}")
        except DropError as error:
            problems.append(str(error))
    if problems:
        return "wrong", " ".join(problems)
    if failed:
        return "note", (
            f"files that could not be read: {', '.join(failed)}; the log says why. Moved back, a "
            "file is tried again"
        )
    return "good", f"{len(folders)}, all of use" if folders else "none configured"


def _places(configuration: Configuration) -> tuple[Verdict, str]:
    ways = (way_to(source.url) for source in configuration.sources)
    kinds = Counter(way.kind for way in ways if way is not None and way.kind != "document")
    if kinds["folder"] and find_spec("asyncssh") is None:
        return "wrong", "folders (sftp) need a library. Run: pip install 'copydesk[sftp]'"
    if not kinds:
        return "good", "none configured"
    return "good", f"mailboxes: {kinds['mailbox']}, folders (sftp): {kinds['folder']}"


def _clock() -> tuple[Verdict, str]:
    if time.time() < _EARLIEST_CLOCK:
        return "wrong", "the clock of this machine is not set. Turn on time synchronisation."
    return "good", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())


def _data(settings: Settings) -> tuple[Verdict, str]:
    folder = made_data_dir(settings)
    probe = folder / f".doctor-{os.getpid()}"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise RoleError(
            f"cannot be written: {error.strerror}",
            where=str(folder),
            next_step="Give this user the right to write there.",
        ) from error
    free = shutil.disk_usage(folder).free
    sentence = f"{folder}, {free / (1 << 30):.1f} GiB free"
    if free < _LOW_BYTES:
        return "wrong", f"{sentence}. Free some space; below 1 GiB the record may fill the disk."
    return "good", sentence


def _owners(settings: Settings) -> tuple[Verdict, str]:
    alike, sentence = told_of_owners(made_data_dir(settings))
    return ("good" if alike else "wrong"), sentence


def _record(settings: Settings) -> tuple[Verdict, str]:
    if not exists(Record(settings.record.url)):
        return "note", "no record yet; `copydesk init` makes it, and so does `copydesk run`"
    with reading_record(settings) as record, record.reading() as connection:
        found = counts(connection)
    sentence = (
        f"{found.articles} articles, {found.stories} stories, {found.inbox} waiting, "
        f"{found.dead_letters} dead letters"
    )
    return ("note" if found.dead_letters else "good"), sentence


def _embargoes(settings: Settings) -> tuple[Verdict, str]:
    if not exists(Record(settings.record.url)):
        return "note", "no record yet"
    with reading_record(settings) as record, record.reading() as connection:
        held = embargoes.count(connection)
        endless = embargoes.count_endless(connection)
    if endless:
        return "note", (
            f"{endless} of {held} articles have no end that could be read, and wait for their "
            "source; `copydesk embargoes list` shows which, `copydesk embargoes lift` lifts one"
        )
    return "good", f"{held} articles, each until its time" if held else "nothing is held back"


def _sources(configuration: Configuration) -> tuple[Verdict, str]:
    settings = configuration.settings
    if not exists(Record(settings.record.url)):
        return "note", "no record yet"
    with reading_record(settings) as record, record.reading() as connection:
        found = source_health(connection, now=time.time())
        taken = registry.taken(connection, configuration.sources, origin=CONFIGURED)
    wrong = sum(source.grade == "wrong" for source in found)
    notes: list[str] = []
    if wrong:
        notes.append(f"{wrong} of {len(found)} fare ill; `copydesk sources health` says why")
    if taken:
        notes.append(
            f"configured, but left out: {', '.join(taken)}. One of that id but another address was "
            "added by command; `copydesk sources remove` it or choose another id"
        )
    return ("note", "; ".join(notes)) if notes else ("good", f"{len(found)}, none of them ill")


def _desk(settings: Settings) -> tuple[Verdict, str]:
    if not exists(Record(settings.record.url)):
        return "note", "no record yet"
    with reading_record(settings) as record, record.reading() as connection:
        backlog = desk_backlog(connection)
    since = held_since(settings.data_dir / "desk.lock")
    return stands("desk", backlog, held_since=since, patience=DESK_SECONDS, now=time.time())


def _crawler(settings: Settings) -> tuple[Verdict, str]:
    if not exists(Record(settings.record.url)):
        return "note", "no record yet"
    now = time.time()
    with reading_record(settings) as record, record.reading() as connection:
        backlog = crawl_backlog(connection, now=now)
    since = held_since(settings.data_dir / "crawl.lock")
    return stands("crawl", backlog, held_since=since, patience=CRAWL_SECONDS, now=now)


def _receivers(settings: Settings) -> tuple[Verdict, str]:
    if not exists(Record(settings.record.url)):
        return "note", "no record yet"
    with reading_record(settings) as record, record.reading() as connection:
        found = deliveries.standings(connection)
    return standing_of_receivers(found, now=time.time())


def _engine(settings: Settings) -> tuple[Verdict, str]:
    if settings.engine.kind == "embedded" and not _index(settings).exists():
        return "note", "no index yet; the desk makes it"
    with reading_record(settings) as record, reading_engine(settings) as engine:
        noted = engine.noted()
        with record.reading() as connection:
            lives = timelines.read(connection)
            still = standstill.read(connection)
    if objection := lives.objection(noted.timeline, noted.position):
        return "wrong", (
            f"{settings.engine.kind} {objection}. `copydesk reindex` makes it anew from the record."
        )
    return standing_of_engine(
        settings.engine.kind, lives.behind(noted.position), still, now=time.time()
    )


def _index(settings: Settings) -> Path:
    return settings.data_dir / "index"


def _port(settings: Settings) -> tuple[Verdict, str]:
    where = f"{settings.serve.host}:{settings.serve.port}"
    try:
        bind(settings.serve).close()
    except InUseError:
        return "note", f"{where} is in use, by Copydesk if it runs"
    return "good", f"{where} is free"


def _internet(configuration: Configuration) -> tuple[Verdict, str]:
    if not configuration.sources:
        return "note", "no sources are configured"
    if is_online(configuration.sources):
        return "good", "sources answer"
    return "note", "no source answers; `copydesk demo` works without internet"
