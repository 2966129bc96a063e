"""Roles are started, watched, restarted with back-off and stopped in order."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread

import pytest

from config.errors import ConfigError
from copydesk.roles.supervisor import EXIT_CONFIG, Life, RoleCommand, after_death, supervise


def role(name: str, code: str, *arguments: str) -> RoleCommand:
    return RoleCommand(role=name, arguments=(sys.executable, "-c", code, *arguments))


def wait_for(path: Path, lines: int) -> list[str]:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = path.read_text().split() if path.exists() else []
        if len(found) >= lines:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{path} has not {lines} lines in time")


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # A zombie is gone too; nobody reaps it where the tests run without an init.
    return ") Z " in Path(f"/proc/{pid}/stat").read_text()


NOTE_AND_WAIT = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
with open(sys.argv[1], "a") as file:
    print(os.getpid(), file=file, flush=True)
signal.sigwait({signal.SIGTERM})
with open(sys.argv[1] + ".end", "a") as file:
    print("drained", file=file)
"""


def test_back_off_doubles_to_a_minute_and_is_forgiven() -> None:
    life = Life()
    delays = []
    for _ in range(8):
        life = after_death(life, lived=0.5, now=100.0)
        delays.append(life.start_at - 100.0)
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60]
    assert after_death(life, lived=61.0, now=100.0) == Life(deaths=1, start_at=101.0)


def test_a_killed_role_is_started_again_and_all_drain_at_the_end(tmp_path: Path) -> None:
    notes = tmp_path / "crawl", tmp_path / "desk"
    stop = Event()
    commands = [role(note.name, NOTE_AND_WAIT, str(note)) for note in notes]
    thread = Thread(target=supervise, args=(commands, stop))
    thread.start()
    first = int(wait_for(notes[0], 1)[0])
    wait_for(notes[1], 1)
    os.kill(first, signal.SIGKILL)
    second = int(wait_for(notes[0], 2)[1])
    assert second != first
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert gone(second)
    assert [Path(f"{note}.end").read_text() for note in notes] == ["drained\n", "drained\n"]


def test_a_role_that_cannot_be_started_just_now_is_tried_again(tmp_path: Path) -> None:
    program, note, other = tmp_path / "program", tmp_path / "desk", tmp_path / "serve"
    stop = Event()
    commands = [
        RoleCommand(role="desk", arguments=(str(program), "-c", NOTE_AND_WAIT, str(note))),
        role("serve", NOTE_AND_WAIT, str(other)),
    ]
    thread = Thread(target=supervise, args=(commands, stop))
    thread.start()
    wait_for(other, 1)
    program.symlink_to(sys.executable)
    wait_for(note, 1)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


def test_a_role_that_cannot_run_as_configured_ends_it_all(tmp_path: Path) -> None:
    note = tmp_path / "serve"
    commands = [
        role("serve", NOTE_AND_WAIT, str(note)),
        role("desk", f"import time; time.sleep(0.5); raise SystemExit({EXIT_CONFIG})"),
    ]
    with pytest.raises(ConfigError, match="desk cannot run as it is configured"):
        supervise(commands, Event())
    assert gone(int(wait_for(note, 1)[0]))


# Exits as a role does whose configuration is wrong while there is a file "broken".
CONFIGURED = f"""
import os, signal, sys
from copydesk.roles.notify import READY, notify
signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.SIGTERM, signal.SIGUSR1}})
broken = os.path.exists(sys.argv[1] + ".broken")
if sys.argv[2] == "ready" and not broken:
    notify(READY)
with open(sys.argv[1], "a") as file:
    print(os.getpid(), file=file, flush=True)
if broken:
    sys.exit({EXIT_CONFIG})
signal.sigwait({{signal.SIGTERM, signal.SIGUSR1}})
sys.exit({EXIT_CONFIG} if os.path.exists(sys.argv[1] + ".broken") else 0)
"""


@pytest.mark.parametrize("said", ["ready", "nothing"])
def test_a_configuration_that_breaks_later_ends_nothing_but_the_role_that_died(
    tmp_path: Path, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    serve, desk, broken = tmp_path / "serve", tmp_path / "desk", tmp_path / "desk.broken"
    commands = [
        role("serve", NOTE_AND_WAIT, str(serve)),
        role("desk", CONFIGURED, str(desk), said),
    ]
    stop = Event()
    thread = Thread(target=supervise, args=(commands, stop))
    thread.start()
    (other,) = wait_for(serve, 1)
    first = int(wait_for(desk, 1)[0])
    broken.touch()
    os.kill(first, signal.SIGKILL)
    wait_for(desk, 3)  # tried twice, in vain
    assert thread.is_alive()
    broken.unlink()
    healed = int(wait_for(desk, 4)[3])
    time.sleep(0.5)
    assert not gone(healed)
    assert serve.read_text().split() == [other]
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    told = capsys.readouterr().out
    assert told.count("desk is down: it cannot run as it is configured now.") == 2


def test_a_role_that_was_ready_may_find_its_configuration_wrong_while_it_runs(
    tmp_path: Path,
) -> None:
    desk, broken = tmp_path / "desk", tmp_path / "desk.broken"
    stop = Event()
    commands = [role("desk", CONFIGURED, str(desk), "ready")]
    thread = Thread(target=supervise, args=(commands, stop))
    thread.start()
    first = int(wait_for(desk, 1)[0])
    broken.touch()
    os.kill(first, signal.SIGUSR1)
    wait_for(desk, 2)
    assert thread.is_alive()
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


WATCHED = """
import os, sys, threading
from copydesk.roles.supervisor import stop_with_parent
over = threading.Event()
stop_with_parent(over.set)
with open(sys.argv[1], "a") as file:
    print(os.getpid(), file=file, flush=True)
over.wait()
"""

SUPERVISOR = """
import sys
from threading import Event
from copydesk.roles.supervisor import RoleCommand, supervise
command = (sys.executable, "-c", sys.argv[1], sys.argv[2])
supervise([RoleCommand(role="crawl", arguments=command)], Event())
"""


def test_roles_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "crawl"
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISOR, WATCHED, str(note)])
    pid = int(wait_for(note, 1)[0])
    supervisor.kill()
    supervisor.wait()
    deadline = time.monotonic() + 20
    while not gone(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert gone(pid)
