"""How firm a story stands."""

from types import SimpleNamespace

import pytest

from copydesk.story_state import state_of

MINUTE, DAY = 60.0, 86_400.0


@pytest.mark.parametrize(
    ("age", "outlets", "pinned", "state"),
    [
        (0.0, 1, 0, "provisional"),
        (29 * MINUTE, 1, 0, "provisional"),
        (31 * MINUTE, 1, 0, "settled"),
        (MINUTE, 2, 0, "settled"),
        (7 * DAY, 9, 0, "settled"),
        (7 * DAY + 1, 9, 0, "resting"),
        (MINUTE, 1, 1, "pinned"),
        (8 * DAY, 1, 1, "pinned"),
    ],
)
def test_state(age: float, outlets: int, pinned: int, state: str) -> None:
    names = tuple(f"outlet {number}" for number in range(outlets))
    story = SimpleNamespace(first_report=1000.0, outlets=names, pinned=pinned)
    assert state_of(story, now=1000.0 + age) == state
