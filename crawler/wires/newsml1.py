"""NewsML 1.0 to 1.2 (https://iptc.org/standards/newsml-1/)."""

from collections.abc import Iterator

from lxml import etree

from crawler.plaintext import fold
from crawler.wires import nitf
from crawler.wires.markup import at, attribute, every, first, said, within, words
from crawler.wires.model import WireItem
from crawler.wires.prose import prose, prose_of
from crawler.wires.subjects import top_subject

_SUBJECTS = ("Subject", "SubjectMatter", "SubjectDetail")


def detect(root: str) -> bool:
    """Whether a document with this root is one."""
    return root == "newsml"


def parse(root: etree._Element) -> Iterator[WireItem]:
    """The items of a document."""
    for item in every(root, "NewsItem"):
        yield _item(item)


def _item(item: etree._Element) -> WireItem:
    named, managed = first(item, "Identification/NewsIdentifier"), first(item, "NewsManagement")
    part = first(item, "NewsComponent")
    described = _deep(part, "DescriptiveMetadata")
    body, inner, kind = _body(item)
    status = at(managed, "Status", "FormalName")
    return WireItem(
        guid=_guid(named),
        revision=said(named, "RevisionId"),
        kind=kind,
        headline=_line(item, "HeadLine")
        or inner.headline
        or said(item, "Identification/NameLabel"),
        slugline=_line(item, "SlugLine") or said(item, "Identification/NameLabel"),
        byline=_line(item, "ByLine") or inner.byline,
        dateline=_line(item, "DateLine"),
        located=_place(described),
        summary=_line(item, "SubHeadLine") or inner.summary,
        text=body,
        language=_language(item, described),
        created=said(managed, "FirstCreated"),
        versioned=said(managed, "ThisRevisionCreated"),
        urgency=at(managed, "Urgency", "FormalName"),
        section=_section(described),
        subjects=_subjects(part, described),
        agency=_agency(item, part),
        rights=_rights(item, part),
        status=status,
        signals=(),
        embargoed=said(managed, "StatusWillChange/DateAndTime")
        if status.lower() == "embargoed"
        else "",
        note=_note(item),
        media=tuple(attribute(each, "Href") for each in within(item, "ContentItem")),
    )


def _guid(named: etree._Element | None) -> str:
    """The public identifier without its last part, which is the revision."""
    public, revision = said(named, "PublicIdentifier"), said(named, "RevisionId")
    if public:
        return public.removesuffix(f":{revision}") if revision else public
    parts = [said(named, part) for part in ("ProviderId", "DateId", "NewsItemId")]
    return ":".join(["urn:newsml", *parts]) if parts[2] else ""


def _deep(part: etree._Element | None, wanted: str) -> etree._Element | None:
    return None if part is None else next(within(part, wanted), None)


def _line(item: etree._Element, wanted: str) -> str:
    """A line of the outermost component that has it."""
    return next(filter(None, (said(each, wanted) for each in within(item, "NewsLines"))), "")


def _body(item: etree._Element) -> tuple[str, WireItem, str]:
    """The longest text of the item, what an NITF in it says beside, and what it consists of."""
    text, inner, kinds = "", WireItem(), []
    for content in within(item, "ContentItem"):
        kind = at(content, "MediaType", "FormalName").lower()
        data = first(content, "DataContent")
        kinds.append(kind or ("text" if data is not None else "unknown"))
        if data is None or kind not in ("", "text", "article", "story"):
            continue
        inside = next(within(data, "nitf"), None)
        if inside is not None:
            found = nitf.item_of(inside)
        elif len(data):
            found = WireItem(text=prose(data))
        else:
            found = WireItem(text=prose_of(data.text or ""))
        if len(found.text) > len(text):
            text, inner = found.text, found
    kind = "text" if text or not kinds or set(kinds) & {"text", "article", "story"} else kinds[0]
    return text, inner, "picture" if kind in ("photo", "image") else kind


def _language(item: etree._Element, described: etree._Element | None) -> str:
    # Written "x-default" by those whose tools demand something.
    found = at(described, "Language", "FormalName") or attribute(item, "lang")
    return "" if found.lower().startswith("x-") else found


def _place(described: etree._Element | None) -> str:
    for location in every(described, "Location"):
        for each in every(location, "Property"):
            if attribute(each, "FormalName") == "City":
                return attribute(each, "Value")
    return ""


def _section(described: etree._Element | None) -> str:
    for path in _SUBJECTS:
        for each in every(described, f"SubjectCode/{path}"):
            if found := top_subject(attribute(each, "FormalName")):
                return found
    return ""


def _subjects(part: etree._Element | None, described: etree._Element | None) -> tuple[str, ...]:
    found = [
        attribute(each, "Value")
        for each in every(described, "Property")
        if attribute(each, "FormalName").lower() == "keyword"
    ]
    found += [
        words(each)
        for each in every(part, "TopicSet/Topic/Description")
        if attribute(each, "Variant") == "Name" and attribute(each, "lang") in ("", "en")
    ]
    found += [words(each) for each in every(part, "NewsLines/KeywordLine")]
    return tuple(found)


def _agency(item: etree._Element, part: etree._Element | None) -> str:
    told = _deep(part, "AdministrativeMetadata")
    return (
        at(told, "Source/Party", "FormalName")
        or _line(item, "CreditLine")
        or at(told, "Provider/Party", "FormalName")
    )


def _rights(item: etree._Element, part: etree._Element | None) -> str:
    usage = [words(each) for each in every(part, "RightsMetadata/UsageRights/UsageType")]
    return fold(" ".join(filter(None, (_line(item, "CopyrightLine"), *usage))))


def _note(item: etree._Element) -> str:
    for each in within(item, "NewsLine"):
        if attribute(first(each, "NewsLineType"), "FormalName").lower() in ("ednote", "editornote"):
            return said(each, "NewsLineText")
    return ""
