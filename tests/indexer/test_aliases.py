"""Aliases of a real server: of others, and left behind by versions before."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing

import msgspec
import pytest
from elasticsearch import Elasticsearch

from indexer.documents import ArticleDocument, StoryDocument
from indexer.engines import elasticsearch_schema as schema
from indexer.engines.elasticsearch import ElasticsearchEngine, ElasticsearchSettings
from indexer.engines.elasticsearch_bulk import Bulk
from indexer.engines.elasticsearch_names import IndexSet
from indexer.engines.elasticsearch_rebuild import ElasticsearchRebuild
from indexer.engines.protocol import Put, SearchRequest, Write
from indexer.errors import EngineMismatchError

pytestmark = pytest.mark.elasticsearch
MAY = 1_685_404_800.0
JANUARY = MAY - 135 * 86_400.0


def article(version: int, at: float = MAY) -> Put:
    document = ArticleDocument(id=f"id{version}", title=f"storm {version}", first_seen=at)
    return Put(version=version, document=document)


LOG: list[Write] = [
    article(1),
    article(2, JANUARY),
    Put(
        version=3,
        document=StoryDocument(id="s", headline="storm", first_report=MAY, last_report=MAY),
    ),
]
NEW = article(4, MAY - 66 * 86_400.0)  # March: its month has no index yet.


@pytest.fixture
def client(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    with Elasticsearch(elasticsearch_url) as opened:
        yield opened


@pytest.fixture
def settings(elasticsearch_url: str, client: Elasticsearch) -> Iterator[ElasticsearchSettings]:
    """Of an index that does not exist yet; all that begins like it is deleted after the test."""
    prefix = f"l{uuid.uuid4().hex[:12]}"
    yield ElasticsearchSettings(hosts=(elasticsearch_url,), prefix=prefix, mapping="strict")
    client.options(ignore_status=404).indices.delete_index_template(name=f"{prefix}-*")
    if found := [*client.indices.get_alias(index=f"{prefix}-*")]:
        client.indices.delete(index=found)


def engine(settings: ElasticsearchSettings) -> ElasticsearchEngine:
    """Nobody waits for a server that is here."""
    opened = ElasticsearchEngine(settings, clock=lambda: MAY)
    opened._bulk = Bulk(opened._patient, sleep=lambda _seconds: None)
    return opened


def fill(settings: ElasticsearchSettings, log: Sequence[Write] = LOG) -> None:
    with closing(engine(settings)) as desk:
        desk.prepare()
        desk.write(log)
        desk.refresh()


def begun(settings: ElasticsearchSettings, log: Sequence[Write] = LOG) -> ElasticsearchRebuild:
    """A rebuilding that is ready to be exchanged."""
    rebuild = ElasticsearchRebuild(settings, clock=lambda: MAY)
    rebuild.prepare()
    rebuild.write(log)
    return rebuild


def reindex(settings: ElasticsearchSettings, log: Sequence[Write] = LOG) -> None:
    with closing(begun(settings, log)) as rebuild:
        rebuild.exchange()


def found(settings: ElasticsearchSettings) -> tuple[int, int, int]:
    """Articles, stories, and the position that a fresh start tells."""
    with closing(engine(settings)) as reader:
        totals = (reader.search(SearchRequest()), reader.search(SearchRequest(kind="story")))
        return totals[0].total, totals[1].total, reader.position()


def standing(client: Elasticsearch, prefix: str) -> dict[str, set[str]]:
    """The aliases of every index that begins so."""
    return {
        name.removeprefix(prefix): {alias.removeprefix(prefix) for alias in index["aliases"]}
        for name, index in client.indices.get_alias(index=f"{prefix}-*").items()
    }


WHOLE = {
    "-articles-v4.2-2023.01": {"-articles", "-articles-2023.01"},
    "-articles-v4.2-2023.05": {"-articles", "-articles-2023.05"},
    "-stories-v4.2": {"-stories"},
    "-meta-v1": {"-meta"},
}


@pytest.mark.parametrize(
    ("stage", "number"), [("-next-{}", 3), ("-next-{}", 4), ("-{}_next", 3), ("-{}_next", 5)]
)
def test_a_rebuilding_given_up_by_another_version_is_cleared(
    settings: ElasticsearchSettings, client: Elasticsearch, stage: str, number: int
) -> None:
    fill(settings)
    articles, stories = (settings.prefix + stage.format(each) for each in ("articles", "stories"))
    old = {"_meta": {"schema_version": number}, "properties": {"id": {"type": "keyword"}}}
    for name, aliases in (
        (f"-articles-v{number}.2-2023.05", (articles, f"{articles}-2023.05")),
        (f"-stories-v{number}.2", (stories,)),
    ):
        client.indices.create(
            index=settings.prefix + name, aliases={each: {} for each in aliases}, mappings=old
        )
    reindex(settings)
    assert standing(client, settings.prefix) == WHOLE
    assert found(settings) == (2, 1, 3)


def test_what_no_version_of_ours_made_or_somebody_kept_is_not_cleared(
    settings: ElasticsearchSettings, client: Elasticsearch
) -> None:
    fill(settings)
    kept = ["-articles-v3-2023.05", "-articles-v4-copy", "-stories-v4-2023.05", "-next-stories-v4"]
    for name in kept:
        client.indices.create(index=settings.prefix + name)
    reindex(settings)
    assert standing(client, settings.prefix) == WHOLE | {name: set() for name in kept}


def test_two_installations_on_one_cluster_do_not_meet(
    settings: ElasticsearchSettings, client: Elasticsearch
) -> None:
    trial = msgspec.structs.replace(settings, prefix=f"{settings.prefix}-next")
    fill(trial)
    held = standing(client, trial.prefix)
    fill(settings, LOG[1:])
    reindex(settings, LOG[1:])
    assert standing(client, trial.prefix) == held
    assert (found(settings), found(trial)) == ((1, 1, 3), (2, 1, 3))


def test_an_index_of_others_behind_our_alias_loses_the_alias_and_nothing_else(
    settings: ElasticsearchSettings, client: Elasticsearch
) -> None:
    fill(settings)
    archive = f"{settings.prefix}-archive"
    aliases = [f"{settings.prefix}-{end}" for end in ("articles", "articles-2022.01", "stories")]
    client.indices.create(index=archive, aliases={each: {} for each in [*aliases, f"{archive}s"]})
    client.index(index=archive, id="precious", document={"title": "kept"}, refresh=True)
    with (
        closing(engine(settings)) as desk,
        pytest.raises(
            EngineMismatchError, match=rf"{archive}: .* not Copydesk's.* `copydesk reindex`"
        ),
    ):
        desk.prepare()
    reindex(settings)
    assert standing(client, settings.prefix) == WHOLE | {"-archive": {"-archives"}}
    assert client.exists(index=archive, id="precious")
    assert found(settings) == (2, 1, 3)


def test_an_index_of_others_never_becomes_live(
    settings: ElasticsearchSettings, client: Elasticsearch
) -> None:
    fill(settings)
    other, building = f"{settings.prefix}-archive", IndexSet(settings.prefix, 2, "next")
    with closing(begun(settings)) as rebuild:
        client.indices.create(
            index=other,
            aliases={building.alias("article"): {}},
            mappings={"_meta": {"schema_version": 4}, "properties": _properties(settings)},
            settings=schema.component_templates(settings, tokenizer="standard")[
                f"{settings.prefix}-analysis"
            ]["settings"],
        )
        with pytest.raises(EngineMismatchError, match=rf"{other}: .*_next.*`copydesk reindex`"):
            rebuild.exchange()
    assert found(settings) == (2, 1, 3)
    reindex(settings)
    assert standing(client, settings.prefix) == WHOLE | {"-archive": set()}


def _properties(settings: ElasticsearchSettings) -> dict[str, object]:
    properties: dict[str, object] = schema.mapping(settings, "article")["properties"]
    return properties


def test_a_set_is_never_built_in_indices_that_answer(
    settings: ElasticsearchSettings, client: Elasticsearch
) -> None:
    """Versions before began stories anew when their alias was lost: one set of two generations."""
    fill(settings)
    reindex(settings)
    client.indices.delete_alias(index=f"{settings.prefix}-stories-v4.2", name="*")
    first = IndexSet(settings.prefix)
    client.indices.create(index=first.index("story", ""), aliases=dict(first.aliases("story", "")))
    with closing(begun(settings, [*LOG, NEW])):
        assert found(settings)[:2] == (2, 0)
    reindex(settings)
    assert found(settings) == (2, 1, 3)
