"""People's word about stories: asked for by anyone, checked, carried out by the desk, kept."""

import msgspec
from sqlalchemy import Connection, insert, select, update

from copydesk.errors import UnfitTextError
from copydesk.record import changelog
from copydesk.record.ordering import not_in_story, not_moved, order_of
from copydesk.record.rows import chunked
from copydesk.record.schema import articles, overrules, stories
from copydesk.record.wishes import (
    Asked,
    Done,
    Wish,
    about_article,
    about_story,
    asked_of,
    one_asked,
    refusals,
)
from dedupe.stories.overrules import Effect, Overrule
from dedupe.stories.overruling import BY_A_PERSON

__all__ = [
    "Asked",
    "Wish",
    "about_article",
    "about_story",
    "apply",
    "ask",
    "ask_for_what_is_there",
    "effects",
    "latest_effects",
    "next_asked",
    "one_asked",
    "order_of",
    "refusals",
    "refuse",
]

_LONGEST_NAME, _LONGEST_REASON = 200, 2000


def ask(connection: Connection, wish: Wish, *, now: float) -> int:
    """Write a wish down for the desk; returns its number.

    Raises :class:`UnfitTextError` when its words cannot be kept, :class:`OverruleError` or
    :class:`NotFoundError` when it cannot be done as things are.
    """
    _check(wish)
    order = order_of(connection, wish)
    if wish.act == "split" and (missing := not_moved(connection, wish, order)):
        raise not_in_story(order.story, missing)
    return _write(connection, wish, now=now)


def ask_for_what_is_there(connection: Connection, wish: Wish, *, now: float) -> int:
    """As :func:`ask`, but of a split's articles one that is there is enough: for people who look
    at a page that may be older than what others did."""
    _check(wish)
    order_of(connection, wish)
    return _write(connection, wish, now=now)


def next_asked(connection: Connection) -> Asked | None:
    """The oldest wish that waits."""
    waiting = select(overrules).where(overrules.c.state == "waiting").order_by(overrules.c.id)
    row = connection.execute(waiting.limit(1)).one_or_none()
    return None if row is None else asked_of(row)


def apply(
    connection: Connection, asked: Asked, order: Overrule, effect: Effect, *, now: float
) -> None:
    """Write down that an order was carried out, after its changes of stories were."""
    match order.act:
        case "merge":
            _hand_over_pin(connection, order)
        case "split":
            _say_who_moved(connection, order)
            _lead_on(connection, order, now=now)
        case "pin" | "unpin":
            _set_pin(connection, order, now=now)
    done = Done(
        **msgspec.structs.asdict(effect),
        moved=order.documents,
        left_out=not_moved(connection, asked.wish, order),
        names=order.names if order.act == "merge" else (),
    )
    connection.execute(
        update(overrules)
        .where(overrules.c.id == asked.id)
        .values(
            state="applied",
            outcome=order.other if order.act == "split" else order.story,
            effect=msgspec.msgpack.encode(done),
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


def _check(wish: Wish) -> None:
    for what, text, longest in (
        ("name", wish.who, _LONGEST_NAME),
        ("reason", wish.reason, _LONGEST_REASON),
    ):
        if len(text) > longest:
            raise UnfitTextError(f"the {what} has {len(text)} characters; {longest} are enough")
    if any("\x00" in text for text in (wish.who, wish.reason, wish.subject, *wish.articles)):
        raise UnfitTextError("it holds the character U+0000", next_step="Write it without.")


def _write(connection: Connection, wish: Wish, *, now: float) -> int:
    fields = msgspec.structs.asdict(wish)
    fields["articles"] = msgspec.json.encode(wish.articles).decode()
    written = insert(overrules).values(at=now, **fields).returning(overrules.c.id)
    return int(connection.execute(written).scalar_one())


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


def _lead_on(connection: Connection, order: Overrule, *, now: float) -> None:
    """Have the ids that a merge took lead to the story that took its reports back.

    They are logged as removed once more: whoever follows the log asks anew where they lead, and so
    does a desk that learned of the merge only.
    """
    seqs = changelog.append(connection, [("story", name, "remove") for name in order.names], at=now)
    for name in order.names:
        led = update(stories).where(stories.c.id == name)
        connection.execute(led.values(merged_into=order.other, changed=seqs["story", name]))


def _set_pin(connection: Connection, order: Overrule, *, now: float) -> None:
    seqs = changelog.append(connection, [("story", order.story, "put")], at=now)
    connection.execute(
        update(stories)
        .where(stories.c.id == order.story)
        .values(pinned=int(order.act == "pin"), changed=seqs["story", order.story])
    )
