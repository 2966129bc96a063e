"""Write the stories that a batch changes, from what their tallies say."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update

from copydesk.record.rows import chunked, upsert
from copydesk.record.schema import articles, stories
from copydesk.record.tallies import Tallies
from copydesk.record.touched import Touched
from copydesk.story_facts import StoryFacts, Tally
from copydesk.story_headlines import Report

_FIELDS = Report.__struct_fields__
# A story without reports says nothing: what it said was of articles that may be deleted.
_EMPTY = {
    **dict.fromkeys(("articles", "copy_groups"), 0),
    **dict.fromkeys(("headline", "headline_article", "summary"), ""),
    **dict.fromkeys(("outlets", "languages", "countries", "terms"), "[]"),
}
REPORT_COLUMNS = [articles.c[name] for name in _FIELDS]


def report_of(row: Mapping[str, Any]) -> Report:
    """What a row of an article says of its story."""
    return Report(*map(row.__getitem__, _FIELDS))


def refresh_stories(
    connection: Connection, touched: Touched, tallies: Tallies, *, now: float
) -> tuple[int, dict[str, Tally]]:
    """Write the touched stories; returns how many are new, and what was counted of all."""
    wanted = sorted(touched.stories() - touched.gone)
    created = 0
    counted: dict[str, Tally] = {}
    for some in chunked(wanted):
        known = select(stories.c.id, stories.c.changed).where(stories.c.id.in_(some))
        changed = {row.id: row.changed for row in connection.execute(known)}
        found = _counted(connection, some, changed, touched, tallies)
        created += len(found.keys() - changed.keys())
        upsert(
            connection,
            stories,
            [_story_row(id_, found[id_].facts(), now=now) for id_ in some if id_ in found],
            keep=("created",),
        )
        # A story whose last report was revised into another one has nothing left to show.
        touched.gone.update(set(some) - found.keys())
        counted.update(found)
    for some in chunked(sorted(touched.gone)):
        connection.execute(update(stories).where(stories.c.id.in_(some)).values(_EMPTY))
    return created, counted


def _counted(
    connection: Connection,
    ids: Sequence[str],
    changed: Mapping[str, int],
    touched: Touched,
    tallies: Tallies,
) -> dict[str, Tally]:
    """The tallies of those of the stories that have reports; ``changed`` of those in the record.

    Where reports only came, those are counted; the record is read where it knows more.
    """
    found: dict[str, Tally] = {}
    unknown: list[str] = []
    for id_ in ids:
        came = touched.came.get(id_, ())
        tally = tallies.take(id_, changed=changed[id_]) if id_ in changed else Tally(())
        if tally is None or id_ in touched.disturbed or not (tally.reports or came):
            unknown.append(id_)
            continue
        tally.add(came)
        found[id_] = tally
    if unknown:
        statement = select(articles.c.story, *REPORT_COLUMNS)
        read: dict[str, list[Report]] = {}
        for story, *fields in connection.execute(statement.where(articles.c.story.in_(unknown))):
            read.setdefault(story, []).append(Report(*fields))
        found.update((story, Tally(reports)) for story, reports in read.items())
    return found


def _story_row(id_: str, facts: StoryFacts, *, now: float) -> dict[str, object]:
    row = msgspec.structs.asdict(facts)
    for name in ("outlets", "languages", "countries", "terms"):
        row[name] = msgspec.json.encode(row[name]).decode()
    return {"id": id_, "merged_into": "", "created": now, "changed": 0, **row}
