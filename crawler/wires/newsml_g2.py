"""NewsML-G2 (https://iptc.org/standards/newsml-g2/): messages, single items and packages.

The items of a message stand beside its package, so a package that only points gives nothing.
"""

from collections.abc import Iterator

from lxml import etree

from crawler.plaintext import fold
from crawler.wires import nitf
from crawler.wires.markup import at, attribute, every, first, name, said, within, words
from crawler.wires.model import WireItem
from crawler.wires.prose import prose, prose_of
from crawler.wires.subjects import top_subject

_ROOTS = frozenset({"newsmessage", "newsitem", "packageitem", "conceptitem", "knowledgeitem",
                    "planningitem", "catalogitem"})  # fmt: skip
# What an inline document has inside when it is a text; results and timetables are not.
_TEXTUAL = frozenset({"p", "body", "html"})
# Who supplied it, in the order of how much they say; Reuters names itself as redistributor too.
_SOURCE_ROLES = ("origprov", "source", "")


def detect(root: str) -> bool:
    """Whether a document with this root is one."""
    return root in _ROOTS


def parse(root: etree._Element) -> Iterator[WireItem]:
    """The items of a document; anything but a news item comes with its name as ``kind``."""
    test = any(
        attribute(signal, "qcode").endswith(":test") for signal in every(root, "header/signal")
    )
    tops = [root] if name(root) != "newsmessage" else every(root, "itemSet/*")
    for item in tops:
        if name(item) == "newsitem":
            yield _item(item, "test" if test else _kind(item))
        elif name(item) == "packageitem":
            yield WireItem(kind="package")
        elif name(item):
            yield WireItem(kind=name(item))


def _kind(item: etree._Element) -> str:
    signals = [attribute(signal, "qcode") for signal in every(item, "itemMeta/signal")]
    if any(code.endswith(":test") for code in signals):
        return "test"
    return at(item, "itemMeta/itemClass", "qcode").rpartition(":")[2] or "text"


def _item(item: etree._Element, kind: str) -> WireItem:
    about, content = first(item, "itemMeta"), first(item, "contentMeta")
    body, inner = _body(item)
    headlines = [
        words(each)
        for each in every(content, "headline")
        if attribute(each, "role").rpartition(":")[2].lower() not in ("subheadline", "subtitle")
    ]
    names = [said(each, "name") for each in every(content, "subject")]
    codes = [attribute(each, "qcode") for each in every(content, "subject")]
    section = next(filter(None, map(top_subject, codes)), "")
    return WireItem(
        guid=attribute(item, "guid"),
        revision=attribute(item, "version"),
        kind=kind,
        headline=next(filter(None, headlines), "") or said(about, "title") or inner.headline,
        slugline=said(content, "slugline"),
        byline=said(content, "by") or inner.byline or _creator(content),
        dateline=said(content, "dateline") or inner.dateline,
        located=said(content, "located/name") or at(content, "located", "literal"),
        summary=_summary(content) or inner.summary,
        text=body,
        language=attribute(item, "lang") or at(content, "language", "tag"),
        created=said(about, "firstCreated") or said(content, "contentCreated"),
        versioned=said(about, "versionCreated"),
        urgency=said(content, "urgency"),
        section=section,
        subjects=(*names, *map(words, every(content, "keyword"))),
        agency=_agency(about, content),
        rights=_rights(item),
        status=at(about, "pubStatus", "qcode") or at(about, "pubStatus", "uri"),
        signals=tuple(attribute(each, "qcode") for each in every(about, "signal")),
        embargoed=said(about, "embargoed"),
        note=_note(about),
        media=tuple(attribute(each, "href") for each in within(item, "remoteContent")),
    )


def _body(item: etree._Element) -> tuple[str, WireItem]:
    """The longest text among the renditions, and what an NITF inside says beside it."""
    texts: list[str] = []
    inner = WireItem()
    for content in every(item, "contentSet/*"):
        kind = name(content)
        if kind == "inlinexml":
            inside = next(within(content, "nitf"), None)
            if inside is not None:
                inner = nitf.item_of(inside)
                texts.append(inner.text)
            elif not len(content) or any(name(each) in _TEXTUAL for each in content.iter()):
                texts.append(prose(content))
        elif kind == "inlinedata" and not attribute(content, "encoding"):
            texts.append(prose_of("".join(map(str, content.itertext()))))
    return max(texts, key=len, default=""), inner


def _summary(content: etree._Element | None) -> str:
    for each in every(content, "description"):
        if attribute(each, "role").rpartition(":")[2].lower() in ("summary", "abstract", "lead"):
            return prose(each)
    return ""


def _agency(about: etree._Element | None, content: etree._Element | None) -> str:
    sources = every(content, "infoSource")
    for wanted in _SOURCE_ROLES:
        for source in sources:
            found = said(source, "name") or attribute(source, "literal")
            if found and attribute(source, "role").rpartition(":")[2].lower() == wanted:
                return found
    line = said(content, "creditline")
    provider = said(about, "provider/name") or at(about, "provider", "literal")
    code = at(about, "provider", "qcode").rpartition(":")[2]
    return line or provider or code


def _creator(content: etree._Element | None) -> str:
    """Who is named as creator, when that is a name and not a sign or an account."""
    name_ = said(content, "creator/name")
    return name_ if " " in name_ else ""


def _rights(item: etree._Element) -> str:
    info = first(item, "rightsInfo")
    notice, terms = said(info, "copyrightNotice"), said(info, "usageTerms")
    holder = said(info, "copyrightHolder/name") or at(info, "copyrightHolder", "literal")
    return fold(" ".join(filter(None, (notice or holder, terms))))


def _note(about: etree._Element | None) -> str:
    """What editors are told; not what is for nobody's eyes but theirs."""
    open_notes = [
        words(each)
        for each in every(about, "edNote")
        if "nonpublic" not in attribute(each, "pubconstraint")
    ]
    return next(filter(None, open_notes), "")
