"""What the desk keeps of stories never shows: the record is as if all were read anew each time."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import pytest
from sqlalchemy import event, select, update

from copydesk.record import changelog
from copydesk.record.database import Record
from copydesk.record.placing import Placed, record_batch
from copydesk.record.schema import articles, stories
from copydesk.record.tallies import Tallies
from copydesk.story_facts import Tally
from copydesk.story_headlines import Report
from dedupe.document import StoryChange, StoryEvidence, StoryMerged, StorySplit
from tests.copydesk.plain_facts import plain_facts
from tests.copydesk.samples import NOON, article, placed

WHY = StoryEvidence(method="terms", probability=0.9, threshold=0.6)
WORDS = ("Ferry", "ferry", "Holm", "Aground", "The", "Ferry's", "Rescue", "rescue", "Storm")


def some(story: str, count: int) -> Tally:
    return Tally(
        Report(f"{story}{n}", "Wire", "en", "", float(n), f"c{n}", "Ferry") for n in range(count)
    )


def test_a_tally_is_good_for_one_change_only() -> None:
    tallies = Tallies()
    tallies.keep("s", tally := some("s", 2), changed=7)
    assert tallies.take("s", changed=7) is tally
    assert tallies.take("s", changed=7) is None
    tallies.keep("s", tally, changed=8)
    assert tallies.take("s", changed=7) is None
    assert tallies.take("s", changed=8) is None


def test_what_grew_longest_ago_makes_room() -> None:
    tallies = Tallies(room=10)
    for name in "abc":
        tallies.keep(name, some(name, 4), changed=1)
    assert [tallies.take(name, changed=1) is not None for name in "abc"] == [False, True, True]
    tallies.keep("large", some("large", 11), changed=1)
    assert tallies.take("large", changed=1) is None


def test_a_story_larger_than_all_the_room_is_kept_while_it_grows() -> None:
    tallies = Tallies(room=2_000)
    tallies.keep("huge", some("huge", 3_000), changed=1)
    for name in "abc":
        tallies.keep(name, some(name, 400), changed=1)
    assert tallies.take("huge", changed=1) is not None
    tallies.keep("huge", some("huge", 3_001), changed=2)
    for name in "defg":
        tallies.keep(name, some(name, 600), changed=2)
    assert tallies.take("huge", changed=2) is None


@dataclass
class Chance:
    """A desk that decides by chance, and what it decided."""

    random: random.Random
    number: int = 0
    story_of: dict[str, str] = field(default_factory=dict)

    def _story(self) -> str:
        known = sorted(set(self.story_of.values()))
        if known and self.random.random() < 0.8:
            return self.random.choice(known)
        return f"s{self.number}"

    def _placed(self, id_: str, changes: tuple[StoryChange, ...] = ()) -> Placed:
        self.number += 1
        group = f"c{self.random.randrange(6)}"
        one = article(
            id_,
            title=" ".join(self.random.choices(WORDS, k=4)),
            text=f"Text {self.number}",
            outlet=f"Outlet {self.random.randrange(4)}",
            language=self.random.choice(("en", "en", "de", "")),
            at=NOON + self.random.randrange(5),
        )
        story = self._story()
        self.story_of[id_] = story
        return placed(self.number, id_, one, group=group, story=story, changes=changes)

    def _only_its_text_revised(self, before: Placed) -> Placed:
        self.number += 1
        one = msgspec.structs.replace(before.waiting.article, text=f"Text {self.number}")
        waiting = msgspec.structs.replace(before.waiting, article=one)
        return msgspec.structs.replace(before, waiting=waiting)

    def batch(self) -> list[Placed]:
        found: list[Placed] = []
        for _ in range(self.random.randrange(1, 6)):
            kind = self.random.random()
            last = found[-1] if found else None
            if kind < 0.2 and last and self.story_of[last.waiting.id] == last.placement.story.story:
                found.append(self._only_its_text_revised(last))
                continue
            changes = tuple(self.changes()) if self.random.random() < 0.3 else ()
            revised = kind < 0.4 and self.story_of
            id_ = self.random.choice(sorted(self.story_of)) if revised else f"a{self.number}"
            found.append(self._placed(id_, changes))
        return found

    def changes(self) -> list[StoryChange]:
        """A merge or a split of what is there now."""
        known = sorted(set(self.story_of.values()))
        if len(known) > 1 and self.random.random() < 0.5:
            kept, gone = self.random.sample(known, 2)
            for id_, story in self.story_of.items():
                if story == gone:
                    self.story_of[id_] = kept
            return [StoryMerged(kept=kept, gone=gone, evidence=WHY)]
        parts = [s for s in known if list(self.story_of.values()).count(s) > 1]
        if not parts:
            return []
        story = self.random.choice(parts)
        members = sorted(id_ for id_, of in self.story_of.items() if of == story)
        moved = tuple(members[: self.random.randrange(1, len(members))])
        self.number += 1
        new = f"s{self.number}x"
        self.story_of.update(dict.fromkeys(moved, new))
        return [StorySplit(story=story, new=new, moved=moved, evidence=WHY)]

    def deleted(self) -> list[str]:
        known = sorted(self.story_of)
        gone = self.random.sample(known, min(len(known), self.random.randrange(3)))
        for id_ in gone:
            del self.story_of[id_]
        return gone


class UndoneError(Exception):
    """The transaction is given up."""


def give_up() -> None:
    raise UndoneError


def write(
    record: Record,
    tallies: Tallies,
    batch: Sequence[Placed] = (),
    *,
    afterwards: Sequence[StoryChange] = (),
    deleted: Sequence[str] = (),
    undone: int = 0,
) -> None:
    """Write until it is not undone any more, as the desk does when the record is busy."""
    try:
        with record.writing() as connection:
            record_batch(
                connection, batch, afterwards=afterwards, deleted=deleted, tallies=tallies, now=NOON
            )
            if undone:
                give_up()
    except UndoneError:
        write(record, tallies, batch, afterwards=afterwards, deleted=deleted, undone=undone - 1)


def pin(record: Record, story: str) -> None:
    """A person pins a story: it changes, and its reports do not."""
    with record.writing() as connection:
        seqs = changelog.append(connection, [("story", story, "put")], at=NOON)
        changed = seqs["story", story]
        connection.execute(
            update(stories).where(stories.c.id == story).values(pinned=1, changed=changed)
        )


def check(record: Record, story_of: dict[str, str]) -> None:
    """Every story is what its articles say, and the articles are where the desk put them."""
    with record.reading() as connection:
        rows = connection.execute(select(articles)).all()
        told = {row.id: row._mapping for row in connection.execute(select(stories))}
    assert {row.id: row.story for row in rows} == story_of
    reports: dict[str, list[Report]] = {}
    for row in rows:
        one = Report(*(row._mapping[name] for name in Report.__struct_fields__))
        reports.setdefault(row.story, []).append(one)
    for id_, held in told.items():
        if id_ not in reports:
            assert held["articles"] == held["copy_groups"] == 0
            continue
        for name, value in msgspec.structs.asdict(plain_facts(reports[id_])).items():
            shown = msgspec.json.decode(held[name]) if isinstance(value, tuple) else held[name]
            assert (name, shown) == (name, list(value) if isinstance(value, tuple) else value)
    assert reports.keys() <= told.keys()


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_the_record_is_as_if_read_anew(any_record: Record, seed: int) -> None:
    desk = Chance(random.Random(seed))
    tallies = Tallies(room=(30, 10_000)[seed % 2])
    for _ in range(25):
        undone = int(desk.random.random() < 0.2)
        kind = desk.random.random()
        if kind < 0.75:
            write(any_record, tallies, desk.batch(), undone=undone)
        elif kind < 0.85:
            write(any_record, tallies, afterwards=desk.changes(), undone=undone)
        elif kind < 0.95:
            write(any_record, tallies, deleted=desk.deleted(), undone=undone)
        elif desk.story_of:
            pin(any_record, desk.random.choice(sorted(desk.story_of.values())))
        check(any_record, desk.story_of)


def test_a_story_that_grows_is_not_read_again(record: Record) -> None:
    asked: list[str] = []
    tallies = Tallies()
    for number in range(3):
        one = placed(number, f"a{number}", article(f"{number}"), group=f"c{number}", story="s")
        write(record, tallies, [one])
    with record.writing() as connection:
        event.listen(
            connection, "before_cursor_execute", lambda *about: asked.append(str(about[2]))
        )
        more = placed(9, "a9", article("9"), group="c9", story="s")
        record_batch(connection, [more], tallies=tallies, now=NOON)
    assert not [each for each in asked if "articles.story IN" in each.replace('"', "")]
    check(record, dict.fromkeys(("a0", "a1", "a2", "a9"), "s"))
