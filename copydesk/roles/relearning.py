"""Let a desk learn articles with the places they were given, where it cannot be told again.

What it knows then is not to a hair what the desk knew that decided: of later articles it might
decide otherwise. So it goes on as it began, by the places that the record has, and decides nothing.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec
import structlog
from sqlalchemy import Connection, Row, Select, select

from copydesk.documents import desk_document
from copydesk.record import changelog, journal, overruling, timelines
from copydesk.record.codec import unpack
from copydesk.record.database import Record
from copydesk.record.deadletters import Unlearned, bury_unlearned
from copydesk.record.journal import Chapter
from copydesk.record.reading_stories import merged_of, merged_stories
from copydesk.record.rows import chunked
from copydesk.record.schema import articles
from copydesk.roles.notify import beat
from copydesk.roles.retelling import Place, ThreadLostError, present
from dedupe.desk import Desk
from dedupe.document import Document

_DAY = 86_400.0
# The longest that the desk looks back: for copies; for stories it is four days.
_WINDOW_DAYS = 90

log = structlog.get_logger()


def learn_window(desk: Desk, record: Record) -> Place:
    """Have a blank desk learn all articles that are recent enough to matter."""
    with record.reading() as connection:
        lives = timelines.read(connection)
        for gone, kept in merged_stories(connection):
            desk.redirected(gone, kept)
        for effect in overruling.effects(connection):
            desk.recall(effect)
        newest = connection.execute(select(articles.c.at).order_by(articles.c.at.desc()).limit(1))
        since = min(newest.scalar_one_or_none() or 0.0, time.time()) - _WINDOW_DAYS * _DAY
        statement = _texts().where(articles.c.at >= since).order_by(articles.c.number)
        rows = connection.execution_options(yield_per=1000).execute(statement)
        unlearned = _learned(rows, desk.adopt)
    _bury(record, unlearned)
    return Place(lives.head, lives.name)


def keep_up(desk: Desk, place: Place, record: Record) -> Place:
    """Have a desk, which knows the record up to ``place``, learn where what came since is now.

    Raises :class:`ThreadLostError` when what came since is not written down, or not of this record.
    A desk that could not be told all, because the database broke, is told it once more.
    """
    with record.reading() as connection:
        lives = present(connection, place.position, place.timeline)
        if lives.head == place.position:
            return Place(lives.head, lives.name)
        chapters = list(_since(connection, place.position, lives.head))
        changes = changelog.read(
            connection, after=place.position, limit=lives.head - place.position
        )
        orders = sum(chapter.overrule is not None for chapter in chapters)
        effects = overruling.latest_effects(connection, orders)
        desk.withdraw(*_told(chapters, "withdraw"))
        went = [each.id for each in changes if (each.kind, each.operation) == ("story", "remove")]
        for gone, kept in merged_of(connection, went):
            desk.redirected(gone, kept)
        shown = _told(chapters, "place")
        unlearned = _learned(_rows_of(connection, shown), desk.readopt)
        put = {each.id for each in changes if (each.kind, each.operation) == ("article", "put")}
        _gather(desk, connection, sorted(put.difference(shown)))
    for effect in effects:  # last: to keep to them twice is not to keep to them once
        desk.recall(effect)
    _bury(record, unlearned)
    return Place(lives.head, lives.name)


def _since(connection: Connection, position: int, head: int) -> Iterator[Chapter]:
    while position < head:
        chapter = journal.read(connection, position=position)
        if chapter is None:
            raise ThreadLostError(f"nothing tells what came after change {position}")
        yield chapter
        position = chapter.after


def _told(chapters: Iterable[Chapter], act: str) -> list[str]:
    """The articles that this was done to, each once, in order."""
    those = (told.id for chapter in chapters if chapter.act == act for told in chapter.told)
    return list(dict.fromkeys(those))


def _texts() -> Select[Any]:
    return select(*(articles.c[name] for name in ("id", "at", "copy_group", "story", "body")))


def _rows_of(connection: Connection, ids: Sequence[str]) -> Iterator[Row[Any]]:
    """What the record has of these articles, in their order; nothing of those that were deleted."""
    for some in chunked(ids):
        rows = connection.execute(_texts().where(articles.c.id.in_(some)))
        found = {row.id: row for row in rows}
        yield from (found[id_] for id_ in some if id_ in found)


def _learned(
    rows: Iterable[Row[Any]], learn: Callable[[Document, str, str], None]
) -> list[Unlearned]:
    """Learn articles with their copy groups and stories; answers those that could not be."""
    unlearned: list[Unlearned] = []
    for row in rows:
        beat()
        try:
            # The body of an undated article tells when its last text was seen.
            document = msgspec.structs.replace(desk_document(row.id, unpack(row.body)), at=row.at)
            learn(document, row.copy_group, row.story)
        except Exception as error:
            # One article less to compare with; a desk that stops here would never start again.
            log.exception(f"article {row.id} cannot be learned again; see the dead letters")
            reason = f"it cannot be learned again: {type(error).__name__}: {error}"
            unlearned.append(Unlearned(id=row.id, reason=reason))
    return unlearned


def _gather(desk: Desk, connection: Connection, ids: Sequence[str]) -> None:
    """Tell the desk in which stories these articles are now: merges and splits took them along."""
    stories: dict[str, list[str]] = {}
    for some in chunked(ids):
        beat()
        places = select(articles.c.id, articles.c.story).where(articles.c.id.in_(some))
        for id_, story in connection.execute(places.order_by(articles.c.number)):
            stories.setdefault(story, []).append(id_)
    for story, documents in stories.items():
        desk.gathered(documents, story)


def _bury(record: Record, unlearned: Sequence[Unlearned]) -> None:
    if unlearned:
        with record.writing() as connection:
            bury_unlearned(connection, unlearned, at=time.time())
