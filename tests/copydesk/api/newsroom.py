"""Fill a real record by hand, row by row, as the desk would."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update

from copydesk.record import codec
from copydesk.record.database import Record, sqlite_url
from copydesk.record.migrate import upgrade
from copydesk.record.schema import (
    articles,
    change_log,
    copy_groups,
    inbox,
    log_head,
    source_state,
    sources,
    stories,
    story_history,
)
from crawler.article import Article, Extraction
from dedupe.document import CopyEvidence, StoryEvidence

# 30 May 2023, 06:00 UTC.
MORNING = 1685426400.0
FIRST_COPY = CopyEvidence(method="first")
FIRST_STORY = StoryEvidence(method="first")


def new_record(folder: Path) -> Record:
    """An empty, migrated record in a file."""
    record = Record(sqlite_url(folder / "record.db"))
    upgrade(record)
    return record


class Newsroom:
    """Writes what the desk writes: articles, groups, stories and the change log."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def source(self, name: str, *, state: Mapping[str, Any] | None = None, **values: Any) -> None:
        row = {"url": f"https://{name}.example/feed", "kind": "feed", "origin": "config"}
        with self.record.writing() as connection:
            connection.execute(
                insert(sources).values(id=name, added_at=MORNING, **{**row, **values})
            )
            if state is not None:
                connection.execute(insert(source_state).values(source=name, **state))

    def waiting(self, article: str, *, received: float = 0.0) -> None:
        """One article in the inbox."""
        with self.record.writing() as connection:
            connection.execute(
                insert(inbox).values(article=article, received=received, payload=b"")
            )

    def report(
        self,
        story: str,
        article: str,
        *,
        at: float = MORNING,
        copy_of: str = "",
        copy_evidence: CopyEvidence = FIRST_COPY,
        story_evidence: StoryEvidence = FIRST_STORY,
        text: str = "",
        **values: Any,
    ) -> None:
        """Place one article in a story, as a copy of ``copy_of`` if that is given."""
        row = {"title": f"Title of {article}", "outlet": "Alpha", "language": "en", **values}
        body = Article(
            source=row.get("source", "alpha"),
            title=row["title"],
            text=text,
            first_seen=at,
            extraction=Extraction(method="test", quality=1.0, origin="page"),
        )
        with self.record.writing() as connection:
            group = copy_of or article
            number = connection.execute(select(log_head.c.number)).scalar_one() + 1
            connection.execute(update(log_head).values(number=number))
            _grow_group(connection, group, article, at)
            connection.execute(
                insert(articles).values(
                    id=article,
                    number=number,
                    **{"source": "alpha", "published": at, "first_seen": at, **row},
                    at=at,
                    copy_group=f"g-{group}",
                    story=story,
                    copy_evidence=_json(copy_evidence),
                    story_evidence=_json(story_evidence),
                    placed=at,
                    changed=_log(connection, "article", article, "put"),
                    body=codec.pack(body),
                )
            )
            _measure_story(connection, story, at)

    def merge(self, gone: str, kept: str) -> None:
        """All of ``gone`` is now in ``kept``."""
        with self.record.writing() as connection:
            connection.execute(update(articles).where(articles.c.story == gone).values(story=kept))
            connection.execute(
                update(stories)
                .where(stories.c.id == gone)
                .values(
                    merged_into=kept,
                    articles=0,
                    copy_groups=0,
                    changed=_log(connection, "story", gone, "remove"),
                )
            )
            connection.execute(
                insert(story_history).values(
                    at=MORNING, story=kept, event="merged", other=gone, evidence=_json(FIRST_STORY)
                )
            )
            _measure_story(connection, kept, MORNING)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _log(connection: Connection, kind: str, subject: str, operation: str) -> int:
    seq = (connection.scalar(select(log_head.c.seq)) or 0) + 1
    if connection.execute(update(log_head).values(seq=seq)).rowcount == 0:
        connection.execute(insert(log_head).values(only=1, seq=seq))
    connection.execute(
        insert(change_log).values(seq=seq, at=MORNING, kind=kind, id=subject, operation=operation)
    )
    return seq


def _grow_group(connection: Connection, group: str, article: str, at: float) -> None:
    grown = connection.execute(
        update(copy_groups)
        .where(copy_groups.c.id == f"g-{group}")
        .values(size=copy_groups.c.size + 1)
    )
    if grown.rowcount == 0:
        connection.execute(
            insert(copy_groups).values(id=f"g-{group}", first_article=article, size=1, created=at)
        )


def _measure_story(connection: Connection, story: str, at: float) -> None:
    rows = connection.execute(
        select(articles).where(articles.c.story == story).order_by(articles.c.at)
    ).all()
    values = {
        "headline": rows[0].title,
        "headline_article": rows[0].id,
        "first_report": rows[0].at,
        "last_report": rows[-1].at,
        "articles": len(rows),
        "copy_groups": len({row.copy_group for row in rows}),
        "outlets": _json(sorted({row.outlet for row in rows if row.outlet})),
        "languages": _json(sorted({row.language for row in rows if row.language})),
        "countries": _json(sorted({row.country for row in rows if row.country})),
        "changed": _log(connection, "story", story, "put"),
    }
    changed = connection.execute(update(stories).where(stories.c.id == story).values(values))
    if changed.rowcount == 0:
        connection.execute(insert(stories).values(id=story, created=at, **values))
