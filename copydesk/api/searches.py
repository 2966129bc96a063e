"""Saved searches over HTTP: list, save, remove, and what they matched."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import Response, delete, get, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta
from sqlalchemy import Connection

from copydesk.alerts import receivers, searches, webhook
from copydesk.alerts.webhook import Receiver
from copydesk.api.asked import Asked, question_of
from copydesk.api.context import Context, ServeContext
from copydesk.api.parameters import number_of
from copydesk.api.problems import (
    Fault,
    RequestError,
    bad_body,
    bad_conditions,
    bad_parameters,
    bad_query,
    told,
)
from copydesk.api.questions import LARGEST, NoQuestion
from copydesk.api.times import maybe_moment, moment
from copydesk.api.writing import check_writer, json_body
from copydesk.errors import NotFoundError, SavedSearchError, UnfitTextError
from indexer.errors import QueryError
from indexer.query.json_form import Condition, query_of

_NONE = "There is no saved search of this number."


class SearchWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A search to save, by `query` or by `where`."""

    name: Annotated[str, Meta(max_length=200, description="Under which people know it.")]
    query: Annotated[
        Annotated[str, Meta(max_length=2000)] | None,
        Meta(description="In the language of `/v1/search`."),
    ] = None
    where: Annotated[
        Condition | None,
        Meta(description="Instead of `query`. What is kept is the query that it comes to."),
    ] = None
    kind: Annotated[Literal["article", "story"], Meta(description="What it listens for.")] = (
        "article"
    )
    who: Annotated[str, Meta(max_length=200, description="Whose search it is.")] = ""
    notify: Annotated[
        str, Meta(max_length=2000, description="An https address that matches are sent to.")
    ] = ""


class ReceiverItem(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told of a saved search's matches, and how that goes."""

    address: Annotated[str, Meta(description="Without its path, which may be a secret.")]
    state: Annotated[
        Literal["active", "failing", "stopped"],
        Meta(description="`failing` is tried again; `stopped` until it is resumed."),
    ]
    told: Annotated[int, Meta(description="The last match that it took.")]
    last_told: datetime | None
    failures: Annotated[int, Meta(description="Since it last took something.")]
    next_attempt: datetime | None
    error: Annotated[str, Meta(description="What was wrong last; empty when well.")]


class SavedSearchItem(msgspec.Struct, frozen=True, kw_only=True):
    """A saved search."""

    number: int
    name: str
    kind: Literal["article", "story"]
    query: str
    who: str
    created: datetime
    since: Annotated[int, Meta(description="The log position from which it listens.")]
    matches: Annotated[int, Meta(description="How much it matched so far.")]
    notify: Annotated[ReceiverItem | None, Meta(description="Who is told; null for nobody.")]


class SavedSearchMade(SavedSearchItem, frozen=True, kw_only=True):
    """A search that was saved just now."""

    secret: Annotated[
        str,
        Meta(description="Signs what is sent to `notify`; shown this once. Empty without one."),
    ]


class SavedSearchList(msgspec.Struct, frozen=True, kw_only=True):
    """All saved searches, by name."""

    items: tuple[SavedSearchItem, ...]


class MatchItem(msgspec.Struct, frozen=True, kw_only=True):
    """An article or story that a saved search matched; each once."""

    number: Annotated[int, Meta(description="Give the last as `after` to read on.")]
    at: datetime
    seq: Annotated[int, Meta(description="The change that made it match.")]
    kind: Literal["article", "story"]
    id: str
    headline: str
    outlet: str
    url: str
    story: str
    time: Annotated[
        datetime,
        Meta(description="When it was published, or else first seen; a story's last report."),
    ]


class MatchList(msgspec.Struct, frozen=True, kw_only=True):
    """Matches in the order in which they were found."""

    items: tuple[MatchItem, ...]
    last: Annotated[int, Meta(description="Give it as `after` to read on.")]


class MatchesQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Which matches."""

    after: Annotated[
        int, Meta(ge=0, le=LARGEST, description="The last match already known; 0 is the first.")
    ] = 0
    limit: Annotated[int, Meta(ge=1, le=1000, description="How many at most.")] = 100


# Asynchronous itself, because Litestar 2.x wraps a synchronous handler twice where another one has
# the same path, and then answers with a coroutine.
@get("/v1/searches")
async def list_searches(request: Asked, context: Context) -> Response[bytes]:
    return await sync_to_thread(_list, request, context)


def _list(request: Asked, context: ServeContext) -> Response[bytes]:
    question_of(request, NoQuestion)
    with context.record.reading() as connection:
        saved = searches.list_searches(connection)
        by_search = receivers.by_search(connection)
    items = tuple(_item(each, by_search.get(each.id)) for each in saved)
    return _json(SavedSearchList(items=items))


@post("/v1/searches", status_code=201)
async def save_search(request: Asked, context: Context) -> Response[bytes]:
    check_writer(request, context)
    question_of(request, NoQuestion)
    body = await request.body()
    return await sync_to_thread(_save, request, context, body)


def _save(request: Asked, context: ServeContext, body: bytes) -> Response[bytes]:
    wish = json_body(request, body, SearchWish)
    query = _query_of(wish)
    receiver: Receiver | None = None
    try:
        address = webhook.usable_address(wish.notify, context.receivers) if wish.notify else ""
        with context.record.writing() as connection:
            saved = searches.save(
                connection,
                wish.name,
                query,
                kind=wish.kind,
                who=wish.who,
                now=context.now(),
            )
            if address:
                key = webhook.new_key()
                receiver = Receiver(search=saved.id, address=address, key=key)
                receivers.add(connection, receiver)
    except QueryError as error:
        if wish.where is not None:  # its offset is of a text that nobody wrote
            raise bad_conditions(error) from error
        raise bad_query(error, parameter="query") from error
    except UnfitTextError as error:
        raise bad_body(error) from error
    except SavedSearchError as error:
        raise told(409, error) from error
    fields = msgspec.structs.asdict(_item(saved, receiver))
    secret = receiver.key if receiver else ""
    return _json(SavedSearchMade(**fields, secret=secret), status=201)


def _query_of(wish: SearchWish) -> str:
    """The query that a wish comes to. Raises :class:`RequestError` (422)."""
    if wish.where is None:
        if wish.query is None:
            raise bad_parameters((Fault(parameter="query", detail="It is missing, as is where."),))
        return wish.query
    if wish.query is not None:
        detail = "query and where stand side by side: leave one of them out."
        raise bad_parameters((Fault(parameter="where", detail=detail),))
    try:
        return query_of(wish.where)
    except QueryError as error:
        raise bad_conditions(error) from error


@get("/v1/searches/{id:str}/matches", sync_to_thread=True)
def list_matches(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of(request, MatchesQuestion)
    with context.record.reading() as connection:
        search = asked_search(request, connection)
        found = searches.list_matches(connection, search, after=asked.after, limit=asked.limit)
    items = tuple(
        MatchItem(
            **{
                **msgspec.structs.asdict(each),
                "at": moment(each.at),
                "time": moment(each.time),
            }
        )
        for each in found
    )
    return _json(MatchList(items=items, last=items[-1].number if items else asked.after))


@delete("/v1/searches/{id:str}", sync_to_thread=True, status_code=204)
def remove_search(request: Asked, context: Context) -> None:
    check_writer(request, context)
    question_of(request, NoQuestion)
    with context.record.writing() as connection:
        searches.remove(connection, asked_search(request, connection))


@post("/v1/searches/{id:str}/resume", sync_to_thread=True, status_code=200)
def resume_search(request: Asked, context: Context) -> Response[bytes]:
    check_writer(request, context)
    question_of(request, NoQuestion)
    try:
        with context.record.writing() as connection:
            search = asked_search(request, connection)
            receiver = receivers.resume(connection, search, now=context.now())
    except SavedSearchError as error:
        raise told(409, error) from error
    return _json(_receiver_item(receiver))


def asked_search(request: Asked, connection: Connection) -> searches.SavedSearch:
    """The saved search whose number is in the path. Raises :class:`RequestError` (404)."""
    number = number_of(str(request.path_params["id"]))
    if number is None:
        raise RequestError(404, _NONE)
    try:
        return searches.one_search(connection, number)
    except NotFoundError as error:
        raise RequestError(404, _NONE) from error


def _item(search: searches.SavedSearch, receiver: Receiver | None) -> SavedSearchItem:
    fields = msgspec.structs.asdict(search)
    fields["number"] = fields.pop("id")
    notify = _receiver_item(receiver) if receiver else None
    return SavedSearchItem(**{**fields, "created": moment(search.created), "notify": notify})


def _receiver_item(receiver: Receiver) -> ReceiverItem:
    fields = msgspec.structs.asdict(receivers.shown(receiver))
    for name in ("last_told", "next_attempt"):
        fields[name] = maybe_moment(fields[name])
    return ReceiverItem(**fields)


def _json(answer: msgspec.Struct, *, status: int = 200) -> Response[bytes]:
    body = msgspec.json.encode(answer)
    return Response(body, status_code=status, media_type="application/json")


SEARCHES: tuple[HTTPRouteHandler, ...] = (
    list_searches,
    save_search,
    list_matches,
    remove_search,
    resume_search,
)
