"""The page's own form for people's word about a story; works without scripts."""

import re
from typing import Annotated, Literal
from urllib.parse import parse_qs, quote

import msgspec
from litestar import Response, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler

from copydesk.api.asked import Asked, id_of, question_of_page
from copydesk.api.context import Context, ServeContext
from copydesk.api.overruling import ask
from copydesk.api.problems import Fault, RequestError, bad_parameters
from copydesk.api.questions import Name, NoQuestion
from copydesk.api.writing import check_writer
from copydesk.record.overruling import Asked as Word
from copydesk.record.overruling import Wish

# A tick for every text of the largest story shown, and some words.
_MOST_FIELDS = 2000


class OverruleForm(msgspec.Struct, frozen=True, kw_only=True):
    """What the form sends; every field is a list, as forms have it."""

    act: Annotated[
        list[Literal["split", "merge", "pin", "unpin"]], msgspec.Meta(min_length=1, max_length=1)
    ]
    article: list[Name] = []
    subject: list[Name] = []
    who: list[Name] = []
    reason: list[Name] = []


@post("/story/{id:str}/overrule", status_code=303)
async def overrule_page(request: Asked, context: Context) -> Response[bytes]:
    check_writer(request, context)
    question_of_page(request, NoQuestion)
    body = await request.body()
    return await sync_to_thread(_overrule, request, context, body)


def _overrule(request: Asked, context: ServeContext, body: bytes) -> Response[bytes]:
    story = id_of(request)
    if request.content_type[0] != "application/x-www-form-urlencoded":
        raise RequestError(415, "Only the form of the story's page is understood here.")
    try:
        fields = parse_qs(body.decode("ascii"), errors="strict", max_num_fields=_MOST_FIELDS)
        form = msgspec.convert(fields, OverruleForm)
    except ValueError as error:
        raise bad_parameters((Fault(parameter="body", detail=f"{error}."),)) from error
    (act,) = form.act
    ask(
        context,
        Wish(
            act=act,
            story=story,
            subject=_id_in("".join(form.subject[:1])) if act == "merge" else "",
            articles=tuple(form.article) if act == "split" else (),
            who="".join(form.who[:1]).strip(),
            reason="".join(form.reason[:1]).strip(),
        ),
    )
    back = f"/story/{quote(story, safe='')}#word"
    return Response(b"", status_code=303, headers={"Location": back}, media_type="text/plain")


def _id_in(text: str) -> str:
    """The id of a story out of the address of its page, or as it is."""
    return re.split("[?#]", text.strip())[0].rstrip("/").rpartition("/")[2]


class Said(msgspec.Struct, frozen=True):
    """A piece of a sentence; ``story`` is the id that it is of, "" for plain words."""

    words: str
    story: str = ""


def told(*words: Word) -> list[tuple[Word, tuple[Said, ...]]]:
    """What people said, in order, each as a sentence without its beginning: who said it, and when,
    go before."""
    ordered = sorted(words, key=lambda word: word.id)
    return [(word, _asked(word) if word.state == "refused" else _done(word)) for word in ordered]


def _asked(word: Word) -> tuple[Said, ...]:
    wish = word.wish
    match wish.act:
        case "merge":
            return (Said("asked to make one story of "), *_both(wish))
        case "split":
            return (Said(f"asked to move {_texts(wish)} from "), _story(wish.story))
        case "pin" | "unpin":
            return (Said(f"asked to {wish.act} it"),)


def _done(word: Word) -> tuple[Said, ...]:
    wish = word.wish
    match wish.act:
        case "merge":
            return (Said("made one story of "), *_both(wish))
        case "split":
            where = _story(word.outcome) if word.outcome else Said("another story")
            moved = Said(f"moved {_texts(wish)} from ")
            return (moved, _story(wish.story), Said(" to "), where)
        case "pin":
            return (Said("pinned it"),)
        case "unpin":
            return (Said("unpinned it"),)


def _both(wish: Wish) -> tuple[Said, ...]:
    return (_story(wish.story), Said(" and "), _story(wish.subject))


def _story(story: str) -> Said:
    return Said(story, story)


def _texts(wish: Wish) -> str:
    count = len(wish.articles)
    return "one text" if count == 1 else f"{count} texts"


FORMS: tuple[HTTPRouteHandler, ...] = (overrule_page,)
