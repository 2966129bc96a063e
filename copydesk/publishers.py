"""Which names are the publishers' own: "told Fox News" says nothing of what a story is about.

An outlet goes by its name or, of a source that nobody named, by its host.
"""

from collections.abc import Iterable
from functools import lru_cache

_HOSTS_SAY = frozenset({"www", "com", "net", "org", "gov", "edu", "news", "edition"})
_SHORTEST_LABEL = 3


def publishers(named: Iterable[str]) -> frozenset[str]:
    """What these outlets and agencies are called, for :func:`is_publisher`."""
    return frozenset().union(*(_called(each) for each in named if each))


def is_publisher(name: str, of: frozenset[str]) -> bool:
    """Whether a name is one of them, "Guardian" for theguardian.com too."""
    return _squeezed(name) in of


@lru_cache(4096)
def _called(outlet: str) -> frozenset[str]:
    if "." in outlet and " " not in outlet:
        labels = (label for label in outlet.casefold().split(".") if label not in _HOSTS_SAY)
        return frozenset(_squeezed(label) for label in labels if len(label) >= _SHORTEST_LABEL)
    return frozenset({_squeezed(outlet)})


@lru_cache(8192)
def _squeezed(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold())).removeprefix("the")
