"""Parsing processes: deadlines, death, many at once, clean ends."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from crawler.feeds import NotAFeedError
from crawler.workers import ParseCrashedError, ParseTimeoutError, Workers

URL = "https://outlet.example/feed"
FEED = b"<rss version='2.0'><channel><title>T</title><item><title>A</title></item></channel></rss>"
PAGE = b"<html><head><title>T</title></head><body><p>Text of a page.</p></body></html>"
# feedparser takes most of a minute: each opening looks for its end through all the others.
SLOW = (
    b"<rss version='2.0'><channel><item><title>A</title></item></channel></rss>"
    + b"<!-- - " * 1_000_000
)


@pytest_asyncio.fixture
async def workers() -> AsyncIterator[Workers]:
    async with Workers(count=2, deadline=20.0) as running:
        yield running


async def _parse(workers: Workers, body: bytes) -> str:
    feed = await workers.parse_feed(body, url=URL, content_type="text/xml", received=1e9)
    return feed.title


async def test_all_three_calls_answer_as_their_functions_do(workers: Workers) -> None:
    assert await _parse(workers, FEED) == "T"
    assert (await workers.extract(PAGE, url=URL, content_type="text/html")).title == "T"
    link = b"<html><link rel=alternate type=application/rss+xml href=/feed></html>"
    (candidate,) = await workers.find_feeds(link, url="https://outlet.example/")
    assert candidate.url == URL


async def test_errors_keep_their_class_place_and_advice(workers: Workers) -> None:
    with pytest.raises(NotAFeedError) as caught:
        await _parse(workers, b"<html><body>no feed</body></html>")
    assert (caught.value.got, caught.value.where) == ("HTML page", URL)
    assert "Look for the feed's address" in caught.value.next_step


async def test_a_job_over_the_deadline_is_killed_and_the_next_one_answers() -> None:
    async with Workers(count=1, deadline=0.5) as workers:
        await _parse(workers, FEED)
        with pytest.raises(ParseTimeoutError, match=r"longer than 0\.5 s"):
            await _parse(workers, SLOW)
        assert await _parse(workers, FEED) == "T"


async def test_a_slow_job_does_not_hold_up_the_others() -> None:
    async with Workers(count=2, deadline=1.0) as workers:
        slow = asyncio.create_task(_parse(workers, SLOW))
        titles = await asyncio.gather(*(_parse(workers, FEED) for _ in range(20)))
        assert titles == ["T"] * 20
        assert not slow.done()
        with pytest.raises(ParseTimeoutError):
            await slow


async def test_the_slow_documents_of_one_site_do_not_keep_others_waiting() -> None:
    async with Workers(count=1, deadline=0.5) as workers:
        slow = [asyncio.create_task(_parse(workers, SLOW)) for _ in range(4)]
        await asyncio.sleep(0)
        other = "https://other.example/feed"
        feed = await workers.parse_feed(FEED, url=other, content_type="text/xml", received=1e9)
        assert feed.title == "T"
        assert sum(task.done() for task in slow) <= 2
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
async def test_killed_workers_are_replaced(workers: Workers, blow: signal.Signals) -> None:
    for _ in range(3):
        slow = asyncio.create_task(_parse(workers, SLOW))
        await _parse(workers, FEED)
        victims = _children_of_the_fork_server()
        assert victims
        for pid in victims:
            os.kill(pid, blow)
        with pytest.raises(ParseCrashedError):
            await slow
        assert await _eventually(workers) == "T"


async def test_idle_workers_that_die_are_replaced(workers: Workers) -> None:
    await _parse(workers, FEED)
    for pid in _children_of_the_fork_server():
        os.kill(pid, signal.SIGKILL)
    assert await _eventually(workers) == "T"


async def test_cancelling_a_call_frees_its_worker() -> None:
    async with Workers(count=1, deadline=60.0) as workers:
        await _parse(workers, FEED)
        slow = asyncio.create_task(_parse(workers, SLOW))
        await asyncio.sleep(0.3)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        assert await asyncio.wait_for(_parse(workers, FEED), 20) == "T"


async def test_nothing_is_left_running_at_the_end() -> None:
    async with Workers(count=2) as workers:
        await _parse(workers, FEED)
    assert _children_of_the_fork_server() == []
    with pytest.raises(ParseCrashedError, match="not running"):
        await _parse(workers, FEED)


def test_workers_do_not_inherit_the_loop_nor_outlive_their_parent(tmp_path: Path) -> None:
    script = tmp_path / "crawl.py"
    script.write_text(
        "import asyncio, sys\n"
        "from crawler.workers import Workers\n"
        "async def main():\n"
        "    async with Workers(count=1) as workers:\n"
        f"        feed = await workers.parse_feed({FEED!r}, url='u', content_type='', received=0)\n"
        "        print(feed.title, flush=True)\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("T\n", "")


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM, 0])
def test_no_folder_stays_of_processes_however_their_parent_ends(tmp_path: Path, blow: int) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    script = tmp_path / "crawl.py"
    script.write_text(
        "import asyncio, os\n"
        "from crawler.workers import Workers\n"
        "async def main():\n"
        "    async with Workers(count=2) as workers:\n"
        f"        await workers.parse_feed({FEED!r}, url='u', content_type='', received=0)\n"
        "        print(len(os.listdir(os.environ['TMPDIR'])), flush=True)\n"
        f"        if {blow}:\n"
        f"            os.kill(os.getpid(), {blow})\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(main())\n"
    )
    here = {"PYTHONPATH": str(Path(__file__).parents[2]), "TMPDIR": str(folder)}
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, **here},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (-blow, "1\n")
    assert blow or not done.stderr
    for _ in range(300):  # the server looks after it when its last process has ended
        if not list(folder.iterdir()):
            break
        time.sleep(0.1)
    assert list(folder.iterdir()) == []


async def _eventually(workers: Workers) -> str:
    """The answer after a blow: jobs handed to a dying worker may still fail."""
    for _ in range(20):
        try:
            return await asyncio.wait_for(_parse(workers, FEED), 10)
        except ParseCrashedError:
            await asyncio.sleep(0.1)
    raise AssertionError("the workers did not come back")


async def test_ctrl_c_in_a_terminal_is_not_heard_by_the_processes(workers: Workers) -> None:
    await _parse(workers, FEED)
    processes = _children_of_the_fork_server()
    for pid in processes:
        assert signal.SIGINT in _blocked(pid)
    assert len(processes) == 2


def _blocked(pid: int) -> set[int]:
    """The numbers of the signals that a process does not hear."""
    status = Path(f"/proc/{pid}/status").read_text().split()
    mask = int(status[status.index("SigBlk:") + 1], 16)
    return {number for number in range(1, 65) if mask & 1 << number - 1}


def _children_of_the_fork_server() -> list[int]:
    """Pids of processes whose parent is a child of ours that runs the fork server."""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(status.parent.name)] = int(fields[1])
    ours = {pid for pid, parent in parents.items() if parent == os.getpid()}
    return [pid for pid, parent in parents.items() if parent in ours]
