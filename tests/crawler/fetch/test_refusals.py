"""Answers that are no good."""

import pytest

from crawler.fetch.errors import FetchError
from crawler.fetch.exchange import Answer
from crawler.fetch.refusals import bot_wall, refusal, usable
from crawler.job import Outcome


def answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(
        url="https://example.org/feed?token=s3cret", status=status, headers=named, body=body
    )


def page(head: str) -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body></body></html>".encode()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, "refused"), (401, "refused"), (402, "refused"), (403, "refused"), (404, "not-found"),
        (405, "refused"), (410, "gone"), (418, "refused"), (429, "rate-limited"), (451, "refused"),
        (500, "server-error"), (502, "server-error"), (503, "server-error"), (599, "server-error"),
        (100, "failed"), (300, "failed"), (305, "failed"), (0, "failed"),
    ],
)  # fmt: skip
def test_statuses(status: int, outcome: Outcome) -> None:
    error = refusal(answer(status), now=0.0)
    assert error is not None
    assert (error.outcome, error.status) == (outcome, status)
    assert error.what
    assert error.next_step
    assert "s3cret" not in str(error)


@pytest.mark.parametrize("status", [200, 203, 206, 304])
def test_good_answers(status: int) -> None:
    good = answer(status)
    assert refusal(good, now=0.0) is None
    assert usable(good, now=0.0) is good


WALLS = [
    ("Cloudflare", answer(403, cf_mitigated="challenge")),
    ("Cloudflare", answer(503, page("<title>Just a moment...</title>"))),
    ("Cloudflare", answer(403, page("<title>Attention Required! | Cloudflare</title>"))),
    ("DataDome", answer(403, x_datadome="protected")),
    ("DataDome", answer(403, page("<script src='https://ct.captcha-delivery.com/c.js'>"))),
    ("Imperva", answer(403, page("<iframe src='/_Incapsula_Resource?x'>"))),
    ("HUMAN", answer(403, page("<div id='px-captcha'>"))),
    ("AWS WAF", answer(405, x_amzn_waf_action="captcha")),
    ("Akamai", answer(403, page("<title>Access Denied</title>") + b"Reference&#32;&#35;18.4")),
    ("a bot wall", answer(429, page("<title>Are you a robot?</title>"))),
]


@pytest.mark.parametrize(("wall", "blocked"), WALLS)
def test_bot_walls_are_named(wall: str, blocked: Answer) -> None:
    error = refusal(blocked, now=0.0)
    assert error is not None
    assert error.outcome == "blocked"
    assert wall in error.what


def test_ordinary_pages_are_no_walls() -> None:
    about = page("<title>Just a moment: how the ferry sank</title>").replace(b"moment:", b"second:")
    assert bot_wall(answer(200, about)) == ""
    assert bot_wall(answer(200, b"<rss>Just a moment captcha-delivery.com</rss>")) == ""
    assert refusal(answer(403, page("<title>Forbidden</title>")), now=0.0).outcome == "refused"  # type: ignore[union-attr]


def test_retry_after_belongs_to_429_and_503() -> None:
    for status, until in ((429, 120.0), (503, 120.0), (404, None)):
        with pytest.raises(FetchError) as caught:
            usable(answer(status, retry_after="120"), now=0.0)
        assert caught.value.not_before == until
