"""A real PostgreSQL for the tests: a cluster of its own in a temporary folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from deploy.programs import POSTGRESQL

# PostgreSQL refuses to run as root; Debian's package brings this user.
_USER = "postgres"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The SQLAlchemy URL of an empty database; sockets only, no network port."""
    program = POSTGRESQL.find()
    if program is None:
        reason = f"PostgreSQL is not installed: apt-get install {POSTGRESQL.package}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="copydesk-pg-"))
    try:
        yield from _cluster(program.parent, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _cluster(programs: Path, folder: Path) -> Iterator[str]:
    user = _USER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        shutil.chown(folder, user)
    data = folder / "data"
    control = str(programs / "pg_ctl")
    _as(user, str(programs / "initdb"), "-D", str(data), "-U", "copydesk", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    log = str(folder / "log")
    _as(user, control, "-D", str(data), "-w", "-l", log, "-o", options, "start")
    try:
        yield f"postgresql+psycopg://copydesk@/postgres?host={folder}"
    finally:
        _as(user, control, "-D", str(data), "-m", "immediate", "stop")


def restart(url: str) -> None:
    """Stop the server of this URL as a crash does, and start it again."""
    program = POSTGRESQL.find()
    assert program is not None
    folder = str(make_url(url).query["host"])
    control = str(program.parent / "pg_ctl")
    user = _USER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    where = ("-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "-m", "immediate")
    _as(user, control, *where, "restart")


def _as(user: str, *command: str) -> None:
    # initdb looks at the current folder, which the other user may not enter.
    mine = pwd.getpwuid(os.geteuid()).pw_name == user
    done = subprocess.run(
        command,
        user=None if mine else user,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {done.stderr}")
