"""Where a redirect leads, and what it means. Pure."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin

from crawler.fetch.errors import FetchError
from crawler.fetch.urls import origin, redact, sendable
from crawler.job import Outcome

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect that was followed: the address that was asked and its status."""

    url: str
    status: int


def follow(
    hops: tuple[Hop, ...], location: str, *, limit: int, again: Literal["yes", "no"] = "no"
) -> str:
    """The next address after the last of ``hops``.

    An address that was asked before is a circle, unless there is a reason to ask it ``again``: the
    answer set a cookie.
    Raises :class:`FetchError` for a chain longer than ``limit``, a loop, no or a bad ``Location``,
    and ``tls`` for one from https to http: whoever sits between would decide what is news.
    """
    asked = hops[-1]
    if not location:
        raise _refused(asked, f"redirected ({asked.status}) without saying where to")
    try:
        target = sendable(urljoin(asked.url, location))
    except (FetchError, ValueError) as error:
        raise _refused(asked, f"redirected to an unusable address {redact(location)}") from error
    if origin(asked.url)[0] == "https" and origin(target)[0] == "http":
        raise _refused(
            asked, f"redirected from https to plain http ({redact(target)})", outcome="tls"
        )
    if again == "no" and any(hop.url == target for hop in hops):
        raise _refused(asked, f"redirects in a circle back to {redact(target)}")
    if len(hops) > limit:
        raise _refused(asked, f"redirected more than {limit} times")
    return target


def moved_to(hops: tuple[Hop, ...], final: str) -> str:
    """The final address when only permanent redirects (301, 308) led to it, else ""."""
    return final if hops and all(hop.status in _PERMANENT for hop in hops) else ""


def keeps_credentials(old: str, new: str) -> bool:
    """Whether a secret sent to ``old`` may go to ``new``: same origin or https there."""
    old_origin, new_origin = origin(old), origin(new)
    if old_origin == new_origin:
        return True
    upgraded = (old_origin[0], new_origin[0]) == ("http", "https")
    return upgraded and old_origin[1] == new_origin[1] and new_origin[2] == 443


def _refused(asked: Hop, what: str, outcome: Outcome = "failed") -> FetchError:
    return FetchError(
        what,
        outcome=outcome,
        where=redact(asked.url),
        next_step="Open the address in a browser and give the source the address it ends at",
        status=asked.status,
    )
