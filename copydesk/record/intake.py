"""What becomes of sightings that come in: news, held back, taken back, nothing new. Pure."""

from collections import Counter
from collections.abc import Collection
from typing import Literal

import msgspec

from copydesk.record import looking
from copydesk.record.looking import Looked
from copydesk.record.recognising import Sight
from crawler.article import Article
from crawler.rewording import reworded

# What became of a sighting: a new article, a revision of a known one, nothing new, taken back.
Fate = Literal["new", "revised", "unchanged", "withdrawn"]


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """How often what became of a batch."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0
    withdrawn: int = 0


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of an article: whose it is, and how it was when it was last seen."""

    source: str
    looked: Looked
    content_hash: str
    has_text: bool


class Intake:
    """Sightings taken in one after the other, and what then is to be written down.

    ``known`` are the articles that were seen before, ``deleted`` those that must not come back,
    ``waiting`` those of which a wording is under embargo, and ``repeated`` the keys that led
    somewhere already. ``received`` is in epoch seconds.
    """

    def __init__(
        self,
        known: dict[str, Remembered],
        *,
        deleted: Collection[str],
        waiting: Collection[str],
        repeated: Collection[str],
        received: float,
    ) -> None:
        self.news: list[tuple[str, Article]] = []
        self.held_back: dict[str, Article] = {}
        self.cancelled: list[str] = []
        self.remembered: dict[str, Remembered] = {}
        self._known = known
        self._deleted = deleted
        self._waiting = waiting
        # Wordings taken in before: a file that says one thing twice must add nothing the next time.
        self._repeated = frozenset(repeated)
        self._received = received
        self.fates: list[Fate] = []

    def take(self, identity: str, sight: Sight, held: Article | None) -> Article | None:
        """One more sighting of this article; what the desk is to hear of it, if anything.

        ``held`` is the wording that is there already, as far as it was looked up.
        """
        article, before = sight.article, self._known.get(identity)
        if (
            identity in self._deleted
            or (before is not None and not sight.is_of(before.source))
            or (before is not None and sight.seen in self._repeated)
        ):
            self.fates.append("unchanged")
            return None
        if _cancels(article):
            self.fates.append("withdrawn")
            self.cancelled.append(identity)
            self.held_back.pop(identity, None)
            return None
        if sight.seen and held is not None and _is_older(article, held):
            self.fates.append("unchanged")
            return None
        if article.status == "embargoed":
            self.held_back[identity] = article
            self._count(before, article)
            self._remember(identity, article, article)
            return None
        news = self._news(identity, sight, held)
        self._count(before, news)
        self._remember(identity, article, news)
        if news is not None:
            self.news.append((identity, news))
        return news

    def accepted(self) -> Accepted:
        """What became of all of them."""
        count = Counter(self.fates)
        return Accepted(
            new=count["new"],
            revised=count["revised"],
            unchanged=count["unchanged"],
            withdrawn=count["withdrawn"],
        )

    def _news(self, identity: str, sight: Sight, held: Article | None) -> Article | None:
        if identity in self._waiting or identity in self.held_back:
            # Its embargo was lifted early, or it comes in other words that are under none.
            self.held_back.pop(identity, None)
            return sight.article
        return _news(self._known.get(identity), held, sight.article)

    def _count(self, before: Remembered | None, news: Article | None) -> None:
        self.fates.append("unchanged" if news is None else "new" if before is None else "revised")

    def _remember(self, identity: str, article: Article, news: Article | None) -> None:
        state = _state(self._known.get(identity), article, news, now=self._received)
        self._known[identity] = self.remembered[identity] = state


def is_weighed(before: Remembered | None, sight: Sight) -> bool:
    """Whether a sighting is weighed against the wording that is there."""
    may_be_older = bool(sight.seen) and sight.article.updated is not None
    return before is not None and (may_be_older or _is_bare(before, sight.article))


def _is_older(article: Article, held: Article) -> bool:
    """Whether it is a version before the one that is there, by the word of whoever sends both."""
    return article.updated is not None and article.updated < (held.updated or 0.0)


def _is_bare(before: Remembered | None, article: Article) -> bool:
    """Whether a text was won before, and the article comes without."""
    return before is not None and before.has_text and not article.text and not _is_import(article)


def _is_import(article: Article) -> bool:
    return article.extraction.origin == "import"


def _cancels(article: Article) -> bool:
    """Whether an article is taken back, or kept away before it comes.

    What is cancelled by a code comes with its title at most. With more it is a notice in words, for
    people to read, or news that only reads like one: it is shown, in the place of what was there.
    """
    return article.status == "cancelled" and not (article.text or article.summary)


def _news(before: Remembered | None, held: Article | None, article: Article) -> Article | None:
    """What the desk is to hear of a sighting; ``None`` when it says nothing new."""
    if before is None:
        return article
    if before.content_hash == article.content_hash:
        return None
    if not _is_bare(before, article):
        return article
    if looking.says_the_same(before.looked, article):
        return None
    if held is None:
        return article  # the text lies where nobody can read it; the new words are all there is
    now = reworded(held, article)
    return None if (now.title, now.summary) == (held.title, held.summary) else now


def _state(
    before: Remembered | None, article: Article, news: Article | None, *, now: float
) -> Remembered:
    if before is None:
        before = Remembered(
            source=article.source, looked=looking.found(article), content_hash="", has_text=False
        )
    if article.extraction.page:
        looked = looking.missed(before.looked, article, now=now)
    elif news is None:
        looked = looking.found_the_same(before.looked, article, now=now)
    else:
        looked = looking.found(article)
    return Remembered(
        source=article.source,
        looked=looked,
        content_hash=before.content_hash if news is None else news.content_hash,
        has_text=bool(article.text) or before.has_text,
    )
