"""What the desk was told, batch by batch, so that an older memory can be told it again.

A desk is deterministic: told the same in the same order it becomes the same. Each batch notes what
it told, between which positions of the change log, and a digest of what the desk answered. A
change that came about in another way leaves a hole, and whoever reads on from before it knows.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Literal

import msgspec
from sqlalchemy import Connection, delete, insert, select

from copydesk.record import changelog
from copydesk.record.codec import unpack
from copydesk.record.rows import chunked
from copydesk.record.schema import articles, desk_journal, revisions
from crawler.article import Article
from dedupe.document import Placement, StoryChange, StoryMerged
from dedupe.stories.overrules import Overrule

# A standby or a snapshot that is further behind than this learns from the articles instead.
KEPT_SECONDS = 86_400.0


class Told(msgspec.Struct, frozen=True, array_like=True):
    """One article as the desk was shown it; the place it was known to have, if the desk forgot.

    ``others`` is how many articles more were in that story.
    """

    id: str
    revision: int = 0
    group: str = ""
    story: str = ""
    others: int = 0


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """One batch: ``act`` was done to ``told``; the log then stood at ``after``.

    An ``aside`` changed the record in a way that the desk need not know.
    ``settled`` is 1 when the desk settled before, which changed nothing that is logged.
    ``answers`` and ``changed`` are digests of where the articles went and of what was merged and
    split meanwhile, the latter empty where nothing was.
    """

    act: Literal["place", "withdraw", "settle", "overrule", "aside"]
    settled: int = 0
    told: tuple[Told, ...] = ()
    answers: bytes = b""
    changed: bytes = b""
    overrule: Overrule | None = None
    after: int = 0


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Chapter)


def note(connection: Connection, chapter: Chapter, *, before: int, now: float) -> None:
    """Write the batch down, in its own transaction; of placed articles the revision is filled in.

    Nothing is written for a batch that changed nothing: there is no position between.
    """
    if chapter.after == before:
        return
    if chapter.act == "place":
        chapter = msgspec.structs.replace(chapter, told=_with_revisions(connection, chapter.told))
    connection.execute(
        insert(desk_journal).values(
            before=before, after=chapter.after, at=now, told=_encoder.encode(chapter)
        )
    )


def read(connection: Connection, *, position: int) -> Chapter | None:
    """The batch that began at this position of the change log; None when none did."""
    statement = select(desk_journal.c.told).where(desk_journal.c.before == position)
    told = connection.execute(statement).scalar_one_or_none()
    return None if told is None else _decoder.decode(told)


def texts(connection: Connection, told: Sequence[Told]) -> dict[Told, Article]:
    """The articles as they were told; those that the record holds no longer, or no longer with
    their text, are left out."""
    found: dict[tuple[str, int], bytes] = {}
    ids = sorted({each.id for each in told})
    for some in chunked(ids):
        now = select(articles.c.id, articles.c.revision, articles.c.body)
        whole = now.where(articles.c.id.in_(some), articles.c.text_gone == 0)
        for id_, revision, body in connection.execute(whole):
            found[id_, revision] = body
        then = select(revisions.c.article, revisions.c.revision, revisions.c.body)
        for id_, revision, body in connection.execute(then.where(revisions.c.article.in_(some))):
            found[id_, revision] = body
    return {
        each: unpack(found[each.id, each.revision])
        for each in told
        if (each.id, each.revision) in found
    }


def aside(connection: Connection, *, before: int, now: float) -> None:
    """Note that what was logged since ``before``, in this transaction, is not the desk's affair."""
    note(
        connection,
        Chapter(act="aside", after=changelog.head(connection)),
        before=before,
        now=now,
    )


def past_asides(connection: Connection, *, position: int) -> int:
    """The position behind the asides that follow this one."""
    while (chapter := read(connection, position=position)) and chapter.act == "aside":
        position = chapter.after
    return position


def prune(connection: Connection, *, position: int, now: float) -> None:
    """Forget what is older than a day and before this position."""
    connection.execute(
        delete(desk_journal).where(
            desk_journal.c.at < now - KEPT_SECONDS, desk_journal.c.after <= position
        )
    )


def answers(placements: Sequence[Placement]) -> bytes:
    """A digest of what the desk decided, in order."""
    places = [(each.document, each.copy.group, each.story.story) for each in placements]
    return _digest(places)


def changed(changes: Iterable[StoryChange]) -> bytes:
    """A digest of which stories the desk merged and split, in order; empty if it did neither."""
    names = [
        (each.kept, each.gone)
        if isinstance(each, StoryMerged)
        else (each.story, each.new, each.moved)
        for each in changes
    ]
    return _digest(names) if names else b""


def _digest(told: object) -> bytes:
    return blake2b(_encoder.encode(told), digest_size=8).digest()


def _with_revisions(connection: Connection, told: Sequence[Told]) -> tuple[Told, ...]:
    latest: dict[str, int] = {}
    for some in chunked(sorted({each.id for each in told})):
        statement = select(articles.c.id, articles.c.revision).where(articles.c.id.in_(some))
        latest.update((id_, revision) for id_, revision in connection.execute(statement))
    # What is twice in a batch was told as the revision before, then as the latest.
    counted: list[Told] = []
    for each in reversed(told):
        counted.append(msgspec.structs.replace(each, revision=latest[each.id]))
        latest[each.id] -= 1
    return tuple(reversed(counted))
