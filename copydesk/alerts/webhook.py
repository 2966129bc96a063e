"""What a receiver of matches is sent, how it is signed, and when it is tried again. Pure.

By Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks, version 1.0.0): three
headers name, date and sign a body of ``type``, ``timestamp`` and ``data``.
"""

import base64
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Sequence
from itertools import takewhile
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import msgspec

from copydesk.alerts.searches import DELETED, Match, SavedSearch
from copydesk.api.times import maybe_moment, moment
from copydesk.errors import UnfitTextError
from crawler.fetch.addresses import AddressGuard
from crawler.fetch.errors import FetchError
from crawler.fetch.urls import sendable

# Matches in one message: some 50 kB. Receivers commonly take no more than 100 kB to a few MB.
BATCH = 100
# 5 s, 15 s, 45 s, 2, 7, 20 minutes, 1 h, 3 h, then every 6 h: a restart costs seconds, and who is
# away for a night is asked a dozen times. After a day and two hours it is given up.
_FIRST_WAIT, _GROWTH, _LONGEST_WAIT = 5.0, 3.0, 6 * 3600.0
GIVE_UP = 26 * 3600.0
# Who fails for so long may not come back by itself.
LONG = 3600.0
# So long the key before a new one signs beside it: receivers can be told of the new one in peace.
OVERLAP = 24 * 3600.0
# So much of a wait is left to chance, so that receivers that failed together come back apart.
_CHANCE = 0.2
# Who would wait longer has it from a clock that was set back since.
LONGEST = _LONGEST_WAIT * (1 + _CHANCE)
_MATCHED = ("search.matched", "matches")
_KEY = "whsec_"
_GONE = 410
_LONGEST_ADDRESS = 2000


class Receiver(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told what a saved search matched, and what became of it, and how far it is.

    Times are epoch seconds.

    Matches up to ``told`` were taken. ``pending`` is the last match of a message that was tried and
    not taken, so that it is sent again as it was; 0 when there is none. ``old_key`` signs beside
    ``key`` until ``old_until``.
    """

    search: int
    address: str
    key: str
    told: int = 0
    pending: int = 0
    state: Literal["active", "stopped"] = "active"
    attempt_at: float = 0.0
    failures: int = 0
    failing_since: float | None = None
    last_told: float | None = None
    error: str = ""
    old_key: str = ""
    old_until: float = 0.0

    def __repr__(self) -> str:
        return f"Receiver({self.search}, {origin(self.address)}, {self.state})"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent at once: matches up to number ``last``."""

    id: str
    last: int
    body: bytes


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """How a receiver took a message: its status (0 without an answer), the trouble in words, and
    the seconds that it wants to be left alone."""

    status: int
    trouble: str = ""
    wait: float = 0.0


def usable_address(text: str, guard: AddressGuard) -> str:
    """The address as it is posted to. Raises :class:`UnfitTextError`.

    Whether its host is public is told at each connection; one that is written as a number now too.
    """
    try:
        address = sendable(text)
    except FetchError as error:
        raise UnfitTextError(error.what, next_step="Give an https address.") from error
    parts = urlsplit(address)
    if urlsplit(text.strip()).username is not None:
        raise UnfitTextError(
            "the address holds a user or password", next_step="Check the signature instead."
        )
    if len(address) > _LONGEST_ADDRESS:
        raise UnfitTextError(f"the address is longer than {_LONGEST_ADDRESS} characters")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    inside = "Use https, or have [alerts] allowed_addresses name its address and port."
    if parts.scheme == "http" and not guard.exceptions:
        raise UnfitTextError("the address is not https", next_step=inside)
    try:
        host = ipaddress.ip_address(parts.hostname or "")
    except ValueError:
        return address  # a name
    if not guard.permits(host, port):
        raise UnfitTextError(
            f"{host} is not a public internet address",
            next_step="If it is meant, have [alerts] allowed_addresses name it.",
        )
    return address


def origin(address: str) -> str:
    """What may be shown of an address: its path is often a secret."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def new_key() -> str:
    """A signing key of 256 random bits, as receivers' libraries take it."""
    return _KEY + base64.b64encode(secrets.token_bytes(32)).decode()


def keys(receiver: Receiver, *, now: float) -> tuple[str, ...]:
    """The keys that sign what a receiver is sent now."""
    old = (receiver.old_key,) if receiver.old_key and now < receiver.old_until else ()
    return (receiver.key, *old)


def headers(keys: Sequence[str], message: Message, *, now: float) -> dict[str, str]:
    """The headers that name, date and sign a message: with each key, and one has to be known."""
    stamp = str(int(now))
    signed = f"{message.id}.{stamp}.".encode() + message.body
    return {
        "webhook-id": message.id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{_signature(key, signed)}" for key in keys),
    }


def _signature(key: str, signed: bytes) -> str:
    secret = base64.b64decode(key.removeprefix(_KEY))
    return base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def message(search: SavedSearch, matches: Sequence[Match], *, site: str) -> Message:
    """The message of these, of which there is one at least; the same again for the same.

    All of them are matches, or what became of matches: see :func:`alike`.
    """
    kind, items = ("search.changed", "changes") if matches[0].change_of else _MATCHED
    first, last = matches[0].number, matches[-1].number
    body = {
        "type": kind,
        "timestamp": moment(matches[-1].at),
        "data": {
            "search": {
                "number": search.id,
                "name": search.name,
                "kind": search.kind,
                "query": search.query,
            },
            items: [_told(match, site) for match in matches],
        },
    }
    return Message(
        id=f"search_{search.id}_{first}_{last}", last=last, body=msgspec.json.encode(body)
    )


def alike(found: Sequence[Match]) -> list[Match]:
    """As many of the first as one message tells of: matches, or what became of some."""
    return list(takewhile(lambda each: bool(each.change_of) == bool(found[0].change_of), found))


def _told(match: Match, site: str) -> dict[str, Any]:
    told: dict[str, Any] = {"number": match.number, "at": moment(match.at)}
    if match.change_of:
        told["change_of"] = match.change_of
    told |= {"kind": match.kind, "id": match.id, "status": match.status}
    if match.status == DELETED:
        return told
    page = f"{site}{_path(match)}" if site else ""
    return told | {
        "title": match.headline,
        "url": match.url or page,
        "outlet": match.outlet,
        "time": maybe_moment(match.time),
        "story": match.story,
        "page": page,
    }


def _path(match: Match) -> str:
    """The page of its story; of an article that has no other address, the one with its text."""
    if match.kind == "article" and not match.url:
        return f"/article/{quote(match.id, safe='')}"
    return f"/story/{quote(match.story, safe='')}"


def after(
    receiver: Receiver, last: int, verdict: Verdict, *, now: float, chance: float
) -> Receiver:
    """The receiver after a message up to match ``last``; ``chance`` is from 0 to 1."""
    if receiver.old_key and now >= receiver.old_until:
        receiver = msgspec.structs.replace(receiver, old_key="", old_until=0.0)
    if 200 <= verdict.status < 300:
        return msgspec.structs.replace(
            receiver,
            told=last,
            pending=0,
            attempt_at=now,
            failures=0,
            failing_since=None,
            last_told=now,
            error="",
        )
    since = receiver.failing_since
    # Where nobody tried when it was time (no desk ran), its day begins anew.
    if since is None or now - receiver.attempt_at > _LONGEST_WAIT:
        since = now
    wait = min(_FIRST_WAIT * _GROWTH ** min(receiver.failures, 20), _LONGEST_WAIT)
    wait = max(wait * (1 + _CHANCE * (2 * chance - 1)), min(verdict.wait, _LONGEST_WAIT))
    failed = msgspec.structs.replace(
        receiver,
        pending=last,
        attempt_at=now + wait,
        failures=receiver.failures + 1,
        failing_since=since,
        error=verdict.trouble,
    )
    if verdict.status == _GONE or now - since >= GIVE_UP:
        return msgspec.structs.replace(failed, state="stopped")
    return failed


def fails_long(receiver: Receiver, *, now: float) -> bool:
    """Whether a person should look at it."""
    return receiver.failing_since is not None and now - receiver.failing_since >= LONG


def is_due(receiver: Receiver, *, now: float) -> bool:
    """Whether it may be told something now: only one that failed waits."""
    return not receiver.failures or not 0 < receiver.attempt_at - now <= LONGEST


def resumed(receiver: Receiver, *, now: float) -> Receiver:
    """The receiver, tried again at once and for another day."""
    return msgspec.structs.replace(
        receiver, state="active", attempt_at=now, failures=0, failing_since=None
    )


def moved(receiver: Receiver, address: str, *, now: float) -> Receiver:
    """The receiver at another address, which hears what the one before did not take."""
    return msgspec.structs.replace(resumed(receiver, now=now), address=address, error="")


def rekeyed(receiver: Receiver, key: str, *, now: float) -> Receiver:
    """The receiver with a new key, beside which the one before signs for a while."""
    return msgspec.structs.replace(receiver, key=key, old_key=receiver.key, old_until=now + OVERLAP)
