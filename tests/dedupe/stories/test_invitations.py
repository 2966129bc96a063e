"""What invites readers elsewhere is not read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.stories.invitations import without_addresses, without_invitations
from dedupe.stories.reading import Reader
from dedupe.stories.vocabulary import Vocabulary
from tests.dedupe.stories.make import document

_LONG = "The dam of the old mill broke in the night, " * 4


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Clip | Subscribe ➤ https://a.test/s?x=1 The dam broke.", "Clip The dam broke."),
        ("It broke. ► Tickets: https://a.test/1 ► News: www.a.test Then", "It broke. Then"),
        ("Chirper: https://a.test/t Pictures: https://a.test/p", ""),
        ("The dam broke. --- Chirper: https://a.test/t ----- More", "The dam broke. ----- More"),
        ("Вода прибула.\nПідписатися — https://a.test/n", "Вода прибула."),
        ("水が引いた。 登録はこちら ➤ https://a.test/n", "水が引いた。"),
        ("The dam broke. https://a.test/1", "The dam broke."),
        ("“The dam broke.” https://a.test/1", "“The dam broke.”"),
        ("“The dam broke.” - - - News: https://a.test/1", "“The dam broke.” - -"),
        ("The dam broke https://a.test/1", "The dam broke"),
        ("The dam broke: so it goes", "The dam broke: so it goes"),
        (f"{_LONG} https://a.test/1", _LONG),
    ],
)
def test_addresses_and_what_invites_to_them_are_not_read(text: str, told: str) -> None:
    assert without_invitations(text).split() == told.split()


def test_an_address_is_no_word_of_a_headline() -> None:
    assert without_addresses("Dam broke https://a.test/flood") == "Dam broke"
    assert without_addresses("https://a.test/flood") == "https://a.test/flood"


@given(st.text("a:/.wtphs► #\n|-", max_size=60))
def test_nothing_is_told_that_the_text_did_not_say(text: str) -> None:
    told = without_invitations(f"{text} https://a.test/x")
    assert "https://a.test" not in told
    rest = iter(text)
    assert all(letter in rest for letter in told if not letter.isspace())


def test_what_a_channel_writes_under_each_of_its_videos_joins_nothing() -> None:
    reader = Reader(Vocabulary())
    below = "► Get the app: https://a.test/{0} Follow us on Chirper: https://a.test/{0} #Clips #{1}"
    first, second, third, fourth = (
        reader.read(document(title, title, below.format(i, title[:5]), source="channel"), "en")
        for i, title in enumerate(
            ["Volcano erupts", "Pension vote delayed", "Cyclists protest", "Museum reopens"]
        )
    )
    assert len(set(first.body.ids) & set(second.body.ids)) == 1  # the hashtag, not yet known
    assert not set(third.body.ids) & set(fourth.body.ids)
    assert not set(third.neutral.ids) & set(fourth.neutral.ids)
