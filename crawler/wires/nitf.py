"""NITF (https://iptc.org/standards/nitf/), alone or inside another wire format."""

from collections.abc import Iterator

from lxml import etree

from crawler.plaintext import fold
from crawler.wires.markup import at, attribute, every, first, said, within, words
from crawler.wires.model import WireItem
from crawler.wires.prose import prose
from crawler.wires.subjects import category, top_subject


def detect(root: str) -> bool:
    """Whether a document with this root is one."""
    return root == "nitf"


def parse(root: etree._Element) -> Iterator[WireItem]:
    """The one item, and before it another that it takes back."""
    data = first(root, "head/docdata")
    taken_back = attribute(data, "management-doc-idref")
    if taken_back and attribute(data, "management-idref-status").startswith("cancel"):
        yield WireItem(guid=taken_back, status="canceled")
    yield item_of(root)


def item_of(root: etree._Element) -> WireItem:
    """What an ``nitf`` element says."""
    head, body = first(root, "head"), first(root, "body")
    data, top = first(head, "docdata"), first(body, "body.head")
    meta = {
        attribute(each, "name").lower(): attribute(each, "content") for each in every(head, "meta")
    }
    status = attribute(data, "management-status")
    embargoed = status == "embargoed"
    return WireItem(
        guid=at(data, "doc-id", "id-string"),
        revision=at(data, "du-key", "version"),
        headline=said(top, "hedline/hl1") or said(top, "headline/hl1") or said(head, "title"),
        slugline=meta.get("anpa-keyword", "")
        or meta.get("slugline", "")
        or at(data, "fixture", "fix-id"),
        byline=_byline(top),
        dateline=_dateline(top),
        located=said(top, "dateline/location/city")
        or said(top, "dateline/location")
        or at(data, "evloc", "city"),
        summary=prose(first(top, "abstract")),
        text=prose(first(body, "body.content")),
        language=attribute(root, "lang") or attribute(root, "baselang"),
        created=at(data, "date.issue", "norm") or at(head, "pubdata", "date.publication"),
        versioned=at(data, "date.issue", "norm"),
        urgency=at(data, "urgency", "ed-urg"),
        section=_section(head, meta),
        subjects=_subjects(head, data),
        agency=_agency(data, top),
        rights=_rights(data, top),
        status=status,
        signals=("correction",) if first(data, "correction") is not None else (),
        embargoed=at(data, "date.release", "norm") if embargoed else "",
        note=at(data, "ed-msg", "info"),
        media=tuple(attribute(each, "source") for each in within(root, "media-reference")),
    )


def _byline(top: etree._Element | None) -> str:
    """Who wrote it; a title after the name is divided from it."""
    byline = first(top, "byline")
    if byline is None:
        return ""
    title = said(byline, "byttl")
    # "By<person>" without a blank is as common as with one.
    whole = fold(" ".join(map(str, byline.itertext())))
    name = whole.removesuffix(title).rstrip(" ,")
    return f"{name}, {title}" if name and title else whole


def _dateline(top: etree._Element | None) -> str:
    dateline = first(top, "dateline")
    if dateline is None or first(dateline, "story.date") is not None:
        return ""
    return words(dateline)


def _section(head: etree._Element | None, meta: dict[str, str]) -> str:
    codes = [
        attribute(each, "tobject.subject.refnum") for each in every(head, "tobject/tobject.subject")
    ]
    known = next(filter(None, map(top_subject, codes)), "")
    return known or category(meta.get("anpa-category", ""))


def _subjects(head: etree._Element | None, data: etree._Element | None) -> tuple[str, ...]:
    found: list[str] = []
    for each in every(head, "tobject/tobject.subject"):
        found += [
            attribute(each, f"tobject.subject.{part}") for part in ("type", "matter", "detail")
        ]
    found += [attribute(each, "key") for each in every(data, "key-list/keyword")]
    return tuple(found)


def _agency(data: etree._Element | None, top: etree._Element | None) -> str:
    return (
        said(top, "distributor")
        or at(data, "doc-id", "regsrc")
        or at(data, "del-list/from-src", "src-name")
        or at(data, "doc.copyright", "holder")
    )


def _rights(data: etree._Element | None, top: etree._Element | None) -> str:
    holder, year = at(data, "doc.copyright", "holder"), at(data, "doc.copyright", "year")
    owner = f"© {year} {holder}".replace("  ", " ") if holder else said(top, "rights")
    terms = at(data, "doc.rights", "type") or at(data, "doc.rights", "limitations")
    return " ".join(filter(None, (owner, terms)))
