"""Export: articles or stories, one line each, as NDJSON or CSV."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Select, func, select

from copydesk.errors import DamagedError
from copydesk.record.codec import unpack
from copydesk.record.database import Record
from copydesk.record.reading_merged import merged_in
from copydesk.record.rows import chunked
from copydesk.record.schema import articles, stories
from copydesk.transfer import marks
from indexer.engines.protocol import Kind, Reader, WalkRequest

What = Literal["articles", "stories"]
Format = Literal["ndjson", "csv"]
_PAGE = 1000
# A cell that starts with one of these is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Where lists are separated by ";" (German, French, Polish), what stands behind one is a cell too,
# even in quotation marks if those do not begin its line. A space makes it text.
_FORMULA_BEHIND = re.compile(r'[;\t\r\n](?="*[=+@-])')

_ARTICLE_COLUMNS = (
    "id", "guid", "url", "source", "outlet", "country", "title", "byline", "summary", "language",
    "credit", "status", "published", "first_seen", "copy_group", "story",
)  # fmt: skip
_STORY_COLUMNS = (
    "id", "headline", "first_report", "last_report", "articles", "copy_groups", "outlets",
    "languages", "countries", "terms", "headline_status",
)  # fmt: skip
_TIMES = frozenset(("published", "first_seen", "first_report", "last_report"))
_LISTS = frozenset(("outlets", "languages", "countries", "terms"))


def export(
    record: Record, engine: Reader | None, what: What, form: Format, *, query: str, since: float
) -> Iterator[str]:
    """The lines, each with its line end; a CSV starts with its header.

    NDJSON of articles holds their texts too, so that ``copydesk import`` can take it in again, word
    for word; of one whose stored text is damaged it says so instead. ``query`` is answered by
    ``engine``, everything else by the record alone, oldest first. ``since`` (epoch seconds) bounds
    an article's clock or a story's last report.
    """
    columns = _ARTICLE_COLUMNS if what == "articles" else _STORY_COLUMNS
    if form == "csv":
        yield _csv_line(columns)
    for row in _rows(record, engine, what, query=query, since=since):
        shown = {name: _shown(name, row[name]) for name in columns}
        if form == "ndjson" and what == "articles":
            shown |= _told(row["body"]) | {marks.FIELD: marks.OURS}
        if form == "csv":
            yield _csv_line([_cell(value) for value in shown.values()])
        else:
            yield msgspec.json.encode(shown).decode() + "\n"


def _rows(
    record: Record, engine: Reader | None, what: What, *, query: str, since: float
) -> Iterator[dict[str, Any]]:
    if query and engine is not None:
        kind: Kind = "article" if what == "articles" else "story"
        merged = merged_in(record, query, kind)
        for ids in engine.walk(WalkRequest(kind=kind, query=query, merged=merged)):
            with record.reading() as connection:
                rows = {row["id"]: row for row in _by_ids(connection, what, ids, since)}
            yield from (rows[id_] for id_ in ids if id_ in rows)
        return
    with record.reading() as connection:
        statement = _select(what, since)
        for row in connection.execution_options(yield_per=_PAGE).execute(statement):
            yield dict(row._mapping)


def _select(what: What, since: float) -> Select[Any]:
    if what == "articles":
        return select(articles).where(articles.c.at >= since).order_by(articles.c.number)
    shown = stories.c.articles > 0
    return (
        select(stories, func.coalesce(articles.c.status, "usable").label("headline_status"))
        .outerjoin(articles, articles.c.id == stories.c.headline_article)
        .where(shown, stories.c.last_report >= since)
        .order_by(stories.c.first_report, stories.c.id)
    )


def _by_ids(
    connection: Connection, what: What, ids: Sequence[str], since: float
) -> Iterator[dict[str, Any]]:
    table = articles if what == "articles" else stories
    for some in chunked(ids):
        for row in connection.execute(_select(what, since).where(table.c.id.in_(some))):
            yield dict(row._mapping)


def _shown(name: str, value: Any) -> Any:
    if name in _TIMES:
        return None if value is None else iso(value)
    if name in _LISTS:
        return msgspec.json.decode(value, type=list[str])
    return value


def _told(body: bytes) -> dict[str, Any]:
    try:
        article = unpack(body)
    except DamagedError as error:
        return {"damaged": error.what}
    return {"section": article.section, "keywords": article.keywords, "text": article.text}


def iso(seconds: float) -> str:
    """ISO 8601 in UTC, to the second where that is exact."""
    moment = datetime.fromtimestamp(seconds, UTC)
    spec = "seconds" if moment.microsecond == 0 else "milliseconds"
    return moment.isoformat(timespec=spec).replace("+00:00", "Z")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = "; ".join(value) if isinstance(value, list) else str(value)
    text = _FORMULA_BEHIND.sub(r"\g<0> ", text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
