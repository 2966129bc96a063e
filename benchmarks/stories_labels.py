"""What a reader judged of real days: ids and labels, no text."""

from pathlib import Path

import msgspec

LABELS = Path(__file__).parent / "labels"


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """What was judged of one day: items by happening, and those that count for nobody."""

    first: str
    last: str
    about: str
    events: dict[str, tuple[str, ...]]
    unsure: tuple[str, ...]

    @property
    def gold(self) -> dict[str, str]:
        """The happening of each item."""
        return {item: event for event, items in self.events.items() for item in items}


def days() -> list[Labels]:
    """The days that joins are fitted on."""
    return _read(LABELS)


def held_days() -> list[Labels]:
    """The days that no weights are fitted on."""
    return _read(LABELS / "held")


def _read(folder: Path) -> list[Labels]:
    return [
        msgspec.json.decode(file.read_bytes(), type=Labels)
        for file in sorted(folder.glob("*.json"))
    ]
