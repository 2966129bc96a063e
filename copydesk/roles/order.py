"""In which order the desk takes a batch."""

from collections.abc import Sequence

from copydesk.documents import clock
from copydesk.record.inbox import Waiting


def as_published(waiting: Sequence[Waiting]) -> list[Waiting]:
    """A batch in the order in which its articles were published, revisions after what they revise.

    Feeds are read one after the other, so a backlog stands in the inbox outlet by outlet; stories
    are told apart best in the order in which they happened.
    """
    first: dict[str, float] = {}
    for each in waiting:
        at = clock(each.article)
        first[each.id] = min(at, first.get(each.id, at))
    return sorted(waiting, key=lambda each: (first[each.id], each.seq))
