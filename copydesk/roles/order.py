"""When the articles of a batch appeared, and the order in which the desk takes them."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from copydesk.documents import clock
from copydesk.record.inbox import Waiting


def as_first_seen(waiting: Sequence[Waiting], known: Mapping[str, float]) -> list[Waiting]:
    """A batch in which what tells no date is as old as its first text: seen anew is not published
    anew. ``known`` says when articles were seen that are in the record already."""
    first = dict(known)
    found: list[Waiting] = []
    for each in waiting:
        article = each.article
        seen = first.setdefault(each.id, article.first_seen)
        if article.published is None and seen != article.first_seen:
            found.append(replace(each, article=replace(article, first_seen=seen), packed=b""))
        else:
            found.append(each)
    return found


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
