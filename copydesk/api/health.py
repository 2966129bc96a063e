"""Whether this process lives, and whether it has all it needs to answer."""

from importlib.metadata import version

from copydesk.api.answers import Alive, Ready
from copydesk.api.context import ServeContext
from copydesk.api.problems import RequestError
from copydesk.api.times import moment
from copydesk.errors import RecordError, RecordSchemaError
from copydesk.record import standstill, timelines
from copydesk.record.migrate import check
from copydesk.record.standstill import Standstill
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
            stands = standstill.lasting(connection, now=context.now())
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
            f"{_told(stands)}." if stands else "It catches up while `copydesk desk` runs.",
        )
    return Ready(
        status="ready",
        log_head=lives.head,
        engine_position=noted.position,
        engine_lag=lag,
        # Not unready: all servers lag alike, and what they hold is better than no answer.
        engine_fault=f"{_told(stands)}." if stands else "",
    )


def _told(stands: Standstill) -> str:
    """Not the engine's words: they may name hosts and quote articles."""
    return (
        "The desk has not been able to write the search engine since "
        f"{moment(stands.since):%Y-%m-%dT%H:%M:%SZ}; its log and `copydesk doctor` say why"
    )


def _unreadable() -> RequestError:
    return _unready("The record cannot be read.", "Run `copydesk doctor` on this machine.")


def _unready(what: str, next_step: str) -> RequestError:
    return RequestError(503, what, next_step=next_step, headers={"Retry-After": "5"})
