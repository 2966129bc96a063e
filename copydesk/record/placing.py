"""Write down where the desk placed a batch, and log every change, in one transaction."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, and_, bindparam, insert, select, update

from copydesk.group_sizes import indexed_size
from copydesk.record import changelog, deleting, inbox
from copydesk.record.changelog import ChangedKind
from copydesk.record.codec import pack
from copydesk.record.inbox import Waiting
from copydesk.record.journal import Told
from copydesk.record.keys import fits, fitting
from copydesk.record.rows import chunked, many, upsert
from copydesk.record.schema import (
    MERGED,
    articles,
    copy_groups,
    log_head,
    revisions,
    stories,
    story_history,
)
from copydesk.record.story_rows import REPORT_COLUMNS, refresh_stories, report_of
from copydesk.record.tallies import Tallies
from copydesk.record.touched import Touched
from copydesk.story_headlines import Report
from dedupe.document import Placement, StoryChange, StoryMerged

# Of an article that is there already, what a revision of it asks.
_KNOWN_COLUMNS = [
    *REPORT_COLUMNS,
    *(articles.c[name] for name in ("number", "revision", "first_seen", "story", "body")),
]
# Made once: making a statement costs several times what running it for one story does, and a batch
# of 500 real items merges some forty.
_MOVE = (
    update(articles)
    .where(articles.c.story == bindparam("gone"))
    .values(story=bindparam("kept"))
    .returning(*REPORT_COLUMNS)
)
# The second shortens the path of everything merged earlier, so that a redirect is one hop.
_REDIRECTS = tuple(
    update(stories).where(those).values(merged_into=bindparam("kept"))
    for those in (
        stories.c.id == bindparam("gone"),
        and_(stories.c.merged_into == bindparam("gone"), MERGED),
    )
)
_EVENT = insert(story_history)
_STAMPS = {
    kind: update(table).where(table.c.id == bindparam("key")).values(changed=bindparam("seq"))
    for kind, table in (("article", articles), ("story", stories))
}


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """An article from the inbox with its clock (epoch seconds) and its placement."""

    waiting: Waiting
    at: float
    placement: Placement


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch amounted to."""

    new: int = 0
    revised: int = 0
    copies: int = 0
    new_stories: int = 0
    merged_stories: int = 0
    deleted: int = 0
    grown: tuple[str, ...] = ()


def recorded_places(connection: Connection, ids: Iterable[str]) -> dict[str, Told]:
    """The places of those of these articles that are in the record already."""
    found: dict[str, Told] = {}
    columns = (articles.c.id, articles.c.copy_group, articles.c.story, stories.c.articles)
    known = select(*columns).join(stories, stories.c.id == articles.c.story)
    for some in chunked(sorted(set(ids))):
        for id_, group, story, held in connection.execute(known.where(articles.c.id.in_(some))):
            found[id_] = Told(id_, 0, group, story, held - 1)
    return found


def first_seen(connection: Connection, ids: Iterable[str]) -> dict[str, float]:
    """When those of these articles that are in the record already were seen first."""
    found: dict[str, float] = {}
    columns = (articles.c.id, articles.c.first_seen)
    for some in chunked(sorted(set(ids))):
        rows = connection.execute(select(*columns).where(articles.c.id.in_(some)))
        found.update((row.id, row.first_seen) for row in rows)
    return found


def record_batch(
    connection: Connection,
    batch: Sequence[Placed],
    *,
    afterwards: Sequence[StoryChange] = (),
    deleted: Sequence[str] = (),
    tallies: Tallies | None = None,
    now: float,
) -> Summary:
    """Store the batch, its structural changes in order, and what follows from them.

    ``afterwards`` are changes that belong to no article of the batch (the desk settling, or
    withdrawing what is ``deleted``). An article that is twice in the batch counts as one with a
    revision. ``tallies`` are the caller's from batch to batch; without them stories are read anew.
    """
    tallies = Tallies() if tallies is None else tallies
    touched = Touched()
    story_of: dict[str, str] = {}
    merged = 0
    for placed in batch:
        for change in placed.placement.changes:
            merged += _restructure(connection, change, story_of, touched, now=now)
        story_of[placed.waiting.id] = placed.placement.story.story
    for change in afterwards:
        merged += _restructure(connection, change, story_of, touched, now=now)
    removed = deleting.remove(connection, deleted, now=now)
    touched.deleted.update(removed.articles)
    touched.groups.update(removed.groups)
    touched.disturbed.update(removed.stories)
    new, revised = _store_articles(connection, batch, story_of, touched)
    _refresh_groups(connection, touched, now=now)
    created, counted = refresh_stories(connection, touched, tallies, now=now)
    seqs = changelog.append(connection, touched.log(), at=now)
    _stamp(connection, seqs)
    for story, tally in counted.items():
        if tally.reports > 1:  # most stories have one report for ever
            tallies.keep(story, tally, changed=seqs["story", story])
    inbox.discard(connection, [placed.waiting.seq for placed in batch])
    return Summary(
        new=new,
        revised=revised,
        copies=sum(placed.placement.copy.evidence.method != "first" for placed in batch),
        new_stories=created,
        merged_stories=merged,
        deleted=len(removed.articles),
        grown=tuple(sorted(touched.stories())),
    )


def _restructure(
    connection: Connection,
    change: StoryChange,
    story_of: dict[str, str],
    touched: Touched,
    *,
    now: float,
) -> int:
    """Apply one merge or split to the record and to the batch; 1 for a merge, 0 for a split."""
    evidence = msgspec.json.encode(change.evidence).decode()
    if isinstance(change, StoryMerged):
        names = {"gone": change.gone, "kept": change.kept}
        reports = [Report(*row) for row in connection.execute(_MOVE, names)]
        touched.articles.update(report.id for report in reports)
        touched.came.setdefault(change.kept, []).extend(reports)
        for id_, story in story_of.items():
            if story == change.gone:
                story_of[id_] = change.kept
        for redirect in _REDIRECTS:
            connection.execute(redirect, names)
        touched.gone.add(change.gone)
        story, event, other = change.kept, "merged", change.gone
    else:
        for some in chunked(change.moved):
            # Of an article that the batch revised into the story the record knows another one yet.
            held = select(articles.c.story).where(articles.c.id.in_(some)).distinct()
            touched.disturbed.update(connection.scalars(held))
            connection.execute(
                update(articles).where(articles.c.id.in_(some)).values(story=change.new)
            )
        story_of.update({id_: change.new for id_ in change.moved if id_ in story_of})
        touched.articles.update(change.moved)
        touched.disturbed.update((change.story, change.new))
        story, event, other = change.story, "split", change.new
    connection.execute(
        _EVENT, {"at": now, "story": story, "event": event, "other": other, "evidence": evidence}
    )
    return int(event == "merged")


def _store_articles(
    connection: Connection, batch: Sequence[Placed], story_of: dict[str, str], touched: Touched
) -> tuple[int, int]:
    """Insert new articles and revise known ones; returns how many of each."""
    before = _before(connection, [placed.waiting.id for placed in batch])
    number = _reserve(connection, len({placed.waiting.id for placed in batch} - before.keys()))
    rows: dict[str, dict[str, object]] = {}
    history: list[dict[str, object]] = []
    new = revised = 0
    for placed in batch:
        id_ = placed.waiting.id
        story = story_of[id_]
        row = _row(placed, story)
        old = rows.get(id_) or before.get(id_)
        if old is None:
            new, number = new + 1, number + 1
            row.update(number=number, revision=1)
            touched.came.setdefault(story, []).append(report_of(row))
        else:
            revised += 1
            row.update(
                number=old["number"],
                revision=int(str(old["revision"])) + 1,
                first_seen=old["first_seen"],
            )
            if row["published"] is None:
                row["at"] = old["at"]  # seen anew is not published anew
            history.append(
                {
                    "article": id_,
                    "revision": old["revision"],
                    "at": placed.waiting.received,
                    "body": old["body"],
                }
            )
            touched.groups.add(str(old["copy_group"]))
            if old["story"] != story or report_of(old) != report_of(row):
                touched.disturbed.update((str(old["story"]), story))
            touched.came.setdefault(story, [])
        rows[id_] = row
        touched.groups.add(str(row["copy_group"]))
    upsert(connection, articles, list(rows.values()))
    if history:
        connection.execute(insert(revisions), history)
    touched.articles.update(rows)
    return new, revised


def _reserve(connection: Connection, count: int) -> int:
    """Have the next ``count`` articles numbered as none was before; returns the last number."""
    if not count:
        return 0
    statement = update(log_head).values(number=log_head.c.number + count)
    return int(connection.execute(statement.returning(log_head.c.number)).scalar_one()) - count


def _before(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for some in chunked(sorted(set(ids))):
        for row in connection.execute(select(*_KNOWN_COLUMNS).where(articles.c.id.in_(some))):
            found[row.id] = dict(row._mapping)
    return found


def _row(placed: Placed, story: str) -> dict[str, object]:
    article = placed.waiting.article
    return {
        "id": placed.waiting.id,
        "source": fitting(article.source),
        "guid": fitting(article.guid),
        # Cut, it would lead elsewhere; the body has it.
        "url": next(filter(fits, filter(None, (article.url, article.link))), ""),
        "outlet": fitting(article.outlet),
        "country": fitting(article.country),
        "title": article.title,
        "byline": article.byline,
        "summary": article.summary,
        "language": fitting(article.language),
        "credit": article.credit.agency if article.credit else "",
        "status": article.status,
        "published": article.published,
        "first_seen": article.first_seen,
        "at": placed.at,
        "content_hash": article.content_hash,
        "copy_group": placed.placement.copy.group,
        "story": story,
        "copy_evidence": msgspec.json.encode(placed.placement.copy.evidence).decode(),
        "story_evidence": msgspec.json.encode(placed.placement.story.evidence).decode(),
        "placed": placed.waiting.received,
        "changed": 0,
        "body": placed.waiting.packed or pack(article),
        "text_gone": 0,
    }


def _refresh_groups(connection: Connection, touched: Touched, *, now: float) -> None:
    """Count the touched groups, and log their articles whose documents tell otherwise now."""
    for some in chunked(sorted(touched.groups)):
        rows = connection.execute(select(copy_groups).where(copy_groups.c.id.in_(some)))
        known = {row.id: (row.first_article, row.size) for row in rows}
        members: dict[str, list[tuple[float, str]]] = {}
        statement = select(articles.c.copy_group, articles.c.at, articles.c.id)
        for group, at, id_ in connection.execute(statement.where(articles.c.copy_group.in_(some))):
            members.setdefault(group, []).append((at, id_))
        upsert(
            connection,
            copy_groups,
            [
                {"id": group, "first_article": min(ids)[1], "size": len(ids), "created": now}
                for group, ids in members.items()
            ],
            keep=("created",),
        )
        if emptied := sorted(set(some) - set(members)):
            those = copy_groups.c.id.in_(emptied)
            connection.execute(update(copy_groups).where(those).values(size=0))
        for group, ids in members.items():
            touched.articles |= _told_otherwise(ids, *known.get(group, ("", 0)))


def _told_otherwise(members: Sequence[tuple[float, str]], first: str, size: int) -> set[str]:
    """Those of a group's articles (time and id) whose documents differ from when it had another
    first article and another size."""
    ids = {id_ for _, id_ in members}
    if indexed_size(len(ids)) != indexed_size(size):
        return ids
    return ids & ({min(members)[1]} ^ {first})


def _stamp(connection: Connection, seqs: dict[tuple[ChangedKind, str], int]) -> None:
    for kind, statement in _STAMPS.items():
        rows = [{"key": id_, "seq": seq} for (of, id_), seq in seqs.items() if of == kind]
        many(connection, statement, rows)
