"""Commands mark headlines that were cancelled or corrected."""

import csv
import json
from pathlib import Path

from tests.copydesk.cli.test_commands import copydesk
from tests.copydesk.transfer.bringing import put
from tests.crawler.wires.samples import g2

KILLED = "[cancelled] KILL - Ferry aground"


def test_a_kill_in_words_is_marked_wherever_its_headline_is_shown(tmp_path: Path) -> None:
    content = "<headline>KILL - Ferry aground off Holm</headline>"
    wire = put(tmp_path / "wires" / "1.xml", g2(content=content))
    copydesk(tmp_path, "init")
    copydesk(tmp_path, "alerts", "save", "ferries", "ferry")
    copydesk(tmp_path, "import", "--source", "npa", str(wire))
    hits = json.loads(copydesk(tmp_path, "search", "--stories", "ferry", "--json").stdout)["hits"]
    assert [hit["headline_status"] for hit in hits] == ["cancelled"]
    story = hits[0]["id"]
    for command, times in (
        (("search", "ferry"), 1),
        (("search", "--stories", "ferry"), 1),
        (("story", "show", story), 2),  # of the story and of its report
    ):
        assert copydesk(tmp_path, *command).stdout.count(KILLED) == times, command
    assert " cancelled " in copydesk(tmp_path, "alerts", "matches", "ferries").stdout
    explained = copydesk(tmp_path, "explain", story).stdout
    assert "KILL - Ferry aground off Holm (cancelled)" in explained
    for form in ("csv", "ndjson"):
        lines = copydesk(tmp_path, "export", "stories", "--format", form).stdout.splitlines()
        rows = csv.DictReader(lines) if form == "csv" else map(json.loads, lines)
        assert [row["headline_status"] for row in rows] == ["cancelled"]
