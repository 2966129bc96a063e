"""What people asked about stories, as the record keeps it, and what became of it."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, or_, select

from copydesk.errors import NotFoundError
from copydesk.record.rows import chunked
from copydesk.record.schema import MERGED, articles, copy_groups, overrules, stories
from dedupe.stories.overrules import Effect

Act = Literal["merge", "split", "pin", "unpin", "undo"]
State = Literal["waiting", "applied", "refused"]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asks. ``subject`` is the other story of a merge, where a split goes to, or the
    number of the merge that is undone.

    ``articles`` are those that a split moves; a copy group stands for all its articles there.
    """

    act: Act
    story: str
    subject: str = ""
    articles: tuple[str, ...] = ()
    who: str = ""
    reason: str = ""


class Done(Effect, frozen=True, kw_only=True):
    """What stays in force of an order, and what it did.

    ``moved`` changed their story by it, ``left_out`` were asked for but were not there any more.
    ``names`` are the ids of stories that a merge made lead to another.
    """

    moved: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A wish in the record. ``outcome`` is the story it led to, or why it was refused.

    The rest is as of :class:`Done`. Of what was done before this was kept it is empty.
    """

    id: int
    at: float
    wish: Wish
    state: State
    outcome: str
    moved: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class Whereabouts(msgspec.Struct, frozen=True, kw_only=True):
    """The headline of a report that somebody named, and the story where it is now."""

    title: str
    language: str
    story: str


def one_asked(connection: Connection, number: int) -> Asked:
    """A wish and what became of it. Raises :class:`NotFoundError`."""
    row = connection.execute(select(overrules).where(overrules.c.id == number)).one_or_none()
    if row is None:
        raise NotFoundError(f"nobody asked for {number}")
    return asked_of(row)


def asked_of(row: Row[tuple[object, ...]]) -> Asked:
    """What a row of the table says."""
    done = msgspec.msgpack.decode(row.effect, type=Done) if row.effect else Done()
    return Asked(
        id=row.id,
        at=row.at,
        wish=Wish(
            act=row.act,
            story=row.story,
            subject=row.subject,
            articles=msgspec.json.decode(row.articles, type=tuple[str, ...]),
            who=row.who,
            reason=row.reason,
        ),
        state=row.state,
        outcome=row.outcome,
        moved=done.moved,
        left_out=done.left_out,
        names=done.names,
    )


def about_story(connection: Connection, story: str) -> tuple[Asked, ...]:
    """What people asked about a story and those merged into it, refusals left out."""
    return _about(connection, _of_story(connection, story), overrules.c.state != "refused")


def refusals(connection: Connection, story: str, *, since: float) -> tuple[Asked, ...]:
    """What people asked about a story since then and the desk could not do."""
    late = (overrules.c.state == "refused") & (overrules.c.at >= since)
    return _about(connection, _of_story(connection, story), late)


def about_article(connection: Connection, article: str) -> tuple[Asked, ...]:
    """Where people moved an article."""
    moved = overrules.c.articles.contains(f'"{article}"', autoescape=True)
    return _about(connection, moved, overrules.c.state != "refused")


def whereabouts(connection: Connection, named: Sequence[str]) -> dict[str, Whereabouts]:
    """Where articles, or the first of copy groups, are now; nothing of those that were deleted."""
    found: dict[str, Whereabouts] = {}
    columns = select(articles.c.id, articles.c.title, articles.c.language, articles.c.story)
    for some in chunked(sorted(set(named))):
        groups = select(copy_groups.c.id, copy_groups.c.first_article)
        rows = connection.execute(groups.where(copy_groups.c.id.in_(some)))
        firsts = {row.id: row.first_article for row in rows}
        ids = {*some, *firsts.values()}
        known = {row.id: row for row in connection.execute(columns.where(articles.c.id.in_(ids)))}
        for name in some:
            row = known.get(name) or known.get(firsts.get(name, ""))
            if row is not None:
                found[name] = Whereabouts(title=row.title, language=row.language, story=row.story)
    return found


def _of_story(connection: Connection, story: str) -> ColumnElement[bool]:
    gone = select(stories.c.id).where(stories.c.merged_into == story, MERGED)
    ids = [story, *connection.scalars(gone)]
    return or_(
        *(column.in_(ids) for column in (overrules.c.story, overrules.c.subject)),
        overrules.c.outcome.in_(ids),
    )


def _about(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Asked, ...]:
    mine = select(overrules).where(*conditions).order_by(overrules.c.id)
    return tuple(asked_of(row) for row in connection.execute(mine))
