"""schema.org in microdata: ``itemscope`` and ``itemprop``, for outlets that write no JSON-LD.

Read into the same nodes as JSON-LD (HTML standard, section "Microdata": the value of a property is
the element's address, its machine-readable time or content, a nested item, or its text).
"""

from typing import Any

from lxml import html as lxml_html

from crawler.plaintext import line

# An article's item has some dozens of properties; a page made to hurt has any number.
_MAX_PROPERTIES = 500
_MAX_DEPTH = 4
_ADDRESSES = {
    "a": "href", "area": "href", "link": "href", "img": "src", "audio": "src", "video": "src",
    "source": "src", "iframe": "src", "embed": "src", "object": "data",
}  # fmt: skip
_ADDRESS_PROPERTIES = frozenset(("url", "image", "sameAs", "mainEntityOfPage", "contentUrl"))
_MACHINE_READABLE = {"meta": "content", "time": "datetime", "data": "value", "meter": "value"}


def nodes(root: lxml_html.HtmlElement) -> list[dict[str, Any]]:
    """The top-level items of the page that name a type, in the form of JSON-LD nodes."""
    items = root.xpath("//*[@itemscope and @itemtype and not(@itemprop)]")
    return [_node(item, 0) for item in items[:50]]


def _node(item: lxml_html.HtmlElement, depth: int) -> dict[str, Any]:
    kinds = [kind.rsplit("/", 1)[-1] for kind in (item.get("itemtype") or "").split()]
    node: dict[str, Any] = {"@type": kinds}
    # Depth first, in document order, without the insides of nested items: those are theirs.
    stack = list(reversed(list(item)))
    budget = _MAX_PROPERTIES
    while stack and budget:
        element = stack.pop()
        if not isinstance(element.tag, str):
            continue  # a comment
        nested = element.get("itemscope") is not None
        if names := (element.get("itemprop") or "").split():
            budget -= 1
            for name in names:
                value = (
                    _node(element, depth + 1)
                    if nested and depth < _MAX_DEPTH
                    else _value(element, name)
                )
                if value and name != "articleBody":  # text is the extractors' own matter
                    node.setdefault(name, []).append(value)
        if not nested:
            stack += reversed(list(element))
    return node


def _value(element: lxml_html.HtmlElement, name: str) -> str:
    tag = str(element.tag)
    content = element.get(_MACHINE_READABLE.get(tag, "content"))
    if content is not None:
        return content.strip()
    address = ((element.get(_ADDRESSES[tag]) or "") if tag in _ADDRESSES else "").strip()
    text = line(element.text_content(), limit=4000)
    # The standard takes a link's address always; outlets link headlines and names.
    return address or text if name in _ADDRESS_PROPERTIES else text or address
