"""Private sources from configuration to record: the name everywhere, the secret nowhere."""

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.copydesk.cli.test_commands import copydesk
from tests.crawler.site import rss, rss_item

WORD = "tr0ub4dor-and-3"


class _Wire(BaseHTTPRequestHandler):
    """A wire that wants a token, and repeats it where it can."""

    def do_GET(self) -> None:
        given = self.headers.get("Authorization") == f"Bearer {WORD}"
        status = 404 if self.path == "/robots.txt" else 200 if given else 401
        body = rss(rss_item(1)) if status == 200 else WORD.encode()
        self.send_response(status, WORD)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{WORD}"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def wire() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Wire) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def data(tmp_path: Path, wire: str) -> Path:
    (tmp_path / "copydesk.toml").write_text(
        f'[crawl]\nallowed_addresses = ["{wire}"]\nfetch_pages = "no"\n'
        f'[[source]]\nid = "agency"\nurl = "http://{wire}/feed"\nsecret = "agency"\n'
    )
    return tmp_path


def keep(data: Path, line: str, mode: int = 0o600) -> None:
    file = data / "secrets.toml"
    file.write_text(line)
    file.chmod(mode)


def test_the_secret_is_used_and_left_nowhere(data: Path, wire: str) -> None:
    keep(data, f'agency = "bearer {WORD}"\n')
    said = ""
    for words in (
        ("crawl", "--once"),
        ("sources", "add", f"http://{wire}/other", "--id", "own", "--secret", "agency"),
        ("sources", "test", "own"),
        ("doctor",),
    ):
        done = copydesk(data, *words, COPYDESK_LOG_LEVEL="debug", COPYDESK_LOG_FORMAT="json")
        said += done.stdout + done.stderr
    listed = json.loads(copydesk(data, "sources", "list", "--json").stdout)
    assert [row["last_outcome"] for row in listed] == ["ok", ""]
    assert WORD not in said
    for file in data.rglob("*"):
        if file.is_file() and file.name != "secrets.toml":
            assert WORD.encode() not in file.read_bytes(), file.name


def test_a_missing_secret_is_named_with_what_to_do(data: Path) -> None:
    checked = copydesk(data, "config", "check", code=78)
    assert 'there is no secret "agency"' in checked.stderr
    assert "COPYDESK_SECRET_AGENCY" in checked.stderr
    tried = copydesk(data, "sources", "test", "agency", code=1)
    assert 'there is no secret "agency"' in tried.stdout


def test_an_open_file_is_refused(data: Path) -> None:
    keep(data, f'agency = "bearer {WORD}"\n', 0o644)
    checked = copydesk(data, "config", "check", code=78)
    assert "chmod 600" in checked.stderr
    assert WORD not in checked.stderr


def test_no_secret_is_sent_in_the_clear_to_find_a_feed(tmp_path: Path) -> None:
    keep(tmp_path, f'agency = "bearer {WORD}"\n')
    with socket.create_server(("127.0.0.2", 0)) as outside:
        outside.settimeout(0.2)
        there = f"127.0.0.2:{outside.getsockname()[1]}"
        (tmp_path / "copydesk.toml").write_text(f'[crawl]\nallowed_addresses = ["{there}"]\n')
        refused = copydesk(
            tmp_path, "sources", "add", f"http://{there}/feed", "--secret", "agency", code=78
        )
        assert "plain http" in refused.stderr
        with pytest.raises(TimeoutError):
            outside.accept()


def test_what_was_typed_into_an_address_is_not_repeated(data: Path, wire: str) -> None:
    tried = copydesk(data, "sources", "add", f"http://me:{WORD}@{wire}/feed", code=1)
    assert WORD not in tried.stdout + tried.stderr
