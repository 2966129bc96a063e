"""What lies in files and folders is told by its bytes; what cannot be read stops nothing else."""

import gzip
import io
import json
import os
import re
import socket
import tarfile
import zipfile
from pathlib import Path

import pytest

from copydesk.record.database import Record
from copydesk.transfer.files import File, files_of
from copydesk.transfer.forms import form_of
from tests.copydesk.transfer.bringing import (
    LARGEST,
    bring,
    ndjson,
    put,
    titles,
    waiting,
    wire,
)
from tests.crawler.wires.test_letters import mail

PICTURE = b"\xff\xd8\xff\xe0 and so on"


def ninjs(number: int, title: str, **more: str) -> dict[str, str]:
    """A wire's item; its body comes before its headline, as a line may have it."""
    return {
        "uri": f"urn:npa:{number}", "body_text": f"{title}, the police said on Tuesday.",
        "headline": title, "versioncreated": f"2023-05-30T{number:02}:00:00Z", **more,
    }  # fmt: skip


def mbox(*letters: bytes) -> bytes:
    postmark = b"From ada.berg@npa.example Tue May 30 11:40:00 2023\n"
    return b"\n".join(postmark + each.replace(b"\r\n", b"\n") for each in letters)


def test_of_a_folder_all_is_read_but_what_is_hidden_or_unfinished(tmp_path: Path) -> None:
    for name in ("b.xml", "a/z.xml", "a/.git/x", ".DS_Store", "c.part", "d~", "a/deeper/e f.xml"):
        put(tmp_path / name, "x")
    found = [each for each in files_of(str(tmp_path)) if isinstance(each, File)]
    names = [str(each.path.relative_to(tmp_path)) for each in found]
    assert names == ["b.xml", "a/z.xml", "a/deeper/e f.xml"]


def test_what_cannot_be_read_is_named_with_its_reason(record: Record, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    put(folder / "a.xml", wire(1, "Ferry aground"))
    put(folder / "b.txt", "This is no wire.")
    put(folder / "c.xml", "")
    (folder / "e").symlink_to("/etc/passwd")
    (folder / "f").symlink_to(folder)
    os.mkfifo(folder / "g")
    put(folder / "h.xml", b"<x>" + b" " * LARGEST)
    put(folder / "i.gz", gzip.compress(wire(3, "Damaged").encode())[:-20])
    put(folder / "j.json", '[{"guid": 1,\n "title": "Of ours, but in a list"}]')
    put(folder / "k.xml", wire(4, "Storm"))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "l"))
        (report,), bad = bring(record, tmp_path, folder)
    assert sorted(titles(record)) == ["Ferry aground", "Storm"]
    assert report.bad == len(bad)
    told = {Path(each.file).name: each.what for each in bad}
    reasons = {
        "b.txt": "no wire or feed .* looks like plain text",
        "c.xml": "is empty",
        "e": "symbolic link",
        "f": "symbolic link",
        "g": "no regular file",
        "h.xml": "more than 1,000,000 bytes. Raise crawl.max_body",
        "i.gz": "damaged or not complete",
        "j.json": "Articles as JSON are read one object a line",
        "l": "no regular file",
    }
    assert set(told) == set(reasons)
    assert [name for name, why in reasons.items() if not re.search(why, told[name])] == []


def test_pictures_beside_wires_are_passed_over(record: Record, tmp_path: Path) -> None:
    put(tmp_path / "in" / "a.xml", wire(1, "Ferry aground"))
    picture = put(tmp_path / "in" / "a.jpg", PICTURE + bytes(2 * LARGEST))
    (report,), bad = bring(record, tmp_path, tmp_path / "in")
    assert (report.files, report.new, report.pictures, bad) == (2, 1, 1, [])
    _, (named,) = bring(record, tmp_path, put(picture, PICTURE))
    assert "looks like image" in named.what


def test_a_person_may_name_a_link_and_an_empty_file(record: Record, tmp_path: Path) -> None:
    put(tmp_path / "a.xml", wire(1, "Ferry aground"))
    (tmp_path / "latest").symlink_to("a.xml")
    reports, bad = bring(record, tmp_path, tmp_path / "latest", put(tmp_path / "none", ""))
    assert ([report.new for report in reports], bad) == ([1, 0], [])


@pytest.mark.parametrize("name", ["plain", "packed"])
def test_every_form_is_read_plain_and_as_gzip(record: Record, tmp_path: Path, name: str) -> None:
    forms = {
        "one.xml": wire(1, "A wire").encode(),
        "two.eml": mail(Subject="A letter"),
        "three.mbox": mbox(
            mail(Subject="First of two", Message_ID="<1@npa.example>"),
            mail(
                "He was\n\nFrom here on, all of 2023 is told.\n\n>From Mon to Tue.\n",
                Subject="Second of two", Message_ID="<2@npa.example>",
            ),
        ),
        "four.json": json.dumps(ninjs(7, "One object"), indent=1).encode(),
        "five.jsonl": ndjson(dict(ninjs(8, "A wire a line")), dict(ninjs(9, "And another"))),
        "six.ndjson": ndjson({"guid": 6, "title": "An article", "type": "text", "uid": "x"}),
    }  # fmt: skip
    for each, data in forms.items():
        put(tmp_path / name / each, gzip.compress(data) if name == "packed" else data)
    (report,), bad = bring(record, tmp_path, tmp_path / name)
    assert bad == []
    assert sorted(titles(record)) == [
        "A letter", "A wire", "A wire a line", "An article", "And another", "First of two",
        "One object", "Second of two",
    ]  # fmt: skip
    (second,) = (each for each in waiting(record) if each.title == "Second of two")
    assert second.text == "He was\nFrom here on, all of 2023 is told.\nFrom Mon to Tue."
    assert (report.files, report.lines, report.unknown) == (6, 1, {"type": 1, "uid": 1})


def test_what_is_wrong_in_a_file_of_many_is_told_by_line(record: Record, tmp_path: Path) -> None:
    large = mail(b"x" * LARGEST + b"\n")
    letters = put(tmp_path / "a.mbox", mbox(mail(), large, mail(Message_ID="<9@npa.example>")))
    lines = put(tmp_path / "b.jsonl", ndjson(dict(ninjs(8, "Good"))) + b'{"uri": broken\n')
    reports, bad = bring(record, tmp_path, letters, lines)
    assert [report.new for report in reports] == [2, 1]
    assert [(Path(told.file).name, told.line) for told in bad] == [("a.mbox", 13), ("b.jsonl", 2)]


def test_archives_are_to_be_unpacked_first(record: Record, tmp_path: Path) -> None:
    file = put(tmp_path / "a.xml", wire(1, "Ferry aground"))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(file)
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as tar:
        tar.add(file)
    for name in ("a.zip", "a.tgz"):
        _, (bad,) = bring(record, tmp_path, tmp_path / name)
        assert bad.what.endswith("Unpack it, then import the folder")


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b'{"guid": 1, "title": "T"}', "articles"),
        (b'{broken\n{"guid": 1, "title": "T"}\n', "articles"),
        (b'heading\n{"guid": 1, "title": "T"}\n', "articles"),
        (b'{"url": "https://x.example/1", "text": "T", "headline": "T"}\n', "articles"),
        (b'{"guid": "x", "headline": "T", "body_html": "<p>T</p>"}', "document"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', "document"),
        (b'{"version": "https://jsonfeed.org/version/1",\n"items": [\n{"id": "1"}\n]}', "document"),
        (b'{\n"uri": "x",\n"headline": "T"\n}', "document"),
        (b'[{"guid": 1, "title": "T"}]', "document"),
        (b"From: a@x.example\nSubject: x\n{\n", "document"),
        (b"", "articles"),
        (b"\x00\x00", "document"),
    ],
)  # fmt: skip
def test_forms(data: bytes, form: str) -> None:
    stream = io.BytesIO(data)
    assert form_of(stream) == form
    assert stream.tell() == 0


def test_a_name_that_is_no_text_is_shown_as_well_as_can_be(record: Record, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    put(folder / os.fsdecode(b"\xff a.xml"), wire(1, "Ferry aground"))
    put(folder / os.fsdecode(b"\xff b.txt"), "This is no wire.")
    (report,), (bad,) = bring(record, tmp_path, folder)
    assert report.new == 1
    assert bad.file == f"{folder}/\ufffd b.txt"
