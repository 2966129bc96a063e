"""The stories that a report could join, and what it says as they do."""

from collections.abc import Callable
from typing import Final

import numpy as np

from dedupe.stories import crossing, scorer
from dedupe.stories.columns import order_of
from dedupe.stories.comparing import Matrix, across_report, beside_report
from dedupe.stories.memory import Memory
from dedupe.stories.neutral import legible
from dedupe.stories.overrules import Overrules
from dedupe.stories.scorer import Match, Rows
from dedupe.stories.sparse import Floats, Ids, Vector, shared
from dedupe.stories.story import Member
from dedupe.stories.vocabulary import Vocabulary

WINDOW: Final = 4 * 86_400.0
"""A story can be joined until this long after its last report, seconds."""
_SHOWN_TERMS: Final = 8


class Nearby:
    """Looks in the memory for the stories near a report, as far as people's word leaves them open.

    ``rank`` puts the most probable first (see :func:`dedupe.stories.scorer.foremost`).
    """

    def __init__(
        self,
        memory: Memory,
        vocabulary: Vocabulary,
        word: Overrules,
        rank: Callable[..., list[Match]],
    ) -> None:
        self._memory = memory
        self._vocabulary = vocabulary
        self._word = word
        self._rank = rank

    def near(self, member: Member) -> list[Match]:
        """Stories that ``member`` could join, the most probable first."""
        reading = member.reading
        near = beside_report.run(
            self._vocabulary.memory.given,
            self._open_to(member, self._memory.near(reading.body)),
            *reading,
            (member.at, WINDOW, scorer.FAINTEST),
            scorer.JOINING.compared,
        )
        return self._rank(scorer.JOINING, self._rows(near), member, self._vocabulary.terms)

    def across(self, member: Member) -> list[Match]:
        """Stories of other languages that ``member`` could join, the most probable first."""
        neutral = member.reading.neutral
        near = across_report.run(
            self._vocabulary.memory.given,
            self._open_to(member, self._memory.near(neutral)),
            *neutral,
            (member.at, crossing.CROSS_WINDOW, order_of(member.strand)),
            crossing.CROSSING.compared,
        )
        terms, least = self._vocabulary.terms, crossing.CROSS_THRESHOLD
        return self._rank(crossing.CROSSING, self._rows(near), member, terms, least=least)

    def shared(self, left: Vector, right: Vector) -> tuple[str, ...]:
        """The heaviest terms of both that a person can read."""
        terms = self._vocabulary.terms
        shown = (legible(terms[number]) for number in shared(left, right))
        return tuple(term for term in shown if term)[:_SHOWN_TERMS]

    def _open_to(self, member: Member, rows: Ids) -> Ids:
        """The rows of stories that a report may join at all."""
        if not member.marks and not self._word:
            return rows
        stories = [self._memory.columns.story(row) for row in rows.tolist()]
        may = [
            not scorer.excluded(story, member) and self._word.may_join(member.id, story)
            for story in stories
        ]
        found: Ids = rows[np.array(may, bool)]
        return found

    def _rows(self, near: tuple[Ids, Matrix, Floats]) -> Rows:
        rows, compared, odds = (part.tolist() for part in near)
        strands = self._memory.columns.strands
        return [strands[row] for row in rows], compared, odds
