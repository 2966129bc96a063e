"""WebSub for subscribers, after https://www.w3.org/TR/websub/ (REC of 23 January 2018). Pure.

A publisher names a hub; the hub calls us back when there is news. What it delivers is not
trusted: a push only means that the source is worth a poll now.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlencode, urlsplit

import msgspec

from crawler.feeds.common import absolute
from crawler.feeds.model import ParsedFeed
from crawler.fetch.errors import FetchError
from crawler.fetch.urls import sendable

Mode = Literal["subscribe", "unsubscribe"]

# A hub may choose less; ten days is what the large hubs give at most.
LEASE = 10 * 86_400.0
# Renewed when so much of the lease is over, so that a hub that is away for a day costs nothing.
RENEW_AT = 0.75
_SHORTEST_LEASE, _LONGEST_LEASE = 300.0, 30 * 86_400.0
# Between attempts at a hub that refuses, does not answer or does not verify.
_FIRST_RETRY, _LONGEST_RETRY = 3600.0, 7 * 86_400.0
# Section 7: the hub chooses among these, sha1 being the weakest that is allowed.
_METHODS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384,
            "sha512": hashlib.sha512}  # fmt: skip
_MOST_HUBS = 3
_LONGEST_ADDRESS = 2000
_LINK = re.compile(
    r"<([^<>]{1,2000})>((?:\s*;\s*[\w*-]+\s*=\s*(?:\"[^\"]{0,500}\"|[^\s\",;]{0,500}))*)"
)
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]+))", re.IGNORECASE)


def offer(headers: Mapping[str, str], feed: ParsedFeed, *, url: str) -> tuple[tuple[str, ...], str]:
    """The hubs of a feed and its topic, from its ``Link`` headers, else its own links (section 4).

    ``headers`` have lower case names, ``url`` is where the feed came from. Empty without hub or
    without topic: a subscription needs both. A link that is no address is passed over.
    """
    links = [
        (rel, target)
        for link, parameters in _LINK.findall(headers.get("link", "")[:16_384])
        if (found := _REL.search(parameters)) is not None
        for rel in (found[1] or found[2] or "").lower().split()
        # What other links say (preload, api.w.org, ...) is not our business, nor is their damage.
        if rel in ("hub", "self") and (target := absolute(link, url))
    ]
    hubs = [target for rel, target in links if rel == "hub"] or list(feed.hubs)
    topic = next((target for rel, target in links if rel == "self"), feed.self_url)
    usable = tuple(dict.fromkeys(hub for hub in hubs if _is_address(hub)))[:_MOST_HUBS]
    return (usable, topic) if usable and _is_address(topic) else ((), "")


def _is_address(url: str) -> bool:
    try:
        sendable(url)
    except FetchError:
        return False
    return len(url) <= _LONGEST_ADDRESS


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a source at its hub. Times are epoch seconds.

    ``token`` is the last part of the callback address: who knows it is the hub. ``key`` signs
    what the hub delivers, "" when it is not signed. ``state`` is "wanted" until the hub verified,
    then "active"; "leaving" once it is not wanted any more. ``attempt_at`` is when the hub is told
    next, ``failures`` how often it was since it last verified.
    """

    source: str
    hub: str
    topic: str
    token: str
    key: str
    state: Literal["wanted", "active", "leaving"] = "wanted"
    lease_until: float = 0.0
    attempt_at: float = 0.0
    failures: int = 0
    last_push: float | None = None
    error: str = ""

    def __repr__(self) -> str:
        return f"Subscription({self.source}, {self.hub}, {self.state})"


def new_subscription(source: str, hub: str, topic: str) -> Subscription:
    """A subscription to ask for at once, with 256 random bits in its address and in its key.

    A key may be told over https only (section 5.1): over http anyone could read it.
    """
    return Subscription(
        source=source,
        hub=hub,
        topic=topic,
        token=secrets.token_urlsafe(32),
        key=secrets.token_hex(32) if urlsplit(hub).scheme == "https" else "",
    )


def wanted(
    known: Subscription | None, source: str, hubs: tuple[str, ...], topic: str
) -> Subscription | None:
    """The subscription that a poll's offer calls for: the known one as long as the offer holds.

    None when there is nothing to subscribe to and nothing was. A hub or topic that changed is a
    new subscription; the hub of the old one finds its address gone (404) and drops it. A feed
    that stopped naming a hub is left to expire.
    """
    if not hubs:
        return known
    if known is not None and known.topic == topic and known.hub in hubs:
        return known
    return new_subscription(source, hubs[0], topic)


def form(subscription: Subscription, mode: Mode, *, callback: str) -> bytes:
    """The body of a request to the hub (section 5.1)."""
    fields = {"hub.callback": callback, "hub.mode": mode, "hub.topic": subscription.topic}
    if mode == "subscribe":
        fields["hub.lease_seconds"] = f"{LEASE:.0f}"
        if subscription.key:
            fields["hub.secret"] = subscription.key
    return urlencode(fields).encode()


def told(subscription: Subscription, problem: str, *, now: float) -> Subscription:
    """The subscription after the hub was told; ``problem`` is "" when it accepted (202)."""
    # A hub that accepted may yet never verify, so it is asked again all the same.
    wait = min(_FIRST_RETRY * 2.0 ** min(subscription.failures, 20), _LONGEST_RETRY)
    failures = subscription.failures + 1
    return msgspec.structs.replace(
        subscription, attempt_at=now + wait, failures=failures, error=problem
    )


def verified(subscription: Subscription, lease: float, *, now: float) -> Subscription:
    """The subscription after the hub verified it, for ``lease`` seconds."""
    lasting = min(max(lease, _SHORTEST_LEASE), _LONGEST_LEASE)
    return msgspec.structs.replace(
        subscription,
        state="active",
        lease_until=now + lasting,
        attempt_at=now + lasting * RENEW_AT,
        failures=0,
        error="",
    )


def signed(key: str, body: bytes, header: str) -> bool:
    """Whether ``X-Hub-Signature`` is right for this body (section 7.1), told in constant time."""
    method, _, claimed = header.strip().partition("=")
    maker = _METHODS.get(method.lower())
    if maker is None or not claimed.isascii():
        return False
    right = hmac.new(key.encode(), body, maker).hexdigest()
    return hmac.compare_digest(right, claimed.lower())
