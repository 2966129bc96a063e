"""Query strings become questions, or a refusal that names everything wrong."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.api.parameters import read_question
from copydesk.api.problems import RequestError
from copydesk.api.questions import ArticlesQuestion, SearchQuestion, StoriesQuestion


def refused(query: bytes) -> RequestError:
    with pytest.raises(RequestError) as caught:
        read_question(query, StoriesQuestion)
    return caught.value


def test_every_kind_of_parameter() -> None:
    asked = read_question(
        b"order=biggest&since=2023-05-30&min_articles=3&outlet=Le+Monde%20&limit=7",
        StoriesQuestion,
    )
    assert (asked.order, asked.since, asked.min_articles) == ("biggest", 1685404800.0, 3)
    assert (asked.outlet, asked.limit) == ("Le Monde ", 7)


def test_an_unknown_parameter_gets_a_suggestion() -> None:
    error = refused(b"min_article=3")
    assert error.faults[0].suggestion == "min_articles"
    assert error.next_step == "Did you mean `min_articles`?"
    assert "Known are: cursor, language" in error.faults[0].detail


def test_an_unknown_word_gets_a_suggestion() -> None:
    error = refused(b"order=bigest")
    assert "is not one of biggest, newest" in error.faults[0].detail
    assert error.faults[0].suggestion == "biggest"


def test_everything_wrong_is_named_at_once() -> None:
    error = refused(b"limit=0&since=soon&x=1&outlet=a&outlet=b&language=%00")
    assert [fault.parameter for fault in error.faults] == [
        "limit",
        "since",
        "x",
        "outlet",
        "language",
    ]
    assert "from 1 to 200" in error.faults[0].detail


@pytest.mark.parametrize("limit", ["", "-1", "201", "1.5", "%D9%A1", "9" * 5000, "%201", "1_0"])
def test_bad_limits_say_the_allowed_range(limit: str) -> None:
    with pytest.raises(RequestError, match="Allowed are whole numbers from 1 to 200"):
        read_question(f"limit={limit}".encode(), ArticlesQuestion)


def test_a_huge_query_is_refused_by_its_length() -> None:
    with pytest.raises(RequestError, match="3000 characters; allowed are 2000"):
        read_question(b"q=" + b"a" * 3000, SearchQuestion)


def test_what_is_not_utf_8_is_refused() -> None:
    assert refused(b"outlet=%ff").status == 400
    assert refused(b"outlet=\xff").status == 400
    assert refused(b"&".join(b"a=1" for _ in range(101))).status == 400


@given(st.binary(max_size=300))
def test_no_query_string_breaks_it(query: bytes) -> None:
    with contextlib.suppress(RequestError):
        read_question(query, StoriesQuestion)
