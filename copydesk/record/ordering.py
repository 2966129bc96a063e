"""A person's wish as an order to the desk about the stories that there are now."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from copydesk.errors import NotFoundError, OverruleError
from copydesk.record.reading_stories import resolve_story
from copydesk.record.rows import chunked
from copydesk.record.schema import MERGED, articles, overrules, stories
from copydesk.record.wishes import Asked, Wish, one_asked
from dedupe.stories.ids import story_id
from dedupe.stories.overrules import Overrule

_NAMED_IN_ERRORS = 5
# No number is longer: the database counts in 64 bits.
_LONGEST_NUMBER = 18


def order_of(connection: Connection, wish: Wish) -> Overrule:
    """The wish as an order about present stories; merged ids lead to where they went.

    Of a split it moves what is there still: see :func:`not_moved`.
    Raises :class:`OverruleError` or :class:`NotFoundError`.
    """
    story = _present(connection, wish.story)
    match wish.act:
        case "merge":
            return _merge(connection, story, _present(connection, wish.subject))
        case "split":
            return _split(connection, wish, story)
        case "undo":
            return _undo(connection, merge_named(connection, wish.subject), story)
        case "pin" | "unpin":
            pinned = connection.scalar(select(stories.c.pinned).where(stories.c.id == story))
            if bool(pinned) == (wish.act == "pin"):
                state = "pinned already" if pinned else "not pinned"
                raise OverruleError(f"story {story} is {state}")
            return Overrule(act=wish.act, story=story)


def merge_named(connection: Connection, number: str) -> Asked:
    """The merge of this number, which was done. Raises :class:`OverruleError`."""
    known = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER
    try:
        found = one_asked(connection, int(number) if known else 0)
    except NotFoundError:
        found = None
    if found is None or (found.wish.act, found.state) != ("merge", "applied"):
        raise OverruleError(
            f'"{number}" is not the number of a merge that a person asked for and the desk did',
            next_step="`copydesk story show ID` tells the numbers of a story's merges.",
        )
    return found


def not_moved(connection: Connection, wish: Wish, order: Overrule) -> tuple[str, ...]:
    """What a split names, or a merge brought, and an order leaves out: it is there no more."""
    moved = set(order.documents)
    if wish.act == "undo":
        brought = merge_named(connection, wish.subject).moved
        return tuple(each for each in brought if each not in moved)
    for some in chunked(order.documents):
        groups = select(articles.c.copy_group).where(articles.c.id.in_(some))
        moved.update(connection.scalars(groups))
    return tuple(each for each in wish.articles if each not in moved)


def not_in_story(story: str, missing: Sequence[str]) -> OverruleError:
    """What is wrong when these are named and are not there."""
    shown = sorted(missing)[:_NAMED_IN_ERRORS]
    more = f" and {len(missing) - len(shown)} more" if len(missing) > len(shown) else ""
    return OverruleError(
        f"not in story {story}: {', '.join(shown)}{more}",
        next_step="`copydesk explain ID` tells where an article is.",
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
    brought = select(articles.c.id).where(articles.c.story == gone.id).order_by(articles.c.number)
    return Overrule(
        act="merge",
        story=kept.id,
        other=gone.id,
        documents=tuple(connection.scalars(brought)),
        names=(gone.id, *_led_to(connection, gone.id)),
    )


def _split(connection: Connection, wish: Wish, story: str) -> Overrule:
    moved = _moved(connection, wish.articles, story)
    if len(moved) == _held(connection, story):
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
    columns = select(articles.c.id, articles.c.at)
    for some in chunked(sorted(set(named))):
        mine = articles.c.id.in_(some) | articles.c.copy_group.in_(some)
        rows = connection.execute(columns.where(articles.c.story == story, mine))
        found.update((row.id, row.at) for row in rows)
    if not found:
        raise not_in_story(story, sorted(set(named)))
    return _earliest_first(found)


def _undo(connection: Connection, merge: Asked, story: str) -> Overrule:
    """What a merge brought into a story, as far as it is there, goes into a new one.

    The ids that led elsewhere since lead there: an id that was merged is never a story's again.
    """
    number = merge.id
    undone = select(overrules.c.id).where(
        overrules.c.act == "undo",
        overrules.c.state == "applied",
        overrules.c.subject == str(number),
    )
    if connection.scalar(undone.limit(1)) is not None:
        raise OverruleError(f"merge {number} is undone already")
    if (now := _present(connection, merge.outcome)) != story:
        raise OverruleError(f"merge {number} was not of story {story}, but of what is {now} now")
    if not merge.moved:
        raise OverruleError(
            f"an earlier version did merge {number}: it was not kept which reports it brought",
            next_step="`copydesk story split` moves those that you name.",
        )
    found: dict[str, float] = {}
    columns = select(articles.c.id, articles.c.at).where(articles.c.story == story)
    for some in chunked(merge.moved):
        rows = connection.execute(columns.where(articles.c.id.in_(some)))
        found.update((row.id, row.at) for row in rows)
    if not found:
        raise OverruleError(f"of what merge {number} brought nothing is in story {story} any more")
    if len(found) == _held(connection, story):
        raise OverruleError(f"story {story} has nothing but what merge {number} brought")
    moved = _earliest_first(found)
    led = set(_led_to(connection, story))
    return Overrule(
        act="split",
        story=story,
        other=_new_name(connection, moved[0]),
        documents=moved,
        names=tuple(name for name in merge.names if name in led),
    )


def _earliest_first(times: dict[str, float]) -> tuple[str, ...]:
    return tuple(sorted(times, key=lambda id_: (times[id_], id_)))


def _held(connection: Connection, story: str) -> int:
    held = select(stories.c.articles).where(stories.c.id == story)
    return connection.scalar(held) or 0


def _led_to(connection: Connection, story: str) -> list[str]:
    led = select(stories.c.id).where(stories.c.merged_into == story, MERGED)
    return list(connection.scalars(led.order_by(stories.c.id)))


class _Recorded:
    """The names of all stories that ever were."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __contains__(self, name: object) -> bool:
        found = select(stories.c.id).where(stories.c.id == name)
        return self._connection.scalar(found) is not None


def _new_name(connection: Connection, document: str) -> str:
    return story_id(document, _Recorded(connection))
