"""The systemd units are valid, hardened alike, and start what exists."""

import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from copydesk.cli.main import copydesk
from copydesk.roles.supervisor import SILENT_SECONDS
from tests.conftest import ROOT

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
# What a program that reads the internet and writes one directory needs nothing of.
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectControlGroups": "yes",
    "RestrictNamespaces": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "CapabilityBoundingSet": "",
    "SystemCallFilter": "@system-service",
}


def parsed(unit: Path) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes=("#",))
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(unit)
    return found


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_that_exists(unit: Path) -> None:
    program, *words = shlex.split(parsed(unit)["Service"]["ExecStart"])
    assert Path(program).name == "copydesk"
    while words[0] in ("--data", "--config"):
        words = words[2:]
    assert words[0] in copydesk.commands
    if unit.name != "copydesk.service":
        assert unit.name == f"copydesk-{words[0]}.service"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_hardened_and_not_restarted_with_a_broken_configuration(unit: Path) -> None:
    service = parsed(unit)["Service"]
    assert service["User"] == "copydesk"
    assert service["RestartPreventExitStatus"] == "78"
    for name, value in HARDENED.items():
        assert service[name] == value, name


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_waits_for_readiness_and_watches_progress(unit: Path) -> None:
    service = parsed(unit)["Service"]
    assert service["Type"] == "notify"
    if unit.name != "copydesk.service":
        assert float(service["WatchdogSec"]) == SILENT_SECONDS


def test_every_role_of_several_machines_has_its_unit() -> None:
    assert {unit.stem for unit in UNITS} == {
        "copydesk",
        "copydesk-crawl",
        "copydesk-desk",
        "copydesk-serve",
    }


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_nothing_wrong_with_a_unit(unit: Path, tmp_path: Path) -> None:
    # The program must exist for systemd to be content; on this machine any that runs will do.
    program, *_ = shlex.split(parsed(unit)["Service"]["ExecStart"])
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace(program, "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
