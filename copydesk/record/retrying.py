"""Read dead letters, and give what they hold another chance."""

import math
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from copydesk.errors import DamagedError, NotFoundError
from copydesk.record.changelog import Change, ChangedKind
from copydesk.record.codec import unpack
from copydesk.record.deadletters import DESK, INDEX
from copydesk.record.rows import chunked
from copydesk.record.schema import articles, dead_letters, inbox, stories
from crawler.article import Article

# All of a letter but what it holds.
_ENVELOPE = [dead_letters.c[name] for name in ("id", "at", "stage", "subject", "reason")]
Stage = Literal["desk", "index"]
Fate = Literal["again", "superseded", "kept"]


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One dead letter; ``kind`` and ``id`` name what it is about, ``at`` is epoch seconds."""

    number: int
    at: float
    stage: Stage
    kind: ChangedKind
    id: str
    reason: str


class OpenedLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter with what it holds; ``damage`` says why nothing can be read of it."""

    letter: Letter
    article: Article | None
    damage: str = ""


class Retried(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a letter: tried again, no longer of use, or still there, and why."""

    letter: Letter
    fate: Fate
    remark: str = ""


def list_letters(
    connection: Connection, *, stage: str = "", subject: str = "", limit: int = 1000
) -> list[Letter]:
    """The newest letters, at most ``limit``; of one stage or one subject if asked for."""
    statement = select(*_ENVELOPE).order_by(dead_letters.c.id.desc()).limit(limit)
    if stage:
        statement = statement.where(dead_letters.c.stage == stage)
    if subject:
        statement = statement.where(dead_letters.c.subject == subject)
    return [_letter(row) for row in connection.execute(statement)]


def letter_numbers(connection: Connection) -> list[int]:
    """The numbers of all letters, the oldest first."""
    return list(connection.scalars(select(dead_letters.c.id).order_by(dead_letters.c.id)))


def count_by_stage(connection: Connection) -> dict[str, int]:
    """How many letters each stage has; stages without any are left out."""
    counted = select(dead_letters.c.stage, func.count()).group_by(dead_letters.c.stage)
    return {row[0]: row[1] for row in connection.execute(counted)}


def open_letter(connection: Connection, number: int) -> OpenedLetter:
    """One letter and the article in it. Raises :class:`NotFoundError`."""
    check_letters(connection, [number])
    (row,) = _rows(connection, [number])
    if row.payload is None:
        return OpenedLetter(letter=_letter(row), article=None)
    try:
        return OpenedLetter(letter=_letter(row), article=unpack(row.payload))
    except DamagedError as error:
        return OpenedLetter(letter=_letter(row), article=None, damage=error.what)


def retry(connection: Connection, numbers: Sequence[int], *, now: float) -> list[Retried]:
    """Send the letters again: to the inbox, or (by the desk, which alone writes there) the engine.

    Raises :class:`NotFoundError` when one of them is not there; then nothing is done.
    """
    check_letters(connection, numbers)
    done = [
        _place_again(connection, row, now=now)
        if row.stage == DESK
        else _index_again(connection, row)
        for some in chunked(sorted(set(numbers)))
        for row in _rows(connection, some)
    ]
    gone = [each for each in done if each.letter.stage == DESK and each.fate != "kept"]
    drop(connection, [each.letter.number for each in gone])
    return done


def ask_again(connection: Connection, subjects: Iterable[tuple[str, str]]) -> None:
    """Have the engine be shown again what it refused, by kind and id, for no fault of theirs."""
    for some in chunked([f"{kind} {id_}" for kind, id_ in subjects]):
        letters = dead_letters.c.subject.in_(some) & (dead_letters.c.stage == INDEX)
        connection.execute(update(dead_letters).where(letters).values(again=1))


def asked_again(connection: Connection, *, limit: int) -> list[Change]:
    """What a person wants the engine to be shown again: the last change of each."""
    found: list[Change] = []
    asked = select(dead_letters.c.subject).where(dead_letters.c.again == 1).limit(limit)
    for subject in connection.scalars(asked):
        kind, id_ = _address(subject)
        table = articles if kind == "article" else stories
        seq = connection.scalar(select(table.c.changed).where(table.c.id == id_))
        # What is gone from the record is gone from the log's present state too.
        found.append(Change(seq=seq or 0, kind=kind, id=id_, operation="put"))
    return found


def drop(connection: Connection, numbers: Sequence[int]) -> None:
    """Forget the letters."""
    for some in chunked(numbers):
        connection.execute(delete(dead_letters).where(dead_letters.c.id.in_(some)))


def check_letters(connection: Connection, numbers: Sequence[int]) -> None:
    """Raises :class:`NotFoundError` when one of the letters is not there."""
    missing = set(numbers)
    for some in chunked(sorted(missing)):
        known = select(dead_letters.c.id).where(dead_letters.c.id.in_(some))
        missing.difference_update(connection.scalars(known))
    if missing:
        named = ", ".join(str(number) for number in sorted(missing)[:10])
        raise NotFoundError(
            f"there is no dead letter {named}", next_step="`copydesk deadletter list` shows all."
        )


def _place_again(connection: Connection, row: Row[tuple[object, ...]], *, now: float) -> Retried:
    letter = _letter(row)
    held = connection.execute(
        select(articles.c.placed, articles.c.body).where(articles.c.id == letter.id)
    ).one_or_none()
    if row.payload is not None:
        payload, received = row.payload, row.received
        if held is not None and _is_newer(held.placed, held.body, than=row):
            remark = "A newer version was placed since."
            return Retried(letter=letter, fate="superseded", remark=remark)
    elif held is not None:
        payload, received = held.body, held.placed
    else:
        return Retried(letter=letter, fate="superseded", remark="The article is gone.")
    waiting = select(inbox.c.received, inbox.c.payload).where(inbox.c.article == letter.id)
    for each in connection.execute(waiting):
        # Of what the record holds, whatever waits is a newer version.
        if row.payload is None or _is_newer(each.received, each.payload, than=row):
            return Retried(letter=letter, fate="superseded", remark="A newer version waits.")
    try:
        unpack(payload)
    except DamagedError as error:
        return Retried(letter=letter, fate="kept", remark=error.what)
    # Under its own time, so that another letter of the article is compared with that.
    values = {"article": letter.id, "received": now if received is None else received}
    connection.execute(insert(inbox).values(**values, payload=payload))
    return Retried(letter=letter, fate="again")


def _is_newer(received: float, payload: bytes, *, than: Row[tuple[object, ...]]) -> bool:
    """Whether a version came in later than what the letter ``than`` holds."""
    seen, held = (
        _first_seen(payload, damaged=-math.inf),
        _first_seen(than.payload, damaged=math.inf),
    )
    if than.received is None:
        return received > than.at or seen > held
    return (received, seen) > (than.received, held)


def _first_seen(payload: bytes, *, damaged: float) -> float:
    try:
        return unpack(payload).first_seen
    except DamagedError:
        return damaged


def _index_again(connection: Connection, row: Row[tuple[object, ...]]) -> Retried:
    again = update(dead_letters).where(dead_letters.c.id == row.id).values(again=1)
    connection.execute(again)
    return Retried(letter=_letter(row), fate="again")


def _rows(connection: Connection, numbers: Sequence[int]) -> list[Row[tuple[object, ...]]]:
    """The letters with what they hold: of some hundred numbers, not of thousands."""
    statement = select(dead_letters).where(dead_letters.c.id.in_(numbers))
    return list(connection.execute(statement.order_by(dead_letters.c.id)))


def _letter(row: Row[tuple[object, ...]]) -> Letter:
    kind, id_ = _address(row.subject)
    return Letter(number=row.id, at=row.at, stage=row.stage, kind=kind, id=id_, reason=row.reason)


def _address(subject: str) -> tuple[ChangedKind, str]:
    kind, _, id_ = subject.partition(" ")
    return ("story" if kind == "story" else "article"), id_
