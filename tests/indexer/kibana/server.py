"""A small server that answers as Kibana's documentation says of its saved-objects import API.

No Kibana can be installed where these tests run. It checks what a real one checks of a request
(header, form, versions, references), and keeps what was imported by space.
"""

import email
import email.policy
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

KNOWN = {"index-pattern": "8.0.0", "search": "10.5.0", "dashboard": "10.2.0"}
"""The newest forms that Kibana 8.19 knows."""
Spaces = dict[str, dict[tuple[str, str], dict[str, Any]]]


class FakeKibana(http.server.ThreadingHTTPServer):
    """``spaces`` by name; ``canned`` answers everything the same, where it is set."""

    def __init__(self, *, number: str = "8.19.8", authorization: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.number = number
        self.authorization = authorization
        self.spaces: Spaces = {"": {}, "news": {}}
        self.canned: tuple[int, dict[str, str], bytes] | None = None
        self.seen: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: FakeKibana

    def do_GET(self) -> None:
        self._answer(self._status)

    def do_POST(self) -> None:
        self._answer(self._import)

    def _answer(self, work: Any) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append(f"{self.command} {self.path}")
        if self.server.canned is not None:
            status, headers, said = self.server.canned
            self._send(status, said, headers)
        elif self.headers.get("Authorization", "") != self.server.authorization:
            self._send(401, b'{"statusCode":401,"error":"Unauthorized"}')
        else:
            work(body)

    def _status(self, _body: bytes) -> None:
        self._json({"version": {"number": self.server.number}, "status": {"overall": {}}})

    def _import(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        space, _, rest = (
            parts.path.removeprefix("/s/").partition("/")
            if parts.path.startswith("/s/")
            else ("", "", parts.path.removeprefix("/"))
        )
        if rest != "api/saved_objects/_import" or space not in self.server.spaces:
            self._send(404, b'{"statusCode":404}')
            return
        if "kbn-xsrf" not in self.headers:
            self._refuse("Request must contain a kbn-xsrf header.")
            return
        held = self.server.spaces[space]
        overwrite = parse_qs(parts.query).get("overwrite") == ["true"]
        objects = [json.loads(line) for line in self._file(body).splitlines()]
        for each in objects:
            if _parsed(each["typeMigrationVersion"]) > _parsed(KNOWN[each["type"]]):
                self._refuse(f"Document {each['id']} belongs to a more recent version of Kibana")
                return
        errors = [error for each in objects if (error := _error(each, objects, held, overwrite))]
        if not errors:
            held.update({(each["type"], each["id"]): each for each in objects})
        told = {"success": not errors, "successCount": len(objects) - len(errors)}
        self._json({**told, **({"errors": errors} if errors else {})})

    def _file(self, body: bytes) -> str:
        """The part called ``file`` of the form."""
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = email.message_from_bytes(head + body, policy=email.policy.default)
        (part,) = message.iter_parts()
        assert part.get_param("name", header="content-disposition") == "file"
        assert str(part.get_filename()).endswith(".ndjson")
        file = part.get_payload(decode=True)
        assert isinstance(file, bytes)
        return file.decode()

    def _refuse(self, message: str) -> None:
        self._send(400, json.dumps({"statusCode": 400, "message": message}).encode())

    def _json(self, value: Any) -> None:
        self._send(200, json.dumps(value).encode())

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet."""


def _error(
    each: dict[str, Any],
    objects: list[dict[str, Any]],
    held: dict[tuple[str, str], dict[str, Any]],
    overwrite: bool,
) -> dict[str, Any] | None:
    own = (each["type"], each["id"])
    known = {(other["type"], other["id"]) for other in objects} | held.keys()
    missing = [r for r in each["references"] if (r["type"], r["id"]) not in known]
    error: dict[str, Any]
    if missing:
        error = {"type": "missing_references", "references": missing}
    elif own in held and not overwrite:
        error = {"type": "conflict"}
    else:
        return None
    return {"id": each["id"], "type": each["type"], "error": error}


def _parsed(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@contextmanager
def running(kibana: FakeKibana) -> Iterator[FakeKibana]:
    """Served from a thread until the block ends."""
    with kibana:
        thread = threading.Thread(target=kibana.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield kibana
        kibana.shutdown()
        thread.join()
