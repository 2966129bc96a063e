"""How firm a story stands."""

from typing import Final, Literal, Protocol

from dedupe.stories.restructure import FROZEN

StoryState = Literal["provisional", "settled", "resting", "pinned"]
PROVISIONAL_SECONDS: Final = 1800.0
"""By then most wrong joins have been split and most fragments merged."""
_FIRM_OUTLETS: Final = 2


class Facts(Protocol):
    """What the state depends on. Times in epoch seconds."""

    @property
    def first_report(self) -> float:
        """When it was first reported."""

    @property
    def outlets(self) -> tuple[str, ...]:
        """Who reported it."""

    @property
    def pinned(self) -> int:
        """1 when only people change it."""


def state_of(story: Facts, *, now: float) -> StoryState:
    """Whether a story may still turn out to be another one.

    ``provisional`` until 30 minutes after its first report or two outlets have it; ``settled``
    then; ``resting`` after seven days, when the desk neither merges nor splits it; ``pinned``
    when only people change it.
    """
    if story.pinned:
        return "pinned"
    age = now - story.first_report
    if age > FROZEN:
        return "resting"
    if age < PROVISIONAL_SECONDS and len(story.outlets) < _FIRM_OUTLETS:
        return "provisional"
    return "settled"
