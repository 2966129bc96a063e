"""One shape for every error: RFC 9457 problem details, ``application/problem+json``."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta

from config.errors import CopydeskError
from indexer.errors import QueryError

MEDIA_TYPE = "application/problem+json"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a request, and where."""

    parameter: Annotated[str, Meta(description="The query parameter.", examples=["limit"])]
    detail: Annotated[
        str, Meta(description="What is wrong.", examples=["1000 is more than the allowed 200."])
    ]
    offset: Annotated[
        int | None,
        Meta(description="Where in the parameter's value, in characters from 0, if one place."),
    ] = None
    suggestion: Annotated[
        str, Meta(description="What was probably meant; empty when nothing comes near.")
    ] = ""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong, by RFC 9457."""

    type: Annotated[
        str,
        Meta(
            description="The kind of problem; never changes, so programs may tell by it.",
            examples=["urn:copydesk:problem:bad-parameter"],
        ),
    ]
    title: Annotated[str, Meta(description="The kind in words.")]
    status: Annotated[int, Meta(description="The HTTP status.", examples=[422])]
    detail: Annotated[str, Meta(description="This one in words.")]
    instance: Annotated[str, Meta(description="The path asked for.", examples=["/v1/articles"])]
    next_step: Annotated[str, Meta(description="What to do about it.")] = ""
    errors: Annotated[
        tuple[Fault, ...], Meta(description="Everything wrong with the parameters.")
    ] = ()


# Slug, title, for every status we answer ourselves.
KINDS: dict[int, tuple[str, str]] = {
    400: ("bad-request", "The request cannot be read"),
    401: ("unauthorized", "This needs a token"),
    403: ("forbidden", "This is not allowed from there"),
    404: ("not-found", "There is nothing here"),
    405: ("method-not-allowed", "This method is not for this address"),
    408: ("too-slow", "The request took too long to come"),
    409: ("conflict", "This cannot be done as things are"),
    413: ("too-large", "The body is too large"),
    415: ("not-json", "The body is of another kind"),
    422: ("bad-parameter", "A parameter cannot be used"),
    500: ("internal", "Something went wrong here"),
    503: ("unavailable", "This is not available just now"),
}


class RequestError(CopydeskError):
    """A request that is answered with a problem instead."""

    def __init__(
        self,
        status: int,
        what: str,
        *,
        next_step: str = "",
        faults: tuple[Fault, ...] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(what, next_step=next_step)
        self.status = status
        self.faults = faults
        self.headers = headers or {}


def problem(
    status: int,
    detail: str,
    instance: str,
    *,
    next_step: str = "",
    faults: tuple[Fault, ...] = (),
) -> Problem:
    """The problem of a status; statuses without a kind of their own are named by HTTP."""
    known = {int(one): (one.name.lower().replace("_", "-"), one.phrase) for one in HTTPStatus}
    slug, title = KINDS.get(status) or known.get(status, ("error", "Error"))
    return Problem(
        type=f"urn:copydesk:problem:{slug}",
        title=title,
        status=status,
        detail=detail,
        instance=instance,
        next_step=next_step,
        errors=faults,
    )


def bad_parameters(faults: tuple[Fault, ...]) -> RequestError:
    """The refusal of a request because of its parameters, all of them at once."""
    what = " ".join(f"{fault.parameter}: {fault.detail}" for fault in faults)
    hints = [f"Did you mean `{fault.suggestion}`?" for fault in faults if fault.suggestion]
    return RequestError(422, what, next_step=" ".join(hints), faults=faults)


def bad_query(error: QueryError, *, parameter: str) -> RequestError:
    """The refusal of a request because of its query, with the place where reading failed."""
    return _bad(error, Fault(parameter=parameter, detail=sentence(error), offset=error.offset))


def bad_conditions(error: QueryError) -> RequestError:
    """The refusal of a search because of its conditions; they have no offsets."""
    return _bad(error, Fault(parameter="where", detail=sentence(error)))


def bad_body(error: CopydeskError) -> RequestError:
    """The refusal of a change because of what its body says."""
    return _bad(error, Fault(parameter="body", detail=sentence(error)))


def _bad(error: CopydeskError, fault: Fault) -> RequestError:
    refusal = bad_parameters((fault,))
    refusal.next_step = error.next_step
    return refusal


def told(status: int, error: CopydeskError) -> RequestError:
    """An error of ours, in its own words, as the answer to a request."""
    return RequestError(status, sentence(error), next_step=error.next_step)


def sentence(error: CopydeskError) -> str:
    """What is wrong, as a sentence of its own."""
    return f"{error.what[:1].upper()}{error.what[1:]}."
