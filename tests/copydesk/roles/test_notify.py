"""systemd's protocol, over a real datagram socket."""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Condition, Event, Thread, Timer

import pytest
from structlog.testing import capture_logs

from copydesk.roles import notify, supervisor
from copydesk.roles.notify import ALIVE, READY, STOPPING, Ear
from copydesk.roles.supervisor import RoleCommand, Silence, supervise
from tests.copydesk.roles.test_supervisor import gone, wait_for


class Systemd:
    """The other end: collects what is said, at once, as systemd does."""

    def __init__(self, path: Path) -> None:
        self._wire = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._wire.bind(str(path))
        self.lines: list[str] = []
        self._told = Condition()
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        while said := self._wire.recv(4096).decode().splitlines():
            with self._told:
                self.lines += said
                self._told.notify_all()

    def until(self, line: str) -> None:
        with self._told:
            assert self._told.wait_for(lambda: line in self.lines, timeout=20), self.lines

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._wire.getsockname())
        self._reader.join(20)
        self._wire.close()


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    opened = Systemd(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    yield opened
    opened.close()


def test_lines_go_in_one_datagram(systemd: Systemd) -> None:
    notify.notify(READY, "STATUS=3 roles at work")
    systemd.until(READY)
    assert systemd.lines == ["READY=1", "STATUS=3 roles at work"]


def test_without_a_supervisor_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify.notify(READY)


def test_a_supervisor_that_is_gone_is_not_fatal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/notify")
    notify.notify(READY)


def test_the_watchdog_is_ours_only_if_it_names_us(monkeypatch: pytest.MonkeyPatch) -> None:
    assert notify.watchdog_seconds() == 0.0
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    assert notify.watchdog_seconds() == 60.0
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    assert notify.watchdog_seconds() == 60.0
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert notify.watchdog_seconds() == 0.0


def test_a_supervisor_that_stops_everything_need_not_hear_of_beats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "deaf"))
    monkeypatch.setattr(notify, "_BEAT_SECONDS", 0.0)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire, capture_logs() as logged:
        wire.bind(str(tmp_path / "deaf"))
        for _ in range(1000):
            notify.beat()
    assert logged == []


def test_a_busy_supervisor_is_waited_for_but_not_by_a_beat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "busy"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(str(tmp_path / "busy"))
        monkeypatch.setattr(notify, "_PATIENCE_SECONDS", 0.0)
        for _ in range(1000):
            notify.notify("STATUS=as many as its queue holds")
        monkeypatch.setattr(notify, "_PATIENCE_SECONDS", 20.0)
        monkeypatch.setattr(notify, "_beaten", -1.0)
        notify.beat()
        reads = Timer(0.2, wire.recv, [4096])
        reads.start()
        notify.notify(STOPPING)
        reads.join()
        wire.setblocking(False)
        heard = []
        while STOPPING not in heard:
            heard.append(wire.recv(4096).decode())
    assert ALIVE not in heard


def test_an_ear_takes_our_supervisors_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    ear = Ear("desk")
    environment = ear.environment()
    assert "WATCHDOG_USEC" not in environment
    assert ear.heard() == set()
    monkeypatch.setenv("NOTIFY_SOCKET", environment["NOTIFY_SOCKET"])
    notify.notify(READY)
    notify.notify(ALIVE)
    assert ear.heard() == {READY, ALIVE}
    ear.close()


def test_silence_is_longer_before_the_first_word() -> None:
    started = Silence(since=0.0)
    assert not started.too_long(now=599.0)
    assert started.too_long(now=601.0)
    spoken = started.broken({ALIVE}, now=10.0)
    assert not spoken.too_long(now=129.0)
    assert spoken.too_long(now=131.0)
    assert spoken.broken(set(), now=100.0) == spoken
    assert spoken.broken({READY}, now=100.0) == Silence(since=100.0, spoken="yes", ready="yes")


SPEAKING = """
import os, signal, sys, time
from copydesk.roles.notify import READY, beat, notify
with open(sys.argv[1], "a") as file:
    print(os.getpid(), file=file, flush=True)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
notify(READY)
while True:
    beat()
    time.sleep(0.1)
"""


def test_a_frozen_role_is_killed_and_started_again_and_systemd_hears_it_all(
    tmp_path: Path, systemd: Systemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "400000")
    monkeypatch.setattr(supervisor, "SILENT_SECONDS", 4.0)
    notes = tmp_path / "crawl", tmp_path / "desk"
    commands = [
        RoleCommand(role=note.name, arguments=(sys.executable, "-c", SPEAKING, str(note)))
        for note in notes
    ]
    stop = Event()
    thread = Thread(target=supervise, args=(commands, stop))
    thread.start()
    systemd.until(READY)
    assert "STATUS=2 roles at work" in systemd.lines
    systemd.until(ALIVE)
    frozen = int(wait_for(notes[1], 1)[0])
    os.kill(frozen, signal.SIGSTOP)
    again = int(wait_for(notes[1], 2)[1])
    assert gone(frozen)
    assert not gone(again)
    assert len(notes[0].read_text().split()) == 1
    stop.set()
    systemd.until(STOPPING)
    thread.join(20)
    assert not thread.is_alive()
    # Nobody says it is alive for us: a role inherits no systemd.
    assert systemd.lines.count(READY) == 1
