"""Commands in a process of their own, each forked from one that has imported and compiled already.

Starting Python, importing the program and loading its machine code take three seconds of a CPU, ten
times what most tests ask of it. Nothing else is shared: arguments, environment, standard streams,
exit code and clean-up are those of a process.
"""

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from copydesk.cli.main import main
from copydesk.roles.desk_loop import warm_up
from crawler.language import detect

# What commands import when they run.
_LATE = (
    "copydesk.explain.explaining",
    "copydesk.roles.checkup",
    "copydesk.roles.crawl_duty",
    "copydesk.roles.desk_duty",
    "copydesk.roles.reindexing",
    "copydesk.transfer.exporting",
    "copydesk.transfer.importing",
    "indexer.engines.elasticsearch_client",
)
_STREAMS = ("in", "out", "err")


def run(
    *arguments: str, stdin: str, environment: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    """``copydesk ARGUMENTS``, to its end."""
    with tempfile.TemporaryDirectory() as folder:
        streams = {name: Path(folder) / name for name in _STREAMS}
        for name, file in streams.items():
            file.write_text(stdin if name == "in" else "")
        request = {"arguments": arguments, "environment": dict(environment), "streams": folder}
        code = _asked(json.dumps(request))
        out, errors = (streams[name].read_text() for name in ("out", "err"))
    return subprocess.CompletedProcess(arguments, code, out, errors)


def _asked(request: str) -> int:
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        server.stdin.write(request + "\n")
        server.stdin.flush()
        return int(server.stdout.readline())
    except BaseException:  # a test ran out of time: what comes late must not answer the next one
        os.killpg(server.pid, signal.SIGKILL)
        _server.cache_clear()
        raise


@cache
def _server() -> "subprocess.Popen[str]":
    """It ends when this process does, since the pipe ends then."""
    return subprocess.Popen(
        [sys.executable, "-c", f"from {__name__} import serve; serve()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def serve() -> None:
    """Have each line of standard input run by a process, and answer with its exit code."""
    for name in _LATE:
        importlib.import_module(name)
    warm_up()
    detect("The model of languages is read.")
    gc.freeze()  # or every process takes a second at its end to look through all that it was given
    while line := sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            _become(json.loads(line))
            main()
            sys.exit()
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(request: Mapping[str, Any]) -> None:
    for number, name in enumerate(_STREAMS):
        opened = os.open(Path(request["streams"]) / name, os.O_RDWR | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = ["copydesk", *request["arguments"]]
    os.environ.clear()
    os.environ.update(request["environment"])
