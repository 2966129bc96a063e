"""Whether this process lives, and whether it has all it needs to answer."""

from importlib.metadata import version

from copydesk.api.answers import Alive, Ready
from copydesk.api.context import ServeContext
from copydesk.api.problems import RequestError
from copydesk.api.times import moment
from copydesk.errors import RecordError, RecordSchemaError
from copydesk.record import timelines
from copydesk.record.migrate import check
from indexer.errors import IndexerError

# About the news of a busy minute of the whole world; past it a search is no longer the news.
FURTHEST_BEHIND = 50_000


def alive(context: ServeContext) -> Alive:
    """The process answers; nothing else is looked at."""
    return Alive(status="alive", version=version("copydesk"), since=moment(context.started))


def ready(context: ServeContext) -> Ready:
    """Look at the record and the engine. Raises :class:`RequestError` (503) when one fails."""
    try:
        check(context.record)
    except RecordSchemaError as error:
        raise _unready(
            "The record has the tables of another version.", "Run `copydesk init`."
        ) from error
    except RecordError as error:
        raise _unreadable() from error
    try:
        noted = context.engine.noted()
    except IndexerError as error:
        raise _unready(
            "The search engine does not answer.", "Lists and stories still work; only search waits."
        ) from error
    # After the engine, or it might be ahead of what is known here.
    try:
        with context.record.reading() as connection:
            lives = timelines.read(connection)
    except RecordError as error:
        raise _unreadable() from error
    if objection := lives.objection(noted.timeline, noted.position):
        raise _unready(
            f"What the search engine holds {objection}.",
            "`copydesk reindex` makes it anew from the record.",
        )
    lag = lives.behind(noted.position)
    if lag > FURTHEST_BEHIND:
        raise _unready(
            f"The search engine is {lag} changes behind the record, at position {noted.position} "
            f"of {lives.head}.",
            "It catches up while `copydesk desk` runs.",
        )
    return Ready(
        status="ready", log_head=lives.head, engine_position=noted.position, engine_lag=lag
    )


def _unreadable() -> RequestError:
    return _unready("The record cannot be read.", "Run `copydesk doctor` on this machine.")


def _unready(what: str, next_step: str) -> RequestError:
    return RequestError(503, what, next_step=next_step, headers={"Retry-After": "5"})
