"""A mailbox from the command line to the record: added, tried, collected, and told of."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.copydesk.cli.test_commands import copydesk
from tests.crawler.collect.mail_server import PASSWORD, USER, serving
from tests.crawler.wires.test_letters import mail
from tests.indexer.certificates import Authority


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder, keys = tmp_path_factory.mktemp("mailbox"), tmp_path_factory.mktemp("keys")
    signed = Authority(keys).sign()
    (keys / "chain.pem").write_text(signed.certificate + signed.key)
    (folder / "validity").write_text("7")
    for number in range(1, 4):
        text = mail(Message_ID=f"<{number}@npa.example>", Subject=f"Ferry number {number}")
        (folder / str(number)).write_bytes(text)
    with serving(folder, keys / "chain.pem") as (_, port):
        yield f"imap://127.0.0.1:{port}/INBOX", folder


def test_a_mailbox_is_added_tried_collected_and_told_of(
    tmp_path: Path, mailbox: tuple[str, Path]
) -> None:
    address, folder = mailbox
    settings = {"COPYDESK_CRAWL_ALLOWED_ADDRESSES": "127.0.0.0/8"}
    refused = copydesk(tmp_path, "sources", "add", address, code=78, environment=settings)
    assert "a mailbox (imap) wants a login. Keep it in secrets.toml" in refused.stderr
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(f'press = "basic {USER}:{PASSWORD}"\n')
    secrets.chmod(0o600)
    adding = ("sources", "add", address, "--secret", "press", "--id", "ministry")
    added = copydesk(tmp_path, *adding, environment=settings)
    assert f"Added ministry: unnamed, {address}" in added.stdout
    tried = copydesk(tmp_path, "sources", "test", "ministry", environment=settings)
    assert "ok: 3 items" in tried.stdout
    assert "Ferry number 2" in tried.stdout
    fetched = copydesk(tmp_path, "crawl", "--once", environment=settings)
    assert "1 sources fetched, 3 new articles, 0 failed." in fetched.stdout
    (folder / "4").write_bytes(mail(Auto_Submitted="auto-replied"))
    again = copydesk(tmp_path, "crawl", "--once", "--all", environment=settings)
    assert "1 sources fetched, 0 new articles, 0 failed." in again.stdout
    assert "message 4: left out what is no article: 1 automatic reply" in again.stderr
    told = copydesk(tmp_path, "sources", "health", "ministry", "--json", environment=settings)
    assert json.loads(told.stdout)["health"]["state"] == "well"
    # By its Message-ID, before a desk has placed it.
    assert "waiting" in copydesk(tmp_path, "explain", "1@npa.example", code=1).stdout


def test_doctor_counts_mailboxes_and_folders(tmp_path: Path) -> None:
    (tmp_path / "copydesk.toml").write_text(
        '[[source]]\nid = "a"\nurl = "imaps://mail.example.org/"\nsecret = "a"\n'
        '[[source]]\nid = "b"\nurl = "sftp://files.example.org/"\nsecret = "a"\n'
    )
    told = copydesk(tmp_path, "doctor", "--json", code=1)
    (place,) = [each for each in json.loads(told.stdout) if each["what"] == "places elsewhere"]
    assert (place["verdict"], place["sentence"]) == ("good", "mailboxes: 1, folders (sftp): 1")
