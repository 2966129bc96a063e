"""How often a page is looked at again: until it was had, and ever more seldom where it is vain."""

import msgspec
import pytest

from copydesk.record import looking
from copydesk.record.looking import WAITS, Looked
from crawler.article import Article, PageFate
from crawler.identity import wording
from tests.copydesk.samples import NOON, article

DAY = 86_400.0


def shown(title: str = "Ferry aground", rest: str = "", *, page: PageFate = "") -> Article:
    one = article("1", title=title)
    return msgspec.structs.replace(
        one,
        wording=wording(title, rest),
        extraction=msgspec.structs.replace(one.extraction, page=page),
    )


@pytest.mark.parametrize(
    "looked",
    [
        Looked(wording="0a1b"),
        Looked(wording=""),
        Looked(wording="0a1b", page="wanted"),
        Looked(wording="0a1b", page="wanted", vain=3, due=NOON),
        Looked(wording="0a1b", vain=2, due=NOON),
    ],
)
def test_what_is_kept_is_read_again(looked: Looked) -> None:
    assert looking.read(looked.kept) == looked


def test_what_older_versions_kept_is_the_same_item() -> None:
    one = shown()
    assert looking.standing(looking.read(one.raw_digest), one, now=NOON) == "known"


def test_a_page_that_cannot_be_had_is_asked_for_a_few_times_and_given_up() -> None:
    state = looking.missed(looking.found(shown()), shown(page="missed"), now=NOON)
    looks = []
    for minute in range(3 * 1440):
        now = NOON + 60.0 * minute
        how = looking.standing(state, shown(), now=now)
        if how == "again":
            looks.append(now)
            state = looking.missed(state, shown(page="missed"), now=now)
        else:
            assert how == ("later" if len(looks) < len(WAITS) else "known")
    gaps = [after - before for before, after in zip([NOON, *looks], looks, strict=False)]
    assert gaps == list(WAITS)


def test_a_page_that_was_not_its_turn_is_asked_for_at_the_next_poll() -> None:
    state = looking.found(shown())
    for _ in range(50):
        state = looking.missed(state, shown(page="put-off"), now=NOON)
        assert looking.standing(state, shown(), now=NOON) == "again"


def test_words_that_change_at_each_fetch_over_the_same_page_are_looked_at_ever_more_seldom() -> (
    None
):
    state, looks = looking.found(shown()), 0
    for minute in range(1440):
        now, noise = NOON + 60.0 * minute, shown(rest=f"{minute} minutes ago")
        if looking.standing(state, noise, now=now) == "changed":
            looks += 1
            state = looking.found_the_same(state, noise, now=now)
    assert looks < 8


def test_a_new_title_waits_for_nothing() -> None:
    state = looking.found_the_same(
        looking.found_the_same(looking.found(shown()), shown(), now=NOON), shown(), now=NOON
    )
    assert looking.standing(state, shown(rest="noise"), now=NOON + 1) == "later"
    assert looking.standing(state, shown("Ferry aground: withdrawn"), now=NOON + 1) == "changed"


def test_a_clock_that_was_set_back_keeps_no_page_waiting() -> None:
    state = looking.missed(looking.found(shown()), shown(page="missed"), now=NOON + 365 * DAY)
    assert looking.standing(state, shown(), now=NOON) == "again"
