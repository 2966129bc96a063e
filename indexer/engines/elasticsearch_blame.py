"""Whether documents are refused for their own fault, or for one that meets every document."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from indexer.engines.protocol import Kind
from indexer.errors import OneFaultError

MEND = (
    "If it names a right, give it to engine.api_key; if a closed index, open it; if a mapping or "
    "an alias, run `copydesk reindex`; if an ingest pipeline or its processor, mend or remove "
    "that. Nothing is lost, the index catches up."
)
# Refusals of so many different documents in a row for one reason are not the documents' fault.
_SAME_FAULT = 20
# A server that fails (500) at one document may do so for the document's sake; at two in a row it
# is its own matter, as when an ingest pipeline asks a service that is away.
_SAME_FAILURE = 2

Subject = tuple[Kind, str]  # a document's kind and id


@dataclass(slots=True)
class _Run:
    """Documents of a kind, refused for one reason one after the other, with none taken between."""

    reason: str
    ids: set[str] = field(default_factory=set)


class Blame:
    """Counts runs of refusals, over many small writes too: a desk at work writes a few at a time.

    Articles and stories lie in different indices, and what is the matter with one need not be with
    the other.
    """

    def __init__(self) -> None:
        self._runs: dict[Kind, _Run] = {}

    def weigh(
        self, written: Mapping[int, Subject], refused: Mapping[int, str], failed: Collection[int]
    ) -> None:
        """Look at what was written at once, by number; at ``failed`` the server itself failed.

        OneFaultError when a run is too long to be the documents' fault. It lasts until one of its
        kind is taken.
        """
        for kind in sorted({kind for kind, _ in written.values()}):
            mine = {number: id_ for number, (each, id_) in written.items() if each == kind}
            self._weigh(kind, mine, refused, failed)

    def _weigh(
        self,
        kind: Kind,
        mine: Mapping[int, str],
        refused: Mapping[int, str],
        failed: Collection[int],
    ) -> None:
        reasons = {refused.get(number, "").partition(":")[0] for number in mine}
        reason = reasons.pop()
        if reasons or not reason:
            self._runs.pop(kind, None)
            return
        run = self._runs.get(kind)
        if run is None or run.reason != reason:
            run = self._runs[kind] = _Run(reason)
        all_ = run.ids.union(mine.values())
        if len(all_) >= (_SAME_FAILURE if all(each in failed for each in mine) else _SAME_FAULT):
            raise OneFaultError(
                f"Elasticsearch refuses to write (all of {len(all_)}: {refused[min(mine)]})",
                next_step=MEND,
                refused=tuple((kind, id_) for id_ in sorted(run.ids)),
            )
        run.ids = all_
