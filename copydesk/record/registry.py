"""The sources in the record: which there are, which are due, what became of their fetches."""

from collections.abc import Iterable
from typing import Any

import msgspec
import structlog
from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from config.sources import Source
from copydesk.errors import NotFoundError
from copydesk.record.codec import clean
from copydesk.record.rows import upsert
from copydesk.record.schema import fetches, source_state, sources
from copydesk.record.schema_hubs import departed_sources
from crawler.job import FeedJob, FeedResult, Validators

# How many fetches of a source are kept: two months of one an hour, for health and schedule.
_FETCHES_KEPT = 1500
_PRUNE_EVERY = 100
# Clocks of two machines differ less; a smaller step back than this only delays as much.
_CLOCK_STEP = 3600.0
# Who pauses a source, as bits of its ``paused``: each takes back its own word only. Records from
# before the two were told apart have a person's for either.
BY_A_PERSON, BY_THE_CONFIGURATION = 1, 2
_IS_A_FOLDER = sources.c.url.startswith("file:")

log = structlog.get_logger()


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A source as registered, with how its polling stands. Times are epoch seconds."""

    id: str
    url: str
    configured_url: str
    kind: str
    outlet: str
    country: str
    language: str
    fetch_pages: str
    origin: str
    paused: int
    added_at: float
    secret: str = ""
    due: float = 0.0
    due_reason: str = ""
    interval: float = 0.0
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    lies: int = 0
    failures: int = 0
    last_fetch: float | None = None
    last_success: float | None = None
    last_new_item: float | None = None
    last_outcome: str = ""
    last_error: str = ""
    retired: int = 0
    history: bytes | None = None

    def job(self) -> FeedJob:
        """What the crawler is asked to fetch."""
        return FeedJob(
            source=self.id,
            url=self.url,
            outlet=self.outlet,
            country=self.country,
            language=self.language,
            fetch_pages="yes" if self.fetch_pages == "yes" else "no",
            validators=Validators(
                etag=self.etag,
                last_modified=self.last_modified,
                body_hash=self.body_hash,
                lies=self.lies,
            ),
            secret=self.secret,
            not_modified_at=self.last_fetch if self.last_outcome == "not-modified" else None,
        )


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What the schedule decided after a fetch, with the history it learned from (packed).

    ``move_to`` is the source's new address when it has moved for good, else "".
    """

    due: float
    interval: float
    reason: str
    failures: int
    retired: int
    history: bytes
    move_to: str


def register(connection: Connection, wanted: Iterable[Source], *, origin: str, now: float) -> None:
    """Make the record's sources of this origin those of the configuration.

    A source that is no longer configured is dropped from polling together with its state; its
    articles stay, and how long it wanted them kept. Whether a person paused it survives; that the
    configuration did lasts as long as it says so. One whose id is :func:`taken` is left out.
    """
    configured = {source.id: source for source in wanted}
    for id_ in taken(connection, configured.values(), origin=origin):
        del configured[id_]
        log.warning(
            f"the configured source {id_} is left out: one of that id but another address was "
            f"added by command. Remove that (copydesk sources remove {id_}) or choose another id"
        )
    known = {
        row.id: row
        for row in connection.execute(
            select(sources.c.id, sources.c.origin, sources.c.configured_url, sources.c.secret)
        )
    }
    for gone in [id_ for id_, row in known.items() if row.origin == origin]:
        if gone not in configured:
            remove(connection, gone)
    for id_, source in configured.items():
        if id_ not in known:
            add(connection, source, origin=origin, now=now)
            continue
        values: dict[str, Any] = {**_values(source), "origin": origin}
        of_a_person = sources.c.paused.bitwise_and(BY_A_PERSON)
        values["paused"] = of_a_person.bitwise_or(_paused(source))
        if (known[id_].configured_url, known[id_].secret) == (source.url, source.secret):
            del values["url"]  # it may have moved for good since
        else:
            reset(connection, id_)
        connection.execute(update(sources).where(sources.c.id == id_).values(**values))


def taken(connection: Connection, wanted: Iterable[Source], *, origin: str) -> list[str]:
    """The ids of those whose id another origin has given to a source at another address.

    That source would be lost with what it has learned, and would not come back with its id.
    """
    columns = (sources.c.id, sources.c.url, sources.c.configured_url)
    others = {
        row.id: (row.url, row.configured_url)
        for row in connection.execute(select(*columns).where(sources.c.origin != origin))
    }
    return [each.id for each in wanted if each.id in others and each.url not in others[each.id]]


def add(connection: Connection, source: Source, *, origin: str, now: float) -> None:
    """Add a source that is not there yet, due at once."""
    values = {**_values(source), "origin": origin, "paused": _paused(source), "added_at": now}
    connection.execute(insert(sources).values(**values))
    connection.execute(insert(source_state).values(source=source.id))
    # It has its say itself again.
    connection.execute(delete(departed_sources).where(departed_sources.c.id == source.id))


def due(connection: Connection, *, now: float, limit: int) -> list[SourceRow]:
    """Sources to fetch now, the longest overdue first."""
    statement = joined().where(ready(now)).order_by(source_state.c.due, sources.c.id).limit(limit)
    return [source_row(row) for row in connection.execute(statement)]


def drops(connection: Connection) -> list[SourceRow]:
    """The sources that are folders and not paused: they are looked at by another clock."""
    statement = joined().where(_IS_A_FOLDER, sources.c.paused == 0).order_by(sources.c.id)
    return [source_row(row) for row in connection.execute(statement)]


def ready(now: float) -> ColumnElement[bool]:
    """Whether a source is to be fetched now."""
    return and_(
        ~_IS_A_FOLDER,
        # A fetch in the future means that the clock was set back: nothing it says still holds.
        or_(source_state.c.due <= now, source_state.c.last_fetch > now + _CLOCK_STEP),
        sources.c.paused == 0,
        source_state.c.retired == 0,
    )


def active(connection: Connection) -> list[SourceRow]:
    """Every source that is neither paused nor retired."""
    statement = joined().where(sources.c.paused == 0, source_state.c.retired == 0)
    return [source_row(row) for row in connection.execute(statement.order_by(sources.c.id))]


def every(connection: Connection) -> list[SourceRow]:
    """All sources by id."""
    return [source_row(row) for row in connection.execute(joined().order_by(sources.c.id))]


def one(connection: Connection, id_: str) -> SourceRow:
    """The source; raises :class:`NotFoundError`."""
    row = connection.execute(joined().where(sources.c.id == id_)).one_or_none()
    if row is None:
        raise NotFoundError(
            f'there is no source "{id_}"', next_step="`copydesk sources list` shows all."
        )
    return source_row(row)


def pause(connection: Connection, id_: str) -> None:
    """Leave the source alone: a person wants that."""
    one(connection, id_)
    paused = sources.c.paused.bitwise_or(BY_A_PERSON)
    connection.execute(update(sources).where(sources.c.id == id_).values(paused=paused))


def resume(connection: Connection, id_: str) -> SourceRow:
    """Poll the source again, now, as far as that is a person's to say.

    Answers how it stands then: the configuration may pause it still.
    """
    one(connection, id_)
    paused = sources.c.paused.bitwise_and(BY_THE_CONFIGURATION)
    connection.execute(update(sources).where(sources.c.id == id_).values(paused=paused))
    connection.execute(
        update(source_state).where(source_state.c.source == id_).values(due=0.0, retired=0)
    )
    return one(connection, id_)


def remove(connection: Connection, id_: str) -> None:
    """Forget the source and its fetches; its articles stay, as long as it wanted them kept."""
    keep = (sources.c.keep_days, sources.c.keep_text_days)
    own = select(sources.c.id, *keep).where(
        sources.c.id == id_, or_(*(each.is_not(None) for each in keep))
    )
    upsert(connection, departed_sources, [dict(row._mapping) for row in connection.execute(own)])
    connection.execute(delete(fetches).where(fetches.c.source == id_))
    connection.execute(delete(source_state).where(source_state.c.source == id_))
    connection.execute(delete(sources).where(sources.c.id == id_))


def reset(connection: Connection, id_: str) -> None:
    """Start the source anew: nothing known of its server, due at once."""
    connection.execute(delete(source_state).where(source_state.c.source == id_))
    connection.execute(insert(source_state).values(source=id_))


def save_result(
    connection: Connection, result: FeedResult, outlook: Outlook, *, worker: str = ""
) -> None:
    """Write down a fetch and when the next one is due; a removed source is passed over.

    When ``worker`` has lost its lease, another has the source in hand or has polled it since: the
    fetch is noted, the schedule is left to the other.
    """
    holder = select(source_state.c.leased_by).where(source_state.c.source == result.source)
    # Locked, so that nobody takes the source between this look and our write.
    leased_by = connection.execute(holder.with_for_update()).scalar_one_or_none()
    if leased_by is None:
        return
    if leased_by == worker:
        _save_state(connection, result, outlook)
    _save_fetch(connection, result)


def _save_state(connection: Connection, result: FeedResult, outlook: Outlook) -> None:
    at = result.started + result.elapsed
    failed = bool(result.error)
    state: dict[str, Any] = {
        "source": result.source,
        "due": outlook.due,
        "due_reason": outlook.reason,
        "interval": outlook.interval,
        "failures": outlook.failures,
        "retired": outlook.retired,
        "history": outlook.history,
        "last_fetch": at,
        "last_outcome": result.outcome,
        "last_error": result.error,
        "leased_by": "",
        "leased_until": 0.0,
    }
    if not failed:
        state |= {"last_success": at, **msgspec.structs.asdict(result.validators)}
    if result.new_items:
        state["last_new_item"] = at
    # A server's headers, and what is told of its answer, may hold anything.
    upsert(connection, source_state, [clean(state)])
    if outlook.move_to:
        connection.execute(
            update(sources).where(sources.c.id == result.source).values(url=clean(outlook.move_to))
        )


def _save_fetch(connection: Connection, result: FeedResult) -> None:
    number = connection.execute(
        insert(fetches)
        .values(
            source=result.source,
            at=result.started,
            elapsed=result.elapsed,
            outcome=result.outcome,
            status=result.status,
            items=result.items,
            new_items=result.new_items,
            pages=result.pages,
            page_failures=result.page_failures,
            bytes=result.bytes_received,
            error=clean(result.error),
        )
        .returning(fetches.c.id)
    ).scalar_one()
    if number % _PRUNE_EVERY == 0:
        _prune(connection, result.source)


def _values(source: Source) -> dict[str, Any]:
    names = ("id", "url", "kind", "outlet", "country", "language", "fetch_pages", "secret")
    kept = ("keep_days", "keep_text_days")
    return {
        **{name: getattr(source, name) for name in names},
        # Nothing means: as [retention] says.
        **{name: None if getattr(source, name) < 0 else getattr(source, name) for name in kept},
        "configured_url": source.url,
    }


def _paused(source: Source) -> int:
    return BY_THE_CONFIGURATION if source.paused == "yes" else 0


def _prune(connection: Connection, source: str) -> None:
    mine = select(fetches.c.id).where(fetches.c.source == source)
    kept = mine.order_by(fetches.c.id.desc()).limit(_FETCHES_KEPT)
    connection.execute(delete(fetches).where(fetches.c.source == source, fetches.c.id.not_in(kept)))


def joined() -> Any:
    """The statement that reads sources with how their polling stands."""
    names = SourceRow.__struct_fields__
    columns = [column for column in (*sources.c, *source_state.c) if column.name in names]
    return select(*columns).join(source_state, source_state.c.source == sources.c.id)


def source_row(row: Any) -> SourceRow:
    """One row of :func:`joined`."""
    return SourceRow(**row._mapping)
