"""Tell a desk again what it missed, until it knows what the record knows."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from copydesk.documents import desk_document
from copydesk.errors import DamagedError, RecordError
from copydesk.record import journal, timelines
from copydesk.record.database import Record
from copydesk.record.journal import Chapter, Told
from copydesk.record.timelines import Timelines
from copydesk.roles.notify import beat
from crawler.article import Article
from dedupe.desk import Desk
from dedupe.document import Document, Placement


class ThreadLostError(RecordError):
    """The journal does not lead from the memory's position to the record's present state."""


class Place(NamedTuple):
    """A position of the change log, whose log that is, and by what act it was reached."""

    position: int
    timeline: str
    act: str = ""


def decide(desk: Desk, document: Document, known: Told | None) -> Placement:
    """Show the desk one article: a new one, or a new text of one that is ``known``."""
    if known is not None and not desk.remembers(document.id):
        # Older than the desk remembers: what it does not see of the story must not move with it.
        if known.others:
            return desk.revisit(document, known.group, known.story)
        desk.adopt(document, known.group, known.story)
    return desk.revise(document) if document.id in desk else desk.place(document)


def follow(desk: Desk, place: Place, record: Record) -> Iterator[Place]:
    """Bring ``desk``, which knows the record up to ``place``, to the present; says where it is.

    A place is yielded when the desk knows all before it: whoever stops here, because the
    database broke, goes on from there. Raises :class:`ThreadLostError` when the way is not written
    down, when it is another record's, and when the desk answers otherwise than it did (another
    version of it). The desk is of no use then.
    """
    position, timeline, _ = place
    while True:
        beat()
        with record.reading() as connection:
            lives = present(connection, position, timeline)
            timeline = lives.name
            if position < lives.head:
                chapter, texts = _next(connection, position)
        if position == lives.head:
            yield Place(position, timeline)
            return
        _tell(desk, chapter, texts)
        position = chapter.after
        yield Place(position, timeline, chapter.act)


def present(connection: Connection, position: int, timeline: str) -> Timelines:
    """What the record is now; raises :class:`ThreadLostError` when this position is of another."""
    lives = timelines.read(connection)
    if objection := lives.objection(timeline, position):
        raise ThreadLostError(f"it {objection}")
    return lives


def _next(connection: Connection, position: int) -> tuple[Chapter, dict[Told, Article]]:
    """What came after this position, with the texts that were told."""
    chapter = journal.read(connection, position=position)
    if chapter is None:
        raise ThreadLostError(f"nothing tells what came after change {position}")
    try:
        texts = journal.texts(connection, chapter.told) if chapter.act == "place" else {}
    except DamagedError as error:
        raise ThreadLostError(error.what) from error
    return chapter, texts


def _tell(desk: Desk, chapter: Chapter, texts: dict[Told, Article]) -> None:
    if chapter.settled or chapter.act == "settle":
        desk.settle()
    if chapter.act == "withdraw":
        desk.withdraw(*(each.id for each in chapter.told))
    elif chapter.overrule is not None:
        desk.overrule(chapter.overrule)
    elif chapter.act == "place":
        placements = [_place(desk, each, texts) for each in chapter.told]
        changes = [change for each in placements for change in each.changes]
        alike = chapter.changed in (b"", journal.changed(changes))
        if journal.answers(placements) != chapter.answers or not alike:
            raise ThreadLostError(f"the desk decides otherwise now, before change {chapter.after}")


def _place(desk: Desk, told: Told, texts: dict[Told, Article]) -> Placement:
    article = texts.get(told)
    if article is None:
        raise ThreadLostError(f"article {told.id} is not there any more as it was")
    known = told if told.group else None
    try:
        return decide(desk, desk_document(told.id, article), known)
    except Exception as error:
        raise ThreadLostError(f"article {told.id} cannot be placed any more: {error}") from error
