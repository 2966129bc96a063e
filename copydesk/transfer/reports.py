"""What an import says of itself: while it goes on, and at its end."""

from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

from copydesk.record.intake import Fate

_LONGEST_NAME, _MOST_NAMES = 80, 50


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A file of which something is to be told, or a line of it (0 for the whole), and what."""

    file: str
    line: int = 0
    what: str


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """Who hears of an import at once.

    ``bad`` of each file or line that gave nothing, ``note`` of what was left out of a file or not
    well-formed in it, ``progress`` what is done, how much of it, and how much there is.
    """

    bad: Callable[[Told], None]
    note: Callable[[Told], None] = lambda _told: None
    progress: Callable[[str, int, int], None] = lambda _what, _done, _all: None


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an argument amounted to.

    ``lines`` are those of files with an article a line, ``embargoed`` of the new and revised wait
    for their time, ``pictures`` in folders were passed over, of ``noted`` files something was left
    out or not well-formed. ``unknown`` counts the lines with each field we do not know.
    """

    files: int = 0
    lines: int = 0
    new: int = 0
    revised: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    embargoed: int = 0
    pictures: int = 0
    noted: int = 0
    bad: int = 0
    unknown: dict[str, int] = {}

    def sentence(self) -> str:
        """For people, to follow the argument's name."""
        many = self.files != 1 or not self.lines
        counts = (
            (self.files if many else 0, "file" if self.files == 1 else "files"),
            (self.lines, "line" if self.lines == 1 else "lines"),
        )
        sometimes = (
            (self.withdrawn, "taken back"),
            (self.embargoed, "under embargo"),
            (self.pictures, "pictures passed over"),
            (self.noted, "with something left out or mended"),
        )
        always = ((self.new, "new"), (self.revised, "revised"), (self.unchanged, "known"))
        told = (*filter(_any, counts), *always, *filter(_any, sometimes), (self.bad, "bad"))
        return ", ".join(f"{count:,} {what}" for count, what in told) + "."


def _any(counted: tuple[int, str]) -> bool:
    return counted[0] > 0


class Tally:
    """Counts for an :class:`ImportReport`."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()

    def odd(self, fields: Iterable[str]) -> None:
        """A line has fields that we do not know; of hostile names no more than people read."""
        for name in fields:
            short = name[:_LONGEST_NAME]
            if short in self.unknown or len(self.unknown) < _MOST_NAMES:
                self.unknown[short] += 1

    def fate(self, fate: Fate, *, status: str) -> None:
        """One article went in."""
        self.counts[fate] += 1
        self.counts["embargoed"] += status == "embargoed" and fate in ("new", "revised")

    def report(self) -> ImportReport:
        """All that was counted."""
        return msgspec.convert({**self.counts, "unknown": self.unknown}, ImportReport)
