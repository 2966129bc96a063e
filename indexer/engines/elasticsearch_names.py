"""The names of indices and aliases: one set of them for each time the index was built.

Articles stand in one index for each month in which they were first seen, which never changes, so
that an article never moves and old months may be kept on cheaper machines. Everybody asks the
aliases ``copydesk-articles`` and ``copydesk-stories``; writers use one alias a month. A set that is
being built stands behind aliases of its own until it is exchanged for the one in use.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from indexer.engines.protocol import Kind

# 2: stemmed texts without places, compressed more; 3: digits, joiners and apostrophes folded;
# 4: languages by each leading part, outlets and credits as whole values.
SCHEMA_VERSION = 4
KINDS: tuple[Kind, ...] = ("article", "story")
_PLURAL = {"article": "articles", "story": "stories"}
# Each index costs the cluster memory even when idle, and a node takes 1,000 shards: 600 months
# are the most there can be. Older archives share the first one, broken clocks the last.
_FIRST, _LAST = (2000, 1), (2049, 12)
_STORIES = re.compile(r"-stories-v\d+(?:\.(\d+))?$")
_MONTH = re.compile(r"-(\d{4}\.\d{2})$")

Stage = Literal["live", "next"]


@dataclass(frozen=True, slots=True)
class IndexSet:
    """All indices of one generation. ``stage`` says behind which aliases they stand.

    A *part* is what one index holds: the month of articles (``2023.05``), empty for stories.
    """

    prefix: str
    generation: int = 1
    stage: Stage = "live"

    @property
    def _aliases(self) -> str:
        return self.prefix if self.stage == "live" else f"{self.prefix}-next"

    def alias(self, kind: Kind) -> str:
        """What is asked: ``copydesk-articles``."""
        return f"{self._aliases}-{_PLURAL[kind]}"

    def write_alias(self, kind: Kind, part: str) -> str:
        """What is written: ``copydesk-articles-2023.05``, ``copydesk-stories``."""
        return f"{self.alias(kind)}-{part}" if part else self.alias(kind)

    def index(self, kind: Kind, part: str) -> str:
        """What is behind: ``copydesk-articles-v4-2023.05``, rebuilt ``...-v4.2-2023.05``."""
        name = f"{stem(self.prefix, kind)}{f'.{self.generation}' if self.generation > 1 else ''}"
        return f"{name}-{part}" if part else name

    def aliases(self, kind: Kind, part: str) -> dict[str, dict[str, bool]]:
        """What an index of this set is created with."""
        return {self.alias(kind): {}, self.write_alias(kind, part): {}}

    @property
    def position(self) -> str:
        """The id of the note that says how far this set has come."""
        return f"position-{self.generation}"


def stem(prefix: str, kind: Kind) -> str:
    """How every index of a kind and of this schema begins."""
    return f"{prefix}-{_PLURAL[kind]}-v{SCHEMA_VERSION}"


def meta_alias(prefix: str) -> str:
    """Where the log positions are kept."""
    return f"{prefix}-meta"


def meta_index(prefix: str) -> str:
    return f"{prefix}-meta-v1"


def month(first_seen: float) -> str:
    """The part of an article, from its epoch seconds: ``2023.05`` (UTC)."""
    at = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=first_seen)
    year, number = min(max((at.year, at.month), _FIRST), _LAST)
    return f"{year:04d}.{number:02d}"


def month_end(part: str) -> int:
    """Epoch milliseconds of the moment after a month's last."""
    year, number = (int(piece) for piece in part.split("."))
    following = dt.datetime(year + number // 12, number % 12 + 1, 1, tzinfo=dt.UTC)
    return int(following.timestamp() * 1000)


def part_of(index: str) -> str:
    """The month in the name of an index of articles."""
    found = _MONTH.search(index)
    return found[1] if found else ""


def generation_of(stories_index: str) -> int:
    """The generation in the name of an index of stories."""
    found = _STORIES.search(stories_index)
    return int(found[1] or 1) if found else 1
