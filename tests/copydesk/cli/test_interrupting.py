"""Ctrl-C ends a command with one sentence, whatever it was at."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk.cli.interrupting import Interrupted, interruptible
from tests.copydesk.cli.test_commands import copydesk
from tests.copydesk.transfer.bringing import put
from tests.crawler.wires.samples import g2

SECONDS = 90.0
# More than a pipe holds: once all of it is written, its reader has begun.
MANY = b"\n" * (1 << 18)


def started(data: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """``copydesk ARGUMENTS`` in a process group of its own, as a shell starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "copydesk", "--data", str(data), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def interrupted(running: "subprocess.Popen[bytes]") -> tuple[int, str]:
    """Exit code and errors after a terminal's Ctrl-C."""
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=SECONDS)
    return running.returncode, errors.decode()


def test_an_import_takes_in_nothing_before_all_is_read(tmp_path: Path) -> None:
    wires, data = tmp_path / "wires", tmp_path / "data"
    put(wires / "1.xml", g2())
    running = started(data, "import", "--source", "npa", "--inbox-only", str(wires), "-")
    assert running.stdin is not None
    running.stdin.write(MANY)
    running.stdin.flush()
    code, said = interrupted(running)
    assert (code, said.splitlines()[1:]) == (
        130, ["copydesk: interrupted; nothing was taken in."],
    )  # fmt: skip
    again = copydesk(data, "import", "--source", "npa", "--inbox-only", str(wires)).stdout
    assert "1 file, 1 new, 0 revised, 0 known, 0 bad." in again


def test_a_test_of_a_source_leaves_no_traces_of_its_processes(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(SECONDS)
        port = silent.getsockname()[1]
        (tmp_path / "copydesk.toml").write_text(
            f'[crawl]\ncatalogue = "none"\nallowed_addresses = ["127.0.0.1:{port}"]\n'
        )
        running = started(tmp_path, "sources", "test", f"http://127.0.0.1:{port}/feed")
        connection, _ = silent.accept()  # it asks, and is never answered
        with connection:
            assert interrupted(running) == (130, "\ncopydesk: interrupted\n")


# Ctrl-C at the moment when a module is looked for.
STRUCK = """
import os, runpy, signal, sys

class Struck:
    def find_spec(self, name, path=None, target=None, at=sys.argv.pop()):
        if name == at:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Struck())
sys.argv = ["copydesk", "--version"]
runpy.run_module("copydesk", run_name="__main__")
"""


@pytest.mark.parametrize(
    "module", ["copydesk.cli", "click", "importlib.metadata", "copydesk.cli.stories"]
)
def test_a_command_that_is_being_loaded_ends_without_a_traceback(module: str) -> None:
    command = [sys.executable, "-c", STRUCK, module]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (ended.returncode, ended.stderr) == (130, "\ncopydesk: interrupted\n")


def test_who_is_started_to_ignore_ctrl_c_ignores_it_when_loaded_too() -> None:
    deaf = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    command = [sys.executable, "-c", deaf + STRUCK, "click"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("copydesk ")


def test_what_an_interruption_means_is_said_at_the_moment_of_it() -> None:
    done = 0

    def work() -> None:
        nonlocal done
        with interruptible(lambda: f"{done} are done"):
            done = 3
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="3 are done") as caught:
        work()
    assert caught.value.exit_code == 130


def test_a_second_interruption_does_not_cut_off_the_clean_up() -> None:
    clean = False

    def work() -> None:
        nonlocal clean
        with interruptible(lambda: "nothing is left"):
            try:
                signal.raise_signal(signal.SIGINT)
            finally:
                signal.raise_signal(signal.SIGINT)
                clean = True

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(Interrupted, match="nothing is left"):
            work()
    finally:
        signal.signal(signal.SIGINT, before)
    assert clean
