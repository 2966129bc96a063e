"""SIGTERM ends a crawl in time, even while a server keeps it waiting."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from copydesk.record.database import Record, sqlite_url
from copydesk.record.schema import fetches, source_state

SECONDS = 90.0


def test_a_slow_server_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(SECONDS)
        port = silent.getsockname()[1]
        (tmp_path / "copydesk.toml").write_text(
            f'[crawl]\ncatalogue = "none"\nallowed_addresses = ["127.0.0.1:{port}"]\n'
            f'[[source]]\nid = "slow"\nurl = "http://127.0.0.1:{port}/feed"\n',
            encoding="utf-8",
        )
        with (tmp_path / "log").open("w") as log:
            crawl = subprocess.Popen(
                [sys.executable, "-m", "copydesk", "--data", str(tmp_path), "crawl"],
                stdout=log,
                stderr=log,
                env=dict(os.environ),
            )
        try:
            connection, _ = silent.accept()  # it asks, and is never answered
            crawl.send_signal(signal.SIGTERM)
            assert crawl.wait(SECONDS) == 0, (tmp_path / "log").read_text()
            connection.close()
        finally:
            crawl.kill()
            crawl.wait()
    record = Record(sqlite_url(tmp_path / "record.sqlite"))
    with record.reading() as reading:
        state = reading.execute(select(source_state)).one()
        noted = reading.execute(select(fetches)).all()
    record.close()
    # Nothing is held against the source, and nobody need wait for its lease to end.
    assert (state.due, state.failures, state.leased_by, noted) == (0.0, 0, "", [])
