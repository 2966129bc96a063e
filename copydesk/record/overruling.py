"""People's word about stories: asked for by anyone, checked, carried out by the desk, kept."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, insert, or_, select, update

from copydesk.errors import NotFoundError, OverruleError, UnfitTextError
from copydesk.record import changelog
from copydesk.record.reading_stories import resolve_story
from copydesk.record.rows import chunked
from copydesk.record.schema import MERGED, articles, overrules, stories
from dedupe.stories.ids import story_id
from dedupe.stories.overrules import Effect, Overrule
from dedupe.stories.overruling import BY_A_PERSON

Act = Literal["merge", "split", "pin", "unpin"]
State = Literal["waiting", "applied", "refused"]
_LONGEST_NAME, _LONGEST_REASON = 200, 2000
_NAMED_IN_ERRORS = 5


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asks. ``subject`` is the other story of a merge, or where a split goes to.

    ``articles`` are those that a split moves; a copy group stands for all its articles there.
    """

    act: Act
    story: str
    subject: str = ""
    articles: tuple[str, ...] = ()
    who: str = ""
    reason: str = ""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A wish in the record. ``outcome`` is the story it led to, or why it was refused."""

    id: int
    at: float
    wish: Wish
    state: State
    outcome: str


def ask(connection: Connection, wish: Wish, *, now: float) -> int:
    """Write a wish down for the desk; returns its number.

    Raises :class:`UnfitTextError` when its words cannot be kept, :class:`OverruleError` or
    :class:`NotFoundError` when it cannot be done as things are.
    """
    for what, text, longest in (
        ("name", wish.who, _LONGEST_NAME),
        ("reason", wish.reason, _LONGEST_REASON),
    ):
        if len(text) > longest:
            raise UnfitTextError(f"the {what} has {len(text)} characters; {longest} are enough")
    if any("\x00" in text for text in (wish.who, wish.reason, wish.subject, *wish.articles)):
        raise UnfitTextError("it holds the character U+0000", next_step="Write it without.")
    order_of(connection, wish)
    fields = msgspec.structs.asdict(wish)
    fields["articles"] = msgspec.json.encode(wish.articles).decode()
    written = insert(overrules).values(at=now, **fields).returning(overrules.c.id)
    return int(connection.execute(written).scalar_one())


def next_asked(connection: Connection) -> Asked | None:
    """The oldest wish that waits."""
    waiting = select(overrules).where(overrules.c.state == "waiting").order_by(overrules.c.id)
    row = connection.execute(waiting.limit(1)).one_or_none()
    return None if row is None else _asked(row)


def one_asked(connection: Connection, number: int) -> Asked:
    """A wish and what became of it. Raises :class:`NotFoundError`."""
    row = connection.execute(select(overrules).where(overrules.c.id == number)).one_or_none()
    if row is None:
        raise NotFoundError(f"nobody asked for {number}")
    return _asked(row)


def order_of(connection: Connection, wish: Wish) -> Overrule:
    """The wish as an order about present stories; merged ids lead to where they went.

    Raises :class:`OverruleError` or :class:`NotFoundError`.
    """
    story = _present(connection, wish.story)
    match wish.act:
        case "merge":
            return _merge(connection, story, _present(connection, wish.subject))
        case "split":
            return _split(connection, wish, story)
        case "pin" | "unpin":
            pinned = connection.scalar(select(stories.c.pinned).where(stories.c.id == story))
            if bool(pinned) == (wish.act == "pin"):
                state = "pinned already" if pinned else "not pinned"
                raise OverruleError(f"story {story} is {state}")
            return Overrule(act=wish.act, story=story)


def apply(
    connection: Connection, asked: Asked, order: Overrule, effect: Effect, *, now: float
) -> None:
    """Write down that an order was carried out, after its changes of stories were."""
    match order.act:
        case "merge":
            _hand_over_pin(connection, order)
        case "split":
            _say_who_moved(connection, order)
        case "pin" | "unpin":
            _set_pin(connection, order, now=now)
    connection.execute(
        update(overrules)
        .where(overrules.c.id == asked.id)
        .values(
            state="applied",
            outcome=order.other if order.act == "split" else order.story,
            effect=msgspec.msgpack.encode(effect),
            applied=now,
        )
    )


def refuse(connection: Connection, asked: Asked, why: str, *, now: float) -> None:
    """Write down that a wish cannot be done."""
    refused = update(overrules).where(overrules.c.id == asked.id)
    connection.execute(refused.values(state="refused", outcome=why, applied=now))


def effects(connection: Connection) -> list[Effect]:
    """What is in force of all orders, the oldest first, for a desk that relearns the record.

    Pins are those that stories have now: they go by names, and of a story that was merged since
    the pin went on to the other.
    """
    rows = select(overrules.c.effect).where(overrules.c.state == "applied")
    ordered = rows.order_by(overrules.c.applied, overrules.c.id)
    kept = (
        msgspec.msgpack.decode(effect, type=Effect)
        for effect in connection.scalars(ordered)
        if effect is not None
    )
    pinned = select(stories.c.id).where(stories.c.pinned == 1).order_by(stories.c.id)
    return [
        *(msgspec.structs.replace(effect, pinned="", unpinned="") for effect in kept),
        *(Effect(pinned=story) for story in connection.scalars(pinned)),
    ]


def latest_effects(connection: Connection, count: int) -> list[Effect]:
    """What the ``count`` orders that were carried out last put in force, the oldest first."""
    rows = select(overrules.c.effect).where(overrules.c.state == "applied")
    # The desk carries them out in the order in which they were asked for.
    found = connection.scalars(rows.order_by(overrules.c.id.desc()).limit(count)).all()
    return [
        msgspec.msgpack.decode(effect, type=Effect)
        for effect in reversed(found)
        if effect is not None
    ]


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


def _of_story(connection: Connection, story: str) -> ColumnElement[bool]:
    gone = select(stories.c.id).where(stories.c.merged_into == story, MERGED)
    ids = [story, *connection.scalars(gone)]
    return or_(
        *(column.in_(ids) for column in (overrules.c.story, overrules.c.subject)),
        overrules.c.outcome.in_(ids),
    )


def _about(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Asked, ...]:
    mine = select(overrules).where(*conditions).order_by(overrules.c.id)
    return tuple(_asked(row) for row in connection.execute(mine))


def _asked(row: Row[tuple[object, ...]]) -> Asked:
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
    )


def _present(connection: Connection, story: str) -> str:
    found = resolve_story(connection, story)
    if found is None:
        raise NotFoundError(
            f'there is no story "{story}"',
            next_step="`copydesk search --stories WORDS` finds stories and their ids.",
        )
    return found


def _merge(connection: Connection, one: str, other: str) -> Overrule:
    if one == other:
        raise OverruleError(f"both are one story already: {one}")
    columns = select(stories.c.id, stories.c.articles)
    both = columns.where(stories.c.id.in_((one, other)))
    older = both.order_by(stories.c.created, stories.c.first_report, stories.c.id)
    kept, gone = connection.execute(older).all()
    for row in (kept, gone):
        if not row.articles:
            raise OverruleError(f"story {row.id} has no reports any more")
    return Overrule(act="merge", story=kept.id, other=gone.id)


def _split(connection: Connection, wish: Wish, story: str) -> Overrule:
    moved = _moved(connection, wish.articles, story)
    held = select(stories.c.articles).where(stories.c.id == story)
    if len(moved) == connection.scalar(held):
        raise OverruleError(
            f"these are all the articles of story {story}",
            next_step="Leave one out, or merge the stories.",
        )
    if not wish.subject:
        return Overrule(
            act="split", story=story, other=_new_name(connection, moved[0]), documents=moved
        )
    target = _present(connection, wish.subject)
    if target == story:
        raise OverruleError(f"the articles are in story {story} already")
    return Overrule(act="split", story=story, other=target, documents=moved)


def _moved(connection: Connection, named: Sequence[str], story: str) -> tuple[str, ...]:
    """The articles that are named themselves or by their copy groups, the earliest first."""
    if not named:
        raise OverruleError("no article is named", next_step="Name those that leave the story.")
    found: dict[str, float] = {}
    missing = set(named)
    columns = select(articles.c.id, articles.c.copy_group, articles.c.at)
    for some in chunked(sorted(missing)):
        mine = articles.c.id.in_(some) | articles.c.copy_group.in_(some)
        rows = columns.where(articles.c.story == story, mine)
        for id_, group, at in connection.execute(rows):
            found[id_] = at
            missing -= {id_, group}
    if missing:
        shown = sorted(missing)[:_NAMED_IN_ERRORS]
        more = f" and {len(missing) - len(shown)} more" if len(missing) > len(shown) else ""
        raise OverruleError(
            f"not in story {story}: {', '.join(shown)}{more}",
            next_step="`copydesk explain ID` tells where an article is.",
        )
    return tuple(sorted(found, key=lambda id_: (found[id_], id_)))


class _Recorded:
    """The names of all stories that ever were."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __contains__(self, name: object) -> bool:
        found = select(stories.c.id).where(stories.c.id == name)
        return self._connection.scalar(found) is not None


def _new_name(connection: Connection, document: str) -> str:
    return story_id(document, _Recorded(connection))


def _hand_over_pin(connection: Connection, order: Overrule) -> None:
    pinned = select(stories.c.pinned).where(stories.c.id == order.other)
    if connection.scalar(pinned):
        connection.execute(update(stories).where(stories.c.id == order.story).values(pinned=1))
        connection.execute(update(stories).where(stories.c.id == order.other).values(pinned=0))


def _say_who_moved(connection: Connection, order: Overrule) -> None:
    evidence = msgspec.json.encode(BY_A_PERSON).decode()
    for some in chunked(order.documents):
        moved = update(articles).where(articles.c.id.in_(some))
        connection.execute(moved.values(story_evidence=evidence))


def _set_pin(connection: Connection, order: Overrule, *, now: float) -> None:
    seqs = changelog.append(connection, [("story", order.story, "put")], at=now)
    connection.execute(
        update(stories)
        .where(stories.c.id == order.story)
        .values(pinned=int(order.act == "pin"), changed=seqs["story", order.story])
    )
