"""Install what the tests need beside Python: a browser, a database server, Java and Maven.

``python -m deploy.testing``, called by ``make test``. As root on Debian or Ubuntu it installs what
is missing; elsewhere it says in one line what to install, and the tests that need it are skipped.
"""

import os
import shutil
import subprocess
import sys

from deploy.programs import PROGRAMS, Program


def missing(programs: tuple[Program, ...]) -> list[Program]:
    """Those of which nothing that serves is found."""
    return [program for program in programs if not program.found()]


def main() -> None:
    """Install or name what is missing."""
    lacking = missing(PROGRAMS)
    if not lacking:
        return
    names = ", ".join(program.name for program in lacking)
    packages = [program.package for program in lacking]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing for the tests: {names}", flush=True)  # noqa: T201
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["update", "-qq"],
            ["install", "-qq", "-y", "--no-install-recommends", *packages],
        ):
            done = subprocess.run(  # noqa: S603 - fixed words and our own package names
                ["/usr/bin/apt-get", *command],
                env=environment,
                check=False,
                stdout=subprocess.DEVNULL,
            )
            if done.returncode:
                sys.exit(f"apt-get {command[0]} failed; install by hand: {' '.join(packages)}")
        return
    print(  # noqa: T201
        f"Without {names} their tests are skipped. On Debian: "
        f"sudo apt-get install {' '.join(packages)}"
    )


if __name__ == "__main__":
    main()
