"""How a command ends."""

import subprocess
import sys

COMMAND = """
import atexit, gc, sys
from copydesk.cli.main import main
atexit.register(lambda: sys.stderr.write(f"{gc.get_freeze_count()} objects are not looked at"))
sys.argv = ["copydesk", *sys.argv[1:]]
main()
"""


def looked_past(*arguments: str) -> int:
    """How many objects the end of a command does not look at in search of garbage."""
    command = [sys.executable, "-c", COMMAND, *arguments]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    return int(said.splitlines()[-1].split()[0])


def test_the_end_of_a_command_does_not_look_for_garbage() -> None:
    assert looked_past("--help") > 10_000
    assert looked_past("no such command") > 10_000
