"""What is said about the work does not end the work."""

import subprocess
import sys
from pathlib import Path

SPEAK = """
import structlog
from config.settings import LogSettings
from copydesk.logs import configure
configure(LogSettings(format="{form}"), "desk")
structlog.get_logger().info("one")
try:
    raise ValueError("two")
except ValueError:
    structlog.get_logger().exception("three")
print("goes on")
"""


def test_a_log_that_cannot_be_written_stops_nobody() -> None:
    for form in ("text", "json"):
        with Path("/dev/full").open("w") as full:
            # Python itself ends with 120 for what it could not write to the very end.
            done = subprocess.run(
                [sys.executable, "-c", SPEAK.format(form=form)],
                check=False,
                stdout=subprocess.PIPE,
                stderr=full,
                text=True,
            )
        assert (done.stdout, done.returncode in {0, 120}) == ("goes on\n", True)


def test_a_log_has_every_line_where_it_can_be_written() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SPEAK.format(form="text")],
        check=True,
        capture_output=True,
        text=True,
    )
    assert " one" in done.stderr
    assert "ValueError: two" in done.stderr
