"""A problem as a page for people."""

import re
from urllib.parse import parse_qsl, quote

from copydesk.api.context import ServeContext
from copydesk.api.problems import Problem
from copydesk.web.templating import render

_MOST_FIELDS = 100
_OVERRULED = re.compile(r"(/story/[^/]+)/overrule")


def problem_page(context: ServeContext, found: Problem, query_string: bytes) -> bytes:
    """The page that says what went wrong and leads back, with the words that were searched for."""
    asked = _OVERRULED.fullmatch(found.instance)
    return render(
        context,
        "problem.html",
        problem=found,
        story=quote(asked[1]) if asked else "",
        q=_words(query_string),
    )


def _words(query_string: bytes) -> str:
    try:
        fields = parse_qsl(query_string.decode("ascii"), max_num_fields=_MOST_FIELDS)
    except ValueError:  # what is wrong with it is what the page tells
        return ""
    return dict(fields).get("q", "")
