"""Two of a kind do not run on one data directory."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from threading import Timer

import pytest

from copydesk.errors import InUseError, RoleError
from copydesk.locks import held, held_since

HOLD_AND_DIE = """
import os, sys
from pathlib import Path
from copydesk.locks import held
with held(Path(sys.argv[1]), "a desk"):
    os._exit(9)
"""

HOLD_WITHOUT_ROOM = """
import resource, sys
from pathlib import Path
from copydesk.locks import held
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
with held(Path(sys.argv[1]), "a desk"):
    print("held")
"""


def test_the_second_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    with (
        held(tmp_path / "run.lock", "copydesk run"),
        pytest.raises(InUseError, match=rf"already runs here \(process {os.getpid()}\)") as caught,
        held(tmp_path / "run.lock", "copydesk run"),
    ):
        pass
    assert "--data" in str(caught.value)


def test_who_only_looks_keeps_nobody_out(tmp_path: Path) -> None:
    lock = tmp_path / "desk.lock"
    lock.touch()
    with lock.open("rb") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        Timer(0.02, fcntl.flock, (looking.fileno(), fcntl.LOCK_UN)).start()
        with held(lock, "a desk"):
            assert held_since(lock) == pytest.approx(lock.stat().st_mtime)
    assert held_since(lock) is None


def test_it_is_free_again_afterwards_and_after_a_death(tmp_path: Path) -> None:
    lock = tmp_path / "deep" / "desk.lock"
    with held(lock, "a desk"):
        pass
    died = subprocess.run(
        [
            sys.executable,
            "-c",
            HOLD_AND_DIE,
            str(lock),
        ],
        check=False,
    )
    assert died.returncode == 9
    with held(lock, "a desk"):
        pass


def test_a_full_disk_keeps_nobody_from_work(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HOLD_WITHOUT_ROOM, str(tmp_path / "desk.lock")],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "held\n"


def test_a_disk_that_takes_no_file_is_not_a_user_without_rights() -> None:
    """The kernel's own file system stands for one that is mounted read-only, for root as well."""
    with pytest.raises(RoleError, match="Check the file system"), held(Path("/proc/x.lock"), "it"):
        pass
