"""Cursors come back as they went, and nothing else passes for one."""

import base64
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.api.cursors import decode_cursor, encode_cursor, question_digest
from copydesk.api.problems import RequestError
from copydesk.api.questions import (
    ArticlesQuestion,
    SearchQuestion,
    SourceHealthQuestion,
    SourcesQuestion,
    StoriesQuestion,
)
from copydesk.record.database import Record
from copydesk.record.reading import ArticlePosition
from indexer import cursor as places
from indexer.engines.protocol import SearchRequest
from tests.copydesk.api.serving import fill, serving

DIGEST = question_digest("articles", ArticlesQuestion(outlet="Reuters"))
PLACE = ArticlePosition(at=1685426400.25, id="ä/b?c", number=2**62)


def test_there_and_back() -> None:
    cursor = encode_cursor(PLACE, DIGEST)
    assert decode_cursor(cursor, DIGEST, ArticlePosition) == PLACE
    assert cursor.replace("-", "").replace("_", "").isalnum()


def test_limit_may_differ_from_page_to_page() -> None:
    assert question_digest("articles", ArticlesQuestion(outlet="Reuters", limit=3)) == DIGEST


def test_a_cursor_of_another_question_is_refused() -> None:
    cursor = encode_cursor(PLACE, question_digest("articles", ArticlesQuestion(outlet="AFP")))
    with pytest.raises(RequestError, match="belongs to another question"):
        decode_cursor(cursor, DIGEST, ArticlePosition)
    cursor = encode_cursor(PLACE, question_digest("stories", ArticlesQuestion(outlet="Reuters")))
    with pytest.raises(RequestError, match="belongs to another question"):
        decode_cursor(cursor, DIGEST, ArticlePosition)


def test_a_cursor_of_another_version_is_refused() -> None:
    with pytest.raises(RequestError, match="another version"):
        decode_cursor(encode_cursor({"at": 1}, DIGEST), DIGEST, ArticlePosition)


@given(st.text(max_size=200))
def test_no_text_passes_for_a_cursor(text: str) -> None:
    with pytest.raises(RequestError, match="cursor"):
        decode_cursor(text, DIGEST, ArticlePosition)


@given(st.integers(min_value=0), st.characters(codec="ascii"))
def test_a_changed_cursor_is_refused(place: int, char: str) -> None:
    cursor = encode_cursor(PLACE, DIGEST)
    place %= len(cursor) - 1
    changed = cursor[:place] + char + cursor[place + 1 :]
    if changed != cursor:
        with pytest.raises(RequestError, match="cursor"):
            decode_cursor(changed, DIGEST, ArticlePosition)


PLACES = places.question(SearchRequest())
NOON = 1_685_448_000_000_000


def in_search(*fields: object) -> str:
    """A cursor of the search engine, by hand."""
    return base64.urlsafe_b64encode(msgspec.json.encode([PLACES, *fields])).decode()


ARTICLE = {"at": 1.0, "id": "x", "number": 1}
STORY = {"articles": 1, "last_report": 1.0, "id": "x", "seq": 5, "number": 5}
FORGED = [
    *(("articles", ArticlesQuestion(), {**ARTICLE, "number": n}) for n in (2**63, 2**64 - 1, -1)),
    ("articles", ArticlesQuestion(), {**ARTICLE, "id": "\0"}),
    *(
        ("stories", StoriesQuestion(), {**STORY, name: n})
        for name in ("articles", "seq", "number")
        for n in (2**63, -1)
    ),
    ("stories", StoriesQuestion(), {**STORY, "id": "a\0b"}),
    ("sources", SourcesQuestion(), "\0"),
    ("source-health", SourceHealthQuestion(), "\0"),
    *(
        ("search", SearchQuestion(), in_search(*fields))
        for fields in (
            (2**63, 1, NOON, "m1"),
            (NOON, 2**62, NOON, "m1"),
            (NOON, -1, NOON, "m1"),
            (NOON, 1, -(2**63) - 1, "m1"),
            (NOON, 1, 2**64, "m1"),
            (NOON, 1, NOON, "m" * 600),
            (NOON, 1, NOON),
            (),
        )
    ),
    ("search", SearchQuestion(), "\0"),
    ("search", SearchQuestion(), {"at": 1}),
]


def test_a_forged_cursor_is_refused_not_asked_of_the_record(
    any_record: Record, tmp_path: Path
) -> None:
    with serving(tmp_path, record=any_record) as site:
        fill(site.newsroom)
        for where, question, position in FORGED:
            path = where.replace("source-health", "sources/health")
            cursor = encode_cursor(position, question_digest(where, question))
            answer = site.client.get(f"/v1/{path}?cursor={cursor}")
            assert answer.status_code == 422, (where, position, answer.text)
        # Once such a cursor told how many hits to make room for.
        for ties in (10**13, 2**62, -5):
            forged = in_search(NOON, 1, NOON, "m1", ties)
            cursor = encode_cursor(forged, question_digest("search", SearchQuestion()))
            assert site.client.get(f"/v1/search?cursor={cursor}").status_code == 200, ties
        for method in ("GET", "POST"):
            assert site.client.request(method, "/websub/a%00b").status_code == 404
