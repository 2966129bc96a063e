"""A file goes into the inbox once, in the order of its own times."""

import io
import os
from pathlib import Path
from typing import BinaryIO

import msgspec
import pytest

from copydesk.record import inbox
from copydesk.record.database import Record
from copydesk.transfer import importing
from copydesk.transfer.importing import BadLine, ImportReport, import_file

NOW = 1_700_000_000.0


def ndjson(*rows: dict[str, object]) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def bring(record: Record, stream: BinaryIO) -> tuple[ImportReport, list[BadLine]]:
    bad: list[BadLine] = []
    return import_file(record, "f.ndjson", stream, now=NOW, on_bad=bad.append), bad


def titles(record: Record) -> list[str]:
    with record.reading() as connection:
        return [each.article.title for each in inbox.take(connection, limit=1000)]


def test_by_time_whatever_the_order_of_the_file(record: Record) -> None:
    data = ndjson(
        {"guid": 3, "title": "Third", "published": 300},
        {"guid": 1, "title": "First", "published": 100},
        {"guid": 2, "title": "Second", "published": 900, "first_seen": 200},
    )
    report, bad = bring(record, io.BytesIO(data))
    assert (report.lines, report.new, report.bad, bad) == (3, 3, 0, [])
    assert titles(record) == ["First", "Second", "Third"]


def test_long_lines_go_in_by_few_at_a_time(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "_BATCH_BYTES", 250)
    lengths = (10, 10, 100, 300, 10)
    data = ndjson(*({"guid": n, "title": "T" * long} for n, long in enumerate(lengths)))
    done: list[tuple[int, int]] = []
    import_file(
        record,
        "f.ndjson",
        io.BytesIO(data),
        now=NOW,
        on_bad=lambda bad: pytest.fail(bad.reason),
        progress=lambda *step: done.append(step),
    )
    assert done == [(3, 5), (4, 5), (5, 5)]
    assert [len(title) for title in titles(record)] == list(lengths)


def test_bad_lines_are_numbered_and_the_others_go_on(record: Record) -> None:
    data = (
        ndjson({"guid": 1, "title": "Good"})
        + b"\n{broken\n"
        + ndjson({"guid": 2, "title": ""}, {"guid": 3, "title": "Also good"})
        + b'{"guid": 4, "title": "No line end"}'
    )
    report, bad = bring(record, io.BytesIO(data))
    assert [line.number for line in bad] == [3, 4]
    assert "not JSON" in bad[0].reason
    assert (report.lines, report.new, report.bad) == (5, 3, 2)


def test_hostile_lines_do_not_keep_the_others_out(record: Record) -> None:
    hostile = (
        b'{"guid": 8, "title": "Nested", "extra": ' + b"[" * 2000 + b"]" * 2000 + b"}\n",
        b'{"guid": 9, "title": "Late", "published": ' + b"9" * 400 + b"}\n",
    )
    good = [ndjson({"guid": n, "title": f"Number {n}"}) for n in range(3)]
    mixed = (good[0], hostile[0], good[1], hostile[1], good[2])
    report, bad = bring(record, io.BytesIO(b"".join(mixed)))
    assert [line.number for line in bad] == [2, 4]
    assert (report.lines, report.new, report.bad) == (5, 3, 2)
    assert titles(record) == ["Number 0", "Number 1", "Number 2"]


def test_the_same_file_twice_adds_nothing(record: Record) -> None:
    data = ndjson(*({"guid": n, "title": f"Number {n}"} for n in range(1200)))
    assert bring(record, io.BytesIO(data))[0].new == 1200
    again, _ = bring(record, io.BytesIO(data))
    assert (again.new, again.revised, again.unchanged) == (0, 0, 1200)


def test_a_pipe_is_spooled(record: Record) -> None:
    reader, writer = os.pipe()
    os.write(writer, ndjson({"guid": 2, "title": "B", "published": 2}, {"guid": 1, "title": "A"}))
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        report, _ = bring(record, stream)
    assert report.new == 2


def test_a_line_without_end_is_refused_alone(record: Record, tmp_path: Path) -> None:
    file = tmp_path / "endless.ndjson"
    with file.open("wb") as out:
        out.write(b'{"guid": "1", "title": "')
        for _ in range(17):
            out.write(b"x" * 1024 * 1024)
        out.write(b'"}\n' + ndjson({"guid": 2, "title": "After it"}))
    with file.open("rb") as stream:
        report, bad = bring(record, stream)
    assert [line.number for line in bad] == [1]
    assert "longer than" in bad[0].reason
    assert report.new == 1


def test_unknown_fields_are_counted(record: Record) -> None:
    report, _ = bring(record, io.BytesIO(ndjson({"guid": 1, "title": "T", "label": "x"})))
    assert report.unknown == {"label": 1}


def test_a_byte_order_mark_and_windows_line_ends(record: Record) -> None:
    report, bad = bring(record, io.BytesIO(b'\xef\xbb\xbf{"guid": 1, "title": "T"}\r\n\r\n'))
    assert (report.new, bad) == (1, [])
