"""``copydesk reindex`` mends an index that the program refuses."""

import json
import shutil
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


def test_init_makes_the_index_of_another_record_anew(tmp_path: Path) -> None:
    """As on a machine beside the one where a backup was restored."""
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    copydesk(here, "import", str(archive(tmp_path)))
    file = tmp_path / "other.ndjson"
    file.write_text('{"guid": 1, "title": "Quake shakes Talca", "published": "2023-05-30"}')
    copydesk(elsewhere, "import", str(file))
    shutil.rmtree(here / "index")
    shutil.copytree(elsewhere / "index", here / "index")
    refused = copydesk(here, "desk", "--once", code=1)
    assert "the index is of another record" in refused.stderr
    assert "`copydesk reindex`" in refused.stderr
    assert "a new one was made" in copydesk(here, "init").stdout
    for word, total in (("ferry", 2), ("quake", 0)):
        found = json.loads(copydesk(here, "search", word, "--json").stdout)
        assert found["total"] == total
