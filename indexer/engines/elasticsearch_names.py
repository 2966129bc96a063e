"""The names of indices and aliases: one set of them for each time the index was built.

Articles stand in one index for each month in which they were first seen, which never changes, so
that an article never moves and old months may be kept on cheaper machines. Everybody asks the
aliases ``copydesk-articles`` and ``copydesk-stories``; writers use one alias a month. A set that is
being built stands behind aliases of its own until it is exchanged for the one in use. Their names
hold an underscore, which no prefix may: several installations share a cluster without meeting.
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
_MONTH = re.compile(r"-(\d{4}\.\d{2})$")
# Of every schema so far: number of the schema, generation, month.
_INDEX: dict[Kind, re.Pattern[str]] = {
    "article": re.compile(r"-articles-v(\d+)(?:\.(\d+))?-(\d{4}\.\d{2})"),
    "story": re.compile(r"-stories-v(\d+)(?:\.(\d+))?()"),
}

Stage = Literal["live", "next"]


@dataclass(frozen=True, slots=True)
class IndexSet:
    """All indices of one generation. ``stage`` says behind which aliases they stand.

    A *part* is what one index holds: the month of articles (``2023.05``), empty for stories.
    """

    prefix: str
    generation: int = 1
    stage: Stage = "live"

    def alias(self, kind: Kind) -> str:
        """What is asked: ``copydesk-articles``; of a set being built ``copydesk-articles_next``."""
        return f"{self.prefix}-{_PLURAL[kind]}{'' if self.stage == 'live' else '_next'}"

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

    def has(self, index: str) -> bool:
        """Whether an index is one of this generation and schema, by its name."""
        found = read(self.prefix, index)
        return found is not None and self.index(found.kind, found.part) == index

    def stands_behind(self, alias: str) -> bool:
        """Whether an alias is one of this stage, of any kind and month."""
        return any(
            alias == self.alias(kind)
            or (alias.startswith(self.alias(kind)) and _MONTH.match(alias, len(self.alias(kind))))
            for kind in KINDS
        )

    @property
    def position(self) -> str:
        """The id of the note that says how far this set has come."""
        return f"position-{self.generation}"


@dataclass(frozen=True, slots=True)
class IndexName:
    """What the name of an index of ours says."""

    kind: Kind
    schema: int
    generation: int
    part: str


def read(prefix: str, index: str) -> IndexName | None:
    """``None`` for a name that no version of this program gives under this prefix."""
    for kind, pattern in _INDEX.items():
        if index.startswith(prefix) and (found := pattern.fullmatch(index, len(prefix))):
            return IndexName(kind, int(found[1]), int(found[2] or 1), found[3])
    return None


def staged(prefix: str, kind: Kind) -> frozenset[str]:
    """The aliases of a kind that is being built, also as versions before named them.

    Those may be the live aliases of an installation with the prefix ``copydesk-next``: only the
    name of an index tells whose it is.
    """
    before = f"{prefix}-next-{_PLURAL[kind]}"
    return frozenset((IndexSet(prefix, stage="next").alias(kind), before))


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
