"""``copydesk alerts save --notify``: a receiver is told, and what is wrong is said."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from copydesk.alerts import webhook
from copydesk.alerts.webhook import Message
from tests.copydesk.cli.test_commands import archive, copydesk

ALLOWED = "COPYDESK_ALERTS_ALLOWED_ADDRESSES"


class _Receiver(ThreadingHTTPServer):
    """Answers with ``status`` and keeps what it is told."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told: list[Any] = []
        self.headers: Mapping[str, str] = {}
        self.body = b""
        self.address = f"http://127.0.0.1:{self.server_port}/T0KEN"
        self.allowed = {ALLOWED: f"127.0.0.1:{self.server_port}"}


class _Handler(BaseHTTPRequestHandler):
    server: _Receiver

    def do_POST(self) -> None:
        self.server.body = self.rfile.read(int(self.headers["content-length"]))
        self.server.headers = dict(self.headers.items())
        self.server.told.append(json.loads(self.server.body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def receiving() -> Iterator[_Receiver]:
    with _Receiver() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_receiver_is_told_given_up_and_resumed(tmp_path: Path) -> None:
    with receiving() as receiver:

        def run(*words: str, code: int = 0) -> str:
            done = copydesk(tmp_path, *words, code=code, environment=receiver.allowed)
            assert "T0KEN" not in done.stdout + done.stderr
            return done.stdout

        run("init")
        said = run("alerts", "save", "holm", "holm OR formula", "--notify", receiver.address)
        assert "whsec_" in said
        receiver.status = 410
        run("import", str(archive(tmp_path)))
        assert len(receiver.told) == 1
        listed = run("alerts", "list")
        assert f"127.0.0.1:{receiver.server_port}: stopped, it answered 410" in listed
        assert "whsec_" not in listed
        (as_json,) = json.loads(run("alerts", "list", "--json"))
        assert (as_json["notify"]["state"], as_json["matches"]) == ("stopped", 3)
        assert "1 of 1 are told of matches no more" in run("doctor", code=1)
        receiver.status = 200
        assert "is told again" in run("alerts", "resume", "holm")
        run("desk", "--once")
    matches = [message["data"]["matches"] for message in receiver.told]
    assert matches[0] == matches[1]
    assert sorted(each["title"] for each in matches[1]) == [
        "=SUM(A1) is a formula",
        "Ferry runs aground off Holm",
        "Ship stuck off Holm",
    ]


def test_the_address_and_the_secret_change_and_the_queue_stays(tmp_path: Path) -> None:
    with receiving() as before, receiving() as receiver:
        allowed = ",".join(each.allowed[ALLOWED] for each in (before, receiver))

        def run(*words: str) -> str:
            return copydesk(tmp_path, *words, environment={ALLOWED: allowed}).stdout

        run("init")
        made = run("alerts", "save", "holm", "holm", "--notify", before.address, "--json")
        before.status = 410
        run("import", str(archive(tmp_path)))
        moved = run("alerts", "notify", "holm", receiver.address)
        where = receiver.address.removesuffix("/T0KEN")
        assert moved == f"{where} is told, signed with the secret of before.\n"
        renewed = json.loads(run("alerts", "secret", "holm", "--json"))
        run("desk", "--once")
        assert "is signed with whsec_" in run("alerts", "secret", "holm")
        run("alerts", "save", "quiet", "holm")
        assert "is told, signed with whsec_" in run("alerts", "notify", "quiet", receiver.address)
    assert before.told == receiver.told
    message = Message(id=receiver.headers["webhook-id"], last=0, body=receiver.body)
    stamp = float(receiver.headers["webhook-timestamp"])
    keys = (renewed["secret"], json.loads(made)["secret"])
    right = webhook.headers(keys, message, now=stamp)["webhook-signature"]
    assert receiver.headers["webhook-signature"] == right


def test_what_cannot_be_told_is_refused_before_anything_is_saved(tmp_path: Path) -> None:
    copydesk(tmp_path, "init")
    save = ("alerts", "save", "x", "ferry")
    plain = copydesk(tmp_path, *save, "--notify", "http://hooks.example/", code=1)
    assert "not https" in plain.stderr
    inside = copydesk(tmp_path, *save, "--notify", "https://10.0.0.1/", code=1)
    assert "allowed_addresses" in inside.stderr
    assert json.loads(copydesk(tmp_path, "alerts", "list", "--json").stdout) == []
    copydesk(tmp_path, *save)
    for command in ("resume", "secret"):
        nobody = copydesk(tmp_path, "alerts", command, "x", code=1)
        assert "nobody is told" in nobody.stderr
    inside = copydesk(tmp_path, "alerts", "notify", "x", "https://10.0.0.1/", code=1)
    assert "allowed_addresses" in inside.stderr
