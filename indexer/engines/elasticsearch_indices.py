"""The indices on the server: made, checked and read."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from indexer.engines import elasticsearch_names as names
from indexer.engines import elasticsearch_schema as schema
from indexer.engines.elasticsearch_aliases import Aliases
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
        self._aliases = Aliases(client, settings.prefix)
        self._lifecycle = False

    def check(self, target: IndexSet) -> None:
        """EngineMismatchError for an index of another schema, or changed by hand, or not ours."""
        for kind in KINDS:
            try:
                self._check(target.alias(kind), kind)
            except NotFoundError:
                continue

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
            index = names.meta_index(self._settings.prefix)
            if not self._create(
                index,
                aliases={meta: {}},
                mappings={"dynamic": False},
                settings={"number_of_shards": 1, "auto_expand_replicas": "0-1"},
            ):
                self._aliases.add({index: [meta]})
        self.complete(target)
        if not self._client.indices.exists_alias(name=target.alias("story")):
            self._make(target, "story", "")
        self.ensure(target, [part])

    def complete(self, target: IndexSet) -> None:
        """Put the set's indices behind the aliases that they lack, if they are as they must be."""
        lacking = self._aliases.lacking(target)
        for name in lacking:
            if told := names.read(target.prefix, name):
                self._check(name, told.kind)
        self._aliases.add(lacking)

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
            self._make(target, "article", part, **options)

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

    def _check(self, indices: str, kind: Kind) -> None:
        """NotFoundError when there are none."""
        wanted = schema.mapping(self._settings, kind)["properties"]
        for name, index in self._client.indices.get_mapping(index=indices).items():
            ours = names.read(self._settings.prefix, name) is not None
            _check_mapping(name, index["mappings"], wanted, ours=ours)

    def _make(self, target: IndexSet, kind: Kind, part: str, **options: Any) -> None:
        """Make an index of documents, which stays only if it came out as it must be."""
        name, aliases = target.index(kind, part), target.aliases(kind, part)
        try:
            made = self._create(name, aliases=aliases, **options)
        except BadRequestError as error:
            self._blame_template(name, error)
            raise
        try:
            self._check(name, kind)
        except EngineMismatchError as error:
            if made:
                # It is empty, and would fail every search.
                self._client.indices.delete(index=name)
                self._blame_template(name, error)
            raise
        if not made:
            self._aliases.add({name: aliases})

    def _create(self, name: str, **body: Any) -> bool:
        """False when it is there: another process was faster, or its aliases were taken off."""
        try:
            self._client.indices.create(index=name, **body)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
            return False
        return True

    def _blame_template(self, name: str, cause: Exception) -> None:
        """EngineMismatchError if an index is made from another template than ours."""
        found = self._client.indices.get_index_template()["index_templates"]
        rivals = {
            each["name"]: priority
            for each in found
            if (priority := each["index_template"].get("priority", 0)) > schema.PRIORITY
            and any(fnmatchcase(name, one) for one in each["index_template"]["index_patterns"])
        }
        if rivals:
            strongest = max(rivals, key=lambda each: rivals[each])
            raise EngineMismatchError(
                f"the index template {strongest} of priority {rivals[strongest]} keeps Copydesk's "
                f"own, of {schema.PRIORITY}, from this index",
                where=name,
                next_step=f"Give {strongest} a priority below {schema.PRIORITY}, or patterns "
                "that leave Copydesk's indices out. Nothing is lost, the index catches up.",
            ) from cause

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


def _check_mapping(name: str, found: dict[str, Any], wanted: dict[str, Any], *, ours: bool) -> None:
    version = found.get("_meta", {}).get("schema_version")
    if version is None and not ours:
        raise EngineMismatchError(
            "this index is not Copydesk's, but stands behind one of its aliases",
            where=name,
            next_step="Take the alias off it; the index stays as it is. `copydesk reindex` does so "
            "too, where engine.api_key may.",
        )
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
