"""The operations index on a real Elasticsearch: what stays, what goes, what is refused."""

import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from indexer.engines.elasticsearch_client import ElasticsearchSettings
from indexer.engines.elasticsearch_operations import (
    KEPT_DAYS,
    OperationsIndex,
    mapping,
    operations_index,
)
from indexer.errors import EngineUnavailableError
from indexer.operations import KINDS, SNAPSHOTS, DeadLetter, Indexed, kind_of

DAY = 86_400.0


def letter(given: str) -> DeadLetter:
    return DeadLetter(id=given, at=1.0, stage="desk", subject="article a", reason="odd")


def test_every_field_of_every_kind_has_one_type() -> None:
    known = mapping()["properties"]
    for kind in KINDS:
        assert set(kind.__struct_fields__) - {"id"} <= known.keys()
    assert set(SNAPSHOTS) <= {kind.__struct_config__.tag for kind in KINDS}
    assert kind_of(letter("1")) == "dead_letter"


def test_a_server_that_is_away_is_said() -> None:
    with closing(OperationsIndex(ElasticsearchSettings(hosts=("http://127.0.0.1:1",)))) as index:
        with pytest.raises(EngineUnavailableError, match="away"):
            index.append([letter("1")], seen=1.0)
        with pytest.raises(EngineUnavailableError, match="away"):
            index.forget(now=1.0)


@pytest.fixture
def settings(elasticsearch_url: str) -> Iterator[ElasticsearchSettings]:
    made = ElasticsearchSettings(hosts=(elasticsearch_url,), prefix=f"t{uuid.uuid4().hex[:12]}")
    yield made
    with Elasticsearch(elasticsearch_url) as client:
        client.indices.delete(index=operations_index(made), ignore_unavailable=True)


def held(settings: ElasticsearchSettings) -> set[str]:
    with Elasticsearch(settings.hosts[0]) as client:
        name = operations_index(settings)
        client.indices.refresh(index=name)
        return {hit["_id"] for hit in client.search(index=name, size=100)["hits"]["hits"]}


@pytest.mark.elasticsearch
def test_a_pass_replaces_how_things_stood_and_keeps_what_happened(
    settings: ElasticsearchSettings,
) -> None:
    now = time.time()
    with closing(OperationsIndex(settings)) as index:
        index.append([Indexed(id="7", at=now, delays=(1.0, 2.5))], seen=now)
        index.replace([letter("1"), letter("2")], seen=now)
        assert held(settings) == {"indexed-7", "dead_letter-1", "dead_letter-2"}
        index.replace([letter("2")], seen=now + 1)
        assert held(settings) == {"indexed-7", "dead_letter-2"}
        index.replace([], seen=now + 2)
        assert held(settings) == {"indexed-7"}


@pytest.mark.elasticsearch
def test_what_happened_long_ago_is_forgotten_and_open_letters_are_not(
    settings: ElasticsearchSettings,
) -> None:
    now = time.time()
    old = now - KEPT_DAYS * DAY - 1
    with closing(OperationsIndex(settings)) as index:
        index.append([Indexed(id=str(at), at=at, delays=(1.0,)) for at in (old, now)], seen=now)
        index.append([letter("1")], seen=now)
        index.forget(now=now)
    assert held(settings) == {f"indexed-{now}", "dead_letter-1"}


@pytest.mark.elasticsearch
def test_an_index_deleted_by_hand_is_made_anew_with_its_mapping(
    settings: ElasticsearchSettings,
) -> None:
    name = operations_index(settings)
    with closing(OperationsIndex(settings)) as index, Elasticsearch(settings.hosts[0]) as client:
        index.append([letter("1")], seen=1.0)
        client.indices.delete(index=name)
        index.replace([letter("2")], seen=2.0)
        made = client.indices.get_mapping(index=name)[name]["mappings"]
    assert (made["dynamic"], made["properties"].keys()) == (
        "strict",
        mapping()["properties"].keys(),
    )
    assert held(settings) == {"dead_letter-2"}


@pytest.mark.elasticsearch
def test_what_the_server_refuses_is_an_error_and_not_silence(
    settings: ElasticsearchSettings,
) -> None:
    bad: Any = Indexed(id="1", at=1.0, delays=("never",))  # type: ignore[arg-type]
    with (
        closing(OperationsIndex(settings)) as index,
        pytest.raises(EngineUnavailableError, match=r"does not take.*document_parsing_exception"),
    ):
        index.append([bad], seen=1.0)
