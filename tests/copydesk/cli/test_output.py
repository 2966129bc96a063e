"""What commands print on a terminal."""

import os
import pty
import subprocess
import sys

from tests.conftest import ROOT

ADDRESS = "https://outlet.example/2023/05/30/" + "a-long-headline-" * 5
PROGRAM = f"""
from copydesk.cli.output import print_table
print_table(("id", "outlet", "address"), [("aabcdefghijkl", "Reuters", {ADDRESS!r})])
"""


def on_a_terminal(program: str) -> str:
    """What a program prints on a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        cwd=ROOT,
        env={**os.environ, "TERM": "dumb"},
    ):
        os.close(theirs)
        printed = b""
        try:
            while part := os.read(ours, 4096):
                printed += part
        except OSError:  # how Linux says that the other end is closed
            pass
    os.close(ours)
    return printed.decode()


def test_a_terminal_folds_what_is_long_and_cuts_nothing() -> None:
    lines = on_a_terminal(PROGRAM).splitlines()
    start = lines[0].index("address")
    assert "".join(line[start:].strip() for line in lines[1:]) == ADDRESS
    assert lines[1].startswith("aabcdefghijkl")
    assert max(map(len, lines)) <= 80
