"""Which article is which: canonical addresses, content hashes, identity keys.

The rule over all others: two different articles never get one key. A doubtful parameter is kept,
since an article seen twice costs a duplicate and two articles seen as one cost an article.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from urllib.parse import SplitResult, unquote, urlsplit

import tldextract
import xxhash
from w3lib.url import canonicalize_url

from crawler.article import Article
from crawler.plaintext import stream_safe
from crawler.trackers import is_tracker, strip_trackers

# Texts shorter than this are alike too easily (weather, results, "to the live ticker").
_MIN_HASHED_TEXT = 400
# More than a crawl meets in an hour; which part of a name is registered takes long to find.
_HOSTS = 4096
# Of a wording: 64 bits each for title and rest, which are compared within one article only.
TITLE_DIGITS = 16
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MOBILE_LABELS = frozenset({"m", "mobile", "amp", "www"})
_AMP_CACHE = re.compile(r"^/(?:amp/)?(?:[cva]/)?(?:s/)?(?=[^/]+\.[^/]+/)")
_AMP_SUFFIX = re.compile(r"(?:/amp/?|\.amp)$|(?:\.amp)(?=\.html?$)", re.IGNORECASE)
# Not ";sid=": it is a session for some and the number of the story for others.
_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/?#]*", re.IGNORECASE)
_HOME_FILES = re.compile(r"^/(?:index|default|home)(?:\.\w{2,5})?/?$", re.IGNORECASE)
# What canonicalize_url gives back as it came.
_PLAIN = re.compile(r"https?://[a-z0-9]+(?:[.-][a-z0-9]+)*(?:/(?:[A-Za-z0-9_-][A-Za-z0-9._-]*)?)+")
_SECTION_SEGMENT = re.compile(r"^[A-Za-z]{1,20}$")
_HOST = re.compile(r"^(?:[\w-]+(?:\.[\w-]+)*|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$")
_IP_ADDRESS = re.compile(r"^(?:\d{1,3}(?:\.\d{1,3}){3}|.*:.*)$")
_DATE = re.compile(r"(?:19|20)\d\d(?:[01]\d(?:[0-3]\d)?)?")
_PATH_WORD = re.compile(r"[^\W\d_]{3,}")
# Eight digits to the base of 16 and no word of them ("defaced").
_HEXADECIMAL = re.compile(r"(?<![0-9a-z])(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{8,}(?![0-9a-z])")
_NON_WORD = re.compile(r"[\W_]+")


@cache
def _suffixes() -> tldextract.TLDExtract:
    # The list that is packaged, never the network.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def site_of(url: str) -> str:
    """Who runs an address: the domain someone registered ("bbc.co.uk"); "" when nobody did.

    Under an unknown suffix (a local network, ``.example``) that is the last two labels; for an
    IP address it is the address with its port, since each port may be another's.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if _IP_ADDRESS.match(host):
        return f"{host}:{port}" if port else host
    extracted = _suffixes()(host)
    if extracted.suffix:
        return extracted.top_domain_under_public_suffix
    return ".".join(host.split(".")[-2:])


def canonical_form(url: str) -> str:
    """The address two references to one page share; "" when it is no http(s) address.

    Scheme, ``www.``, mobile and AMP hosts, default ports, trackers, empty queries, the order of
    parameters, percent-encoding, trailing slashes and plain fragments do not distinguish pages.
    Paths, all other parameters, and fragments that carry a number (one entry of a live blog)
    do. Idempotent.
    """
    stripped = url.strip()
    try:
        # Most addresses are plain, and to find that out takes the library longer than all the rest.
        normal = (
            stripped
            if _PLAIN.fullmatch(stripped)
            else canonicalize_url(
                _SESSION.sub("", stripped), keep_blank_values=True, keep_fragments=True
            )
        )
        parts = urlsplit(normal)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.match(host):
        return ""
    if unwrapped := _unwrap_amp_cache(host, parts):
        return canonical_form(unwrapped)
    netloc = f"[{host}]" if ":" in host else _plain_host(host)
    if port is not None and port not in _DEFAULT_PORTS.values():
        netloc = f"{netloc}:{port}"
    query = strip_trackers(parts.query)
    fragment = _meaningful_fragment(parts.fragment)
    return (
        f"https://{netloc}{_plain_path(parts.path)}"
        + (f"?{query}" if query else "")
        + (f"#{fragment}" if fragment else "")
    )


def names_an_article(url: str) -> bool:
    """Whether an address can belong to one article: not a home page, not a section page.

    A section's path is one or two plain words (``/world``, ``/politik/inland``); anything with
    a query, a number, a hyphen or more depth may be an article.
    """
    form = canonical_form(url)
    if not form:
        return False
    parts = urlsplit(form)
    if parts.query or parts.fragment:
        return True
    if is_home(form):
        return False
    segments = [segment for segment in unquote(parts.path).split("/") if segment]
    return len(segments) > 2 or not all(map(_SECTION_SEGMENT.match, segments))


def is_home(url: str) -> bool:
    """Whether an address is a site's front page, by whatever name."""
    parts = urlsplit(canonical_form(url))
    return not (parts.query or parts.fragment) and (
        parts.path in {"", "/"} or bool(_HOME_FILES.match(parts.path))
    )


def content_hash(title: str, text: str) -> str:
    """A hash of the words of title and text; case, punctuation and white space do not count."""
    plain = unicodedata.normalize("NFKC", stream_safe(f"{title}\n{text}"))
    words = _NON_WORD.sub(" ", plain.casefold())
    return xxhash.xxh3_128_hexdigest(" ".join(words.split()).encode("utf-8", "replace"))


def trusted_canonical(page_url: str, claimed: str) -> str:
    """The canonical address a page claims, when it can be believed; "" otherwise.

    Not believed: another site (that is a matter of credit), a home or section page, our own path
    without a parameter that we have (``news.php`` for ``news.php?story=storm``), what stands above
    this address (an archive, the page of a live blog for one of its entries) unless it ends in a
    number, and an address that has nothing in common with this one, as from a template that
    repeats one for all.
    """
    if not claimed or not names_an_article(claimed) or site_of(claimed) != site_of(page_url):
        return ""
    here, there = urlsplit(canonical_form(page_url)), urlsplit(canonical_form(claimed))
    if here.fragment and not there.fragment:
        return ""  # a comment, or an entry of a live blog
    own, theirs = _told(here.geturl()), _told(there.geturl())
    if here.path == there.path:
        lost = set(here.query.split("&")) - set(there.query.split("&")) - {""}
        return "" if lost else claimed
    if here.path.startswith(f"{there.path}/") and (
        _numbers(own) - _numbers(theirs) or not _serials(there.path.rpartition("/")[2])
    ):
        return ""
    return claimed if _alike(own, theirs) else ""


def page_canonical(link: str, address: str, claimed: str, *, walled: bool = False) -> str:
    """The canonical address that the page of ``link`` claims, if it can be believed; else "".

    ``address`` is where the page was found in the end. Only where another site led there, as one
    that counts clicks, is the claim compared with that: on the link's own site all links may lead
    to one page (a live blog, a form to register), whose claim would then be that of every article.
    A page that is ``walled`` and elsewhere may be that form: the link itself must bear it out.
    """
    here = canonical_form(link)
    believed = trusted_canonical(link, claimed)
    if not believed and here and site_of(link) != site_of(address) and not urlsplit(here).fragment:
        believed = trusted_canonical(address, claimed)
    elsewhere = canonical_form(address) != here
    return "" if walled and elsewhere and not have_in_common(link, believed) else believed


def have_in_common(one: str, other: str) -> bool:
    """Whether two addresses have a number or two words in common, whosever sites they are on."""
    return _overlap(_told(canonical_form(one)), _told(canonical_form(other)))


def _alike(own: str, theirs: str) -> bool:
    """Whether the two overlap, or ours says nothing to share."""
    return len(_words(own)) < 2 or _overlap(own, theirs)


def _overlap(own: str, theirs: str) -> bool:
    """Whether what two addresses say has a number or two words in common."""
    return len(_words(own) & _words(theirs)) >= 2 or bool(_numbers(own) & _numbers(theirs))


def _told(form: str) -> str:
    """What an address says of its article: all but who runs it."""
    parts = urlsplit(form)
    return f"{parts.path}?{parts.query}"


def _words(address: str) -> set[str]:
    return set(_PATH_WORD.findall(unquote(address).casefold()))


def wording(title: str, rest: str) -> str:
    """A digest of what a feed says of an article, whose first half is the title's alone."""
    return content_hash(title, "")[:TITLE_DIGITS] + content_hash("", rest)[:TITLE_DIGITS]


def tells_apart(guid: str) -> bool:
    """Whether a guid looks like one article's own: a serial number, a UUID or a headline in it.

    Others ("1", "item-3") may be places in the list, which go to another article with each poll.
    """
    words = _PATH_WORD.findall(urlsplit(canonical_form(guid)).path)
    return len(words) > 3 or bool(_serials(guid) or _HEXADECIMAL.search(guid.lower()))


def shares_serial(one: str, other: str) -> bool:
    """Whether two addresses have one number of an article, as when its slug was changed."""
    here, there = (urlsplit(canonical_form(url)) for url in (one, other))
    return bool(_serials(f"{here.path}?{here.query}") & _serials(f"{there.path}?{there.query}"))


def identity_keys(article: Article) -> tuple[str, ...]:
    """Every key under which this article may already be known, strongest first; never empty.

    ``guid:<source>:<guid>``, ``url:<canonical form>``, ``link:<canonical form>``,
    ``text:<source>:<content hash>``; ``item:<source>:<digest>`` where guid and link name nothing,
    which is the same before and after the page was read. All but the addresses count within one
    source only. An imported article has one key: the file's guid, else its URL as the file writes
    it, because nothing that a file calls two articles may become one.
    """
    guid = _own_guid(article.guid)
    if article.extraction.origin == "import":
        if article.guid:
            return (f"guid:{article.source}:{article.guid}",)
        return (f"url:{article.url}",) if article.url else (_text_key(article),)
    keys = [f"guid:{article.source}:{guid}"] if guid else []
    if names_an_article(article.canonical_url):
        keys.append(f"url:{canonical_form(article.canonical_url)}")
    if names_an_article(article.link):
        form = canonical_form(article.link)
        keys += [f"url:{form}", f"link:{form}"]
    elif article.raw_digest and not guid:
        keys.append(f"item:{article.source}:{article.raw_digest}")
    # An agency names each item itself, and may take back one of two that read alike.
    named = bool(guid) and article.extraction.method == "wire"
    if not keys or (len(article.text) >= _MIN_HASHED_TEXT and not named):
        keys.append(_text_key(article))
    return _unique(keys)


def _own_guid(guid: str) -> str:
    stripped = guid.strip()
    is_address = stripped.startswith(("http://", "https://"))
    return "" if is_address and not names_an_article(stripped) else stripped


def _text_key(article: Article) -> str:
    hashed = article.content_hash or content_hash(article.title, article.text or article.summary)
    return f"text:{article.source}:{hashed}"


def _unique(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keys))


def _unwrap_amp_cache(host: str, parts: SplitResult) -> str:
    """The publisher's address inside a Google AMP viewer or cache address."""
    is_viewer = host in {"www.google.com", "google.com"} and parts.path.startswith("/amp/")
    if not is_viewer and not host.endswith(".cdn.ampproject.org"):
        return ""
    inner = _AMP_CACHE.sub("", parts.path)
    return f"https://{inner}?{parts.query}" if inner != parts.path else ""


@lru_cache(_HOSTS)
def _plain_host(host: str) -> str:
    labels = host.lower().split(".")
    while labels[0] in _MOBILE_LABELS and site_of("//" + ".".join(labels[1:])).count("."):
        labels = labels[1:]
    return ".".join(labels)


def _plain_path(path: str) -> str:
    shorter = _AMP_SUFFIX.sub("", path)
    # "/guitar/amp" is a thing, "/2023/05/30/some-story/amp" is a rendering.
    if shorter != path and re.search(r"\d{4}|(?:[^-/]+-){2}", shorter):
        path = shorter
    return path.rstrip("/;") or "/"


def _meaningful_fragment(fragment: str) -> str:
    if fragment.startswith("!"):
        return fragment  # the page's own routing
    name = fragment.split("=", 1)[0]
    if not re.search(r"\d{3}", fragment) or fragment.startswith(":~:") or is_tracker(name):
        return ""
    return fragment


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d{3,}", text))


def _serials(text: str) -> set[str]:
    """Numbers that count articles: of four digits and more, and no year or day."""
    return {run for run in re.findall(r"\d{4,}", text) if not _DATE.fullmatch(run)}
