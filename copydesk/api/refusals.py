"""Turn every exception into a problem: JSON for programs, a page for people."""

import secrets
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from copydesk.api.problems import MEDIA_TYPE, Problem, RequestError, problem
from copydesk.errors import RecordBusyError, RecordError
from copydesk.web.problem_page import problem_page
from indexer.errors import EngineMismatchError, EngineUnavailableError, NoIndexError

_log = structlog.get_logger()
_RETRY = {"Retry-After": "2"}
_HTTP = {
    404: "No page or list has this address.",
    405: "This address does not answer that method.",
    413: "The body is larger than 10 MB.",
    500: "It is our fault, not that of the request.",
}


def refuse(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The answer to a request that raised ``error``."""
    status, what, next_step, headers, faults = _described(error)
    if status >= 500 and not isinstance(error, RequestError):
        number = secrets.token_hex(4)
        # The route, not the address: a hub's callback address is known to the hub alone.
        route = str(request.scope.get("path_template") or "none")
        if isinstance(error, EngineUnavailableError | EngineMismatchError) or _is_known(error):
            # Every request fails alike until someone mends it: one line each says enough.
            _log.warning(str(error), incident=number, route=route)
        else:
            _log.error("a request failed", incident=number, route=route, exc_info=error)
        next_step = f"{next_step} Our log has it as incident {number}.".strip()
    found = problem(status, what, request.url.path, next_step=next_step, faults=faults)
    return _answer(request, found, headers)


def _described(error: Exception) -> tuple[int, str, str, dict[str, str], Any]:
    """Status, sentence, next step, headers and faults. Nothing of the inside gets out."""
    if isinstance(error, RequestError):
        return error.status, error.what, error.next_step, error.headers, error.faults
    if isinstance(error, HTTPException):
        what = _HTTP.get(error.status_code, "The request cannot be answered.")
        step = "See /openapi.json for what there is." if error.status_code in (404, 405) else ""
        return error.status_code, what, step, dict(error.headers or {}), ()
    if isinstance(error, RecordBusyError):
        return 503, "The record is busy.", "Ask again in a moment.", _RETRY, ()
    if isinstance(error, RecordError):
        return 503, "The record cannot be read just now.", "Ask again later.", _RETRY, ()
    if isinstance(error, NoIndexError):
        step = "The desk makes it with the first news. Ask again in a minute."
        return 503, "There is no search index yet.", step, _RETRY, ()
    if isinstance(error, EngineUnavailableError):
        return 503, "The search engine does not answer just now.", "Ask again later.", _RETRY, ()
    if isinstance(error, EngineMismatchError):
        return 503, "The search index must be made anew.", "Ask again later.", _RETRY, ()
    return 500, _HTTP[500], "", {}, ()


def _is_known(error: Exception) -> bool:
    """Whether it is the record's, and says what to do. Of others the traceback may."""
    return isinstance(error, RecordError) and bool(error.next_step)


def _answer(
    request: Request[Any, Any, Any], found: Problem, headers: dict[str, str]
) -> Response[bytes]:
    if _wants_page(request):
        page = problem_page(request.app.state.context, found, request.scope["query_string"])
        return Response(page, status_code=found.status, media_type="text/html", headers=headers)
    return Response(
        msgspec.json.encode(found),
        status_code=found.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def _wants_page(request: Request[Any, Any, Any]) -> bool:
    machine = request.url.path.startswith(("/v1/", "/openapi.json", "/metrics"))
    return "text/html" in request.headers.get("accept", "") and not machine
