"""``copydesk embargoes``: who keeps the newsroom sees what is held back, and can let it go."""

import json
import shutil
from pathlib import Path

import msgspec
import pytest

from copydesk.record import inbox
from copydesk.record.database import Record, sqlite_url
from tests.copydesk.cli.test_commands import copydesk
from tests.copydesk.samples import NOON, article

FERRY = "A ferry with two hundred people on board ran aground off the island of Holm. " * 4


@pytest.fixture
def data(empty_file: Path, tmp_path: Path) -> Path:
    """A record with an article withheld without a time, and one until the year 2033."""
    record = Record(sqlite_url(Path(shutil.copy(empty_file, tmp_path / "record.sqlite"))))
    one = msgspec.structs.replace(article("1", text=FERRY), status="embargoed")
    two = article("2", title="Bridge to be rebuilt", text="The bridge at Varnsund will open." * 4)
    two = msgspec.structs.replace(two, status="embargoed", embargo_until=2e9)
    with record.writing() as connection:
        inbox.put(connection, [one, two], received=NOON)
    record.close()
    return tmp_path


def test_what_has_no_end_is_seen_and_lifted(data: Path) -> None:
    listed = copydesk(data, "embargoes", "list")
    assert "its source says more" in listed.stdout
    assert "2033-05-18" in listed.stdout
    assert "2 in all, 1 without an end" in listed.stderr
    answer = json.loads(copydesk(data, "embargoes", "list", "--json").stdout)
    assert answer["counts"] == {"all": 2, "without_end": 1}
    held = answer["embargoes"][0]
    assert (held["title"], held["until"]) == ("Ferry runs aground off Holm", None)

    doctor = copydesk(data, "doctor", "--json", COPYDESK_SERVE_PORT="0").stdout
    (found,) = [each for each in json.loads(doctor) if each["what"] == "embargoes"]
    assert found["verdict"] == "note"
    assert "1 of 2 articles have no end" in found["sentence"]
    assert "embargoes lift" in copydesk(data, "explain", held["id"], code=1).stdout

    lifted = copydesk(data, "embargoes", "lift", held["id"]).stdout
    assert lifted == "1 lifted. Placed 1 new, 1 new stories.\n"
    hits = json.loads(copydesk(data, "search", "ferry", "--json").stdout)["hits"]
    assert [hit["id"] for hit in hits] == [held["id"]]
    assert "not under embargo" in copydesk(data, "embargoes", "lift", held["id"], code=1).stderr
