"""What an operator decides about fetching."""

from typing import Literal

import msgspec

from config.errors import ConfigError
from crawler.fetch.addresses import AddressGuard

RobotsMode = Literal["all", "pages", "none"]


class CrawlSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits and manners of the crawler. Times are seconds, sizes bytes.

    ``user_agent`` names the crawler and how to reach who runs it; its first word is the product
    token that robots.txt rules are matched with. ``deadline`` bounds a whole fetch on the network,
    redirects included and whatever trickles in, not the time in our own queue. ``max_body`` bounds
    the body as received and as decompressed. ``page_budget`` and ``pages_deadline`` bound how many
    pages of one poll are fetched and for how long; the articles of the others are kept without
    until a later poll. ``host_delay`` lies between two requests to one host.
    ``allowed_addresses`` are exceptions from the public-address rule: ``127.0.0.1:8080``,
    ``[::1]:8080``, ``localhost:8080`` or a network as ``127.0.0.0/8``. ``robots`` says what obeys
    robots.txt: everything, pages only (feeds are then fetched as a feed reader would), or nothing.
    ``unconditional_share`` is the share of polls without validators, so that a server that answers
    304 for ever is found out. ``ca_file`` is a PEM file of further certificate authorities,
    ``known_hosts`` one of the host keys of SFTP servers, as OpenSSH keeps them.

    Raises :class:`config.errors.ConfigError` for a value that cannot work.
    """

    user_agent: str
    max_body: int = 16 * 1024 * 1024
    max_headers: int = 64 * 1024
    deadline: float = 30.0
    connect_timeout: float = 10.0
    max_redirects: int = 8
    max_items: int = 1000
    page_budget: int = 100
    pages_deadline: float = 300.0
    concurrency: int = 64
    concurrency_per_host: int = 4
    host_delay: float = 0.25
    allowed_addresses: tuple[str, ...] = ()
    robots: RobotsMode = "all"
    robots_max_age: float = 86_400.0
    unconditional_share: float = 0.02
    ca_file: str = ""
    known_hosts: str = ""

    def __post_init__(self) -> None:
        if not self.user_agent.strip() or not self.user_agent.isascii():
            raise ConfigError(
                "the user agent must be plain ASCII and not empty",
                where="user_agent",
                next_step='Say who you are: "Copydesk/1.0 (+https://example.org/contact)"',
            )
        for name in ("max_body", "max_headers", "deadline", "connect_timeout", "max_items",
                     "pages_deadline", "concurrency", "concurrency_per_host",
                     "robots_max_age"):  # fmt: skip
            if getattr(self, name) <= 0:
                raise ConfigError("must be greater than 0", where=name)
        for name in ("max_redirects", "page_budget", "host_delay"):
            if getattr(self, name) < 0:
                raise ConfigError("must not be negative", where=name)
        if not 0 <= self.unconditional_share <= 1:
            raise ConfigError("must be between 0 and 1", where="unconditional_share")
        AddressGuard.parse(self.allowed_addresses)

    @property
    def robots_token(self) -> str:
        """The product token of RFC 9309 section 2.2.1: ``Copydesk`` of ``Copydesk/1.0 (...)``."""
        return self.user_agent.split("/")[0].split()[0]
