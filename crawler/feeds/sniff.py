"""What a body is before anything parses it."""

import re
from typing import Literal

from crawler.feeds.errors import BodyKind, NotAFeedError

FeedFormat = Literal["xml", "json", "sitemap"]

# Feeds begin early; long comments and licences before the root stay below this.
_HEAD = 65536
_ROOT = re.compile(r"<(?![?!])\s*(?:[A-Za-z_][\w.-]{0,40}:)?([A-Za-z_][\w.-]{0,60})")
_PROLOGUE = re.compile(
    r"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE
)
_FEED_ROOTS = frozenset({"rss", "feed", "rdf", "channel", "item", "entry", "cdf"})
_SITEMAP_ROOTS = frozenset({"urlset", "sitemapindex"})
_HTML_ROOTS = frozenset({"html", "head", "body", "div", "script", "title", "meta", "p", "table"})
# A sitemap may be a list, one address a line; a single one is more likely a message.
_ADDRESSES = re.compile(r"https?://\S+\s*?\n\s*https?://\S", re.IGNORECASE)
_MAGIC: tuple[tuple[bytes, BodyKind], ...] = (
    (b"%PDF-", "PDF document"),
    (b"\x89PNG", "image"),
    (b"GIF8", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"RIFF", "image"),
    (b"\x1f\x8b", "compressed data"),
    (b"PK\x03\x04", "compressed data"),
    (b"\x28\xb5\x2f\xfd", "compressed data"),
)


def feed_format(body: bytes, *, url: str, content_type: str) -> FeedFormat:
    """The parser a body needs. Raises :class:`NotAFeedError` naming what it is instead."""
    head = _ascii_head(body)
    if not head.strip(" \t\r\n\x00\ufeff"):
        raise _refusal("empty body", url, content_type)
    if kind := marked(body):
        raise _refusal(kind, url, content_type)
    stripped = head.lstrip(" \t\r\n\x00\ufeff")
    if stripped[0] in "{[":
        return "json"
    name = _root(stripped)
    if name in _FEED_ROOTS:
        return "xml"
    if name in _SITEMAP_ROOTS or _ADDRESSES.match(stripped):
        return "sitemap"
    if re.search(r"<(?:rss|feed|rdf:RDF)[\s>]", stripped, re.IGNORECASE) and name != "html":
        return "xml"  # junk before the root, which feedparser gets over
    if re.search(r"<(?:urlset|sitemapindex)[\s>]", stripped, re.IGNORECASE) and name != "html":
        return "sitemap"
    raise _refusal(_kind(name, stripped), url, content_type)


def marked(body: bytes) -> BodyKind | None:
    """What the mark says with which some kinds of files begin; ``None`` where there is none."""
    return next((kind for magic, kind in _MAGIC if body.startswith(magic)), None)


def xml_root(body: bytes) -> str:
    """The local name of the document's root in small letters; "" where there is none early on."""
    return _root(_ascii_head(body))


def _root(head: str) -> str:
    root = _ROOT.search(_PROLOGUE.sub(" ", head))
    return root.group(1).lower() if root else ""


def _ascii_head(body: bytes) -> str:
    head = body[:_HEAD]
    if head[:4] in (b"\xff\xfe\x00\x00", b"<\x00\x00\x00"):
        return head.decode("utf-32-le", "ignore")
    if head[:4] in (b"\x00\x00\xfe\xff", b"\x00\x00\x00<"):
        return head.decode("utf-32-be", "ignore")
    if head[:2] == b"\xff\xfe" or head[:4] == b"<\x00?\x00":
        return head.decode("utf-16-le", "ignore")
    if head[:2] == b"\xfe\xff" or head[:4] == b"\x00<\x00?":
        return head.decode("utf-16-be", "ignore")
    if head[:4] == b"\x4c\x6f\xa7\x94":  # "<?xm" in EBCDIC
        return head.decode("cp037", "ignore")
    if head[:3] == b"\xef\xbb\xbf":
        head = head[3:]
    return head.decode("latin-1")


def _kind(root: str, head: str) -> BodyKind:
    if root in _HTML_ROOTS or "<html" in head[:4096].lower():
        return "HTML page"
    if root == "opml":
        return "OPML list"
    if root:
        return "XML document"
    printable = sum(c.isprintable() or c in "\r\n\t" for c in head[:1000])
    return "plain text" if printable > 0.9 * len(head[:1000]) else "binary data"


def _refusal(got: BodyKind, url: str, content_type: str) -> NotAFeedError:
    served = f" (served as {content_type[:80]})" if content_type else ""
    step = {
        "HTML page": "Look for the feed's address in the page, or add the site itself as a source",
        "empty body": "It may be momentary; it is tried again at the next poll",
    }.get(got, "Check the address in a browser")
    article = "an" if got.startswith(("HTML", "OPML", "XML", "empty", "image")) else "a"
    return NotAFeedError(
        f"expected a feed, got {article} {got}{served}", got=got, where=url, next_step=step
    )
