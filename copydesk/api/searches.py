"""Saved searches over HTTP: list, save, remove, and what they matched."""

import msgspec
from litestar import Response, delete, get, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler

from copydesk.alerts import receivers, searches, webhook
from copydesk.alerts.webhook import Receiver
from copydesk.api.asked import Asked, question_of
from copydesk.api.conditional import conditional_json
from copydesk.api.context import Context, ServeContext
from copydesk.api.problems import (
    Fault,
    bad_body,
    bad_conditions,
    bad_parameters,
    bad_query,
    told,
)
from copydesk.api.questions import NoQuestion
from copydesk.api.saved import (
    MatchesQuestion,
    MatchItem,
    MatchList,
    SavedSearchList,
    SavedSearchMade,
    SearchWish,
    asked_search,
    json_answer,
    search_item,
)
from copydesk.api.times import maybe_moment, moment
from copydesk.api.writing import check_writer, json_body
from copydesk.errors import SavedSearchError, UnfitTextError
from indexer.errors import QueryError
from indexer.query.json_form import query_of


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
    items = tuple(search_item(each, by_search.get(each.id)) for each in saved)
    listed = SavedSearchList(items=items)
    return conditional_json(listed, now=context.now(), asked=request.headers)


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
    secret = ""
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
                receiver, secret = receivers.name(connection, saved, address, now=context.now())
    except QueryError as error:
        if wish.where is not None:  # its offset is of a text that nobody wrote
            raise bad_conditions(error) from error
        raise bad_query(error, parameter="query") from error
    except UnfitTextError as error:
        raise bad_body(error) from error
    except SavedSearchError as error:
        raise told(409, error) from error
    fields = msgspec.structs.asdict(search_item(saved, receiver))
    return json_answer(SavedSearchMade(**fields, secret=secret), status=201)


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
                "time": maybe_moment(each.time),
            }
        )
        for each in found
    )
    listed = MatchList(items=items, last=items[-1].number if items else asked.after)
    return conditional_json(listed, now=context.now(), asked=request.headers)


@delete("/v1/searches/{id:str}", sync_to_thread=True, status_code=204)
def remove_search(request: Asked, context: Context) -> None:
    check_writer(request, context)
    question_of(request, NoQuestion)
    with context.record.writing() as connection:
        searches.remove(connection, asked_search(request, connection))


SEARCHES: tuple[HTTPRouteHandler, ...] = (
    list_searches,
    save_search,
    list_matches,
    remove_search,
)
