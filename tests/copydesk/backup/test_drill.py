"""The drill: a backup taken amid writing is put back, on either database, whole."""

import os
import secrets
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from sqlalchemy import delete, insert, inspect, select, text, update

from config.errors import CopydeskError
from copydesk.backup import restoring, taking
from copydesk.backup.frames import Header, Rows, Writer, frames
from copydesk.errors import BackupError
from copydesk.record import deleting, inbox, migrate
from copydesk.record.database import Record, sqlite_url
from copydesk.record.leadership import leading
from copydesk.record.placing import record_batch
from copydesk.record.schema import (
    articles,
    deletions,
    fetches,
    leadership,
    log_head,
    metadata,
    sources,
)
from tests.copydesk.samples import NOON, article, placed

TEXT = "The ferry lay on the rocks off Holm until the evening, the coast guard said. " * 20


def fill(record: Record) -> None:
    with record.writing() as connection:
        connection.execute(
            insert(sources).values(
                id="wire", url="https://w.example/", kind="feed", origin="added", added_at=NOON
            )
        )
        connection.execute(
            insert(fetches),
            [
                {
                    "source": "wire", "at": NOON + n, "elapsed": 0.5, "outcome": "ok",
                    "status": 200, "items": 1, "new_items": 1, "pages": 0, "page_failures": 0,
                    "bytes": 10**10,
                }
                for n in range(450)
            ],
        )  # fmt: skip
        record_batch(
            connection,
            [
                placed(1, "a1", article("1", text=TEXT), group="c1", story="s1"),
                placed(2, "a2", article("2", title="Näher"), group="c2", story="s1"),
            ],
            now=NOON,
        )
        inbox.put(connection, [article("3"), article("4", title="Waits")], received=NOON)


# The log goes on above the one that was replaced, and these say so.
LOG = ("log_head", "change_log", "timelines", "desk_journal")


def test_a_backup_has_every_table(record: Record, tmp_path: Path) -> None:
    taking.take(record, tmp_path / "b", now=NOON)
    with record.reading() as connection:
        tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
    assert restoring.check(tmp_path / "b").tables.keys() == tables


def content(record: Record) -> dict[str, list[tuple[Any, ...]]]:
    with record.reading() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def news(record: Record) -> dict[str, list[tuple[Any, ...]]]:
    return {name: rows for name, rows in content(record).items() if name not in LOG}


def test_a_backup_is_the_record_on_either_database(
    any_record: Record, other: Record, tmp_path: Path
) -> None:
    fill(any_record)
    file = tmp_path / "one.backup"
    taken = taking.take(any_record, file, now=NOON)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (taken.bytes, taken.file) == (file.stat().st_size, str(file))
    header = restoring.check(file)
    assert (header.tables["articles"], header.tables["fetches"], header.made) == (2, 450, NOON)

    done = restoring.restore(other, file, now=NOON + 1)
    assert (done.articles, done.rows, done.to_delete) == (2, taken.rows, 0)
    assert news(other) == news(any_record)
    assert set(content(other)["change_log"]) > set(content(any_record)["change_log"]) > set()

    # And back again, over what is there.
    back = tmp_path / "two.backup"
    taking.take(other, back, now=NOON + 2)
    before = news(other)
    with any_record.writing() as connection:
        record_batch(connection, [placed(9, "a9", article("9"), group="c9", story="s9")], now=NOON)
    restoring.restore(any_record, back, now=NOON + 3)
    assert news(any_record) == before
    with any_record.reading() as connection:
        number = connection.scalar(select(log_head.c.number))
    assert number == 3  # the number of a9 comes back no more than a9


def test_tables_of_other_programs_in_the_same_database_are_left_alone(
    any_record: Record, tmp_path: Path
) -> None:
    fill(any_record)
    taking.take(any_record, tmp_path / "b", now=NOON)
    with any_record.writing() as connection:
        connection.execute(text("CREATE TABLE payroll (id INTEGER PRIMARY KEY, who TEXT)"))
        connection.execute(text("INSERT INTO payroll VALUES (7, 'Hanne')"))
    restoring.restore(any_record, tmp_path / "b", now=NOON)
    with any_record.reading() as connection:
        assert connection.execute(text("SELECT * FROM payroll")).all() == [(7, "Hanne")]
        assert len(connection.execute(select(articles)).all()) == 2


def test_what_only_sqlite_could_hold_is_restored_as_far_as_it_fits(
    other: Record, any_record: Record, tmp_path: Path
) -> None:
    fill(other)
    long = secrets.token_hex(4000)
    with other.writing() as connection:
        one = update(articles).where(articles.c.id == "a1")
        connection.execute(one.values(guid=long, url=f"https://w.example/{long}"))
    taking.take(other, tmp_path / "b", now=NOON)
    restoring.restore(any_record, tmp_path / "b", now=NOON)
    with any_record.reading() as connection:
        found = connection.execute(select(articles).order_by(articles.c.id)).all()
    assert [(row.guid, row.url) for row in found] == [
        (long[:2000], ""),
        ("2", "https://news.example/wire/2023/2.html"),
    ]


def test_the_inbox_goes_on_counting_where_it_stopped(
    any_record: Record, other: Record, tmp_path: Path
) -> None:
    fill(any_record)
    with any_record.writing() as connection:
        gone = [waiting.seq for waiting in inbox.take(connection, limit=10)]
        inbox.discard(connection, gone)
    taking.take(any_record, tmp_path / "b", now=NOON)
    for record in (other, any_record):
        restoring.restore(record, tmp_path / "b", now=NOON)
        with record.writing() as connection:
            inbox.put(connection, [article("5", title="Later")], received=NOON)
            assert inbox.take(connection, limit=1)[0].seq > max(gone)
            connection.execute(
                insert(fetches).values(
                    source="wire", at=NOON, elapsed=0.0, outcome="ok", status=200, items=0,
                    new_items=0, pages=0, page_failures=0, bytes=0,
                )
            )  # fmt: skip


ROWS: dict[str, dict[str, Any]] = {
    "dead_letters": {"at": NOON, "stage": "desk", "subject": "article x", "reason": "x"},
    "fetches": {
        "source": "wire", "at": NOON, "elapsed": 0.0, "outcome": "ok", "status": 200, "items": 0,
        "new_items": 0, "pages": 0, "page_failures": 0, "bytes": 0,
    },
    "inbox": {"article": "x", "received": NOON, "payload": b""},
    "saved_searches": {
        "name": "x", "kind": "article", "query": "x", "created": NOON, "since": 0,
    },
    "search_matches": {"search": 1, "subject": "x", "seq": 1, "at": NOON},
}  # fmt: skip


def added(record: Record, name: str) -> int:
    """The number that a table gives to a row, which is gone again."""
    table, number = metadata.tables[name], metadata.tables[name].c[taking.NUMBERED[name]]
    with record.writing() as connection:
        row = insert(table).values(ROWS[name]).returning(number)
        given = int(connection.execute(row).scalar_one())
        connection.execute(delete(table).where(number == given))
        return given


@pytest.mark.parametrize("name", sorted(taking.NUMBERED))
def test_the_number_of_a_removed_row_is_given_to_no_other(
    any_record: Record, other: Record, tmp_path: Path, name: str
) -> None:
    fill(any_record)
    first, second = added(any_record, name), added(any_record, name)
    assert second > first
    taking.take(any_record, tmp_path / "b", now=NOON)
    for record in (other, any_record):
        restoring.restore(record, tmp_path / "b", now=NOON)
        assert added(record, name) > second


@pytest.mark.parametrize("name", sorted(taking.NUMBERED))
def test_no_number_that_the_replaced_record_gave_is_given_again(
    any_record: Record, tmp_path: Path, name: str
) -> None:
    fill(any_record)
    taking.take(any_record, tmp_path / "b", now=NOON)
    since = [added(any_record, name) for _ in range(3)]
    restoring.restore(any_record, tmp_path / "b", now=NOON)
    assert added(any_record, name) > max(since)


def test_matches_of_a_lost_record_keep_their_numbers_to_themselves(
    any_record: Record, other: Record, tmp_path: Path
) -> None:
    fill(any_record)
    taking.take(any_record, tmp_path / "b", now=NOON)
    lost = [added(any_record, "search_matches") for _ in range(3)]
    restoring.restore(other, tmp_path / "b", now=NOON)
    assert added(other, "search_matches") > max(lost)


def test_articles_are_numbered_on_after_those_of_the_replaced_record(
    any_record: Record, tmp_path: Path
) -> None:
    fill(any_record)
    taking.take(any_record, tmp_path / "b", now=NOON)
    for id_ in ("a8", "a9"):
        if id_ == "a9":
            restoring.restore(any_record, tmp_path / "b", now=NOON)
        with any_record.writing() as connection:
            one = placed(9, id_, article(id_), group="c9", story="s9")
            record_batch(connection, [one], now=NOON)
            given = connection.scalar(select(articles.c.number).where(articles.c.id == id_))
        assert given == (3 if id_ == "a8" else 4)


def test_a_backup_of_the_first_schema_is_brought_up_to_date(other: Record, tmp_path: Path) -> None:
    old = Record(sqlite_url(tmp_path / "old.sqlite"))
    with old.writing() as connection:
        migrate.to(connection, "0001")
        connection.execute(
            text(
                "INSERT INTO sources (id, url, kind, origin, added_at) "
                "VALUES ('wire', 'https://w.example/', 'feed', 'added', 1.0)"
            )
        )
    file = tmp_path / "old.backup"
    with old.reading() as connection, file.open("wb") as stream:
        writer = Writer(stream)
        names = ("log_head", "sources")
        rows = {
            name: connection.execute(text(f"SELECT * FROM {name}")).mappings().all()  # noqa: S608
            for name in names
        }
        counts = {name: len(some) for name, some in rows.items()}
        writer.put(
            Header(format=1, schema="0001", made=1.0, program="0.1.0", tables=counts, numbers={})
        )
        for name, some in rows.items():
            writer.put(
                Rows(
                    table=name,
                    columns=tuple(map(str, some[0])),
                    rows=[list(row.values()) for row in some],
                )
            )
        writer.end()
    old.close()
    restoring.check(file)
    restoring.restore(other, file, now=NOON)
    migrate.check(other)
    with other.reading() as connection:
        assert connection.scalars(select(sources.c.id)).all() == ["wire"]


def test_what_was_deleted_since_is_asked_for_again(any_record: Record, tmp_path: Path) -> None:
    fill(any_record)
    taking.take(any_record, tmp_path / "b", now=NOON)
    with any_record.writing() as connection:
        deleting.request(connection, ["a1"], reason="a court said so", now=NOON)
        record_batch(connection, [], deleted=["a1"], now=NOON)
    done = restoring.restore(any_record, tmp_path / "b", now=NOON + 5)
    assert (done.articles, done.to_delete) == (2, 1)
    with any_record.reading() as connection:
        assert deleting.requested(connection, limit=9) == ["a1"]
        assert connection.scalars(select(deletions.c.reason)).all() == ["a court said so"]


def test_what_retention_forgot_comes_back(any_record: Record, tmp_path: Path) -> None:
    fill(any_record)
    taking.take(any_record, tmp_path / "b", now=NOON)
    with any_record.writing() as connection:
        deleting.request(connection, ["a1"], reason=deleting.RETENTION, now=NOON)
        record_batch(connection, [], deleted=["a1"], now=NOON)
    done = restoring.restore(any_record, tmp_path / "b", now=NOON + 5)
    assert (done.articles, done.to_delete) == (2, 0)
    with any_record.reading() as connection:
        assert deleting.requested(connection, limit=9) == []
        assert deleting.barred(connection, ["a1"]) == set()


def test_the_term_never_goes_back(any_record: Record, tmp_path: Path) -> None:
    fill(any_record)
    taking.take(any_record, tmp_path / "b", now=NOON)
    for _ in range(3):
        with leading(any_record) as lead:
            term = lead.term
    with leading(any_record) as lead:
        restoring.restore(lead.record, tmp_path / "b", now=NOON)
        with lead.record.writing() as connection:  # this desk still leads
            assert connection.scalar(select(leadership.c.term)) == term + 1


@pytest.mark.parametrize("damage", ["cut", "altered", "other", "unfinished", "newer", "rowless"])
def test_a_file_that_is_not_whole_changes_nothing(
    record: Record, tmp_path: Path, damage: str
) -> None:
    fill(record)
    file = tmp_path / "b"
    taking.take(record, file, now=NOON)
    whole = file.read_bytes()
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(whole)
    header = restoring.check(file)
    if damage == "cut":
        file.write_bytes(whole[:-40])
    elif damage == "altered":
        at = plain.index(b"https://w.example/")
        file.write_bytes(zstandard.compress(plain[:at] + b"https://x.example/" + plain[at + 18 :]))
    elif damage == "other":
        file.write_bytes(b"<html>not found</html>")
    elif damage == "unfinished":
        file.write_bytes(zstandard.compress(plain[:-60]))
    else:
        changed = (
            msgspec.structs.replace(header, schema="9999")
            if damage == "newer"
            else msgspec.structs.replace(header, tables={"articles": 5})
        )
        with file.open("wb") as stream:
            writer = Writer(stream)
            writer.put(changed)
            writer.end()
    before = content(record)
    with pytest.raises(BackupError) as caught:
        restoring.check(file)
    assert str(file) in str(caught.value)
    assert content(record) == before


def test_a_backup_never_overwrites_and_leaves_nothing_half_written(
    record: Record, tmp_path: Path
) -> None:
    fill(record)
    file = tmp_path / "b"
    file.write_text("mine")
    with pytest.raises(BackupError, match="a file already"):
        taking.take(record, file, now=NOON)
    assert file.read_text() == "mine"
    with pytest.raises(BackupError, match="cannot be written"):
        taking.take(record, tmp_path / "no" / "such", now=NOON)
    # A folder that takes no file (for root too: it is no real one).
    with pytest.raises(BackupError, match="cannot be written"):
        taking.take(record, Path("/proc/copydesk.backup"), now=NOON)
    assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".new")] == []


def test_old_backups_in_a_folder_go(record: Record, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "mine.txt").write_text("stays")
    for day in range(4):
        taking.take(record, folder, now=NOON + day * 86_400)
    gone = taking.prune(folder, 2, taken=str(folder / "copydesk-20230602T120000Z.backup"))
    assert len(gone) == 2
    left = sorted(each.name for each in folder.iterdir())
    assert left == [
        "copydesk-20230601T120000Z.backup",
        "copydesk-20230602T120000Z.backup",
        "mine.txt",
    ]


def test_what_a_killed_backup_left_goes_with_the_next_one(record: Record, tmp_path: Path) -> None:
    left = tmp_path / ".copydesk-20231113T030000Z.backup.k3x9_a.new"
    under_way = tmp_path / ".copydesk-20231114T030000Z.backup.b7q2zz.new"
    foreign = tmp_path / ".notes.new"
    for file, age in ((left, 7200), (under_way, 60), (foreign, 7200)):
        file.write_bytes(b"half a backup")
        os.utime(file, (NOON - age, NOON - age))
    taken = taking.take(record, tmp_path, now=NOON)
    there = {file for file in tmp_path.iterdir() if not file.name.startswith("record.sqlite")}
    assert there == {under_way, foreign, Path(taken.file)}


def test_a_backup_just_taken_stays_whatever_the_clock_said_before(
    record: Record, tmp_path: Path
) -> None:
    for day in range(3):
        taking.take(record, tmp_path, now=NOON + (365 + day) * 86_400)
    taken = taking.take(record, tmp_path, now=NOON)
    assert len(taking.prune(tmp_path, 2, taken=taken.file)) == 2
    left = sorted(each.name for each in tmp_path.glob("*.backup"))
    assert left == [Path(taken.file).name, "copydesk-20240531T120000Z.backup"]


def test_a_backup_is_one_moment_although_others_write(any_record: Record, tmp_path: Path) -> None:
    fill(any_record)

    def meanwhile(done: int, _total: int) -> None:
        with any_record.writing() as connection:
            connection.execute(update(sources).values(outlet=f"after {done}"))
            record_batch(
                connection,
                [placed(done, f"b{done}", article(f"b{done}"), group=f"c{done}", story="s1")],
                now=NOON,
            )

    taking.take(any_record, tmp_path / "b", now=NOON, report=meanwhile)
    restoring.restore(any_record, tmp_path / "b", now=NOON)
    with any_record.reading() as connection:
        assert connection.scalars(select(articles.c.id).order_by(articles.c.id)).all() == [
            "a1",
            "a2",
        ]
        assert connection.scalars(select(sources.c.outlet)).all() == [""]


def test_other_files_of_the_folder_are_no_backups_to_prune(record: Record, tmp_path: Path) -> None:
    mine = tmp_path / "copydesk-before-the-move.backup"
    mine.write_bytes(b"kept by hand")
    taken = taking.take(record, tmp_path, now=NOON)
    assert taking.prune(tmp_path, 1, taken=taken.file) == []
    assert Path(taken.file).exists()
    assert mine.exists()


def test_a_name_laid_in_the_way_is_not_written_through(record: Record, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "b.new").symlink_to(victim)
    (tmp_path / ".b.new").symlink_to(victim)
    taking.take(record, tmp_path / "b", now=NOON)
    assert victim.read_bytes() == b"precious"
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600


def test_a_backup_below_a_file_is_refused(record: Record, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BackupError, match="cannot be written"):
        taking.take(record, tmp_path / "file" / "b", now=NOON)


@pytest.mark.parametrize(
    ("table", "columns", "row"),
    [
        ("sqlite_master", ("name",), ["x"]),
        ("alembic_version", ("version_num",), ["evil"]),
        ("sources", ("id", "url) SELECT 1; --"), ["x", "y"]),
        ("sources", ("id", "url"), ["x"]),
        ("log_head", ("id", "seq"), [1, 2**64 - 1]),
    ],
)
def test_a_backup_made_to_hurt_changes_nothing(
    any_record: Record, tmp_path: Path, table: str, columns: tuple[str, ...], row: list[Any]
) -> None:
    fill(any_record)
    before = content(any_record)
    file = tmp_path / "b"
    with file.open("wb") as stream:
        writer = Writer(stream)
        writer.put(
            Header(format=1, schema="0001", made=1.0, program="x", tables={table: 1}, numbers={})
        )
        writer.put(Rows(table=table, columns=columns, rows=[row]))
        writer.end()
    restoring.check(file)
    with pytest.raises(CopydeskError):
        restoring.restore(any_record, file, now=NOON)
    assert content(any_record) == before


@pytest.mark.parametrize(
    "content",
    [
        b"\x91" * 100_000,
        b"\x83\xa4type\xa4rows\xa7columns\x90\xa4rows\x91" + b"\x91" * 100_000,
        b"\xc0",
        b"\x84\xa4type\xa4rows\xa5table\xa1x\xa7columns\x90\xa4rows\xdd\x07\x00\x00\x00"
        + b"\x90" * 100_000,
    ],
)
def test_nothing_nested_or_endless_is_unfolded(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "b"
    header = msgspec.msgpack.encode(
        Header(format=1, schema="0001", made=1.0, program="x", tables={}, numbers={})
    )
    plain = b"".join(len(each).to_bytes(4, "big") + each for each in (header, content))
    file.write_bytes(zstandard.compress(plain))
    with pytest.raises(BackupError, match="something else"):
        restoring.check(file)


@pytest.mark.parametrize("made", [float("nan"), float("inf"), -1.0])
def test_a_moment_that_never_was_is_refused(tmp_path: Path, made: float) -> None:
    file = tmp_path / "b"
    with file.open("wb") as stream:
        writer = Writer(stream)
        writer.put(Header(format=1, schema="0001", made=made, program="x", tables={}, numbers={}))
        writer.end()
    with pytest.raises(BackupError):
        restoring.check(file)


def test_long_rows_are_written_as_several_frames(tmp_path: Path) -> None:
    file = tmp_path / "b"
    rows = [[n, bytes(6 << 20)] for n in range(8)]
    with file.open("wb") as stream:
        writer = Writer(stream)
        writer.put(
            Header(format=1, schema="0001", made=1.0, program="x", tables={"x": 8}, numbers={})
        )
        writer.put(Rows(table="x", columns=("n", "body"), rows=rows))
        writer.end()
    with file.open("rb") as stream:
        found = [each for each in frames(stream, where="b") if isinstance(each, Rows)]
    assert [row for each in found for row in each.rows] == rows
    assert max(len(each.rows) for each in found) == 2


def test_a_frame_of_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "b"
    file.write_bytes(zstandard.compress((1 << 30).to_bytes(4, "big") + bytes(1000)))
    with pytest.raises(BackupError, match="impossibly long"):
        restoring.check(file)
