"""Who is told of a saved search's matches, over HTTP: another address, secret, or try."""

from typing import Protocol

import msgspec
from litestar import Response, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import Connection

from copydesk.alerts import receivers, webhook
from copydesk.alerts.searches import SavedSearch
from copydesk.api.asked import Asked, question_of
from copydesk.api.context import Context, ServeContext
from copydesk.api.problems import bad_body, told
from copydesk.api.questions import NoQuestion
from copydesk.api.saved import (
    AddressWish,
    NewSecret,
    ReceiverSet,
    asked_search,
    json_answer,
    receiver_item,
)
from copydesk.api.times import moment
from copydesk.api.writing import check_writer, json_body
from copydesk.errors import SavedSearchError, UnfitTextError


@post("/v1/searches/{id:str}/notify", status_code=200)
async def name_receiver(request: Asked, context: Context) -> Response[bytes]:
    check_writer(request, context)
    question_of(request, NoQuestion)
    body = await request.body()
    return await sync_to_thread(_name, request, context, body)


def _name(request: Asked, context: ServeContext, body: bytes) -> Response[bytes]:
    wish = json_body(request, body, AddressWish)
    try:
        address = webhook.usable_address(wish.address, context.receivers)
    except UnfitTextError as error:
        raise bad_body(error) from error
    with context.record.writing() as connection:
        search = asked_search(request, connection)
        receiver, secret = receivers.name(connection, search, address, now=context.now())
    fields = msgspec.structs.asdict(receiver_item(receiver))
    return json_answer(ReceiverSet(**fields, secret=secret))


@post("/v1/searches/{id:str}/secret", sync_to_thread=True, status_code=200)
def renew_secret(request: Asked, context: Context) -> Response[bytes]:
    receiver = _changed(request, context, receivers.renew_key)
    return json_answer(NewSecret(secret=receiver.key, old_until=moment(receiver.old_until)))


@post("/v1/searches/{id:str}/resume", sync_to_thread=True, status_code=200)
def resume_search(request: Asked, context: Context) -> Response[bytes]:
    return json_answer(receiver_item(_changed(request, context, receivers.resume)))


class _Change(Protocol):
    def __call__(
        self, connection: Connection, search: SavedSearch, *, now: float
    ) -> webhook.Receiver: ...


def _changed(request: Asked, context: ServeContext, change: _Change) -> webhook.Receiver:
    check_writer(request, context)
    question_of(request, NoQuestion)
    try:
        with context.record.writing() as connection:
            return change(connection, asked_search(request, connection), now=context.now())
    except SavedSearchError as error:
        raise told(409, error) from error


RECEIVERS: tuple[HTTPRouteHandler, ...] = (name_receiver, renew_secret, resume_search)
