"""Whether this process lives, and whether it has all it needs to answer."""

from importlib.metadata import version

from copydesk.api.answers import Alive, Ready
from copydesk.api.context import ServeContext
from copydesk.api.problems import RequestError
from copydesk.api.times import moment
from copydesk.errors import RecordError, RecordSchemaError
from copydesk.record import changelog
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
        with context.record.reading() as connection:
            head = changelog.head(connection)
    except RecordSchemaError as error:
        raise _unready(
            "The record has the tables of another version.", "Run `copydesk init`."
        ) from error
    except RecordError as error:
        raise _unready(
            "The record cannot be read.", "Run `copydesk doctor` on this machine."
        ) from error
    try:
        position = context.engine.position()
    except IndexerError as error:
        raise _unready(
            "The search engine does not answer.", "Lists and stories still work; only search waits."
        ) from error
    lag = max(head - position, 0)
    if lag > FURTHEST_BEHIND:
        raise _unready(
            f"The search engine is {lag} log positions behind the record ({position} of {head}).",
            "It catches up while `copydesk desk` runs.",
        )
    return Ready(status="ready", log_head=head, engine_position=position, engine_lag=lag)


def _unready(what: str, next_step: str) -> RequestError:
    return RequestError(503, what, next_step=next_step, headers={"Retry-After": "5"})
