"""The newsroom: invented outlets on loopback addresses that publish the day's edition."""

import time
from collections.abc import Callable
from typing import Self

import msgspec

from config.sources import Source
from copydesk.newsroom.edition import Edition, NewsArticle, Outlet, load_edition
from copydesk.newsroom.feeds import content_type, render_feed
from copydesk.newsroom.loopback import OnLoopback, Page
from copydesk.newsroom.pages import render_article, render_home
from copydesk.newsroom.schedule import AllAtOnce, Gradual, Schedule

FEED_PATH = "/feed"
_ROBOTS = b"User-agent: *\nDisallow: /subscribe\nDisallow: /newsletter\n"


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What the pipeline should find: articles that share ``copy`` or ``story`` belong together.

    ``guid`` is empty where the feed has none; ``url`` holds the port of the running server.
    """

    key: str
    source: str
    outlet: str
    language: str
    title: str
    url: str
    guid: str
    copy: str
    story: str


class Newsroom(OnLoopback):
    """Serves the edition from construction (or entering) until :meth:`close` (or leaving).

    One server and one address for each outlet, in threads of this process. ``clock`` counts
    seconds; the schedule sees those since the start. Raises
    :class:`copydesk.newsroom.loopback.LoopbackError` when an address cannot be had.
    """

    def __init__(
        self,
        schedule: Schedule,
        *,
        edition: Edition | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.edition = edition or load_edition()
        start = clock()

        def out() -> int:
            return schedule.released(len(self.edition.articles), clock() - start)

        super().__init__(
            {outlet.id: _OutletSite(outlet, self.edition, out) for outlet in self.edition.outlets}
        )

    @classmethod
    def complete(cls) -> Self:
        """A newsroom whose whole day is out at once."""
        return cls(AllAtOnce())

    @classmethod
    def timed(cls, seconds: float = 60.0) -> Self:
        """A newsroom whose day arrives over ``seconds``, to be watched."""
        return cls(Gradual(seconds=seconds))

    def sources(self) -> list[Source]:
        """The outlets' feeds."""
        return [
            Source(
                id=f"newsroom-{outlet.id}",
                url=f"{self._loopback.base(outlet.id)}{FEED_PATH}",
                outlet=outlet.name,
                country=outlet.country,
                language=outlet.language,
                tags=outlet.tags,
            )
            for outlet in self.edition.outlets
        ]

    def expected(self) -> tuple[Expected, ...]:
        """The right answer for every article, in the order of publication."""
        outlets = {outlet.id: outlet for outlet in self.edition.outlets}
        return tuple(
            self._expected(article, outlets[article.outlet]) for article in self.edition.articles
        )

    def _expected(self, article: NewsArticle, outlet: Outlet) -> Expected:
        return Expected(
            key=article.key,
            source=f"newsroom-{outlet.id}",
            outlet=outlet.name,
            language=outlet.language,
            title=article.title,
            url=f"{self._loopback.base(outlet.id)}{article.path}",
            guid="" if outlet.quirk == "no-guids" else article.guid,
            copy=article.copy,
            story=article.story,
        )


class _OutletSite:
    """One outlet's web site; ``out`` says how many articles of the edition are released."""

    def __init__(self, outlet: Outlet, edition: Edition, out: Callable[[], int]) -> None:
        self._outlet = outlet
        self._edition = edition
        self._out = out

    def page(self, path: str, base: str) -> Page | None:
        """The page at ``path``, or None."""
        released = self._edition.articles[: self._out()]
        own = [article for article in released if article.outlet == self._outlet.id]
        newest = max((article.published.timestamp() for article in own), default=None)
        if path == "/robots.txt":
            return Page(body=_ROBOTS, content_type="text/plain; charset=utf-8")
        if path == FEED_PATH:
            return Page(
                body=render_feed(self._outlet, own, base),
                content_type=content_type(self._outlet),
                modified=newest,
            )
        if path == "/":
            return Page(body=render_home(self._outlet, own), content_type=_HTML, modified=newest)
        for article in own:
            if article.path == path and article.page != "gone":
                return Page(
                    body=render_article(self._outlet, article, own, base),
                    content_type=_HTML,
                    modified=article.published.timestamp(),
                )
        return None


_HTML = "text/html; charset=utf-8"
