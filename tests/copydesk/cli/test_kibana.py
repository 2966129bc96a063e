"""``copydesk kibana`` from the shell."""

import json
import subprocess
from pathlib import Path

from tests.copydesk.cli.test_commands import copydesk
from tests.indexer.kibana.server import FakeKibana, running


def kibana(
    data: Path, *words: str, code: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    return copydesk(data, "kibana", *words, code=code, environment=environment)


def test_export_writes_a_file_or_standard_output(tmp_path: Path) -> None:
    file = tmp_path / "copydesk.ndjson"
    said = kibana(tmp_path, "export", "--output", str(file), "--page", "https://news.example.org")
    lines = file.read_text().splitlines()
    assert f"{len(lines)} objects" in said.stdout
    assert "https://news.example.org/story/" in lines[0]
    printed = kibana(tmp_path, "export", COPYDESK_ENGINE_PREFIX="second").stdout.splitlines()
    assert len(printed) == len(lines)
    assert json.loads(printed[0])["id"] == "second-articles"


def test_install_logs_in_by_a_secret_that_is_named(tmp_path: Path) -> None:
    with running(FakeKibana(authorization="ApiKey aaaabbbb")) as server:
        refused = kibana(tmp_path, "install", server.url, code=1)
        assert "Name a secret with --secret" in refused.stderr
        secret = {"COPYDESK_SECRET_KIBANA": "header Authorization: ApiKey aaaabbbb"}
        done = kibana(tmp_path, "install", server.url, "--secret", "kibana", code=0, **secret)
        assert f"Kibana 8.19.8: {len(server.spaces[''])} objects installed" in done.stdout
        again = kibana(tmp_path, "install", server.url, "--secret", "kibana", code=1, **secret)
        assert "--overwrite" in again.stderr
        assert "aaaabbbb" not in refused.stderr + done.stdout + again.stderr


def test_a_page_or_a_secret_that_cannot_be_is_said(tmp_path: Path) -> None:
    wrong = kibana(tmp_path, "export", "--page", "news.example.org", code=78)
    assert "news.example.org: this is no address of a page" in wrong.stderr
    odd = kibana(tmp_path, "export", "--page", "http://[::1", code=78)
    assert "this is no address of a page" in odd.stderr
    lacking = kibana(tmp_path, "install", "http://127.0.0.1:1", "--secret", "none", code=78)
    assert "COPYDESK_SECRET_NONE" in lacking.stderr
