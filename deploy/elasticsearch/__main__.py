"""``python -m deploy.elasticsearch fetch | start | stop | status``."""

import argparse
import json
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

from deploy.elasticsearch import node
from deploy.elasticsearch.archive import cache, fetch
from deploy.elasticsearch.cluster import ask, start, started_at
from deploy.elasticsearch.errors import ServerError
from deploy.elasticsearch.java import choose

_STOP_SECONDS = 30


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 1 and one line on standard error when it fails."""
    given = _parser().parse_args(arguments)
    try:
        match given.command:
            case "fetch":
                release, _ = choose(given.version)
                _say(f"Elasticsearch {release.version}: {fetch(release)}")
            case "start":
                _start(given)
            case "stop":
                _stop()
            case _:
                _status()
    except ServerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.elasticsearch", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("stop", help="end it and delete what it left")
    commands.add_parser("status", help="say what runs")
    for name, words in (("fetch", "get it from Maven Central"), ("start", "start it")):
        command = commands.add_parser(name, help=words)
        command.add_argument("--version", type=int, choices=(8, 9), help="default: what Java runs")
    starting = commands.choices["start"]
    starting.add_argument("--nodes", type=int, default=1, choices=range(1, 6), help="1 to 5")
    starting.add_argument("--port", type=int, help="of the first node; default: a free one")
    starting.add_argument("--data", type=Path, help="folder that is kept; default: temporary")
    return parser


def _running() -> dict[str, Any] | None:
    """What ``start`` noted, if any of its processes still runs."""
    try:
        noted: dict[str, Any] = json.loads(_note().read_text())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ServerError(
            "the note of what runs is damaged", where=str(_note()), next_step="Delete it."
        ) from error
    return noted


def _note() -> Path:
    return cache() / "running.json"


def _alive(noted: dict[str, Any]) -> list[int]:
    return [int(pid) for pid, began in noted["pids"].items() if started_at(int(pid)) == began]


def _start(given: argparse.Namespace) -> None:
    noted = _running()
    if noted and _alive(noted):
        raise ServerError(
            f"it runs already: {' '.join(noted['urls'])}",
            next_step="Stop it first: python -m deploy.elasticsearch stop",
        )
    began = time.monotonic()
    cluster = start(
        major=given.version, nodes=given.nodes, port=given.port, data=given.data, stays=True
    )
    pids = {process.pid: started_at(process.pid) for process in cluster.processes.values()}
    _note().write_text(
        json.dumps(
            {
                "version": cluster.release.version,
                "urls": cluster.urls,
                "folder": str(cluster.folder),
                "pids": pids,
            }
        )
    )
    seconds = time.monotonic() - began
    _say(f"Elasticsearch {cluster.release.version} after {seconds:.0f} s: {' '.join(cluster.urls)}")


def _stop() -> None:
    noted = _running()
    if noted is None:
        _say("Nothing runs.")
        return
    alive = _alive(noted)
    for pid in alive:
        node.kill_group(pid, signal.SIGTERM)
    until = time.monotonic() + _STOP_SECONDS
    while _alive(noted) and time.monotonic() < until:
        time.sleep(0.1)
    for pid in alive:
        node.kill_group(pid)
    shutil.rmtree(noted["folder"], ignore_errors=True)
    _note().unlink()
    _say(f"Stopped Elasticsearch {noted['version']}.")


def _status() -> None:
    noted = _running()
    if noted is None or not _alive(noted):
        _say("Nothing runs.")
        return
    for url in noted["urls"]:
        health = ask(url, "/_cluster/health")
        state = f"{health['status']}, {health['number_of_nodes']} nodes" if health else "no answer"
        _say(f"Elasticsearch {noted['version']} {url}: {state}")


if __name__ == "__main__":
    sys.exit(main())
