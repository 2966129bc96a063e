"""``copydesk run`` as an operator knows it: it starts, survives deaths, and stops cleanly."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError

import pytest

from copydesk.newsroom import Newsroom
from copydesk.newsroom.configuration import configuration
from tests.copydesk.newsday import every, get, wait_until_ready

SECONDS = 90.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(data: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "copydesk", "--data", str(data), *words]


@contextmanager
def running(data: Path, port: int, role: str = "run") -> Iterator[subprocess.Popen[str]]:
    with (data / "log").open("w") as log:
        process = subprocess.Popen(
            command(data, role),
            stdout=log,
            stderr=log,
            text=True,
            env={**os.environ, "COPYDESK_SERVE_PORT": str(port)},
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def until(what: str, data: Path) -> str:
    """Wait for a line of the log."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        text = (data / "log").read_text()
        if re.search(what, text):
            return text
        time.sleep(0.1)
    raise AssertionError(f"no {what!r} in:\n{(data / 'log').read_text()}")


def child(supervisor: int, role: str) -> int:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        parent = int(stat.rpartition(")")[2].split()[1])
        if parent == supervisor and role.encode() in words:
            return int(folder.name)
    raise AssertionError(f"no {role} below {supervisor}")


def found(base: str, word: str) -> int:
    try:
        return int(get(base, f"/v1/search?q={word}")["total"])
    except HTTPError as error:
        if error.code == HTTPStatus.SERVICE_UNAVAILABLE:  # nothing has been indexed yet
            return 0
        raise


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom.complete() as opened:
        yield opened


def test_a_day_with_deaths(tmp_path: Path, newsroom: Newsroom) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    (tmp_path / "copydesk.toml").write_text(configuration(newsroom), encoding="utf-8")
    with running(tmp_path, port) as process:
        wait_until_ready(base, SECONDS)
        until(r"desk +Placed \d+ new", tmp_path)

        for role in ("desk", "crawl", "serve"):
            os.kill(child(process.pid, role), signal.SIGKILL)
            until(f"{role} was killed by SIGKILL; starting it again in 1 s", tmp_path)

        second = subprocess.run(
            command(tmp_path, "run"), capture_output=True, text=True, check=False, timeout=SECONDS
        )
        assert second.returncode == 1
        assert f"copydesk run already runs here (process {process.pid})" in second.stderr

        expected = len(newsroom.edition.articles)
        deadline = time.monotonic() + SECONDS
        while (held := len(list(every(base, "/v1/articles")))) < expected:
            assert time.monotonic() < deadline, f"{held} of {expected} articles"
            time.sleep(0.5)
        while not found(base, "Moscow"):
            assert time.monotonic() < deadline, "placed, but not found"
            time.sleep(0.5)

        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    assert "everything is written down" in (tmp_path / "log").read_text()
    exported = subprocess.run(
        command(tmp_path, "export", "articles"), capture_output=True, text=True, check=True
    )
    titles = [line for line in exported.stdout.splitlines() if line]
    assert len(titles) == expected
    with pytest.raises(AssertionError):
        child(process.pid, "crawl")


def test_a_desk_alone_makes_an_index_of_another_version_anew(tmp_path: Path) -> None:
    data = with_old_index(tmp_path)
    with running(data, free_port(), "desk") as process:
        until("it is made anew while all goes on", data)
        deadline = time.monotonic() + SECONDS
        search = command(data, "search", "ferry")
        while (
            b"Ferry runs aground"
            not in subprocess.run(search, capture_output=True, check=False).stdout
        ):
            assert time.monotonic() < deadline, (data / "log").read_text()
            time.sleep(0.5)
        process.terminate()
        assert process.wait(SECONDS) == 0


def with_old_index(folder: Path) -> Path:
    """A data directory with one article and the index of another version."""
    data = folder / "data"
    line = '{"guid": 1, "title": "Ferry runs aground", "published": "2023-05-30T10:00Z"}'
    subprocess.run(
        command(data, "import", "-"), input=line, text=True, check=True, capture_output=True
    )
    next(data.rglob("copydesk-index.json")).write_text('{"schema_version": 1}')
    return data


def test_an_index_of_another_version_is_made_anew_at_the_start(tmp_path: Path) -> None:
    data = with_old_index(tmp_path)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    (data / "copydesk.toml").write_text('[crawl]\ncatalogue = "none"\n', encoding="utf-8")
    with running(data, port) as process:
        until("it is made anew while all goes on", data)
        wait_until_ready(base, SECONDS)
        deadline = time.monotonic() + SECONDS
        while found(base, "ferry") != 1:
            assert time.monotonic() < deadline, (data / "log").read_text()
            time.sleep(0.5)
        process.terminate()
        assert process.wait(SECONDS) == 0
