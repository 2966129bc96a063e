"""The indexer's branch of the exception tree."""

from collections.abc import Sequence
from typing import Literal

from config.errors import CopydeskError


class IndexerError(CopydeskError):
    """The search engine could not do what was asked."""


class EngineUnavailableError(IndexerError):
    """The engine cannot be reached now; try again later, nothing is lost."""


class NoIndexError(EngineUnavailableError):
    """The desk has not made the index yet."""


class EngineMismatchError(IndexerError):
    """The engine or its index has another version or schema than this program."""


class OneFaultError(EngineMismatchError):
    """Whatever is written is refused for one reason, which no document is to blame for.

    ``refused``, kinds and ids, were reported as rejected before that was known.
    """

    def __init__(self, what: str, *, next_step: str, refused: Sequence[tuple[str, str]]) -> None:
        super().__init__(what, next_step=next_step)
        self.refused = tuple(refused)


class QueryError(IndexerError):
    """The query cannot be read. ``offset`` counts characters from 0."""

    def __init__(self, what: str, *, offset: int, next_step: str = "") -> None:
        super().__init__(what, where=f"query, character {offset + 1}", next_step=next_step)
        self.offset = offset


class TooManyWordsError(QueryError):
    """More words begin so, behind others, than an engine looks through for one query."""

    def __init__(self) -> None:
        super().__init__(
            "what stands before a * begins too many words",
            offset=0,
            next_step="Write more letters of the word before the *.",
        )


class CursorError(QueryError):
    """A page cursor is damaged or of another search."""

    def __init__(self, what: str) -> None:
        super().__init__(what, offset=0, next_step="Begin again at the first page.")
        self.where = "cursor"


class CountError(QueryError):
    """Nothing can be counted by this field, in this zone, over this span, or so many values."""

    def __init__(
        self, what: str, *, about: Literal["field", "zone", "span", "limit"], next_step: str
    ) -> None:
        super().__init__(what, offset=0, next_step=next_step)
        self.where = "count"
        self.about = about
