"""What a panel shows: one description, from which both its Lens form and its query are made."""

from typing import Literal

import msgspec

from indexer.kibana.conditions import Condition

ViewName = Literal["articles", "stories", "operations"]
Chart = Literal["table", "columns", "bars", "shares", "lines", "rates"]
Number = Literal["plain", "percent"]


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many documents."""

    label: str


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A number over the documents' values of a field; ``percent`` of the percentile, 1 to 99."""

    label: str
    field: str
    how: Literal["average", "max", "unique_count", "percentile"]
    percent: int = 0
    shown: Number = "plain"


class Latest(msgspec.Struct, frozen=True, kw_only=True):
    """The value of a field, analysed or not, in the newest document by ``by``, a date."""

    label: str
    field: str
    by: str


Metric = Count | Measure | Latest


class Top(msgspec.Struct, frozen=True, kw_only=True):
    """The values of a field, by the panel's first metric, largest first."""

    label: str
    field: str
    size: int


class Unusual(msgspec.Struct, frozen=True, kw_only=True):
    """The values that are frequent here and rare in the whole index."""

    label: str
    field: str
    size: int


class Over(msgspec.Struct, frozen=True, kw_only=True):
    """Time, in steps that Kibana chooses for the range that is looked at."""

    label: str
    field: str


class Ranges(msgspec.Struct, frozen=True, kw_only=True):
    """A number cut at the edges; each range holds its lower edge, not its upper one.

    The last range is open above if ``names`` has one name more than there are ranges.
    """

    label: str
    field: str
    edges: tuple[float, ...]
    names: tuple[str, ...]

    def spans(self) -> tuple[tuple[str, float, float | None], ...]:
        """Name, lower edge and upper edge of each."""
        uppers = (*self.edges[1:], None)
        return tuple(zip(self.names, self.edges, uppers, strict=False))


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """Named parts, each with its condition; a document may be in several."""

    label: str
    parts: tuple[tuple[str, Condition], ...]


Bucket = Top | Unusual | Over | Ranges | Parts


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """One panel. ``buckets`` from the outermost in, ``where`` holds for all it counts.

    ``id`` is unique among all panels and never changes: people's bookmarks hang on it. ``width``
    of 48, ``height`` in Kibana's rows of 20 pixels.
    """

    id: str
    title: str
    view: ViewName
    chart: Chart
    where: tuple[Condition, ...]
    buckets: tuple[Bucket, ...]
    metrics: tuple[Metric, ...]
    width: int = 24
    height: int = 12
    note: str = ""


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """A saved search: columns of documents, newest first by the view's time."""

    id: str
    title: str
    view: ViewName
    where: tuple[Condition, ...]
    columns: tuple[str, ...]
    note: str = ""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A saved search on a dashboard."""

    search: Search
    width: int = 48
    height: int = 16


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """Panels from the most important one down."""

    id: str
    title: str
    note: str
    panels: tuple[Panel | Shown, ...]
