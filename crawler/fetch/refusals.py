"""What an answer that is no good means. Pure."""

import re

from crawler.fetch.errors import FetchError
from crawler.fetch.exchange import Answer
from crawler.fetch.politeness import retry_after
from crawler.fetch.urls import redact
from crawler.job import Outcome

# Header and the value that means a challenge or block by a bot wall; "" is any value.
_WALL_HEADERS = (
    ("cf-mitigated", "challenge", "Cloudflare"),
    ("x-amzn-waf-action", "", "AWS WAF"),
    ("x-datadome", "", "DataDome"),
    ("x-dd-b", "", "DataDome"),
    ("x-sucuri-block", "", "Sucuri"),
    ("x-px-block", "", "HUMAN"),
)
_WALL_BODIES = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), wall)
    for pattern, wall in (
        (rb"<title>\s*(?:Just a moment|Attention Required! \| Cloudflare)|cf-chl-", "Cloudflare"),
        (rb"captcha-delivery\.com", "DataDome"),
        (rb"_Incapsula_Resource|Incapsula incident", "Imperva"),
        (rb"px-captcha|_pxAppId", "HUMAN"),
        (rb"awsWafCookieDomainList|AwsWafIntegration", "AWS WAF"),
        (rb"<title>\s*Access Denied\s*</title>.{0,600}Reference&#32;&#35;", "Akamai"),
        (rb"ddos-guard\.net", "DDoS-Guard"),
        (rb"<title>\s*(?:Access denied|Are you a robot\?|Pardon Our Interruption)", "a bot wall"),
        (rb"<title>\s*(?:Human|Bot) Verification|<title>\s*Security Check", "a bot wall"),
    )
)
_HEAD = 32_768


def bot_wall(answer: Answer) -> str:
    """The name of the bot wall that answered instead of the server; "" when it was the server."""
    for name, value, wall in _WALL_HEADERS:
        if name in answer.headers and (not value or value in answer.headers[name].lower()):
            return wall
    head = answer.body[:_HEAD]
    if b"<html" not in head[:2048].lower():
        return ""
    return next((wall for pattern, wall in _WALL_BODIES if pattern.search(head)), "")


def refusal(answer: Answer, *, now: float) -> FetchError | None:
    """Why an answer cannot be used; ``None`` for 2xx and 304."""
    status = answer.status
    if 200 <= status < 300 or status == 304:
        return None
    what, outcome, next_step = _meaning(status)
    wall = bot_wall(answer) if status in (401, 403, 405, 406, 429, 503) else ""
    if wall:
        what, outcome = f"{wall} blocks us (HTTP {status})", "blocked"
        next_step = "Ask the outlet to let our User-Agent in, or use another feed of it"
    return FetchError(
        what,
        outcome=outcome,
        where=redact(answer.url),
        next_step=next_step,
        status=status,
        not_before=retry_after(answer.headers, now=now) if status in (429, 503) else None,
    )


def _meaning(status: int) -> tuple[str, Outcome, str]:
    match status:
        case 404:
            return (
                "there is nothing at this address (HTTP 404)",
                "not-found",
                ("It is tried again; check the address if it stays so"),
            )
        case 410:
            return (
                "is gone for good, says its server (HTTP 410)",
                "gone",
                ("Remove the source, or look for its successor"),
            )
        case 401 | 402 | 407:
            return f"needs a login (HTTP {status})", "refused", "Give the source its credentials"
        case 403:
            return "refuses us (HTTP 403)", "refused", "Ask the outlet to let our User-Agent in"
        case 429:
            return "asks us to slow down (HTTP 429)", "rate-limited", "It is asked less often"
        case 451:
            return "is withheld for legal reasons (HTTP 451)", "refused", "Nothing can be done"
        case _ if status >= 500:
            return (
                f"has a fault on its side (HTTP {status})",
                "server-error",
                ("It is tried again later"),
            )
        case _ if status >= 400:
            return f"refuses the request (HTTP {status})", "refused", "Check the address"
        case _:
            return f"gave no usable answer (HTTP {status})", "failed", "Check the address"


def usable(answer: Answer, *, now: float) -> Answer:
    """The answer itself, or its :func:`refusal` raised."""
    failure = refusal(answer, now=now)
    if failure is not None:
        raise failure
    return answer
