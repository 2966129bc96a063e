"""No question brings an engine down: it is answered, or refused as one that cannot be read."""

import base64

import msgspec
import pytest

from indexer import cursor as cursors
from indexer.engines.protocol import Engine, SearchRequest
from indexer.errors import CursorError


def forged(*fields: object) -> str:
    asked = cursors.question(SearchRequest(query="moscow"))
    return base64.urlsafe_b64encode(msgspec.json.encode([asked, *fields])).decode()


NOON, FAR = 1_685_448_000_000_000, 10**17


@pytest.mark.parametrize(
    "cursor",
    [
        forged(NOON, 0, NOON, "a01"),
        forged(NOON, 4, NOON, "a01"),
        forged(NOON, -(2**40), NOON, "a01"),
        forged(NOON, 1, FAR, "a01"),
        forged(NOON, 1, -FAR, "a01"),
        forged(FAR, 1, NOON, "a01"),
        forged(2**63, 1, NOON, "a01"),
        forged(NOON, 1, 2**64, "a01"),
        forged(NOON, 1, NOON, "x" * 1000),
        forged(NOON, 1.5, NOON, "a01"),
        forged(NOON, 1, NOON, None),
        forged(NOON, 1),
    ],
)
def test_a_forged_cursor_is_refused(newsroom: Engine, cursor: str) -> None:
    with pytest.raises(CursorError):
        newsroom.search(SearchRequest(query="moscow", cursor=cursor))


@pytest.mark.parametrize("ties", [10**13, 2**62, 2**70, -5])
@pytest.mark.parametrize("given", ["zz", "", "\0", "\U0010ffff"])
def test_a_forged_cursor_only_names_a_place(newsroom: Engine, ties: int, given: str) -> None:
    """The fifth number of cursors as they once were is not looked at."""
    for tier in (1, 2, 3):
        page = newsroom.search(
            SearchRequest(query="moscow", cursor=forged(NOON, tier, NOON, given, ties))
        )
        assert {hit.document.id for hit in page.hits} <= {"a01", "a02"}
