"""People's word about stories over HTTP: taken down at once, carried out by the desk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from copydesk.api.asked import Asked, id_of, question_of
from copydesk.api.context import Context, ServeContext
from copydesk.api.parameters import number_of
from copydesk.api.problems import RequestError, bad_body, told
from copydesk.api.questions import Name, NoQuestion
from copydesk.api.times import moment
from copydesk.api.writing import check_writer, json_body
from copydesk.errors import NotFoundError, OverruleError, UnfitTextError
from copydesk.record import overruling
from copydesk.record.overruling import Wish

_MOST_ARTICLES = 5000


class OverruleWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person wants of a story."""

    act: Annotated[
        Literal["split", "merge", "pin", "unpin", "undo"],
        Meta(description="What is to be done; `undo` takes out again what a merge brought."),
    ]
    subject: Annotated[
        Name,
        Meta(
            description="The other story of a merge, the story that a split moves to, or the "
            "number of the merge that is undone."
        ),
    ] = ""
    articles: Annotated[
        tuple[Name, ...],
        Meta(
            max_length=_MOST_ARTICLES,
            description="What leaves the story: articles, or copy groups for all of theirs there.",
        ),
    ] = ()
    who: Annotated[str, Meta(max_length=200, description="Whose word it is.")] = ""
    reason: Annotated[str, Meta(max_length=2000, description="Why.")] = ""


class OverruleItem(msgspec.Struct, frozen=True, kw_only=True):
    """A person's word and what became of it."""

    number: int
    at: datetime
    act: Literal["split", "merge", "pin", "unpin", "undo"]
    story: str
    subject: str
    articles: tuple[str, ...]
    who: str
    reason: str
    state: Annotated[
        Literal["waiting", "applied", "refused"],
        Meta(description="`waiting` until the desk has come to it, a second or two."),
    ]
    outcome: Annotated[str, Meta(description="The story it led to, or why it was refused.")]
    moved: Annotated[
        tuple[str, ...],
        Meta(description="The articles that changed their story by it, those a merge brought too."),
    ]
    left_out: Annotated[
        tuple[str, ...],
        Meta(
            description="What a split names, or the undone merge brought, and was not there any "
            "more: deleted, or in another story."
        ),
    ]


def overrule_item(asked: overruling.Asked) -> OverruleItem:
    """A person's word as the API tells it."""
    return OverruleItem(
        number=asked.id,
        at=moment(asked.at),
        state=asked.state,
        outcome=asked.outcome,
        moved=asked.moved,
        left_out=asked.left_out,
        **msgspec.structs.asdict(asked.wish),
    )


def taken_down(
    context: ServeContext, wish: Wish, ask: Callable[..., int] = overruling.ask
) -> overruling.Asked:
    """Take a wish down. Raises :class:`RequestError` (404, 409, 422) when it cannot be done."""
    with refusing(), context.record.writing() as connection:
        number = ask(connection, wish, now=context.now())
        return overruling.one_asked(connection, number)


@contextmanager
def refusing() -> Iterator[None]:
    """Answer with a :class:`RequestError` (404, 409, 422) what cannot be done."""
    try:
        yield
    except UnfitTextError as error:
        raise bad_body(error) from error
    except (NotFoundError, OverruleError) as error:
        raise told(404 if isinstance(error, NotFoundError) else 409, error) from error


@post("/v1/stories/{id:str}/overrules", status_code=202)
async def overrule_story(request: Asked, context: Context) -> Response[bytes]:
    check_writer(request, context)
    question_of(request, NoQuestion)
    body = await request.body()
    return await sync_to_thread(_overrule, request, context, body)


def _overrule(request: Asked, context: ServeContext, body: bytes) -> Response[bytes]:
    given = json_body(request, body, OverruleWish)
    story = id_of(request)
    asked = taken_down(context, Wish(story=story, **msgspec.structs.asdict(given)))
    return _answer(asked, 202)


@get("/v1/overrules/{id:str}", sync_to_thread=True)
def get_overrule(request: Asked, context: Context) -> Response[bytes]:
    text = str(request.path_params["id"])
    question_of(request, NoQuestion)
    number = number_of(text)
    if number is None:
        raise RequestError(404, "Nobody asked for that.")
    try:
        with context.record.reading() as connection:
            asked = overruling.one_asked(connection, number)
    except NotFoundError as error:
        raise RequestError(404, "Nobody asked for that.") from error
    return _answer(asked, 200)


def _answer(asked: overruling.Asked, status: int) -> Response[bytes]:
    return Response(
        msgspec.json.encode(overrule_item(asked)),
        status_code=status,
        media_type="application/json",
        headers={"Location": f"/v1/overrules/{asked.id}"} if status == 202 else None,
    )


WRITING: tuple[HTTPRouteHandler, ...] = (overrule_story, get_overrule)
