"""What people said about a story, in words, with what came of it."""

from collections.abc import Mapping, Sequence

import msgspec

from copydesk.record.wishes import Asked, Whereabouts, Wish

_LEFT_SHOWN = 5


class Said(msgspec.Struct, frozen=True):
    """A piece of a sentence; ``story`` is the id that it is of, "" for plain words."""

    words: str
    story: str = ""


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for and not moved: some by headline, how many more, and those deleted."""

    shown: tuple[Whereabouts, ...] = ()
    more: int = 0
    deleted: int = 0

    def __bool__(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.shown or self.deleted)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody said: a sentence without its beginning, who said it and when."""

    word: Asked
    said: tuple[Said, ...]
    left_out: LeftOut
    undoable: bool


def lines(words: Sequence[Asked], places: Mapping[str, Whereabouts], story: str) -> list[Line]:
    """What people said about ``story``, in order. ``places`` has what :func:`named` names."""
    ordered = sorted(words, key=lambda word: word.id)
    undone = {
        word.wish.subject for word in ordered if word.wish.act == "undo" and word.state != "refused"
    }
    found = []
    for word in ordered:
        left = _left(word, places, story)
        merged = word.wish.act == "merge" and word.state == "applied" and bool(word.moved)
        found.append(
            Line(
                word=word,
                said=_asked(word.wish) if word.state == "refused" else _done(word, len(left)),
                left_out=left_out(left, places),
                undoable=merged and str(word.id) not in undone,
            )
        )
    return found


def named(words: Sequence[Asked]) -> list[str]:
    """Those whose headlines and places are told beside what people said."""
    waiting = (word.wish.articles for word in words if word.state == "waiting")
    return [name for some in (*waiting, *(word.left_out for word in words)) for name in some]


def left_out(left: Sequence[str], places: Mapping[str, Whereabouts]) -> LeftOut:
    """What is told of those that are not moved."""
    there = [places[name] for name in left if name in places]
    return LeftOut(
        shown=tuple(there[:_LEFT_SHOWN]),
        more=max(len(there) - _LEFT_SHOWN, 0),
        deleted=len(left) - len(there),
    )


def _left(word: Asked, places: Mapping[str, Whereabouts], story: str) -> Sequence[str]:
    if word.state != "waiting" or word.wish.act != "split":
        return word.left_out
    # Until the desk has said what it left out, the page says what it will.
    return [
        name for name in word.wish.articles if name not in places or places[name].story != story
    ]


def _asked(wish: Wish) -> tuple[Said, ...]:
    match wish.act:
        case "merge":
            return (Said("asked to make one story of "), *_both(wish))
        case "split":
            return (Said(f"asked to move {_texts(wish)} from "), _story(wish.story))
        case "undo":
            return (Said(f"asked to undo merge {wish.subject}"),)
        case "pin" | "unpin":
            return (Said(f"asked to {wish.act} it"),)


def _done(word: Asked, left: int) -> tuple[Said, ...]:
    wish = word.wish
    where = _story(word.outcome) if word.outcome else Said("another story")
    match wish.act:
        case "merge":
            return (Said("made one story of "), *_both(wish), Said(f" (merge {word.id})"))
        case "split":
            moved = Said(f"moved {_texts(wish, left)} from ")
            return (moved, _story(wish.story), Said(" to "), where)
        case "undo":
            undid = Said(f"undid merge {wish.subject}: what it brought went from ")
            return (undid, _story(wish.story), Said(" to "), where)
        case "pin":
            return (Said("pinned it"),)
        case "unpin":
            return (Said("unpinned it"),)


def _both(wish: Wish) -> tuple[Said, ...]:
    return (_story(wish.story), Said(" and "), _story(wish.subject))


def _story(story: str) -> Said:
    return Said(story, story)


def _texts(wish: Wish, but: int = 0) -> str:
    count = len(wish.articles) - but
    return "one text" if count == 1 else f"{count} texts"
