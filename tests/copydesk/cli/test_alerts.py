"""``copydesk alerts``: a program reads matches on from 0 without losing any."""

import getpass
import json
import os
from pathlib import Path

import pytest

from copydesk.cli.context import login_name
from tests.copydesk.cli.test_commands import archive, copydesk


def test_matches_are_in_order_after_a_number_and_newest_first_without(tmp_path: Path) -> None:
    copydesk(tmp_path, "init")
    copydesk(tmp_path, "alerts", "save", "holm", "holm OR formula")
    copydesk(tmp_path, "import", str(archive(tmp_path)))

    def numbers(*options: str) -> list[int]:
        told = copydesk(tmp_path, "alerts", "matches", "holm", "--json", *options).stdout
        return [each["number"] for each in json.loads(told)]

    newest_first = numbers()
    assert len(newest_first) == 3
    assert newest_first == sorted(newest_first, reverse=True)
    first = numbers("--after", "0", "--limit", "2")
    assert first + numbers("--after", str(first[-1])) == newest_first[::-1]


HOLM = {"any": [{"words": "holm"}, {"is": "Radio", "field": "outlet"}]}


def test_a_search_is_saved_and_asked_by_conditions(tmp_path: Path) -> None:
    file = tmp_path / "holm.json"
    file.write_text(json.dumps(HOLM))
    copydesk(tmp_path, "init")
    saved = copydesk(tmp_path, "alerts", "save", "holm", "--where", str(file)).stdout
    assert saved == "Saved “holm”: holm OR outlet_is:Radio\n"
    copydesk(tmp_path, "import", str(archive(tmp_path)))
    matched = json.loads(copydesk(tmp_path, "alerts", "matches", "holm", "--json").stdout)
    assert len(matched) == 3
    found = copydesk(tmp_path, "search", "--json", "--where", "-", stdin=json.dumps(HOLM)).stdout
    assert json.loads(found)["total"] == 3


@pytest.mark.parametrize(
    ("conditions", "says"),
    [
        ("{", "these are no conditions"),
        ('{"words": 3}', "these are no conditions"),
        ('{"is": "Radio"}', "is needs a field"),
        ('{"all":[' * 2000, "these are no conditions"),
        (" " * (1 << 20) + "{}", "more than 1,048,576 bytes"),
        (json.dumps({"words": "x" * 2000 + " y"}), "the query has 2,002 characters"),
    ],
)
def test_conditions_that_are_none_are_told(tmp_path: Path, conditions: str, says: str) -> None:
    save = ("alerts", "save", "holm", "--where", "-")
    refused = copydesk(tmp_path, *save, stdin=conditions, code=1)
    assert says in refused.stderr
    missing = copydesk(tmp_path, "search", "--where", str(tmp_path / "none.json"), code=1)
    assert "none.json" in missing.stderr
    assert "No such file" in missing.stderr
    for words in (("alerts", "save", "holm"), ("search",), (*save, "holm")):
        refused = copydesk(tmp_path, *words, stdin=conditions, code=2)
        assert "Give a query, or conditions with --where" in refused.stderr


def test_a_user_whom_the_machine_does_not_know_is_called_by_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a container that runs under any number."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    assert login_name() == getpass.getuser()
    monkeypatch.setattr(os, "getuid", lambda: 2_000_123)
    assert login_name() == "user 2000123"


def test_far_ends_and_numbers_are_read_or_refused(tmp_path: Path) -> None:
    copydesk(tmp_path, "init")
    copydesk(tmp_path, "alerts", "save", "far", "published:>=9999-12-31")
    copydesk(tmp_path, "alerts", "matches", "far", "--after", str(2**63 - 1))
    refused = copydesk(tmp_path, "alerts", "matches", "far", "--after", str(2**63), code=2)
    assert str(2**63 - 1) in refused.stderr
