"""kill -9 at two hundred points of a news day: nothing lost, nothing doubled, nothing else."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_POINTS = 200
# Forty seconds on two quiet cores; a machine that is busy else takes many times as long.
pytestmark = pytest.mark.timeout(1000)


def lives(folder: Path, url: str, kills: int, seed: str) -> "subprocess.Popen[str]":
    folder.mkdir()
    command = [sys.executable, "-m", "tests.copydesk.roles.crashing"]
    return subprocess.Popen(
        [*command, str(folder), url, str(kills), seed],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(process: "subprocess.Popen[str]") -> dict[str, Any]:
    out, errors = process.communicate(timeout=900)
    assert process.returncode == 0, out + errors
    report: dict[str, Any] = json.loads(out.splitlines()[-1])
    return report


def test_a_day_with_two_hundred_deaths_is_the_day_without(tmp_path: Path) -> None:
    both = [lives(tmp_path / seed, "", _POINTS // 2, seed) for seed in ("one", "two")]
    reports = [told(process) for process in both]
    points = [report["points"] for report in reports]
    assert sum(sum(each.values()) for each in points) >= _POINTS
    kinds = {where for each in points for where in each}
    assert {"before SQL", "after SQL", "before commit", "at a random moment"} <= kinds


@pytest.mark.postgres
def test_the_same_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    report = told(lives(tmp_path / "days", postgres_url, 25, tmp_path.name))
    assert sum(report["points"].values()) >= 25
