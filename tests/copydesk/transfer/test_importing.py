"""Files of articles go into the inbox once, in the order of their own times."""

import io
import os
import resource
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from copydesk.errors import ImportStoppedError
from copydesk.record.database import Record
from copydesk.transfer import spool
from copydesk.transfer.reports import ImportReport, Listener, Told
from tests.copydesk.transfer.bringing import bring, ndjson, put, titles, work


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "f.ndjson"


def bring_one(record: Record, file: Path, data: bytes) -> tuple[ImportReport, list[Told]]:
    put(file, data)
    (report,), bad = bring(record, file.parent, file, whose=None)
    return report, bad


def test_by_time_whatever_the_order_of_the_file(record: Record, file: Path) -> None:
    data = ndjson(
        {"guid": 3, "title": "Third", "published": 300},
        {"guid": 1, "title": "First", "published": 100},
        {"guid": 2, "title": "Second", "published": 900, "first_seen": 200},
    )
    report, bad = bring_one(record, file, data)
    assert (report.lines, report.new, report.bad, bad) == (3, 3, 0, [])
    assert titles(record) == ["First", "Second", "Third"]


def test_by_time_over_all_files(record: Record, tmp_path: Path) -> None:
    one, two = tmp_path / "1", tmp_path / "2"
    for file, times in ((one, (100, 300)), (two, (400, 200))):
        put(file, ndjson(*({"guid": n, "title": f"{n}", "first_seen": n} for n in times)))
    reports, _ = bring(record, tmp_path, one, two)
    assert titles(record) == ["100", "200", "300", "400"]
    assert [report.new for report in reports] == [2, 2]


def test_long_articles_go_in_by_few_at_a_time(
    record: Record, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "_BATCH_CHARS", 150)
    lengths = (10, 10, 100, 300, 10)
    put(file, ndjson(*({"guid": n, "title": "T" * long} for n, long in enumerate(lengths))))
    done: list[tuple[int, int]] = []

    def note(what: str, so_far: int, total: int) -> None:
        if "inbox" in what:
            done.append((so_far, total))

    listener = Listener(bad=lambda told: pytest.fail(told.what), progress=note)
    work(file.parent, file, listener=listener, whose=None).into(record)
    assert done == [(3, 5), (4, 5), (5, 5)]
    assert [len(title) for title in titles(record)] == list(lengths)


def test_bad_lines_are_numbered_and_the_others_go_on(record: Record, file: Path) -> None:
    data = (
        ndjson({"guid": 1, "title": "Good"})
        + b"\n{broken\n"
        + ndjson({"guid": 2, "title": ""}, {"guid": 3, "title": "Also good"})
        + b'{"guid": 4, "title": "No line end"}'
    )
    report, bad = bring_one(record, file, data)
    assert [told.line for told in bad] == [3, 4]
    assert "not JSON" in bad[0].what
    assert (report.lines, report.new, report.bad) == (5, 3, 2)


def test_hostile_lines_do_not_keep_the_others_out(record: Record, file: Path) -> None:
    hostile = (
        b'{"guid": 8, "title": "Nested", "extra": ' + b"[" * 2000 + b"]" * 2000 + b"}\n",
        b'{"guid": 9, "title": "Late", "published": ' + b"9" * 400 + b"}\n",
    )
    good = [ndjson({"guid": n, "title": f"Number {n}"}) for n in range(3)]
    mixed = (good[0], hostile[0], good[1], hostile[1], good[2])
    report, bad = bring_one(record, file, b"".join(mixed))
    assert [told.line for told in bad] == [2, 4]
    assert (report.lines, report.new, report.bad) == (5, 3, 2)
    assert titles(record) == ["Number 0", "Number 1", "Number 2"]


def test_the_same_file_twice_adds_nothing(record: Record, file: Path) -> None:
    data = ndjson(*({"guid": n, "title": f"Number {n}"} for n in range(1200)))
    assert bring_one(record, file, data)[0].new == 1200
    again, _ = bring_one(record, file, data)
    assert (again.new, again.revised, again.unchanged) == (0, 0, 1200)


def test_a_pipe_is_read_to_its_end(record: Record, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    data = ndjson({"guid": 2, "title": "B", "published": 2}, {"guid": 1, "title": "A"})
    writing = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(data,))
    writing.start()
    (report,), _ = bring(record, tmp_path, tmp_path / "pipe", whose=None)
    writing.join()
    assert report.new == 2


def test_standard_input_may_be_empty(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    (report,), bad = bring(record, tmp_path, "-")
    assert (report.lines, report.new, bad) == (0, 0, [])


def test_a_line_without_end_is_refused_alone(record: Record, file: Path) -> None:
    endless = b'{"guid": "1", "title": "' + b"x" * (17 << 20) + b'"}\n'
    after = ndjson({"guid": 2, "title": "After it"})
    report, bad = bring_one(record, file, endless + after)
    assert [told.line for told in bad] == [1]
    assert "longer than" in bad[0].what
    assert report.new == 1


def test_unknown_fields_are_counted(record: Record, file: Path) -> None:
    report, _ = bring_one(record, file, ndjson({"guid": 1, "title": "T", "label": "x"}))
    assert report.unknown == {"label": 1}


def test_of_unknown_fields_no_more_are_kept_than_people_read(record: Record, file: Path) -> None:
    rows = ({"guid": n, "title": "T", f"{n}".rjust(1000, "x"): 1} for n in range(200))
    report, _ = bring_one(record, file, ndjson(*rows))
    assert len(msgspec.json.encode(report)) < 10_000
    assert report.new == 200


def test_a_byte_order_mark_and_windows_line_ends(record: Record, file: Path) -> None:
    report, bad = bring_one(record, file, b'\xef\xbb\xbf{"guid": 1, "title": "T"}\r\n\r\n')
    assert (report.new, bad) == (1, [])


def test_a_name_that_leads_nowhere_stops_before_anything_is_read(
    record: Record, file: Path
) -> None:
    put(file, ndjson({"guid": 1, "title": "T"}))
    with pytest.raises(ImportStoppedError, match="none: cannot be read: No such file"):
        bring(record, file.parent, file, file.parent / "none")
    assert titles(record) == []


def test_what_was_interrupted_is_completed_by_the_next(record: Record, file: Path) -> None:
    put(file, ndjson(*({"guid": n, "title": f"Number {n}"} for n in range(700))))

    def interrupt(what: str, done: int, _total: int) -> None:
        if "inbox" in what and done:
            raise KeyboardInterrupt

    listener = Listener(bad=lambda told: pytest.fail(told.what), progress=interrupt)
    first = work(file.parent, file, listener=listener, whose=None)
    with pytest.raises(KeyboardInterrupt):
        first.into(record)
    assert (first.taken, first.found) == (500, 700)
    (rest,), _ = bring(record, file.parent, file, whose=None)
    assert (rest.new, rest.unchanged) == (200, 500)


def test_nothing_is_left_of_what_was_kept_aside(record: Record, file: Path) -> None:
    room = file.parent / "room"
    room.mkdir()
    put(file, ndjson({"guid": 1, "title": "T"}))
    bring(record, room, file, whose=None)
    assert list(room.iterdir()) == []


def test_where_there_is_no_room_nothing_is_taken_in(record: Record, file: Path) -> None:
    rows = ({"guid": n, "title": f"T {n}", "text": os.urandom(4000).hex()} for n in range(9))
    put(file, ndjson(*rows))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(ImportStoppedError, match=r"no keeping .*File too large.*Make room"):
            bring(record, file.parent, file, whose=None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert titles(record) == []
