"""What few articles match is read whole and put in order here, not looked for among all others.

Pages are ordered by time, and the database finds the first page of a filter by walking over all
articles in that order: quick where one in a hundred matches, slow where one in a million does. Such
few are found by the index of the filter's own column.
"""

from collections.abc import Callable, Sequence
from typing import TypeVarTuple

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, func, select

Asked = TypeVarTuple("Asked")
FEW = 1_000
"""Read in some 5 ms. Of a million articles a filter that matches more shows in a walk over a
thousand for each one shown."""
MOST_FORMS = 500
"""Ways to write a language or country that are looked at; a feed can make up any."""


def few(connection: Connection, query: Select[*Asked]) -> Sequence[Row[*Asked]] | None:
    """The rows of a query, in no order; None where they are more than a thousand."""
    rows = connection.execute(query.limit(FEW + 1)).all()
    return rows if len(rows) <= FEW else None


def among(
    connection: Connection, column: Column[str], fits: Callable[[str], bool]
) -> ColumnElement[bool] | None:
    """Whether ``column`` holds one of its values that ``fits``; None where it has too many values.

    Unlike a function of the column this is found by its index. The values are asked for one after
    the other, each the next in the index: there are a few dozen, however many articles.
    """
    first = select(func.min(column).label("form")).cte("forms", recursive=True)
    following = select(func.min(column)).where(column > first.c.form).scalar_subquery()
    forms = first.union_all(select(following).where(first.c.form.is_not(None)))
    found = connection.scalars(select(forms.c.form).limit(MOST_FORMS + 1)).all()
    if len(found) > MOST_FORMS:
        return None
    return column.in_([form for form in found if form is not None and fits(form)])
