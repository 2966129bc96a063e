"""What every feed format shares: limits, the item's digest, links that name no article."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import urljoin, urlsplit

import msgspec

from crawler.feeds.model import FeedItem
from crawler.identity import canonical_form, is_home

MAX_ITEMS = 1000
MAX_TITLE = 1000
MAX_SUMMARY = 20_000
MAX_CONTENT = 400_000
MAX_LIST = 50
MAX_URL = 4000
# All items of a feed together, in characters: what a worker sends back stays bounded.
MAX_TOTAL = 24_000_000


def absolute(link: str, base: str) -> str:
    """An http(s) address resolved against ``base``; "" for anything else (mailto, javascript)."""
    stripped = "".join(link.split())
    if not stripped or len(stripped) > MAX_URL:
        return ""
    try:
        joined = urljoin(base, stripped)
        parts = urlsplit(joined)
    except ValueError:
        return ""
    return joined if parts.scheme in {"http", "https"} and parts.hostname else ""


def unique(values: Iterable[str], *, limit: int = MAX_LIST) -> tuple[str, ...]:
    """The non-empty values in order, each once, at most ``limit``."""
    return tuple(dict.fromkeys(value for value in values if value))[:limit]


def digest(*parts: str) -> str:
    """A digest of what an item says, equal as long as the outlet changes nothing in it."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "replace")
        state.update(len(data).to_bytes(8, "big"))
        state.update(data)
    return state.hexdigest()


def settle(items: Sequence[FeedItem], *, home: str, feed_url: str) -> tuple[FeedItem, ...]:
    """Take identity away from guids and links that do not identify, drop exact repeats, sort.

    A link is shared when two items that differ in title have it, or when it is the feed's home
    or address. Items without any title, text or link are dropped. Dated items come newest first.
    """
    present = _without_repeats(item for item in items if item.title or item.link or item.content)
    guids = Counter(guid for guid, _ in {(item.guid, item.title) for item in present})
    links = Counter(form for form, _ in {(canonical_form(i.link), i.title) for i in present})
    # A feed without a home address has no form for it, and neither has a guid that is no address.
    homes = {canonical_form(home), canonical_form(feed_url)} - {""}

    def settled(item: FeedItem) -> FeedItem:
        form = canonical_form(item.link)
        own = bool(item.link) and links[form] < 2 and form not in homes and not is_home(form)
        guid = item.guid if guids[item.guid] < 2 and canonical_form(item.guid) not in homes else ""
        if own and guid == item.guid:
            return item
        return msgspec.structs.replace(
            item,
            guid=guid,
            link=item.link if own else "",
            shared_link=item.shared_link if own else item.link,
        )

    ordered = sorted(
        map(settled, present),
        key=lambda item: -(item.published or item.updated or float("-inf")),
    )
    return _within_total(ordered)


def _without_repeats(items: Iterable[FeedItem]) -> list[FeedItem]:
    seen: set[tuple[str, str]] = set()
    kept: list[FeedItem] = []
    for item in items:
        key = (item.raw_digest, item.guid)
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept


def _within_total(items: Iterable[FeedItem]) -> tuple[FeedItem, ...]:
    kept: list[FeedItem] = []
    total = 0
    for item in items:
        total += len(item.content) + len(item.summary)
        kept.append(item if total <= MAX_TOTAL else msgspec.structs.replace(item, content=""))
    return tuple(kept)
