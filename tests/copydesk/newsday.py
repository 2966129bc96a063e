"""Asking a running Copydesk over HTTP, and scoring what it says against what is known."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def get(base: str, path: str) -> Any:
    """The JSON answer of one GET."""
    with urllib.request.urlopen(f"{base}{path}", timeout=30) as answer:
        return json.load(answer)


def every(base: str, path: str) -> Iterator[dict[str, Any]]:
    """All items of a paged list."""
    cursor = ""
    joint = "&" if "?" in path else "?"
    while True:
        page = get(base, f"{path}{joint}limit=50" + (f"&cursor={cursor}" if cursor else ""))
        yield from page["items"]
        cursor = page["next_cursor"] or ""
        if not cursor:
            return


@contextmanager
def served(data: Path) -> Iterator[str]:
    """``copydesk serve`` on this data directory; its address, once it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "copydesk", "--data", str(data), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "COPYDESK_LOG_LEVEL": "error"},
    )
    try:
        assert process.stdout is not None
        base = process.stdout.readline().split()[1].rstrip("/")
        wait_until_ready(base)
        yield base
    finally:
        process.terminate()
        process.wait(30)


def wait_until_ready(base: str, seconds: float = 60.0) -> None:
    """Until /readyz says so."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            get(base, "/readyz")
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def bcubed(found: Mapping[str, str], expected: Mapping[str, str]) -> tuple[float, float, float]:
    """BCubed precision, recall and F1 of a clustering (Bagga and Baldwin 1998)."""
    by_found: dict[str, set[str]] = defaultdict(set)
    by_expected: dict[str, set[str]] = defaultdict(set)
    for key in expected:
        by_found[found[key]].add(key)
        by_expected[expected[key]].add(key)
    precision = recall = 0.0
    for key in expected:
        both = len(by_found[found[key]] & by_expected[expected[key]])
        precision += both / len(by_found[found[key]]) / len(expected)
        recall += both / len(by_expected[expected[key]]) / len(expected)
    return precision, recall, 2 * precision * recall / (precision + recall)


def groups(assigned: Mapping[str, str]) -> set[frozenset[str]]:
    """The clusters as sets of keys."""
    found: dict[str, set[str]] = defaultdict(set)
    for key, name in assigned.items():
        found[name].add(key)
    return {frozenset(keys) for keys in found.values()}
