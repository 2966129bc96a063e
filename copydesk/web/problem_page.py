"""A problem as a page for people."""

import re
from urllib.parse import quote

from copydesk.api.context import ServeContext
from copydesk.api.problems import Problem
from copydesk.web.templating import render

_OVERRULED = re.compile(r"(/story/[^/]+)/overrule")


def problem_page(context: ServeContext, found: Problem) -> bytes:
    """The page that says what went wrong and leads back."""
    asked = _OVERRULED.fullmatch(found.instance)
    return render(
        context, "problem.html", problem=found, story=quote(asked[1]) if asked else "", q=""
    )
