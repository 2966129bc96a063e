"""The indices on the server: made, checked, told apart, and exchanged as a whole."""

from collections.abc import Iterable
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from indexer.engines import elasticsearch_names as names
from indexer.engines import elasticsearch_schema as schema
from indexer.engines.elasticsearch_client import ElasticsearchSettings
from indexer.engines.elasticsearch_names import KINDS, SCHEMA_VERSION, IndexSet
from indexer.engines.elasticsearch_probe import Features
from indexer.engines.protocol import Kind
from indexer.errors import EngineMismatchError

REINDEX = (
    "`copydesk reindex` makes it anew from the record, while the old one answers; "
    "or set another engine.prefix."
)
_LOOKED_UP = 1000  # Ids in one question.
_WARM_DAYS = 45


class Indices:
    """Talks about whole indices. Errors are the client's; the engine explains them."""

    def __init__(self, client: Elasticsearch, settings: ElasticsearchSettings) -> None:
        self._client = client
        self._settings = settings
        self._lifecycle = False

    def live(self) -> IndexSet:
        """The set that answers now, by the index behind the alias of stories."""
        alias = IndexSet(self._settings.prefix).alias("story")
        try:
            found = self._client.indices.get_alias(name=alias)
        except NotFoundError:
            return IndexSet(self._settings.prefix)
        newest = max((names.generation_of(name) for name in found), default=1)
        return IndexSet(self._settings.prefix, newest)

    def check(self, target: IndexSet) -> None:
        """EngineMismatchError for an index of another schema, or changed by hand."""
        for kind in KINDS:
            try:
                found = self._client.indices.get_mapping(index=target.alias(kind))
            except NotFoundError:
                continue
            wanted = schema.mapping(self._settings, kind)["properties"]
            for name, index in found.items():
                _check_mapping(name, index["mappings"], wanted)

    def prepare(self, target: IndexSet, features: Features, *, part: str) -> None:
        """Put the templates and make what is missing, with the month ``part`` of articles."""
        self._lifecycle = features.lifecycle
        if self._lifecycle:
            self._put_lifecycle()
        templates = schema.component_templates(self._settings, tokenizer=features.tokenizer)
        for name, template in templates.items():
            self._client.cluster.put_component_template(name=name, template=template)
        for kind in KINDS:
            self._client.indices.put_index_template(
                name=IndexSet(self._settings.prefix).alias(kind),
                **schema.index_template(self._settings, kind),
            )
        meta = names.meta_alias(self._settings.prefix)
        if not self._client.indices.exists_alias(name=meta):
            self._create(
                names.meta_index(self._settings.prefix),
                aliases={meta: {}},
                mappings={"dynamic": False},
                settings={"number_of_shards": 1, "auto_expand_replicas": "0-1"},
            )
        if not self._client.indices.exists_alias(name=target.alias("story")):
            self._create(target.index("story", ""), aliases=target.aliases("story", ""))
        self.ensure(target, [part])

    def ensure(self, target: IndexSet, parts: Iterable[str]) -> None:
        """Make the months of articles that have no index yet."""
        for part in parts:
            if self._client.indices.exists_alias(name=target.write_alias("article", part)):
                continue
            options: dict[str, Any] = {}
            if self._lifecycle:
                # Age counts from the month's end, also in an index that is made later.
                options["settings"] = {
                    "index.lifecycle.name": self._policy(),
                    "index.lifecycle.origination_date": names.month_end(part),
                }
            self._create(
                target.index("article", part), aliases=target.aliases("article", part), **options
            )

    def identities(self, target: IndexSet) -> set[str]:
        """The unique ids of the set's indices, which a new index of the same name does not share.

        NotFoundError when a whole kind is missing.
        """
        aliases = [target.alias(kind) for kind in KINDS]
        found = self._client.options().indices.get_settings(
            index=aliases, name="index.uuid", filter_path="*.settings.index.uuid"
        )
        return {index["settings"]["index"]["uuid"] for index in found.values()}

    def refresh(self, target: IndexSet) -> None:
        """Show searches what was written."""
        for kind in KINDS:
            self._client.indices.refresh(index=target.alias(kind))

    def months_of(self, target: IndexSet, ids: list[str]) -> dict[str, str]:
        """By id the month that holds the article; those that are nowhere are left out."""
        self._client.indices.refresh(index=target.alias("article"))
        found: dict[str, str] = {}
        for at in range(0, len(ids), _LOOKED_UP):
            some = ids[at : at + _LOOKED_UP]
            answer = self._client.search(
                index=target.alias("article"),
                query={"ids": {"values": some}},
                size=len(some),
                source=False,
                allow_partial_search_results=False,
            )
            for hit in answer["hits"]["hits"]:
                found[hit["_id"]] = names.part_of(hit["_index"])
        return found

    def exchange(self, built: IndexSet) -> None:
        """Put a set that was built behind the live aliases, and delete the one before, at once."""
        live = IndexSet(self._settings.prefix, built.generation)
        fresh = self._behind(built)
        actions: list[dict[str, Any]] = []
        for name, kind in fresh.items():
            actions.append({"remove": {"index": name, "aliases": f"{built.prefix}-next-*"}})
            actions += [
                {"add": {"index": name, "alias": alias}}
                for alias in live.aliases(kind, names.part_of(name))
            ]
        old = self._behind(live).keys() - fresh.keys()
        self._swap(actions, old)
        # A desk may have begun a month of the old set in the meantime. What it wrote there is
        # beyond the new set's position, so it will be written again.
        while old := self._behind(live).keys() - fresh.keys():
            self._swap([], old)

    def _swap(self, actions: list[dict[str, Any]], old: Iterable[str]) -> None:
        removed = [{"remove_index": {"index": name}} for name in sorted(old)]
        self._client.indices.update_aliases(actions=[*actions, *removed])

    def clear(self, keep: IndexSet) -> None:
        """Delete what earlier attempts left: indices of ours that the live aliases do not hold."""
        held = self._behind(keep).keys()
        for kind in KINDS:
            pattern = f"{names.stem(self._settings.prefix, kind)}*"
            found = self._client.indices.get(index=pattern, filter_path="*.aliases")
            for name in sorted(found.keys() - held):
                self._client.indices.delete(index=name)

    def _behind(self, target: IndexSet) -> dict[str, Kind]:
        """The indices behind the aliases of a set, and what they hold."""
        found: dict[str, Kind] = {}
        for kind in KINDS:
            try:
                indices = self._client.indices.get_alias(name=target.alias(kind))
            except NotFoundError:
                continue
            found.update(dict.fromkeys(indices, kind))
        return found

    def _create(self, name: str, **body: Any) -> None:
        try:
            self._client.indices.create(index=name, **body)
        except BadRequestError as error:
            # Another process was faster.
            if error.error != "resource_already_exists_exception":
                raise

    def _policy(self) -> str:
        return f"{self._settings.prefix}-articles"

    def _put_lifecycle(self) -> None:
        """Months that are over move to warm nodes, where there are any. Nothing is ever deleted:
        what expires is the record's to say."""
        self._client.ilm.put_lifecycle(
            name=self._policy(),
            policy={
                "phases": {
                    "hot": {"actions": {"set_priority": {"priority": 100}}},
                    "warm": {
                        "min_age": f"{_WARM_DAYS}d",
                        "actions": {"set_priority": {"priority": 50}},
                    },
                }
            },
        )


def _check_mapping(name: str, found: dict[str, Any], wanted: dict[str, Any]) -> None:
    version = found.get("_meta", {}).get("schema_version")
    if version != SCHEMA_VERSION:
        raise EngineMismatchError(
            f"the index has schema {version}, this program writes {SCHEMA_VERSION}",
            where=name,
            next_step=REINDEX,
        )
    unlike = schema.differences(wanted, found.get("properties", {}))
    if unlike:
        shown = ", ".join(unlike[:3]) + (f" and {len(unlike) - 3} more" if len(unlike) > 3 else "")
        raise EngineMismatchError(
            f"the mapping is not Copydesk's: {shown}", where=name, next_step=REINDEX
        )
