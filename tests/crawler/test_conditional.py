"""Conditional polls, and lies."""

import msgspec
import pytest

from crawler.conditional import NOTHING, learnt, sent
from crawler.fetch.exchange import Answer
from crawler.job import Validators
from crawler.report import validators_of

HAD = Validators(etag='"a"', last_modified="Mon, 29 May 2023 00:00:00 GMT", body_hash="1")
HOUR = 3600.0


def test_a_share_of_polls_is_unconditional_and_a_repetition_decides_the_same() -> None:
    polls = [sent(HAD, source="s", at=60.0 * n, share=0.1) for n in range(5000)]
    assert polls == [sent(HAD, source="s", at=60.0 * n, share=0.1) for n in range(5000)]
    assert 0.08 < polls.count(NOTHING) / 5000 < 0.12
    others = [sent(HAD, source="t", at=60.0 * n, share=0.1) for n in range(5000)]
    assert others != polls


def test_shares_of_none_and_all() -> None:
    assert all(sent(HAD, source="s", at=n, share=0.0) == HAD for n in range(1000))
    assert all(sent(HAD, source="s", at=n, share=1.0) == NOTHING for n in range(1000))


def test_a_liar_is_asked_conditionally_in_few_polls_and_never_where_nobody_is() -> None:
    liar = msgspec.structs.replace(HAD, lies=1)
    polls = [sent(liar, source="s", at=60.0 * n, share=0.1) for n in range(5000)]
    assert 0.01 < polls.count(liar) / 5000 < 0.03
    assert all(sent(liar, source="s", at=n, share=1.0) == NOTHING for n in range(1000))


@pytest.mark.parametrize(
    ("asked", "after", "items", "newest_item", "not_modified_at", "lies"),
    [
        (NOTHING, HAD, [1.0], None, None, 1),  # news under the validators that we had
        (NOTHING, HAD, [], None, None, 0),
        (NOTHING, HAD, [1.0], 1.0, None, 0),  # a correction, for all we know
        (NOTHING, HAD, [1.0, 2.0], 1.0, None, 1),
        (NOTHING, HAD, [None], 1.0, None, 1),
        (HAD, HAD, [1.0], None, None, 0),  # it said 200: no lie
        (NOTHING, Validators(etag='"b"'), [1.0], None, None, 0),
        (NOTHING, Validators(etag='"b"'), [1.0, 2.0], None, 2 * HOUR, 1),  # before it said 304
        (NOTHING, Validators(etag='"b"'), [1.0, 2.0], 0.5, 2 * HOUR, 1),
        (NOTHING, Validators(etag='"b"'), [1.0, 2.0], 1.0, 2 * HOUR, 0),
        (NOTHING, Validators(etag='"b"'), [1.0, None], None, 2 * HOUR, 0),
        (NOTHING, Validators(etag='"b"'), [1.5 * HOUR, 1.6 * HOUR], None, 2 * HOUR, 0),
    ],
)
def test_lies(
    asked: Validators,
    after: Validators,
    items: list[float | None],
    newest_item: float | None,
    not_modified_at: float | None,
    lies: int,
) -> None:
    found = learnt(
        HAD,
        after,
        asked=asked,
        new_items=items,
        newest_item=newest_item,
        not_modified_at=not_modified_at,
    )
    assert found == msgspec.structs.replace(after, lies=lies)


def test_a_server_without_validators_cannot_lie() -> None:
    found = learnt(
        NOTHING,
        NOTHING,
        asked=NOTHING,
        new_items=[1.0, 2.0],
        newest_item=None,
        not_modified_at=9 * HOUR,
    )
    assert found.lies == 0


def test_whoever_brings_news_where_he_could_have_lied_is_forgiven() -> None:
    def answered(before: Validators, *, asked: Validators, news: list[float | None]) -> Validators:
        return learnt(
            before, HAD, asked=asked, new_items=news, newest_item=1.0, not_modified_at=None
        )

    known = HAD
    for _ in range(1000):
        known = answered(known, asked=NOTHING, news=[2.0])
    lies = known.lies
    assert lies < 10
    # Neither an answer without news nor one that it could not have withheld proves anything.
    assert answered(known, asked=HAD, news=[1.0]).lies == lies
    other = msgspec.structs.replace(known, etag='"b"')
    assert answered(other, asked=NOTHING, news=[2.0]).lies == lies
    for left in reversed(range(lies)):
        known = answered(known, asked=HAD, news=[2.0])
        assert known.lies == left
    assert sent(known, source="s", at=0.0, share=0.0) == known
    assert answered(known, asked=HAD, news=[2.0]).lies == 0


def test_what_cannot_be_sent_back_is_no_validator() -> None:
    headers = {"etag": 'W/"a\x00b"', "last-modified": "Mon, 29 May 2023 00:00:00 GMT"}
    told = validators_of(Answer(url="https://a.example/", status=200, headers=headers, body=b""))
    assert (told.etag, told.last_modified) == ("", "Mon, 29 May 2023 00:00:00 GMT")
