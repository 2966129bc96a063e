"""What people ask about stories: checked, carried out, kept; merged ids lead on."""

import msgspec
import pytest
from sqlalchemy import select, update

from copydesk.errors import NotFoundError, OverruleError, UnfitTextError
from copydesk.record import changelog, overruling
from copydesk.record.database import Record
from copydesk.record.overruling import Wish
from copydesk.record.placing import record_batch
from copydesk.record.schema import articles, stories
from copydesk.record.wishes import whereabouts
from dedupe.stories.ids import story_id
from dedupe.stories.overrules import Effect, Overrule
from tests.copydesk.samples import NOON, article, placed


def fill(record: Record) -> None:
    """Story s1 has a1, a2 and a copy of a2, s2 has a4, s3 was merged into s2."""
    rows = [
        placed(1, "a1", article("1"), group="g1", story="s1"),
        placed(2, "a2", article("2", at=NOON + 60), group="g2", story="s1"),
        placed(3, "a3", article("3", at=NOON + 90), group="g2", story="s1", copy_of="a2"),
    ]
    with record.writing() as connection:
        record_batch(connection, rows, now=NOON + 100)
        later = placed(4, "a4", article("4", at=NOON - 500), group="g4", story="s2")
        record_batch(connection, [later], now=NOON + 200)
        gone = placed(5, "a5", article("5", at=NOON + 90), group="g5", story="s3")
        record_batch(connection, [gone], now=NOON + 300)
        order = Overrule(act="merge", story="s2", other="s3")
        carry_out(connection, order, Wish(act="merge", story="s2", subject="s3"))


def carry_out(connection, order: Overrule, wish: Wish) -> int:  # type: ignore[no-untyped-def]
    from dedupe.stories import StoryDesk

    number = overruling.ask(connection, wish, now=NOON + 400)
    done = StoryDesk().overrule(order)
    record_batch(connection, (), afterwards=done.changes, now=NOON + 400)
    asked = overruling.one_asked(connection, number)
    overruling.apply(connection, asked, order, done.effect, now=NOON + 400)
    return number


def test_the_older_story_keeps_its_id_whichever_is_named_first(any_record: Record) -> None:
    fill(any_record)
    with any_record.writing() as connection:
        wish = Wish(act="merge", story="s3", subject="s1", who="Ann", reason="one event")
        order = overruling.order_of(connection, wish)
        assert (order.story, order.other) == ("s1", "s2")
        carry_out(connection, order, wish)
    with any_record.reading() as connection:
        assert set(connection.scalars(select(articles.c.story))) == {"s1"}
        (first, last) = overruling.about_story(connection, "s1")
        assert (first.wish.subject, last.wish.who, last.wish.reason) == ("s3", "Ann", "one event")
        assert last.state == "applied"
        assert overruling.next_asked(connection) is None


def test_a_split_moves_articles_and_groups_and_says_who_did_it(any_record: Record) -> None:
    fill(any_record)
    with any_record.writing() as connection:
        wish = Wish(act="split", story="s1", articles=("g2",))
        order = overruling.order_of(connection, wish)
        assert order.documents == ("a2", "a3")
        assert order.other == story_id("a2")
        number = carry_out(connection, order, wish)
        assert overruling.one_asked(connection, number).outcome == order.other
    with any_record.reading() as connection:
        moved = select(articles.c.story_evidence).where(articles.c.story == order.other)
        assert all('"method":"person"' in each for each in connection.scalars(moved))
        counts = dict(connection.execute(select(stories.c.id, stories.c.articles)).all())
        assert (counts["s1"], counts[order.other]) == (1, 2)
        assert overruling.about_article(connection, "a1") == ()


def test_a_new_story_never_gets_a_name_that_was_given(record: Record) -> None:
    fill(record)
    with record.writing() as connection:
        taken = story_id("a2")
        connection.execute(update(articles).where(articles.c.id == "a4").values(story=taken))
        connection.execute(update(stories).where(stories.c.id == "s2").values(id=taken))
        wish = Wish(act="split", story="s1", articles=("a2",))
        assert overruling.order_of(connection, wish).other not in (taken, "s1")


def test_a_pin_is_logged_and_follows_a_merge(any_record: Record) -> None:
    fill(any_record)
    with any_record.writing() as connection:
        before = changelog.head(connection)
        wish = Wish(act="pin", story="s3")
        carry_out(connection, overruling.order_of(connection, wish), wish)
        (change,) = changelog.read(connection, after=before, limit=10)
        assert (change.kind, change.id) == ("story", "s2")
        with pytest.raises(OverruleError, match="pinned already"):
            overruling.ask(connection, wish, now=NOON)
        merge = Wish(act="merge", story="s1", subject="s2")
        carry_out(connection, overruling.order_of(connection, merge), merge)
        pinned = connection.scalars(select(stories.c.id).where(stories.c.pinned == 1))
        assert list(pinned) == ["s1"]
        unpin = Wish(act="unpin", story="s2")
        assert overruling.order_of(connection, unpin).story == "s1"


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (Wish(act="pin", story="nope"), 'no story "nope"'),
        (Wish(act="unpin", story="s1"), "s1 is not pinned"),
        (Wish(act="merge", story="s1", subject="nope"), 'no story "nope"'),
        (Wish(act="merge", story="s2", subject="s3"), "one story already: s2"),
        (Wish(act="split", story="s1"), "no article is named"),
        (Wish(act="split", story="s1", articles=("a1", "a4", "a9")), "not in story s1: a4, a9"),
        (Wish(act="split", story="s1", articles=("a1", "g2")), "all the articles of story s1"),
        (Wish(act="split", story="s1", subject="s1", articles=("a1",)), "are in story s1 already"),
        (Wish(act="split", story="s1", subject="nope", articles=("a1",)), 'no story "nope"'),
        (Wish(act="undo", story="s1", subject="x"), '"x" is not the number of a merge'),
        (Wish(act="undo", story="s1", subject="9" * 30), "is not the number of a merge"),
        (Wish(act="undo", story="s1", subject="1"), "merge 1 was not of story s1"),
        (Wish(act="undo", story="s2", subject="1"), "it was not kept which reports it brought"),
        (Wish(act="pin", story="s1", reason="x" * 2001), "2001 characters"),
        (Wish(act="pin", story="s1", who="x" * 201), "201 characters"),
    ],
)
def test_what_cannot_be_done_is_told_and_not_kept(record: Record, wish: Wish, says: str) -> None:
    fill(record)
    with (
        pytest.raises((OverruleError, NotFoundError, UnfitTextError), match=says),
        record.writing() as connection,
    ):
        overruling.ask(connection, wish, now=NOON)
    with record.reading() as connection:
        assert overruling.next_asked(connection) is None


def test_an_empty_story_is_not_merged(record: Record) -> None:
    fill(record)
    with record.writing() as connection:
        connection.execute(update(stories).where(stories.c.id == "s1").values(articles=0))
        with pytest.raises(OverruleError, match="s1 has no reports"):
            overruling.order_of(connection, Wish(act="merge", story="s1", subject="s2"))


def test_effects_come_back_as_they_were_kept(record: Record) -> None:
    fill(record)
    with record.reading() as connection:
        assert overruling.effects(connection) == [Effect()]
    effect = Effect(freed=("a1",), together=("a1", "a2"), one=("a1",), other=("a3",))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(effect), type=Effect) == effect


def test_pins_are_told_again_as_the_stories_have_them(record: Record) -> None:
    fill(record)
    pin = Wish(act="pin", story="s2")
    merge = Wish(act="merge", story="s1", subject="s2")
    with record.writing() as connection:
        carry_out(connection, overruling.order_of(connection, pin), pin)
        assert overruling.effects(connection)[-1] == Effect(pinned="s2")
        # The desk of this test knows of no pin, as those that once left it out of the effect.
        carry_out(connection, overruling.order_of(connection, merge), merge)
        assert overruling.effects(connection) == [Effect(), Effect(), Effect(), Effect(pinned="s1")]


def test_a_refusal_is_kept_with_its_reason(record: Record) -> None:
    fill(record)
    with record.writing() as connection:
        number = overruling.ask(connection, Wish(act="pin", story="s1"), now=NOON)
        asked = overruling.next_asked(connection)
        assert asked is not None
        overruling.refuse(connection, asked, "too late", now=NOON)
        told = overruling.one_asked(connection, number)
        assert (told.state, told.outcome) == ("refused", "too late")
        assert overruling.about_story(connection, "s1") == ()
        with pytest.raises(NotFoundError, match="nobody asked for 99"):
            overruling.one_asked(connection, 99)


def test_what_a_merge_brought_does_not_leave_a_story_empty(record: Record) -> None:
    fill(record)
    merge = Wish(act="merge", story="s1", subject="s2")
    with record.writing() as connection:
        number = carry_out(connection, overruling.order_of(connection, merge), merge)
        brought = articles.c.id.in_(("a4", "a5"))
        connection.execute(update(articles).where(~brought).values(story="elsewhere"))
        connection.execute(update(stories).where(stories.c.id == "s1").values(articles=2))
        undo = Wish(act="undo", story="s1", subject=str(number))
        with pytest.raises(OverruleError, match=f"nothing but what merge {number} brought"):
            overruling.ask(connection, undo, now=NOON)
        connection.execute(update(articles).values(story="elsewhere"))
        with pytest.raises(OverruleError, match="nothing is in story s1 any more"):
            overruling.ask(connection, undo, now=NOON)


def test_from_a_page_what_is_there_still_is_enough(record: Record) -> None:
    fill(record)
    wish = Wish(act="split", story="s1", articles=("g2", "a4", "gone"))
    with record.writing() as connection:
        with pytest.raises(OverruleError, match="not in story s1: a4, gone"):
            overruling.ask(connection, wish, now=NOON)
        number = overruling.ask_for_what_is_there(connection, wish, now=NOON)
        order = overruling.order_of(connection, wish)
        overruling.apply(
            connection, overruling.one_asked(connection, number), order, Effect(), now=NOON
        )
        done = overruling.one_asked(connection, number)
        assert (done.moved, done.left_out) == (("a2", "a3"), ("a4", "gone"))
        places = whereabouts(connection, ["g2", "a4", "gone"])
        assert {name: place.story for name, place in places.items()} == {"g2": "s1", "a4": "s2"}
        nothing = Wish(act="split", story="s1", articles=("gone",))
        with pytest.raises(OverruleError, match="not in story s1: gone"):
            overruling.ask_for_what_is_there(connection, nothing, now=NOON)
