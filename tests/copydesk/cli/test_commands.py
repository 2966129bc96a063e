"""The commands as a person and a program use them, each in a process of its own (see ``warm``)."""

import csv
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from copydesk.locks import held
from copydesk.record import standstill
from copydesk.record.database import Record, sqlite_url
from copydesk.record.migrate import upgrade
from copydesk.record.schema import articles
from tests.copydesk.api.newsroom import MORNING, Newsroom
from tests.copydesk.cli import warm
from tests.copydesk.transfer.bringing import put
from tests.crawler.wires.samples import g2

FERRY = (
    "A ferry with two hundred people on board ran aground off the island of Holm early on Tuesday, "
    "the coast guard said. Nobody was hurt and the passengers were taken to Varnsund by lifeboat. "
    "The cause is not known; the captain told reporters that a buoy had been out of place."
)


def copydesk(
    data: Path,
    *arguments: str,
    stdin: str = "",
    code: int = 0,
    environment: Mapping[str, str] | None = None,
    **variables: str,
) -> subprocess.CompletedProcess[str]:
    settings = {"COPYDESK_CRAWL_CATALOGUE": "none", **(environment or {}), **variables}
    done = warm.run(
        "--data", str(data), *arguments, stdin=stdin, environment={**os.environ, **settings}
    )
    assert done.returncode == code, f"{arguments}: {done.stdout}\n{done.stderr}"
    return done


def archive(folder: Path) -> Path:
    rows = [
        {"guid": 1, "title": "Ferry runs aground off Holm", "text": FERRY, "outlet": "Wire"},
        {"guid": 2, "title": "Ship stuck off Holm", "text": FERRY, "outlet": "Paper"},
        {"guid": 3, "title": "=SUM(A1) is a formula", "outlet": "Radio", "summary": "Sheets"},
    ]
    file = folder / "archive.ndjson"
    lines = [json.dumps({**row, "published": f"2023-05-30T1{n}:00Z"}) for n, row in enumerate(rows)]
    file.write_text("\n".join(lines))
    return file


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    done = copydesk(folder / "data", "import", str(archive(folder)))
    assert "3 lines, 3 new" in done.stdout
    assert "Placed 3 new, 1 copies, 2 new stories" in done.stdout
    return folder / "data"


def test_init_says_what_is_next(tmp_path: Path) -> None:
    done = copydesk(tmp_path / "new", "init")
    assert "is ready" in done.stdout
    assert "copydesk run" in done.stdout


def test_importing_again_adds_nothing(filled: Path) -> None:
    again = copydesk(filled, "import", str(filled.parent / "archive.ndjson"), "--json")
    report = next(iter(json.loads(again.stdout)["files"].values()))
    assert (report["new"], report["revised"], report["unchanged"]) == (0, 0, 3)


def test_people_split_merge_and_pin_stories(tmp_path: Path) -> None:
    data = tmp_path / "data"
    copydesk(data, "import", str(archive(tmp_path)))
    one = json.loads(copydesk(data, "explain", "1", "--json").stdout)["article"]
    other = json.loads(copydesk(data, "explain", "3", "--json").stdout)["article"]
    story, ids = one["story"]["story"], (one["id"], other["id"])
    assert "resting" in copydesk(data, "story", story).stdout
    done = copydesk(data, "story", "split", story, ids[0], "--who", "Ann", "--json").stdout
    new = json.loads(done)["outcome"]
    assert new != story
    shown = copydesk(data, "story", "show", new)
    assert f"Ann moved {ids[0]} from {story} to {new}" in shown.stdout
    merged = copydesk(data, "story", "merge", new, other["story"]["story"], "--reason", "test")
    done, undo = merged.stdout.splitlines()
    kept = done.removeprefix("Done: story ").strip(".")
    undone = copydesk(data, *undo.split("`")[1].split()[1:], "--who", "Bob").stdout
    parted = undone.removeprefix("Done: story ").strip(". \n")
    assert parted not in (kept, new)
    assert "Bob undid merge" in copydesk(data, "story", kept).stdout
    copydesk(data, "story", "merge", kept, parted)
    assert json.loads(copydesk(data, "story", "--json", new).stdout)["story"]["id"] == kept
    for gone in (new, other["story"]["story"]):  # one of them is kept
        found = json.loads(copydesk(data, "search", f"story:{gone}", "--json").stdout)
        assert {hit["story"] for hit in found["hits"]} == {kept}
        lines = copydesk(data, "export", "articles", "--query", f"story:{gone}").stdout
        assert len(lines.splitlines()) == found["total"] > 0
    copydesk(data, "story", "pin", kept)
    again = copydesk(data, "story", "pin", kept, code=1)
    assert "pinned already" in again.stderr
    assert json.loads(copydesk(data, "story", kept, "--json").stdout)["state"] == "pinned"
    wrong = copydesk(data, "story", "split", kept, "nope", code=1)
    assert f"not in story {kept}: nope" in wrong.stderr


def test_a_running_desk_carries_out_what_people_ask(tmp_path: Path) -> None:
    data = tmp_path / "data"
    copydesk(data, "import", str(archive(tmp_path)))
    story = json.loads(copydesk(data, "explain", "1", "--json").stdout)["article"]["story"]
    command = [sys.executable, "-m", "copydesk", "--data", str(data), "desk"]
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        # The lock names who holds it; the import before left its own number there.
        while (data / "desk.lock").read_text().strip() != str(running.pid):
            assert running.poll() is None
            time.sleep(0.1)
        assert "Done: story" in copydesk(data, "story", "pin", story["story"]).stdout
    finally:
        running.terminate()
        running.wait(30)


def test_explain_tells_a_life_or_why_there_is_none(filled: Path) -> None:
    told = copydesk(filled, "explain", "1").stdout
    for line in ("1: placed", "Ferry runs aground off Holm", "guid:import:1", "Search shows"):
        assert line in told
    found = json.loads(copydesk(filled, "explain", "1", "--json").stdout)
    story = found["article"]["story"]["story"]
    assert "2 reports" in copydesk(filled, "explain", story).stdout
    absent = copydesk(filled, "explain", "https://nowhere.example/2023/ferry", code=1)
    assert "no source reads its site" in absent.stdout


def test_dead_letters_are_listed_shown_retried_and_dropped(filled: Path) -> None:
    none = copydesk(filled, "deadletter", "list")
    assert "no dead letters" in none.stdout
    with sqlite3.connect(filled / "record.sqlite") as database:
        (id_,) = database.execute("SELECT id FROM articles WHERE guid = '1'").fetchone()
        insert = "INSERT INTO dead_letters (at, stage, subject, reason) VALUES (0, ?, ?, 'too odd')"
        database.executemany(insert, [("index", f"article {id_}"), ("index", "story s0")])
    listed = json.loads(copydesk(filled, "deadletter", "list", "--json").stdout)
    assert listed["counts"] == {"index": 2}
    last, first = (letter["number"] for letter in listed["letters"])
    assert "too odd" in copydesk(filled, "deadletter", "show", str(first)).stdout
    copydesk(filled, "deadletter", "retry", code=2)
    assert "1 sent again" in copydesk(filled, "deadletter", "retry", str(first)).stdout
    assert "1 dropped" in copydesk(filled, "deadletter", "drop", str(last)).stdout
    unknown = copydesk(filled, "deadletter", "show", "77", code=1)
    assert "there is no dead letter 77" in unknown.stderr
    assert json.loads(copydesk(filled, "deadletter", "list", "--json").stdout)["letters"] == []


def test_bad_lines_are_told_and_the_rest_is_taken(tmp_path: Path) -> None:
    lines = '{"guid": 1, "title": "Good"}\nnonsense\n{"guid": 2}\n'
    done = copydesk(tmp_path, "import", "-", stdin=lines, code=1)
    assert "-:2: this is not JSON" in done.stderr
    assert '-:3: "title" is missing or empty' in done.stderr
    assert "3 lines, 1 new" in done.stdout


def test_an_archive_of_wires_is_placed_as_of_its_source(tmp_path: Path) -> None:
    (tmp_path / "copydesk.toml").write_text(
        f'[[source]]\nid = "npa-wire"\ndrop = "{tmp_path}/drop"\noutlet = "NPA"\ncountry = "NO"\n'
    )
    wires = tmp_path / "wires"
    put(wires / "1.xml", g2())
    put(wires / "2.xml", g2(guid="urn:newsml:npa:4712", content="<headline>Other</headline>"))
    put(wires / "3.txt", "This is no wire.")
    put(wires / "4.xml", g2(guid="urn:newsml:npa:4713", content="", body=""))
    refused = copydesk(tmp_path, "import", str(wires / "1.xml"), code=1)
    assert f"{wires}/1.xml: as newsml-g2 it needs to be told whose it is" in refused.stderr
    done = copydesk(tmp_path, "import", "--source", "npa-wire", str(wires), code=1)
    assert f"{wires}/3.txt: is of no wire or feed that is known here" in done.stderr
    assert "--json tells of each file" in done.stderr
    assert (
        f"{wires}: 4 files, 2 new, 0 revised, 0 known, "
        "1 with something left out or mended, 1 bad.\nPlaced 2 new"
    ) in done.stdout
    found = json.loads(copydesk(tmp_path, "search", "outlet:NPA country:NO", "--json").stdout)
    assert sorted(hit["title"] for hit in found["hits"]) == ["Ferry aground off Holm", "Other"]
    again = copydesk(tmp_path, "import", "--source", "npa-wire", "--json", str(wires), code=1)
    told = json.loads(again.stdout)
    assert told["files"][str(wires)]["unchanged"] == 2
    assert [Path(each["file"]).name for each in (*told["bad"], *told["notes"])] == [
        "3.txt", "4.xml",
    ]  # fmt: skip


def test_a_source_of_an_import_may_be_new_but_must_have_a_name(tmp_path: Path) -> None:
    file = put(tmp_path / "1.xml", g2())
    refused = copydesk(tmp_path, "import", "--source", "N P A", str(file), code=2)
    assert '"N P A" cannot be a source' in refused.stderr
    done = copydesk(tmp_path, "import", "--source", "npa", "--inbox-only", str(file))
    assert 'There is no source "npa" here' in done.stderr
    assert "1 file, 1 new" in done.stdout


def test_import_then_desk_in_two_steps(tmp_path: Path) -> None:
    waiting = copydesk(tmp_path, "import", "--inbox-only", str(archive(tmp_path)))
    assert "wait in the inbox" in waiting.stdout
    placed = json.loads(copydesk(tmp_path, "desk", "--once", "--json").stdout)
    assert (placed["new"], placed["copies"], placed["indexed"]) == (3, 1, "yes")
    assert json.loads(copydesk(tmp_path, "desk", "--once", "--json").stdout)["new"] == 0


def test_search_and_story(filled: Path) -> None:
    found = json.loads(copydesk(filled, "search", "ferry", "outlet:wire", "--json").stdout)
    assert [hit["title"] for hit in found["hits"]] == ["Ferry runs aground off Holm"]
    stories = json.loads(copydesk(filled, "search", "--stories", "ferry", "--json").stdout)
    id_ = stories["hits"][0]["id"]
    shown = copydesk(filled, "story", id_).stdout
    assert "Ferry runs aground off Holm" in shown
    assert "copy: Ship stuck off Holm" in shown
    assert json.loads(copydesk(filled, "story", id_, "--json").stdout)["story"]["articles"] == 2


def test_a_long_story_is_shown_around_a_report(tmp_path: Path) -> None:
    record = Record(sqlite_url(tmp_path / "record.sqlite"))
    upgrade(record)
    Newsroom(record).report("ferry", "f0")
    with record.writing() as connection:
        first = connection.execute(select(articles)).mappings().one()
        later = [{"id": f"f{n}", "number": n + 1, "at": MORNING + n} for n in range(1, 1001)]
        connection.execute(insert(articles), [{**first, **each} for each in later])
    record.close()
    newest = copydesk(tmp_path, "story", "ferry").stdout
    there = "`copydesk story show ferry --report f0`"
    assert f"Older reports that are not in this list (1): {there}" in newest
    oldest = copydesk(tmp_path, *there.strip("`").split()[1:]).stdout
    assert "Newer reports that are not in this list (1000)" in oldest
    assert "Title of f0" in oldest
    wrong = copydesk(tmp_path, "story", "show", "ferry", "--report", "nope", code=1)
    assert 'there is no report "nope" in story ferry' in wrong.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("drones", "-moscow"),
            "There is no option \"-moscow\". .* after --, .*-- 'WORDS -moscow'",
        ),
        (("gaza", "-hamas"), 'no option "-hamas"'),
        (("drones", "--storys"), 'no option "--storys"'),
    ],
)
def test_a_query_that_is_taken_for_an_option_is_told_how_it_is_none(
    filled: Path, words: tuple[str, ...], says: str
) -> None:
    for command in (("search",), ("alerts", "save", "name")):
        done = copydesk(filled, *command, *words, code=2)
        assert re.search(says, done.stderr), done.stderr
    found = copydesk(filled, "search", "--json", "--", "holm -ship")
    assert json.loads(found.stdout)["total"] == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("splt", "sabc", "aabc"), 'There is no command "splt". Did you mean "split"?'),
        (("unpn",), 'Did you mean "unpin"?'),
        (("sabcdefghijkl", "aabc"), "There are: merge, pin, show, split, undo, unpin."),
    ],
)
def test_a_mistyped_command_about_a_story_is_told(
    filled: Path, words: tuple[str, ...], says: str
) -> None:
    assert says in copydesk(filled, "story", *words, code=2).stderr


def test_a_query_that_cannot_be_read_is_told_where(filled: Path) -> None:
    done = copydesk(filled, "search", "(ferry", code=1)
    assert "query, character" in done.stderr


def test_an_unknown_story_names_the_next_step(filled: Path) -> None:
    done = copydesk(filled, "story", "snothing", code=1)
    assert 'there is no story "snothing"' in done.stderr
    assert "copydesk search --stories" in done.stderr


def test_export_of_articles(filled: Path) -> None:
    rows = [json.loads(line) for line in copydesk(filled, "export", "articles").stdout.splitlines()]
    assert [row["guid"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["copy_group"] == rows[1]["copy_group"] != rows[2]["copy_group"]
    assert rows[0]["story"] == rows[1]["story"] != rows[2]["story"]
    assert rows[0]["published"] == "2023-05-30T10:00:00Z"
    wanted = {"id", "guid", "url", "outlet", "title", "published", "first_seen", "language"}
    assert wanted <= set(rows[0])


def test_export_of_stories_and_csv(filled: Path) -> None:
    rows = [json.loads(line) for line in copydesk(filled, "export", "stories").stdout.splitlines()]
    assert [row["articles"] for row in rows] == [2, 1]
    assert rows[0]["outlets"] == ["Paper", "Wire"]
    table = copydesk(filled, "export", "articles", "--format", "csv").stdout.splitlines()
    assert table[0].startswith("id,guid,url")
    assert "'=SUM(A1) is a formula" in table[3]


def test_no_cell_is_a_formula_whatever_separates_lists(tmp_path: Path) -> None:
    row = {"guid": 1, "title": 'Ferry aground;=SUM(A1);"=SUM(A2)"', "text": FERRY}
    copydesk(tmp_path, "import", "-", stdin=json.dumps(row))
    table = copydesk(tmp_path, "export", "articles", "--format", "csv").stdout.splitlines()
    for separator in (",", ";"):
        cells = [cell for row in csv.reader(table, delimiter=separator) for cell in row]
        assert not [cell for cell in cells if cell.lstrip('"').startswith("=")]


def test_what_is_exported_can_be_imported_elsewhere(filled: Path, tmp_path: Path) -> None:
    out = copydesk(filled, "export", "articles").stdout
    copydesk(tmp_path, "import", "-", stdin=out)
    again = copydesk(tmp_path, "export", "articles").stdout
    assert sorted(again.splitlines()) == sorted(out.splitlines())
    assert [json.loads(line)["text"] for line in again.splitlines()].count(FERRY) == 2


def test_an_export_of_texts_that_tell_of_tags_is_imported_word_for_word(
    tmp_path: Path,
) -> None:
    text = "It closes a &lt;/p&gt;.\nIt opens a &lt;script&gt;, and then A &amp;amp; B.\nThe end."
    row = {"guid": "1", "title": "Of tags", "text": text, "published": "2023-05-30"}
    copydesk(tmp_path / "here", "import", "-", stdin=json.dumps(row))
    out = copydesk(tmp_path / "here", "export", "articles").stdout
    copydesk(tmp_path / "there", "import", "-", stdin=out)
    assert copydesk(tmp_path / "there", "export", "articles").stdout == out
    told = "It closes a </p>.\nIt opens a <script>, and then A &amp; B.\nThe end."
    assert json.loads(out)["text"] == told


def test_export_by_query_and_time(filled: Path) -> None:
    found = copydesk(filled, "export", "articles", "--query", "ferry OR holm").stdout
    assert len(found.splitlines()) == 2
    late = copydesk(filled, "export", "articles", "--since", "2023-05-30T11:30Z").stdout
    assert len(late.splitlines()) == 1
    for since, lines in (
        ("20230531", 0), ("20230530", 3), ("2024", 0), ("2023", 3),
        ("yesterday", 0), ("today-90000d", 3),
    ):  # fmt: skip
        found = copydesk(filled, "export", "articles", "--since", since).stdout
        assert len(found.splitlines()) == lines, since
    assert "--since" in copydesk(filled, "export", "articles", "--since", "x", code=2).stderr


def test_the_region_of_a_language_is_exported_and_found(tmp_path: Path) -> None:
    row = {"guid": 1, "title": "Balsa encalha em Holm", "language": "pt-BR"}
    copydesk(tmp_path, "import", "-", stdin=json.dumps(row))
    out = copydesk(tmp_path, "export", "articles").stdout
    assert json.loads(out)["language"] == "pt-BR"
    for language, total in (("pt-BR", 1), ("pt", 1), ("pt-PT", 0)):
        found = copydesk(tmp_path, "search", f"language:{language}", "--json").stdout
        assert json.loads(found)["total"] == total, language


def test_sources_come_from_the_configuration_and_keep_a_pause(tmp_path: Path) -> None:
    (tmp_path / "copydesk.toml").write_text(
        '[[source]]\nid = "mine"\nurl = "https://news.example/feed"\noutlet = "Mine"\n'
    )
    rows = json.loads(copydesk(tmp_path, "sources", "list", "--json").stdout)
    assert [(row["id"], row["paused"]) for row in rows] == [("mine", False)]
    copydesk(tmp_path, "sources", "pause", "mine")
    rows = json.loads(copydesk(tmp_path, "sources", "list", "--json").stdout)
    assert rows[0]["paused"]
    copydesk(tmp_path, "sources", "resume", "mine")
    refused = copydesk(tmp_path, "sources", "remove", "mine", code=2)
    assert "comes from the configuration" in refused.stderr
    unknown = copydesk(tmp_path, "sources", "pause", "other", code=1)
    assert "copydesk sources list" in unknown.stderr


def test_a_source_that_the_configuration_pauses_is_not_resumed_by_command(tmp_path: Path) -> None:
    source = '[[source]]\nid = "mine"\nurl = "https://news.example/feed"\n'
    (tmp_path / "copydesk.toml").write_text(source + 'paused = "yes"\n')
    copydesk(tmp_path, "init")
    refused = copydesk(tmp_path, "sources", "resume", "mine", code=2)
    assert "the configuration pauses mine" in refused.stderr
    told = json.loads(copydesk(tmp_path, "sources", "health", "mine", "--json").stdout)
    assert told["health"]["reason"] == "the configuration pauses it"
    (tmp_path / "copydesk.toml").write_text(source)
    copydesk(tmp_path, "init")
    rows = json.loads(copydesk(tmp_path, "sources", "list", "--json").stdout)
    assert [row["paused"] for row in rows] == [False]


def test_a_broken_configuration_names_every_problem(tmp_path: Path) -> None:
    (tmp_path / "copydesk.toml").write_text('[crawl]\nconcurency = 4\n[serve]\nport = "x"\n')
    done = copydesk(tmp_path, "config", "check", code=78)
    assert "concurrency" in done.stderr
    assert "copydesk.toml:4" in done.stderr


def test_config_show_masks_secrets(tmp_path: Path) -> None:
    done = copydesk(tmp_path, "config", "show", COPYDESK_ENGINE_API_KEY="sesame")
    assert "sesame" not in done.stdout
    assert "COPYDESK_ENGINE_API_KEY" in done.stdout


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = copydesk(tmp_path, "serve", "--port", port, code=1)
        assert f"127.0.0.1:{port}: the web server cannot listen" in done.stderr
        assert "--port" in done.stderr
        run = copydesk(tmp_path, "run", code=1, COPYDESK_SERVE_PORT=port)
        assert "COPYDESK_SERVE_PORT" in run.stderr


def test_doctor_finds_nothing_wrong_here(filled: Path) -> None:
    findings = json.loads(copydesk(filled, "doctor", "--json", COPYDESK_SERVE_PORT="0").stdout)
    assert {finding["what"]: finding["verdict"] for finding in findings}["record"] == "good"
    assert "3 articles" in next(f["sentence"] for f in findings if f["what"] == "record")


def test_doctor_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "record.sqlite").write_bytes(b"no database at all " * 60)
    done = copydesk(tmp_path, "doctor", code=1)
    assert "no database" in done.stdout


def test_doctor_says_what_keeps_the_desk_from_writing_the_index(filled: Path) -> None:
    record = Record(sqlite_url(filled / "record.sqlite"))
    with record.writing() as connection:
        standstill.note(connection, "its disk is full. Free some space.", at=time.time())
    done = copydesk(filled, "doctor", code=1, COPYDESK_SERVE_PORT="0")
    assert "the desk cannot write it: its disk is full. Free some space." in " ".join(
        done.stdout.split()
    )
    copydesk(filled, "desk", "--once")
    done = copydesk(filled, "doctor", COPYDESK_SERVE_PORT="0")
    assert "embedded, up to date" in " ".join(done.stdout.split())
    record.close()


def test_doctor_counts_what_was_put_aside_in_drop_folders(tmp_path: Path) -> None:
    failed = tmp_path / "wires" / "failed"
    failed.mkdir(parents=True)
    (failed / "kill.xml").write_text("<x/>")
    (tmp_path / "copydesk.toml").write_text(
        f'[[source]]\nid = "a"\ndrop = "{tmp_path / "wires"}"\noutlet = "NPA"\n'
    )
    told = copydesk(tmp_path, "doctor", "--json", COPYDESK_SERVE_PORT="0").stdout
    (found,) = [each for each in json.loads(told) if each["what"] == "drop folders"]
    assert (found["verdict"], f"1 in {failed}" in found["sentence"]) == ("note", True)


def test_help_teaches() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "copydesk", "--help"], capture_output=True, text=True, check=True
    )
    for command in ("run", "crawl", "desk", "serve", "search", "import", "export", "demo"):
        assert f"  {command} " in done.stdout


def test_a_mistyped_command_is_an_error(tmp_path: Path) -> None:
    assert "serch" in copydesk(tmp_path, "serch", code=2).stderr


def test_the_demo_refuses_a_directory_that_is_not_its_own_or_in_use(tmp_path: Path) -> None:
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "thesis.txt").write_text("years of work")
    refused = copydesk(tmp_path / "foreign", "demo", "--once", code=1)
    assert "holds something else" in refused.stderr
    assert (tmp_path / "foreign" / "thesis.txt").exists()
    own = tmp_path / "own"
    own.mkdir()
    (own / "made-by-copydesk-demo").touch()
    (own / "record.sqlite").touch()
    with held(own / "crawl.lock", "a crawler"):
        busy = copydesk(own, "demo", "--once", code=1)
    assert "already runs here" in busy.stderr
    assert (own / "record.sqlite").exists()


def test_a_full_disk_is_one_sentence(filled: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "copydesk", "--data", str(filled), "export", "articles"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("copydesk: ")
    assert "Traceback" not in done.stderr
