"""Whoever collects from a place in tests, and what they keep."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from config.secrets import Secrets
from crawler.article import Article
from crawler.collect.collector import Collector
from crawler.fetch.clock import Clock
from crawler.fetch.settings import CrawlSettings
from crawler.job import FeedJob, FeedResult, Standing, Validators
from tests.crawler.in_process import InProcess
from tests.crawler.wires.test_letters import mail


class FullError(Exception):
    pass


async def _at_once(_: float) -> None:
    """Time passes by itself."""


@dataclass
class Desk:
    """A place that serves ``folder`` at ``url``, and whoever collects from it."""

    folder: Path
    url: str
    secret: str
    changes: dict[str, object] = field(default_factory=dict)
    stored: list[Article] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    full: bool = False
    position: str = ""

    def deliver(self, name: object, body: bytes | None = None) -> Path:
        file = self.folder / str(name)
        text = mail(Message_ID=f"<{name}@npa.example>", Subject=f"Number {name}")
        file.write_bytes(text if body is None else body)
        return file

    async def poll(self, url: str = "") -> FeedResult:
        settings = CrawlSettings(user_agent="Test/1.0", allowed_addresses=("127.0.0.0/8",))
        collector = Collector(
            msgspec.structs.replace(settings, **self.changes),
            parser=InProcess(),
            unseen=self._unseen,
            sink=self._sink,
            secrets=Secrets({"COPYDESK_SECRET_PRESS": self.secret}),
            # Between two looks at a folder nobody writes, unless a test does.
            clock=Clock(sleep=_at_once),
        )
        known = Validators(etag=self.position)
        result = await collector.poll(
            FeedJob(source="press", url=url or self.url, secret="press", validators=known)
        )
        if not result.error:
            self.position = result.validators.etag
        return result

    @property
    def titles(self) -> list[str]:
        return [article.title for article in self.stored]

    async def _unseen(self, articles: Sequence[Article]) -> Sequence[Standing]:
        return ["known" if article.guid in self.known else "new" for article in articles]

    async def _sink(self, articles: Sequence[Article]) -> None:
        if self.full:
            raise FullError
        self.stored += articles
        self.known.update({article.guid: article.title for article in articles})
