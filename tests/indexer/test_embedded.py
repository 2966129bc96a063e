"""What only the embedded engine promises: one writer, many readers, and no lie after a crash."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from msgspec import structs

from indexer.documents import ArticleDocument
from indexer.engines import embedded_files as files
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.embedded_rebuild import EmbeddedRebuild
from indexer.engines.embedded_schema import build
from indexer.engines.protocol import Order, Put, SearchRequest, WalkRequest
from indexer.errors import EngineMismatchError, EngineUnavailableError, QueryError
from indexer.query import plan as p
from indexer.query.embedded import compile_plan

ROOT = Path(__file__).resolve().parents[2]

# Writes versions 1, 2, 3 ... in batches of 50, refreshes after each, and says how far it is.
_WRITER = """
import sys
from indexer.documents import ArticleDocument
from indexer.engines.embedded import EmbeddedEngine
from indexer.engines.protocol import Put
engine = EmbeddedEngine.open_writer(sys.argv[1])
version = engine.position()
while True:
    batch = []
    for _ in range(50):
        version += 1
        document = ArticleDocument(id=str(version), title=f"number {version}", first_seen=1.0)
        batch.append(Put(version=version, document=document))
    engine.write(batch)
    engine.refresh()
    print(version, flush=True)
"""


def article(version: int, title: str = "") -> Put:
    document = ArticleDocument(id=f"id{version}", title=title, first_seen=1.0)
    return Put(version=version, document=document)


def test_position_never_lies_when_the_writer_is_killed(tmp_path: Path) -> None:
    said = 0
    for round_number in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        ) as writer:
            assert writer.stdout is not None
            for _ in range(3 + round_number):
                said = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
        reader = EmbeddedEngine.open_reader(tmp_path)
        position = reader.position()
        assert position >= said
        assert reader.search(SearchRequest()).total == position
        assert reader.search(SearchRequest(query=f"number {position}")).total == 1
        reader.close()


def test_readers_see_each_commit_and_nothing_before(tmp_path: Path) -> None:
    reader = EmbeddedEngine.open_reader(tmp_path)
    with pytest.raises(EngineUnavailableError, match="no index yet"):
        reader.search(SearchRequest())
    writer = EmbeddedEngine.open_writer(tmp_path)
    for version in range(1, 4):
        writer.write([article(version)])
        assert (reader.position(), reader.search(SearchRequest()).total) == (version - 1,) * 2
        writer.refresh()
        assert (reader.position(), reader.search(SearchRequest()).total) == (version,) * 2
    writer.close()
    assert reader.position() == 3


@pytest.mark.parametrize("order", ["relevance", "newest", "oldest"])
def test_thousands_of_the_same_moment_come_once_each(tmp_path: Path, order: Order) -> None:
    writer = EmbeddedEngine.open_writer(tmp_path)
    writer.write([article(version) for version in range(1, 2501)])
    writer.refresh()
    seen: list[str] = []
    request = SearchRequest(order=order, limit=200)
    while True:
        page = writer.search(request)
        assert page.total == 2500
        seen += [hit.document.id for hit in page.hits]
        if not page.next_cursor:
            break
        request = structs.replace(request, cursor=page.next_cursor)
    assert seen == sorted({f"id{n}" for n in range(1, 2501)}, reverse=order != "oldest")
    walked = [given for run in writer.walk(WalkRequest(run=300)) for given in run]
    assert walked == sorted(seen)
    writer.close()


def test_what_the_index_cannot_compare_with_is_the_query_s_fault() -> None:
    with pytest.raises(QueryError, match="refuses"):
        compile_plan(p.Range("n_copies", 2**64, None), build())


def test_a_second_rebuild_is_refused_and_one_that_died_is_not(tmp_path: Path) -> None:
    EmbeddedEngine.open_writer(tmp_path).close()
    first = EmbeddedRebuild(tmp_path)
    first.prepare()
    with pytest.raises(EngineUnavailableError, match="being rebuilt already"):
        EmbeddedRebuild(tmp_path).prepare()
    EmbeddedEngine.open_writer(tmp_path).close()  # Which tidies up, but not what is being built.
    first.write([article(1)])
    first.exchange()
    assert EmbeddedEngine.open_reader(tmp_path).position() == 1
    assert {path.name for path in tmp_path.iterdir()} == {"copydesk-index.json", "rebuilt-1"}


def _age(folder: Path) -> None:
    an_hour_ago = time.time() - 3600
    os.utime(folder, (an_hour_ago, an_hour_ago))


def test_a_rebuilt_index_is_not_deleted_by_one_who_knows_only_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    EmbeddedEngine.open_writer(tmp_path).close()
    rebuild = EmbeddedRebuild(tmp_path)
    rebuild.prepare()
    asked = files.is_written
    waiting = [rebuild.exchange]

    def at_this_very_moment(path: Path) -> bool:
        if waiting:
            waiting.pop()()
        return asked(path)

    monkeypatch.setattr(files, "is_written", at_this_very_moment)
    _age(tmp_path / "rebuilt-1")
    files.sweep(tmp_path)
    assert files.current(tmp_path).name == "rebuilt-1"
    EmbeddedEngine.open_writer(tmp_path).close()


def test_a_rebuild_that_has_just_begun_is_not_tidied_away(tmp_path: Path) -> None:
    """Between making its folder and locking it nothing but its age tells it from a dead one."""
    EmbeddedEngine.open_writer(tmp_path).close()
    begun = tmp_path / "rebuilt-1"
    begun.mkdir()
    files.sweep(tmp_path)
    assert begun.is_dir()
    _age(begun)
    files.sweep(tmp_path)
    assert not begun.exists()


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    first = EmbeddedEngine.open_writer(tmp_path)
    with pytest.raises(EngineUnavailableError, match="another process"):
        EmbeddedEngine.open_writer(tmp_path)
    first.close()
    EmbeddedEngine.open_writer(tmp_path).close()


def test_an_index_of_another_schema_is_refused(tmp_path: Path) -> None:
    EmbeddedEngine.open_writer(tmp_path).close()
    (tmp_path / "copydesk-index.json").write_text(json.dumps({"schema_version": 99}))
    with pytest.raises(EngineMismatchError, match="schema 99"):
        EmbeddedEngine.open_writer(tmp_path)
    with pytest.raises(EngineMismatchError, match="copydesk reindex"):
        EmbeddedEngine.open_reader(tmp_path).search(SearchRequest())
    rebuild = EmbeddedRebuild(tmp_path)
    rebuild.prepare()
    rebuild.exchange()
    EmbeddedEngine.open_writer(tmp_path).close()


@pytest.mark.parametrize("file", ["copydesk-index.json", "meta.json"])
@pytest.mark.parametrize("content", ["", "{", "[]", "\x00" * 100])
def test_a_damaged_index_is_refused(tmp_path: Path, file: str, content: str) -> None:
    writer = EmbeddedEngine.open_writer(tmp_path)
    writer.write([article(1)])
    writer.refresh()
    writer.close()
    (tmp_path / file).write_text(content)
    with pytest.raises(EngineMismatchError, match="makes it anew"):
        EmbeddedEngine.open_writer(tmp_path)


def test_an_index_that_the_system_withholds_is_not_called_damaged(tmp_path: Path) -> None:
    EmbeddedEngine.open_writer(tmp_path).close()
    # As without the right to write there, which the tests' user may not be without.
    lock = tmp_path / ".tantivy-meta.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    with pytest.raises(EngineUnavailableError, match="owner"):
        EmbeddedEngine.open_writer(tmp_path)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineUnavailableError, match="cannot be created"):
        EmbeddedEngine.open_writer(tmp_path / "file" / "index")


def test_an_index_made_anew_is_noticed_by_readers(tmp_path: Path) -> None:
    place, other = tmp_path / "index", tmp_path / "old"
    writer = EmbeddedEngine.open_writer(place)
    writer.write([article(1, title="old")])
    writer.refresh()
    reader = EmbeddedEngine.open_reader(place)
    assert reader.search(SearchRequest(query="old")).total == 1
    writer.close()
    place.rename(other)
    with pytest.raises(EngineUnavailableError):
        reader.search(SearchRequest())
    writer = EmbeddedEngine.open_writer(place)
    writer.write([article(1, title="new"), article(2, title="new")])
    writer.refresh()
    assert (reader.position(), reader.search(SearchRequest(query="new")).total) == (2, 2)
    writer.close()


def test_a_failed_commit_loses_nothing_that_was_written(tmp_path: Path) -> None:
    """The writer's thread dies when its files cannot be made; all is added to the next one."""
    writer = EmbeddedEngine.open_writer(tmp_path)
    writer.write([article(1)])
    writer.refresh()
    writer.write([article(2)])
    hidden = tmp_path.with_name("hidden")
    tmp_path.rename(hidden)
    with pytest.raises(EngineUnavailableError):
        writer.refresh()
    hidden.rename(tmp_path)
    writer.write([article(3)])
    writer.refresh()
    assert writer.position() == 3
    assert writer.search(SearchRequest()).total == 3
    writer.close()


def test_a_folder_that_cannot_be_looked_into_is_told_in_our_words(tmp_path: Path) -> None:
    """As one without rights is for anybody but root: a name that the system refuses."""
    forbidden = tmp_path / ("x" * 300)
    with pytest.raises(EngineUnavailableError, match="cannot be looked at"):
        EmbeddedEngine.open_reader(forbidden).position()
    with pytest.raises(EngineUnavailableError, match="cannot be looked at"):
        EmbeddedEngine(forbidden).prepare()
