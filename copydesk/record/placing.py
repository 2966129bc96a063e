"""Write down where the desk placed a batch, and log every change, in one transaction."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select, update

from copydesk.record import changelog, deleting, inbox
from copydesk.record.changelog import ChangedKind, Operation
from copydesk.record.codec import pack
from copydesk.record.inbox import Waiting
from copydesk.record.rows import chunked, many, upsert
from copydesk.record.schema import articles, copy_groups, revisions, stories, story_history
from copydesk.story_facts import Report, story_facts
from dedupe.document import Placement, StoryChange, StoryMerged

_REPORT_FIELDS = Report.__struct_fields__
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


def recorded_places(connection: Connection, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Copy group and story of those of these articles that are in the record already."""
    found: dict[str, tuple[str, str]] = {}
    columns = (articles.c.id, articles.c.copy_group, articles.c.story)
    for some in chunked(sorted(set(ids))):
        for id_, group, story in connection.execute(
            select(*columns).where(articles.c.id.in_(some))
        ):
            found[id_] = (group, story)
    return found


def record_batch(
    connection: Connection,
    batch: Sequence[Placed],
    *,
    afterwards: Sequence[StoryChange] = (),
    deleted: Sequence[str] = (),
    now: float,
) -> Summary:
    """Store the batch, its structural changes in order, and what follows from them.

    ``afterwards`` are changes that belong to no article of the batch (the desk settling, or
    withdrawing what is ``deleted``). An article that is twice in the batch counts as one with a
    revision.
    """
    touched = _Touched()
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
    touched.stories.update(removed.stories)
    new, revised = _store_articles(connection, batch, story_of, touched)
    _refresh_groups(connection, touched, now=now)
    created = _refresh_stories(connection, touched, now=now)
    seqs = changelog.append(connection, touched.log(), at=now)
    _stamp(connection, seqs)
    inbox.discard(connection, [placed.waiting.seq for placed in batch])
    return Summary(
        new=new,
        revised=revised,
        copies=sum(placed.placement.copy.evidence.method != "first" for placed in batch),
        new_stories=created,
        merged_stories=merged,
        deleted=len(removed.articles),
        grown=tuple(sorted(touched.stories)),
    )


class _Touched:
    """What a batch changes: the articles, groups and stories to write anew and to log."""

    def __init__(self) -> None:
        self.articles: set[str] = set()
        self.groups: set[str] = set()
        self.stories: set[str] = set()
        self.gone: set[str] = set()
        self.deleted: set[str] = set()

    def log(self) -> list[tuple[ChangedKind, str, Operation]]:
        changes: list[tuple[ChangedKind, str, Operation]] = []
        changes += [("article", id_, "remove") for id_ in sorted(self.deleted)]
        changes += [("article", id_, "put") for id_ in sorted(self.articles - self.deleted)]
        changes += [("story", id_, "remove") for id_ in sorted(self.gone)]
        changes += [("story", id_, "put") for id_ in sorted(self.stories - self.gone)]
        return changes


def _restructure(
    connection: Connection,
    change: StoryChange,
    story_of: dict[str, str],
    touched: _Touched,
    *,
    now: float,
) -> int:
    """Apply one merge or split to the record and to the batch; 1 for a merge, 0 for a split."""
    evidence = msgspec.json.encode(change.evidence).decode()
    if isinstance(change, StoryMerged):
        moved = articles.c.story == change.gone
        touched.articles.update(connection.scalars(select(articles.c.id).where(moved)))
        connection.execute(update(articles).where(moved).values(story=change.kept))
        for id_, story in story_of.items():
            if story == change.gone:
                story_of[id_] = change.kept
        # Shorten the path of everything merged earlier, so that a redirect is one hop.
        for column in (stories.c.id, stories.c.merged_into):
            statement = update(stories).where(column == change.gone)
            connection.execute(statement.values(merged_into=change.kept))
        touched.stories.add(change.kept)
        touched.gone.add(change.gone)
        story, event, other = change.kept, "merged", change.gone
    else:
        for some in chunked(change.moved):
            # Of an article that the batch revised into the story the record knows another one yet.
            held = select(articles.c.story).where(articles.c.id.in_(some)).distinct()
            touched.stories.update(connection.scalars(held))
            connection.execute(
                update(articles).where(articles.c.id.in_(some)).values(story=change.new)
            )
        story_of.update({id_: change.new for id_ in change.moved if id_ in story_of})
        touched.articles.update(change.moved)
        touched.stories.update((change.story, change.new))
        story, event, other = change.story, "split", change.new
    connection.execute(
        insert(story_history).values(
            at=now, story=story, event=event, other=other, evidence=evidence
        )
    )
    return int(event == "merged")


def _store_articles(
    connection: Connection, batch: Sequence[Placed], story_of: dict[str, str], touched: _Touched
) -> tuple[int, int]:
    """Insert new articles and revise known ones; returns how many of each."""
    before = _before(connection, [placed.waiting.id for placed in batch])
    number = int(connection.execute(select(func.max(articles.c.number))).scalar_one() or 0)
    rows: dict[str, dict[str, object]] = {}
    history: list[dict[str, object]] = []
    new = revised = 0
    for placed in batch:
        row = _row(placed, story_of[placed.waiting.id])
        id_ = placed.waiting.id
        old = rows.get(id_) or before.get(id_)
        if old is None:
            new, number = new + 1, number + 1
            row.update(number=number, revision=1)
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
            touched.stories.add(str(old["story"]))
        rows[id_] = row
        touched.groups.add(str(row["copy_group"]))
        touched.stories.add(str(row["story"]))
    upsert(connection, articles, list(rows.values()))
    if history:
        connection.execute(insert(revisions), history)
    touched.articles.update(rows)
    return new, revised


def _before(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    columns = (
        articles.c.id,
        articles.c.number,
        articles.c.revision,
        articles.c.first_seen,
        articles.c.at,
        articles.c.copy_group,
        articles.c.story,
        articles.c.body,
    )
    for some in chunked(sorted(set(ids))):
        for row in connection.execute(select(*columns).where(articles.c.id.in_(some))):
            found[row.id] = dict(row._mapping)
    return found


def _row(placed: Placed, story: str) -> dict[str, object]:
    article = placed.waiting.article
    return {
        "id": placed.waiting.id,
        "source": article.source,
        "guid": article.guid,
        "url": article.url or article.link,
        "outlet": article.outlet,
        "country": article.country,
        "title": article.title,
        "byline": article.byline,
        "summary": article.summary,
        "language": article.language,
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


def _refresh_groups(connection: Connection, touched: _Touched, *, now: float) -> None:
    """Count the touched groups; all their articles show the size, so all are logged."""
    for some in chunked(sorted(touched.groups)):
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
        emptied = sorted(set(some) - set(members))
        connection.execute(update(copy_groups).where(copy_groups.c.id.in_(emptied)).values(size=0))
        touched.articles.update(id_ for ids in members.values() for _, id_ in ids)


def _refresh_stories(connection: Connection, touched: _Touched, *, now: float) -> int:
    """Compute the touched stories anew from their reports; returns how many are new."""
    wanted = sorted(touched.stories - touched.gone)
    created = 0
    for some in chunked(wanted):
        reports = _reports(connection, some)
        known = set(connection.scalars(select(stories.c.id).where(stories.c.id.in_(some))))
        created += len(set(reports) - known)
        upsert(
            connection,
            stories,
            [_story_row(id_, reports[id_], now=now) for id_ in some if id_ in reports],
            keep=("created",),
        )
        # A story whose last report was revised into another one has nothing left to show.
        touched.gone.update(set(some) - set(reports))
    for some in chunked(sorted(touched.gone)):
        connection.execute(
            update(stories).where(stories.c.id.in_(some)).values(articles=0, copy_groups=0)
        )
    return created


def _reports(connection: Connection, ids: Sequence[str]) -> dict[str, list[Report]]:
    columns = [articles.c[name] for name in _REPORT_FIELDS]
    statement = select(articles.c.story, *columns).where(articles.c.story.in_(ids))
    found: dict[str, list[Report]] = {}
    for story, *fields in connection.execute(statement):
        found.setdefault(story, []).append(Report(*fields))
    return found


def _story_row(id_: str, reports: Sequence[Report], *, now: float) -> dict[str, object]:
    row = msgspec.structs.asdict(story_facts(reports))
    for name in ("outlets", "languages", "countries", "terms"):
        row[name] = msgspec.json.encode(row[name]).decode()
    return {"id": id_, "merged_into": "", "created": now, "changed": 0, **row}


def _stamp(connection: Connection, seqs: dict[tuple[ChangedKind, str], int]) -> None:
    for kind, statement in _STAMPS.items():
        rows = [{"key": id_, "seq": seq} for (of, id_), seq in seqs.items() if of == kind]
        many(connection, statement, rows)
