"""Which indices stand behind which aliases: told apart by their names, completed, exchanged.

Only indices whose names this program gives are ever deleted. Of any other, whoever put it behind
an alias of ours, the alias is taken off and the index stays as it is.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from elasticsearch import AuthorizationException, Elasticsearch, NotFoundError

from indexer.engines import elasticsearch_names as names
from indexer.engines.elasticsearch_names import KINDS, IndexSet
from indexer.errors import EngineMismatchError


class Aliases:
    """Of one prefix. Errors are the client's; the engine explains them."""

    def __init__(self, client: Elasticsearch, prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def live(self) -> IndexSet:
        """The set that answers now, by the index behind the alias of stories.

        Where nothing of ours is behind it: by the live indices of articles, else by those that
        have no alias, as when a snapshot was restored without them.
        """
        live = IndexSet(self._prefix)
        try:
            found = set(self._client.indices.get_alias(name=live.alias("story")))
        except NotFoundError:
            found = set()
        if not (numbers := self._generations(found)):
            standing = self._standing()
            held = {name for name, has in standing.items() if any(map(live.stands_behind, has))}
            bare = {name for name, has in standing.items() if not has}
            numbers = self._generations(held) or self._generations(bare) or [1]
        return IndexSet(self._prefix, max(numbers))

    def following(self, live: IndexSet) -> IndexSet:
        """The set to build, of a generation that no index has yet: none that answers is filled."""
        return IndexSet(
            self._prefix, max([live.generation, *self._generations(self._standing())]) + 1, "next"
        )

    def lacking(self, target: IndexSet) -> dict[str, set[str]]:
        """By index of a set the aliases that it lacks: taken off by hand, or not restored.

        A month that another index is written for is left alone: a second would stop all writing.
        """
        others = {
            alias
            for name, has in self._behind(target).items()
            if not target.has(name)
            for alias in has
        }
        found: dict[str, set[str]] = {}
        for name, has in self._standing().items():
            told = names.read(self._prefix, name)
            if told is None or not target.has(name):
                continue
            lacks = target.aliases(told.kind, told.part).keys() - has
            if lacks and target.write_alias(told.kind, told.part) not in others:
                found[name] = lacks
        return found

    def add(self, wanted: Mapping[str, Iterable[str]]) -> None:
        """Put indices behind aliases; those that are there already do not mind."""
        actions: list[dict[str, Any]] = [
            {"add": {"index": name, "aliases": sorted(aliases)}} for name, aliases in wanted.items()
        ]
        if actions:
            self._client.indices.update_aliases(actions=actions)

    def clear(self, keep: IndexSet) -> None:
        """Delete what earlier attempts left: indices of ours that the live aliases do not hold.

        Of another schema only what was being built: the rest may be somebody's archive.
        """
        for name, has in sorted(self._standing().items()):
            told = names.read(self._prefix, name)
            if told is None or any(map(keep.stands_behind, has)):
                continue
            staged = has & names.staged(self._prefix, told.kind)
            if staged or told.schema == names.SCHEMA_VERSION:
                self._client.indices.delete(index=name)
        for name, has in self._behind(IndexSet(self._prefix, stage="next")).items():
            self._client.indices.update_aliases(actions=[_taken_off(name, has)])

    def exchange(self, built: IndexSet) -> None:
        """Put a set that was built behind the live aliases, and delete the one before, at once."""
        live = IndexSet(self._prefix, built.generation)
        fresh = self._behind(built)
        actions: list[dict[str, Any]] = []
        for name, has in fresh.items():
            told = names.read(self._prefix, name)
            if told is None or not built.has(name):
                raise EngineMismatchError(
                    f"an index that this `copydesk reindex` did not make stands behind "
                    f"{', '.join(sorted(has))}",
                    where=name,
                    next_step="Start `copydesk reindex` again: it takes the alias off first.",
                )
            actions.append(_taken_off(name, has))
            aliases = sorted(live.aliases(told.kind, told.part))
            actions.append({"add": {"index": name, "aliases": aliases}})
        # A desk may begin a month of the old set meanwhile. What it wrote there is beyond the new
        # set's position, so it will be written again.
        while True:
            old = {name: has for name, has in self._behind(live).items() if name not in fresh}
            if not actions and not old:
                return
            self._swap(actions, old)
            actions = []

    def _swap(self, actions: list[dict[str, Any]], old: Mapping[str, set[str]]) -> None:
        """Delete what is ours of the old indices, and take the aliases off the others."""
        others = [name for name in sorted(old) if not names.read(self._prefix, name)]
        removed = [{"remove_index": {"index": name}} for name in sorted(old.keys() - set(others))]
        freed = [_taken_off(name, old[name]) for name in others]
        try:
            self._client.indices.update_aliases(actions=[*actions, *removed, *freed])
        except AuthorizationException as error:
            if not others:
                raise
            raise EngineMismatchError(
                "this index is not Copydesk's, and engine.api_key may not take the aliases "
                f"{', '.join(sorted(old[others[0]]))} off it",
                where=others[0],
                next_step="Take them off it yourself, and start `copydesk reindex` again.",
            ) from error

    def _behind(self, target: IndexSet) -> dict[str, set[str]]:
        """Every index behind the aliases of a set's stage, whoever made it, and which those are."""
        found = self._client.indices.get_alias(name=[f"{target.alias(kind)}*" for kind in KINDS])
        held = {
            name: {alias for alias in index["aliases"] if target.stands_behind(alias)}
            for name, index in found.items()
        }
        return {name: has for name, has in held.items() if has}

    def _standing(self) -> dict[str, set[str]]:
        """Every index of ours, also without alias, and all its aliases."""
        patterns = [f"{IndexSet(self._prefix).alias(kind)}-v*" for kind in KINDS]
        found = self._client.indices.get_alias(index=patterns)
        return {
            name: set(index["aliases"])
            for name, index in found.items()
            if names.read(self._prefix, name)
        }

    def _generations(self, indices: Iterable[str]) -> list[int]:
        told = (names.read(self._prefix, name) for name in indices)
        return [each.generation for each in told if each]


def _taken_off(index: str, aliases: Iterable[str]) -> dict[str, Any]:
    return {"remove": {"index": index, "aliases": sorted(aliases)}}
