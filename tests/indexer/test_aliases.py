"""Aliases of a real server: taken off by hand, of others, and left behind by versions before."""

import uuid
from collections.abc import Callable, Iterator, Sequence
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


def test_indices_of_another_installation_that_a_version_before_took_over_are_given_back(
    settings: ElasticsearchSettings, client: Elasticsearch
) -> None:
    trial = msgspec.structs.replace(settings, prefix=f"{settings.prefix}-next")
    fill(trial)
    fill(settings, LOG[1:])
    client.indices.update_aliases(
        actions=[
            each
            for name, aliases in standing(client, trial.prefix).items()
            for alias in aliases - {"-meta"}
            for each in (
                {"remove": {"index": trial.prefix + name, "alias": trial.prefix + alias}},
                {"add": {"index": trial.prefix + name, "alias": settings.prefix + alias}},
            )
        ]
    )
    reindex(settings, LOG[1:])
    assert found(settings) == (1, 1, 3)
    with closing(engine(trial)) as desk:
        desk.prepare()
    assert found(trial) == (2, 1, 3)


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


LOST = {
    "stories": ("*-stories-v4*", "*-stories"),
    "a month's for readers": ("*-2023.01", "*-articles"),
    "a month's for writers": ("*-2023.01", "*-2023.01"),
    "articles": ("*-articles-v4*", "*"),
    "positions": ("*-meta-v1", "*"),
    "all, as restored without them": ("*", "*"),
}


@pytest.mark.parametrize(("indices", "aliases"), LOST.values(), ids=LOST)
def test_an_alias_that_was_lost_is_put_back_at_the_start(
    settings: ElasticsearchSettings, client: Elasticsearch, indices: str, aliases: str
) -> None:
    fill(settings)
    reindex(settings)
    before = standing(client, settings.prefix)
    client.indices.delete_alias(index=settings.prefix + indices, name=settings.prefix + aliases)
    assert standing(client, settings.prefix) != before
    with closing(engine(settings)) as desk:
        desk.prepare()
        assert standing(client, settings.prefix) == before
        assert desk.position() == 3
        desk.write([NEW])
        desk.refresh()
    assert found(settings) == (3, 1, 4)


@pytest.mark.parametrize(("indices", "aliases"), LOST.values(), ids=LOST)
def test_a_desk_that_runs_puts_back_a_lost_alias(
    settings: ElasticsearchSettings, client: Elasticsearch, indices: str, aliases: str
) -> None:
    fill(settings)
    before = standing(client, settings.prefix)
    with closing(engine(settings)) as desk:
        desk.prepare()
        client.indices.delete_alias(index=settings.prefix + indices, name=settings.prefix + aliases)
        log: list[Write] = [*LOG, article(4, JANUARY)]
        desk.write([write for write in log if write.version > desk.position()])
        desk.refresh()
        assert standing(client, settings.prefix) == before
        assert desk.position() == 4
    assert found(settings) == (3, 1, 4)


@pytest.mark.parametrize("lost", ["stories", "a month's for readers", "positions"])
def test_making_the_index_anew_mends_lost_aliases_too(
    settings: ElasticsearchSettings, client: Elasticsearch, lost: str
) -> None:
    fill(settings)
    indices, aliases = LOST[lost]
    client.indices.delete_alias(index=settings.prefix + indices, name=settings.prefix + aliases)
    reindex(settings)
    assert standing(client, settings.prefix) == WHOLE
    assert found(settings) == (2, 1, 3)


def test_aliases_lost_while_a_set_is_built_are_put_back_before_it_answers(
    settings: ElasticsearchSettings, client: Elasticsearch
) -> None:
    fill(settings)
    with closing(begun(settings)) as rebuild:
        month = IndexSet(settings.prefix, 2, "next").index("article", "2023.01")
        client.indices.delete_alias(index=month, name="*")
        rebuild.exchange()
    assert standing(client, settings.prefix) == WHOLE
    assert found(settings) == (2, 1, 3)


def test_an_index_changed_by_hand_is_not_put_back(
    settings: ElasticsearchSettings, client: Elasticsearch
) -> None:
    fill(settings)
    month = IndexSet(settings.prefix).index("article", "2023.01")
    client.indices.delete_alias(index=month, name="*")
    client.indices.put_mapping(index=month, meta={"schema_version": 7})
    with closing(engine(settings)) as desk:
        for begin in (desk.prepare, lambda: desk.write(LOG)):
            with pytest.raises(
                EngineMismatchError, match=r"2023\.01: .*schema 7.*copydesk reindex"
            ):
                begin()
    assert standing(client, settings.prefix)["-articles-v4-2023.01"] == set()


def test_a_month_that_an_operator_moved_is_not_written_twice(
    settings: ElasticsearchSettings, client: Elasticsearch
) -> None:
    fill(settings)
    live = IndexSet(settings.prefix)
    month, moved = live.index("article", "2023.01"), f"{settings.prefix}-shrunk-2023.01"
    client.indices.put_settings(index=month, settings={"index.blocks.write": True})
    client.indices.clone(index=month, target=moved, settings={"index.blocks.write": False})
    aliases = [*live.aliases("article", "2023.01")]
    client.indices.update_aliases(
        actions=[
            {"remove": {"index": month, "aliases": aliases}},
            {"add": {"index": moved, "aliases": aliases}},
        ]
    )
    with closing(engine(settings)) as desk:
        desk.prepare()
        assert standing(client, settings.prefix)["-articles-v4-2023.01"] == set()
        desk.write([*LOG, article(4, JANUARY)])
        desk.refresh()
        assert desk.position() == 4
    assert found(settings) == (3, 1, 4)


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


Rival = Callable[[], None]


@pytest.fixture
def rival(settings: ElasticsearchSettings, client: Elasticsearch) -> Rival:
    """Puts an index template of an administrator above ours."""

    def put() -> None:
        client.indices.put_index_template(
            name=f"{settings.prefix}-replicas",
            index_patterns=[f"{settings.prefix}-*"],
            priority=501,
            template={"settings": {"number_of_replicas": 0}},
        )

    return put


def test_a_new_month_of_another_template_is_refused_and_leaves_nothing(
    settings: ElasticsearchSettings, client: Elasticsearch, rival: Rival
) -> None:
    fill(settings)
    before = standing(client, settings.prefix)
    rival()
    with closing(engine(settings)) as desk:
        desk.prepare()
        with pytest.raises(EngineMismatchError, match=r"2023\.03: .*-replicas of priority 501"):
            desk.write([NEW])
        assert standing(client, settings.prefix) == before
        assert found(settings) == (2, 1, 3)
        client.indices.delete_index_template(name=f"{settings.prefix}-replicas")
        desk.write([NEW])
        desk.refresh()
    assert found(settings) == (3, 1, 4)


def test_an_index_that_answers_is_not_given_up_for_one_of_another_template(
    settings: ElasticsearchSettings, rival: Rival
) -> None:
    fill(settings)
    with closing(begun(settings)) as rebuild:
        rival()
        with pytest.raises(EngineMismatchError, match=r"2023\.03: .*-replicas of priority 501"):
            rebuild.write([NEW])
    with pytest.raises(EngineMismatchError, match=r"v4\.2: .*of priority 501.* below 500"):
        begun(settings)
    assert found(settings) == (2, 1, 3)


def test_a_template_that_lets_no_index_be_made_is_named(
    settings: ElasticsearchSettings, client: Elasticsearch
) -> None:
    client.indices.put_index_template(
        name=f"{settings.prefix}-streams",
        index_patterns=[f"{settings.prefix}-s*"],
        priority=600,
        data_stream={},
    )
    with (
        closing(engine(settings)) as desk,
        pytest.raises(EngineMismatchError, match=r"-stories-v4: .*-streams of priority 600"),
    ):
        desk.prepare()


def test_a_set_changed_by_hand_while_it_is_built_does_not_become_live(
    settings: ElasticsearchSettings, client: Elasticsearch
) -> None:
    fill(settings)
    with closing(begun(settings)) as rebuild:
        month = IndexSet(settings.prefix, 2, "next").index("article", "2023.01")
        client.indices.put_mapping(index=month, meta={"schema_version": 3})
        with pytest.raises(EngineMismatchError, match=r"2023\.01: the index has schema 3"):
            rebuild.exchange()
    assert found(settings) == (2, 1, 3)
