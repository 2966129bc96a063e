"""``copydesk reindex`` mends an index that the program refuses."""

import json
from pathlib import Path

from tests.copydesk.cli.test_commands import archive, copydesk


def test_an_index_of_another_schema_is_made_anew(tmp_path: Path) -> None:
    copydesk(tmp_path, "import", str(archive(tmp_path)))
    marker = next(tmp_path.rglob("copydesk-index.json"))
    marker.write_text('{"schema_version": 1}')
    refused = copydesk(tmp_path, "search", "ferry", code=1)
    assert "schema 1" in refused.stderr
    assert "`copydesk reindex`" in refused.stderr
    made = json.loads(copydesk(tmp_path, "reindex", "--json").stdout)
    assert made["position"] > 0
    assert json.loads(copydesk(tmp_path, "search", "ferry", "--json").stdout)["total"] == 2
    again = copydesk(tmp_path, "reindex")
    assert "A new index answers" in again.stdout


def test_init_brings_an_index_of_another_schema_up_to_date(tmp_path: Path) -> None:
    copydesk(tmp_path, "import", str(archive(tmp_path)))
    marker = next(tmp_path.rglob("copydesk-index.json"))
    marker.write_text('{"schema_version": 1}')
    behind = copydesk(tmp_path, "desk", "--once", code=1)
    assert "schema 1" in behind.stderr
    assert "The index is behind, as said above" in behind.stderr
    assert "The old index did not serve; a new one was made" in copydesk(tmp_path, "init").stdout
    assert json.loads(copydesk(tmp_path, "search", "ferry", "--json").stdout)["total"] == 2
    assert "old index" not in copydesk(tmp_path, "init").stdout
