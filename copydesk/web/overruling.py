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
from copydesk.api.overruling import refusing, taken_down
from copydesk.api.problems import Fault, RequestError, bad_parameters
from copydesk.api.questions import Name, NoQuestion
from copydesk.api.writing import check_writer
from copydesk.record import overruling
from copydesk.record.overruling import Wish
from copydesk.record.reading import resolve_story
from copydesk.record.wishes import whereabouts
from copydesk.web.confirming import confirmation, key_of

# A tick for every text of the largest page of a story, and some words.
_MOST_FIELDS = 2000
_HEADLINES_IN_ERRORS = 5


class OverruleForm(msgspec.Struct, frozen=True, kw_only=True):
    """What the form sends; every field is a list, as forms have it."""

    act: Annotated[
        list[Literal["split", "merge", "pin", "unpin", "undo"]],
        msgspec.Meta(min_length=1, max_length=1),
    ]
    article: list[Name] = []
    subject: list[Name] = []
    who: list[Name] = []
    reason: list[Name] = []
    sure: list[Name] = []


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
    wish = _wish_of(form, story)
    if wish.act in ("merge", "undo"):
        with refusing(), context.record.reading() as connection:
            order = overruling.order_of(connection, wish)
            if form.sure != [key_of(order)]:
                return confirmation(context, connection, wish, order)
    if wish.articles:
        _check_some_are_there(context, wish)
    taken_down(context, wish, overruling.ask_for_what_is_there)
    back = f"/story/{quote(story, safe='')}#word"
    return Response(b"", status_code=303, headers={"Location": back}, media_type="text/plain")


def _wish_of(form: OverruleForm, story: str) -> Wish:
    (act,) = form.act
    subject = "".join(form.subject[:1]).strip()
    subjects = {"merge": _id_in(subject), "undo": subject}
    return Wish(
        act=act,
        story=story,
        subject=subjects.get(act, ""),
        articles=tuple(form.article) if act == "split" else (),
        who="".join(form.who[:1]).strip(),
        reason="".join(form.reason[:1]).strip(),
    )


def _check_some_are_there(context: ServeContext, wish: Wish) -> None:
    """Raise :class:`RequestError` (409), which names headlines: the page has no ids."""
    with context.record.reading() as connection:
        story = resolve_story(connection, wish.story)
        places = whereabouts(connection, wish.articles)
    if any(place.story == story for place in places.values()):
        return
    shown = [f"“{place.title}” is in story {place.story}" for place in places.values()]
    more = len(shown) - _HEADLINES_IN_ERRORS
    told = shown[:_HEADLINES_IN_ERRORS] + ([f"{more} more are elsewhere"] if more > 0 else [])
    if deleted := len(wish.articles) - len(places):
        told.append(f"{deleted} of them {'was' if deleted == 1 else 'were'} deleted")
    raise RequestError(
        409,
        f"Nothing of what you ticked is in this story any more: {'; '.join(told)}.",
        next_step="The story's page shows what is in it now.",
    )


def _id_in(text: str) -> str:
    """The id of a story out of the address of its page, or as it is."""
    return re.split("[?#]", text)[0].rstrip("/").rpartition("/")[2]


FORMS: tuple[HTTPRouteHandler, ...] = (overrule_page,)
