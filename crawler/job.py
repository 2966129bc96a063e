"""What the application asks the crawler to fetch, and what it hears back."""

from typing import Literal

import msgspec

Outcome = Literal[
    "ok", "not-modified", "unchanged", "moved", "empty", "gone", "not-found", "refused",
    "robots", "rate-limited", "server-error", "dns", "tls", "timeout", "too-large",
    "connection", "not-a-feed", "forbidden-address", "blocked", "failed",
    "offline",
]  # fmt: skip

# How an article stands with whoever keeps them: never seen; known, but its feed says other words
# now; known, but its page is still wanted, and it is time to ask for it; the same or other words,
# but it is not yet time; nothing to do.
Standing = Literal["new", "changed", "again", "later", "known"]


class Validators(msgspec.Struct, frozen=True, kw_only=True):
    """What makes the next GET conditional, and the hash that tells when a server lies.

    ``lies`` counts how often it said falsely that nothing had changed, and falls when it proves
    honest.
    """

    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    lies: int = 0


class FeedJob(msgspec.Struct, frozen=True, kw_only=True):
    """One source that is due.

    ``secret`` names what a private source is asked with. ``newest_item`` is the time of the newest
    item that was read of it, ``not_modified_at`` is when its server said 304, if that was the last
    thing it said (epoch seconds).
    """

    source: str
    url: str
    outlet: str = ""
    country: str = ""
    language: str = ""
    fetch_pages: Literal["yes", "no"] = "yes"
    validators: Validators = Validators()
    secret: str = ""
    newest_item: float | None = None
    not_modified_at: float | None = None


class FeedResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a job, after all its articles were handed to the sink.

    ``not_before`` is the earliest time (epoch seconds) at which the server wants to be asked
    again (Retry-After, Cache-Control, TTL), ``minimum_interval`` the feed's own wish in seconds;
    ``skip_hours`` (UTC) and ``skip_days`` (Monday 0) are when it wishes not to be asked at all.
    ``moved_to`` is set when the answer came from another address by permanent redirects only.
    ``hubs`` would push (WebSub) what is new under the address ``topic``, the best first.
    ``error`` is a sentence for people, "" when all went well; ``note`` says what a good result left
    out or repaired. Neither ever holds credentials.
    """

    source: str
    outcome: Outcome
    started: float
    elapsed: float
    status: int = 0
    bytes_received: int = 0
    items: int = 0
    new_items: int = 0
    pages: int = 0
    page_failures: int = 0
    title: str = ""
    validators: Validators = Validators()
    not_before: float | None = None
    minimum_interval: float | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    moved_to: str = ""
    hubs: tuple[str, ...] = ()
    topic: str = ""
    error: str = ""
    note: str = ""
    item_times: tuple[float, ...] = ()
