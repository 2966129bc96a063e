"""A problem as a page for people."""

from copydesk.api.context import ServeContext
from copydesk.api.problems import Problem
from copydesk.web.templating import render


def problem_page(context: ServeContext, found: Problem) -> bytes:
    """The page that says what went wrong and leads back."""
    return render(context, "problem.html", problem=found, q="")
