"""From a wire's items to a feed's: what a newsroom gets of them, and what is left out and counted.

Pictures, graphics, sound and film are no articles, nor are their captions; neither are packages
that only point, plans, tests of a line, and what has neither headline nor text. Advisories to
editors that have a text are kept, under the keyword "advisory".
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from crawler import dates
from crawler.credit import find_credit
from crawler.feeds.common import (
    MAX_ITEMS,
    MAX_SUMMARY,
    MAX_TITLE,
    MAX_TOTAL,
    absolute,
    digest,
    unique,
)
from crawler.feeds.model import FeedItem, ParsedFeed
from crawler.plaintext import fold, line
from crawler.wires.model import WireFormat, WireItem
from crawler.wires.prose import bare, is_sign
from crawler.wires.standing import ordered_by_code, standing

# Besides "text": what consists of several things has a text as often as not.
_KINDS_OF_TEXT = frozenset({"text", "composite", "article", "news", "advisory", "alert"})
# An embargo without a zone, or without a time, is lifted when it is that late everywhere.
_FARTHEST_WEST = 12 * 3600.0
_MOST_URGENT = 3
# Subjects and pictures that are looked at; of those that differ, 50 are kept.
_MOST_WORDS = 200
_NO_WORDS = frozenset({"No-Data-Available"})
_BY = re.compile(r"^(?:By|BY|Von|Par|Por|Di|Av|Af)\s+(?=[^\W\d_])")
_DASHES = ("-", "–", "—")


def feed_of(items: Iterable[WireItem], *, format_: WireFormat, problem: str = "") -> ParsedFeed:
    """The feed of these items; of several revisions of one item the last."""
    left_out: Counter[str] = Counter()
    kept: dict[str, FeedItem] = {}
    dropped = total = 0
    for number, wire in enumerate(items):
        if why := _no_article(wire):
            left_out[why] += 1
            continue
        item = _item(wire)
        total += len(item.text) + len(item.summary)
        key = item.guid or f" {number}"
        if key in kept and not _is_later(item, kept[key]):
            continue
        if key not in kept and (len(kept) >= MAX_ITEMS or total > MAX_TOTAL):
            dropped += 1
            continue
        kept[key] = item
    said = ", ".join(f"{count} {what}" for what, count in sorted(left_out.items()))
    notes = (problem, f"left out what is no article: {said}" if said else "")
    return ParsedFeed(
        format=format_,
        items=tuple(sorted(kept.values(), key=lambda item: -(item.published or float("-inf")))),
        truncated=dropped,
        problem="; ".join(filter(None, notes)),
    )


def together(feeds: Sequence[ParsedFeed], problems: Sequence[str]) -> ParsedFeed:
    """Several wires that came as one, with what was wrong beside them."""
    items = [item for feed in feeds for item in feed.items]
    return msgspec.structs.replace(
        feeds[0],
        items=tuple(sorted(items, key=lambda item: -(item.published or float("-inf")))),
        truncated=sum(feed.truncated for feed in feeds),
        problem="; ".join(filter(None, (*(feed.problem for feed in feeds), *problems))),
    )


def _no_article(wire: WireItem) -> str:
    """What it is instead; "" for an article, and for what takes one back."""
    kind = wire.kind.lower()
    if kind not in _KINDS_OF_TEXT:
        return kind[:40]
    if standing(wire) == "cancelled" and wire.guid:
        return ""
    if not (wire.text or wire.headline.strip() or wire.summary):
        return "without headline and text"
    return ""


def _item(wire: WireItem) -> FeedItem:
    stands = standing(wire)
    title = line(wire.headline, limit=MAX_TITLE) or line(wire.slugline, limit=MAX_TITLE)
    byline = _byline(wire.byline)
    ordered = stands == "cancelled" and ordered_by_code(wire)
    text = "" if ordered else wire.text
    text = _with_dateline(wire.dateline, bare(text, beside=(title, wire.byline, byline)))
    summary = "" if ordered else fold(wire.summary)[:MAX_SUMMARY]
    until = _until(wire)
    created, versioned = dates.parse_date(wire.created), dates.parse_date(wire.versioned)
    stamps = [stamp for stamp in (created, versioned) if stamp]
    first = min(stamps, key=lambda stamp: stamp.at, default=None)
    keywords = (
        line(word, limit=200)
        for word in (wire.slugline, *wire.subjects[:_MOST_WORDS], wire.located)
    )
    marks = ("advisory" if wire.kind.lower() == "advisory" else "", _urgency(wire.urgency))
    return FeedItem(
        guid=wire.guid.strip()[:MAX_TITLE],
        title=title,
        summary=summary,
        text=text,
        authors=(byline,) if byline else (),
        # Before its embargo ended nobody could have read it.
        published=max(first.at, until or first.at) if first else until,
        published_precise=first.precise if first else True,
        updated=versioned.at if versioned else None,
        section=line(wire.section, limit=200),
        # Letters are codes; "No-Data-Available" is what Reuters' video desk knows of a place.
        categories=unique((*(w for w in keywords if len(w) > 1 and w not in _NO_WORDS), *marks)),
        media=unique(absolute(href, "") for href in wire.media[:_MOST_WORDS]),
        source_title=line(wire.agency, limit=200).rstrip(" -–—"),
        rights=line(wire.rights, limit=MAX_TITLE),
        language=wire.language.strip()[:40],
        status="embargoed" if stands == "usable" and wire.embargoed.strip() else stands,
        embargo_until=until,
        raw_digest=digest(wire.guid, wire.revision, title, summary, text, stands, wire.embargoed),
    )


def _is_later(item: FeedItem, than: FeedItem) -> bool:
    """Whether it is the newer revision; of equals the one further down."""
    return (item.updated or 0.0) >= (than.updated or 0.0)


def _until(wire: WireItem) -> float | None:
    """When the embargo ends (epoch seconds); ``None`` when none was named that can be read."""
    stamp = dates.parse_date(wire.embargoed)
    if stamp is None:
        return None
    return stamp.at if stamp.zoned and stamp.precise else stamp.at + _FARTHEST_WEST


def _byline(written: str) -> str:
    name = _BY.sub("", line(written, limit=200))
    return "" if is_sign(name) else name


def _with_dateline(dateline: str, text: str) -> str:
    """The text behind its dateline, where that stands apart: "STOCKHOLM, Aug 29 (AFP) -"."""
    plain = line(dateline, limit=200)
    if not text or not plain.endswith((*_DASHES, ")")):
        return text
    known = find_credit(text=text[:500])
    if known is not None and known.found_in == "dateline":
        return text
    return f"{plain} {text}" if plain.endswith(_DASHES) else f"{plain} - {text}"


def _urgency(said: str) -> str:
    """ "urgency 1" for a flash; what is of usual urgency (4 to 9) needs no word."""
    plain = said.strip()
    urgent = plain.isascii() and plain.isdecimal() and 0 < int(plain[:3]) <= _MOST_URGENT
    return f"urgency {plain}" if urgent else ""
