"""The same commands with the record in PostgreSQL and the index in Elasticsearch."""

import json
import uuid
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.copydesk.cli.test_commands import archive, copydesk


@pytest.mark.postgres
def test_the_record_in_postgresql(tmp_path: Path, postgres_url: str) -> None:
    name = f"cli{uuid.uuid4().hex[:12]}"
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    done = copydesk(tmp_path, "import", str(archive(tmp_path)), COPYDESK_RECORD_URL=url)
    assert "Placed 3 new, 1 copies, 2 new stories" in done.stdout
    again = copydesk(tmp_path, "import", str(archive(tmp_path)), COPYDESK_RECORD_URL=url)
    assert "0 new, 0 revised, 3 known" in again.stdout
    rows = copydesk(tmp_path, "export", "stories", COPYDESK_RECORD_URL=url).stdout.splitlines()
    assert [json.loads(row)["articles"] for row in rows] == [2, 1]
    assert not (tmp_path / "record.sqlite").exists()


@pytest.mark.elasticsearch
def test_the_index_in_elasticsearch(tmp_path: Path, elasticsearch_url: str) -> None:
    settings = {
        "COPYDESK_ENGINE_KIND": "elasticsearch",
        "COPYDESK_ENGINE_HOSTS": elasticsearch_url,
        "COPYDESK_ENGINE_PREFIX": f"cli-{uuid.uuid4().hex[:12]}",
    }
    done = copydesk(tmp_path, "import", str(archive(tmp_path)), environment=settings)
    assert "Placed 3 new, 1 copies, 2 new stories" in done.stdout
    found = json.loads(copydesk(tmp_path, "search", "ferry", "--json", environment=settings).stdout)
    assert found["total"] == 2
    stories = copydesk(tmp_path, "search", "--stories", "holm", "--json", environment=settings)
    assert json.loads(stories.stdout)["hits"][0]["articles"] == 2
    exported = copydesk(
        tmp_path, "export", "articles", "--query", "outlet:paper", environment=settings
    )
    assert len(exported.stdout.splitlines()) == 1


def test_an_elasticsearch_that_is_away_delays_and_loses_nothing(tmp_path: Path) -> None:
    settings = {
        "COPYDESK_ENGINE_KIND": "elasticsearch",
        "COPYDESK_ENGINE_HOSTS": "http://127.0.0.1:1",
    }
    file = str(archive(tmp_path))
    copydesk(tmp_path, "import", "--inbox-only", file, environment=settings)
    away = copydesk(tmp_path, "desk", "--once", code=1, environment=settings)
    assert "Elasticsearch is away" in away.stderr
    assert json.loads(copydesk(tmp_path, "export", "articles").stdout.splitlines()[0])["story"]
    back = json.loads(copydesk(tmp_path, "desk", "--once", "--json").stdout)
    assert back["indexed"] == "yes"
