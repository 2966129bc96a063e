"""One recorded day through everything: `copydesk run` reads it as feeds at a speeded clock.

    python -m benchmarks.day CORPUS/stream --day 2023-03-01 --speed 288

Measures cold start to the first answer, items served and articles kept, search latency while
crawling goes on, and the peak memory of each role; prints the biggest stories to look at.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from copydesk.newsroom.configuration import configuration
from copydesk.newsroom.replay import Replay

QUERIES = ("ukraine", "election result", '"supreme court"', "train crash greece", "language:pl")
_TAIL_SECONDS = 20.0
# The day is speeded, so feeds show more at once than real ones do, or items would pass unseen.
_SHOWN_ITEMS = 1000


def get(base: str, path: str) -> Any:
    """The JSON answer of one GET."""
    with urllib.request.urlopen(f"{base}{path}", timeout=30) as answer:
        return json.load(answer)


def ready_after(base: str, started: float) -> float:
    """Seconds from ``started`` until the API answers."""
    while True:
        try:
            get(base, "/v1/stories?limit=1")
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if time.monotonic() - started > 120:
                raise
            time.sleep(0.05)
        else:
            return time.monotonic() - started


def peak_memory(supervisor: int) -> dict[str, float]:
    """Peak resident MB of each role, by its command line."""
    found: dict[str, float] = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(
                line.split(":", 1) for line in status.read_text().splitlines() if ":" in line
            )
            words = (status.parent / "cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields["PPid"]) == supervisor:
            role = next(w.decode() for w in words if w in (b"crawl", b"desk", b"serve"))
            found[role] = int(fields["VmHWM"].split()[0]) / 1024
    return found


def watch(base: str, seconds: float) -> list[float]:
    """Search latencies in milliseconds, one query every 200 ms."""
    latencies = []
    deadline = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < deadline:
        query = quote(QUERIES[turn % len(QUERIES)])
        started = time.perf_counter()
        try:
            get(base, f"/v1/search?q={query}")
            latencies.append((time.perf_counter() - started) * 1000)
        except urllib.error.HTTPError as error:
            if error.code != 503:  # there is no index until the desk has indexed something
                raise
        turn += 1
        time.sleep(0.2)
    return latencies


def main() -> None:
    """Run the day and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recording", type=Path)
    parser.add_argument("--day", type=date.fromisoformat, default=date(2023, 3, 1))
    parser.add_argument("--speed", type=float, default=288.0)
    parser.add_argument("--port", type=int, default=8741)
    parser.add_argument("--keep", type=Path, help="Data directory to keep afterwards.")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as scratch,
        Replay(options.recording, options.day, options.speed, feed_length=_SHOWN_ITEMS) as replay,
    ):
        data = options.keep or Path(scratch)
        data.mkdir(parents=True, exist_ok=True)
        (data / "copydesk.toml").write_text(configuration(replay), encoding="utf-8")
        base = f"http://127.0.0.1:{options.port}"
        started = time.monotonic()
        with (data / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "copydesk", "--data", str(data), "run"],
                stderr=log,
                stdout=log,
                env={**os.environ, "COPYDESK_SERVE_PORT": str(options.port)},
            )
        try:
            print(f"cold start to first answer: {ready_after(base, started):.1f} s")
            latencies = watch(base, 86_400.0 / options.speed + _TAIL_SECONDS)
            report(base, replay.items, latencies, peak_memory(process.pid))
        finally:
            process.send_signal(signal.SIGTERM)
            ended = time.monotonic()
            code = process.wait(60)
            print(f"stopped with code {code} in {time.monotonic() - ended:.1f} s")


def report(base: str, items: int, latencies: list[float], memory: dict[str, float]) -> None:
    """The figures of the day."""
    with urllib.request.urlopen(f"{base}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    counts = [line for line in lines if line.startswith("copydesk_") and "{" not in line]
    print(f"{items} items served; " + "; ".join(counts[:8]))
    ranked = sorted(latencies)
    print(
        f"search while crawling: median {statistics.median(ranked):.0f} ms, "
        f"p95 {ranked[int(len(ranked) * 0.95)]:.0f} ms of {len(ranked)}"
    )
    print("peak memory: " + ", ".join(f"{role} {mb:.0f} MB" for role, mb in sorted(memory.items())))
    for story in get(base, "/v1/stories?order=biggest&limit=12")["items"]:
        print(f"{story['articles']:4} {story['copy_groups']:4}  {story['headline'][:100]}")


if __name__ == "__main__":
    main()
