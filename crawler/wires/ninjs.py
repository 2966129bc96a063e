"""ninjs 1.x, 2.x and 3.x (https://iptc.org/standards/ninjs/), and the envelopes it comes in.

Version 2 made lists of roles of what were fields with roles in their names (``body_html``), and
version 3 writes names in camel case; in small letters the three are one format.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from crawler.feeds.errors import NotAFeedError
from crawler.plaintext import fold
from crawler.wires import nitf
from crawler.wires.markup import tree
from crawler.wires.model import WireItem
from crawler.wires.prose import prose_of
from crawler.wires.subjects import top_subject

_MARKS = frozenset({
    "headline", "headlines", "body_text", "body_html", "body_xhtml", "bodies", "pubstatus",
    "versioncreated", "firstcreated", "type", "slugline", "description_text", "descriptions",
    "standard", "$standard", "embargoed", "renditions", "representationtype",
})  # fmt: skip
_MOST_ENVELOPES = 4
# Of several bodies HTML keeps the paragraphs best.
_BODY_ORDER = ("nitf", "xhtml", "html", "main", "text")
_SUMMARIES = ("summary", "abstract", "lead", "text", "main", "html", "xhtml")

Fields = Mapping[str, Any]


def detect(document: object) -> bool:
    """Whether decoded JSON is ninjs, one item or several in an envelope."""
    return any(True for _ in _items(document))


def parse(document: object) -> Iterator[WireItem]:
    """The items, in the order of the document."""
    for fields in _items(document):
        yield _item(fields)


def _items(value: object, *, depth: int = 0) -> Iterator[Fields]:
    """Looks into lists and into ``data``, ``item`` and ``items``, as agencies' services nest."""
    if depth > _MOST_ENVELOPES:
        return
    if isinstance(value, list):
        for each in value:
            yield from _items(each, depth=depth + 1)
        return
    if not isinstance(value, dict):
        return
    fields = {str(key).lower(): field for key, field in value.items()}
    if _text(fields.get("version")).startswith("https://jsonfeed.org/"):
        return
    if (_text(fields.get("uri")) or _text(fields.get("guid"))) and not _MARKS.isdisjoint(fields):
        yield fields
        return
    for key in ("data", "item", "items"):
        yield from _items(fields.get(key), depth=depth + 1)


def _item(fields: Fields) -> WireItem:
    inner, body = _body(fields)
    subjects = [*_dicts(fields, "subject"), *_dicts(fields, "subjects")]
    codes = [_text(each.get("code") or each.get("uri")) for each in subjects]
    literals = [_text(each.get("literal")) for each in subjects]
    named = [_text(each.get("name")) for each in (*subjects, *_dicts(fields, "genre"))]
    keywords = fields.get("keywords")
    return WireItem(
        guid=_guid(fields),
        revision=str(fields.get("version", ""))[:80],
        kind=_kind(fields),
        headline=_role(fields, "headline", ("main", "")) or _text(fields.get("title")),
        slugline=_text(fields.get("slugline")),
        byline=_text(fields.get("byline")) or _text(fields.get("by")) or _authors(fields),
        located=_text(fields.get("located")) or _place(fields.get("datelinelocation")),
        summary=prose_of(_role(fields, "description", _SUMMARIES)) or inner.summary,
        text=body,
        language=_text(fields.get("language")),
        created=_text(fields.get("firstcreated")) or _text(fields.get("contentcreated")),
        versioned=_text(fields.get("versioncreated")),
        urgency=str(fields.get("urgency", "")),
        section=next(filter(None, map(top_subject, [*codes, *literals])), ""),
        subjects=(*named, *(map(_text, keywords) if isinstance(keywords, list) else ())),
        agency=_agency(fields),
        rights=_rights(fields),
        status=_text(fields.get("pubstatus")),
        signals=tuple(map(_text, _list(fields.get("signals")))),
        embargoed=_text(fields.get("embargoed")),
        note=_text(fields.get("ednote")),
        media=tuple(_pictures(fields)),
    )


def _guid(fields: Fields) -> str:
    """Its own identifier; an address that holds a query is of one request, not of the item."""
    uri = _text(fields.get("guid")) or _text(fields.get("uri"))
    other = fields.get("altids")
    if "?" in uri and isinstance(other, dict):
        return _text(other.get("itemid")) or uri
    return uri


def _kind(fields: Fields) -> str:
    said = _text(fields.get("type")).lower() or "text"
    # Superdesk and the BBC's service say "story"; both have a text.
    return "text" if said == "story" else said


def _body(fields: Fields) -> tuple[WireItem, str]:
    for role in _BODY_ORDER:
        written = _role(fields, "body", (role,))
        if role == "nitf" and written:
            try:
                root, _ = tree(written.encode("utf-8", "replace"), url="", content_type="")
            except NotAFeedError:
                continue
            inner = nitf.item_of(root)
            if inner.text:
                return inner, inner.text
        elif written and (text := prose_of(written)):
            return WireItem(), text
    return WireItem(), prose_of(_role(fields, "body", ()))


def _role(fields: Fields, what: str, roles: tuple[str, ...]) -> str:
    """The first of the roles that is there, as field or in a list; without roles whatever is."""
    written: dict[str, str] = {}
    for key, value in fields.items():
        stem, _, role = key.partition("_")
        if stem == what and isinstance(value, str) and value.strip():
            written.setdefault(role, value)
    plural = "bodies" if what == "body" else f"{what}s"
    for each in _dicts(fields, plural):
        value = _text(each.get("value"))
        if value:
            written.setdefault(_text(each.get("role")).lower(), value)
    chosen = next((written[role] for role in roles if role in written), "")
    return chosen or ("" if len(roles) == 1 else next(iter(written.values()), ""))


def _authors(fields: Fields) -> str:
    return ", ".join(
        name for each in _dicts(fields, "authors") if (name := _text(each.get("name")))
    )


def _place(value: object) -> str:
    return _text(value.get("city")) if isinstance(value, dict) else ""


def _agency(fields: Fields) -> str:
    for key in ("infosource", "infosources"):
        for each in _dicts(fields, key):
            if name := _text(each.get("name")) or _text(each.get("literal")):
                return name
    provider = fields.get("provider")
    named = _text(provider.get("name")) if isinstance(provider, dict) else _text(provider)
    line = _role(fields, "description", ("creditline",))
    return (
        _text(fields.get("source")) or _text(fields.get("creditline")) or line or named
        or _text(fields.get("copyrightholder"))
    )  # fmt: skip


def _rights(fields: Fields) -> str:
    notice = _text(fields.get("copyrightnotice")) or _text(fields.get("copyrightholder"))
    terms = fields.get("usageterms")
    listed = " ".join(map(_text, terms)) if isinstance(terms, list) else _text(terms)
    return fold(f"{notice} {listed}")


def _pictures(fields: Fields) -> Iterator[str]:
    """The first rendition of each associated picture."""
    associated = fields.get("associations")
    each_of = associated.values() if isinstance(associated, dict) else _list(associated)
    for item in each_of:
        if not isinstance(item, dict) or _text(item.get("type")).lower() not in (
            "picture",
            "image",
        ):
            continue
        renditions = item.get("renditions")
        shapes = renditions.values() if isinstance(renditions, dict) else _list(renditions)
        yield next((_text(s.get("href")) for s in shapes if isinstance(s, dict)), "")


def _dicts(fields: Fields, key: str) -> list[Fields]:
    """The objects of a list, their names in small letters."""
    return [
        {str(name).lower(): value for name, value in each.items()}
        for each in _list(fields.get(key))
        if isinstance(each, dict)
    ]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
