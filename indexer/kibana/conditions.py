"""Filters of panels: written once, said in Kibana's query language and in Elasticsearch's."""

import json
from typing import Any

import msgspec

Value = str | int | float | bool


class Is(msgspec.Struct, frozen=True):
    """The field has this value."""

    field: str
    value: Value

    def kql(self) -> str:
        return f"{self.field} : {json.dumps(self.value, ensure_ascii=False)}"

    def query(self) -> dict[str, Any]:
        """What Kibana sends for :meth:`kql`: a phrase for text in quotes, else a match."""
        kind = "match_phrase" if isinstance(self.value, str) else "match"
        return {kind: {self.field: self.value}}


class AtLeast(msgspec.Struct, frozen=True):
    """The field is this or more."""

    field: str
    value: float

    def kql(self) -> str:
        return f"{self.field} >= {self.value:g}"

    def query(self) -> dict[str, Any]:
        return {"range": {self.field: {"gte": self.value}}}


class Below(msgspec.Struct, frozen=True):
    """The field is less than this."""

    field: str
    value: float

    def kql(self) -> str:
        return f"{self.field} < {self.value:g}"

    def query(self) -> dict[str, Any]:
        return {"range": {self.field: {"lt": self.value}}}


class Between(msgspec.Struct, frozen=True):
    """The field is ``low`` or more, and less than ``high``."""

    field: str
    low: float
    high: float

    def kql(self) -> str:
        return f"{self.field} >= {self.low:g} and {self.field} < {self.high:g}"

    def query(self) -> dict[str, Any]:
        return {"range": {self.field: {"gte": self.low, "lt": self.high}}}


class Has(msgspec.Struct, frozen=True):
    """The field has any value."""

    field: str

    def kql(self) -> str:
        return f"{self.field} : *"

    def query(self) -> dict[str, Any]:
        return {"exists": {"field": self.field}}


Condition = Is | AtLeast | Below | Between | Has


def kql(conditions: tuple[Condition, ...]) -> str:
    """All of them, in Kibana's query language; empty for none."""
    return " and ".join(condition.kql() for condition in conditions)


def query(conditions: tuple[Condition, ...]) -> dict[str, Any]:
    """All of them, as an Elasticsearch query."""
    return {"bool": {"filter": [condition.query() for condition in conditions]}}
