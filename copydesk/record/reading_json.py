"""The length of a JSON array in a text column, on each database."""

from typing import Any

from sqlalchemy import ColumnElement, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class json_length(FunctionElement[int]):  # noqa: N801  named like the SQL function it is
    """``json_length(column)``: how many elements the column's JSON array has."""

    type = Integer()
    inherit_cache = True

    def __init__(self, column: ColumnElement[str]) -> None:
        super().__init__(column)


@compiles(json_length, "sqlite")
def _sqlite(element: json_length, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_length({compiler.process(element.clauses, **options)})"


@compiles(json_length, "postgresql")
def _postgresql(element: json_length, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_length(({compiler.process(element.clauses, **options)})::json)"
