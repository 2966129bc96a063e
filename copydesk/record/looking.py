"""When the page of a known article is looked at again. Pure.

What is remembered is one string, so that it lies where the digest of an item always lay: what the
feed said, and while more is to be known of the page, also whether it is still wanted, how often it
was looked at in vain, and until when it is let alone.
"""

from typing import Literal

import msgspec

from crawler.article import Article
from crawler.identity import TITLE_DIGITS
from crawler.job import Standing

# Seconds after the first, second ... look that brought nothing; most faults pass in minutes, and
# a page that still cannot be had after these is given up until its feed says something else.
WAITS = (300.0, 1800.0, 7200.0, 21_600.0)


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed said last, and how looking at the page went. ``due`` is an epoch second."""

    wording: str
    page: Literal["done", "wanted"] = "done"
    vain: int = 0
    due: float = 0.0

    @property
    def kept(self) -> str:
        """As it lies in the record: nothing but the wording when there is no more to say."""
        if self.page == "done" and not self.vain:
            return self.wording
        return f"{self.wording} {self.page} {self.vain} {self.due:.0f}"


def read(kept: str) -> Looked:
    """What :attr:`Looked.kept` gave."""
    wording, _, rest = kept.partition(" ")
    if not rest:
        return Looked(wording=wording)
    page, vain, due = rest.split(" ")
    return Looked(
        wording=wording,
        page="wanted" if page == "wanted" else "done",
        vain=int(vain),
        due=float(due),
    )


def says_the_same(before: Looked, article: Article) -> bool:
    """Whether the feed still says what it said; what was kept by older versions counts too."""
    return before.wording in (article.wording, article.raw_digest)


def standing(before: Looked, article: Article, *, now: float) -> Standing:
    """How an article of the same source stands, as its feed shows it now (epoch seconds).

    A new title is always worth a look. Other words may change at each fetch (counters, "5 minutes
    ago"): where the page said nothing new, the next look is put off longer and longer.
    """
    same = says_the_same(before, article)
    if same and before.page == "done":
        return "known"
    retitled = before.wording[:TITLE_DIGITS] != article.wording[:TITLE_DIGITS]
    # A time further off than any wait is of a clock that was set back since.
    if now < before.due <= now + WAITS[-1] and (same or not retitled):
        return "later"
    return "again" if same else "changed"


def found(article: Article) -> Looked:
    """After a look that brought something new."""
    return Looked(wording=_wording(article))


def found_the_same(before: Looked, article: Article, *, now: float) -> Looked:
    """After a look that brought nothing new."""
    vain = before.vain + 1
    return Looked(wording=_wording(article), vain=vain, due=now + _wait(vain))


def missed(before: Looked, article: Article, *, now: float) -> Looked:
    """After the page could not be had, or was not this poll's turn yet."""
    if article.extraction.page == "put-off":
        return Looked(wording=_wording(article), page="wanted", vain=before.vain)
    vain = before.vain + 1
    page: Literal["done", "wanted"] = "wanted" if vain <= len(WAITS) else "done"
    return Looked(wording=_wording(article), page=page, vain=vain, due=now + _wait(vain))


def _wording(article: Article) -> str:
    return article.wording or article.raw_digest


def _wait(vain: int) -> float:
    return WAITS[min(vain, len(WAITS)) - 1]
