"""Checks of settings beyond one value's type and range."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from config.environment import variable
from config.errors import ConfigError
from config.record_url import record_url_problems
from config.settings import FILES, Settings
from config.sources import check_url

_TOKEN = re.compile(r"([!-~]([ -~]*[!-~])?)?")


def check(settings: Settings, origins: Mapping[str, str]) -> Iterator[ConfigError]:
    """What is wrong with ``settings``; each problem names the origin of the value at fault."""
    yield from _check_files(settings, origins)
    yield from _check_crawl(settings, origins)
    yield from _check_alerts(settings, origins)
    yield from _check_engine(settings, origins)
    if not _TOKEN.fullmatch(settings.serve.write_token):
        # Which character is not said: it is one of a secret.
        yield ConfigError(
            "the token holds something other than plain ASCII, or begins or ends with a space",
            where=_where(origins, "serve.write_token"),
            next_step="A header would not carry it; choose another: openssl rand -hex 32",
        )
    for name in ("base_url", "public_url"):
        if url := getattr(settings.serve, name):
            yield from _url_problems(url, _where(origins, f"serve.{name}"))
    yield from record_url_problems(settings.record.url, where=_where(origins, "record.url"))


def _check_files(settings: Settings, origins: Mapping[str, str]) -> Iterator[ConfigError]:
    for name in FILES:
        section, key = name.split(".")
        path = getattr(getattr(settings, section), key)
        if path and not path.startswith("/"):
            yield ConfigError(
                f'"{path}" is another file in every working directory',
                where=_where(origins, name),
                next_step='Write it from the root, for instance "/etc/copydesk/ca.pem".',
            )


def _check_crawl(settings: Settings, origins: Mapping[str, str]) -> Iterator[ConfigError]:
    crawl = settings.crawl
    if crawl.min_interval > crawl.max_interval:
        at_fault = "min" if origins["crawl.max_interval"] == "default" else "max"
        yield ConfigError(
            f"min_interval ({crawl.min_interval}) is above max_interval ({crawl.max_interval})",
            where=_where(origins, f"crawl.{at_fault}_interval"),
        )
    yield from _check_addresses(crawl.allowed_addresses, "crawl.allowed_addresses", origins)


def _check_alerts(settings: Settings, origins: Mapping[str, str]) -> Iterator[ConfigError]:
    allowed = settings.alerts.allowed_addresses
    yield from _check_addresses(allowed, "alerts.allowed_addresses", origins)


def _check_addresses(
    allowed: tuple[str, ...], setting: str, origins: Mapping[str, str]
) -> Iterator[ConfigError]:
    for address in allowed:
        if not _is_exception(address):
            yield ConfigError(
                f'"{address}" is neither address:port nor a network',
                where=_where(origins, setting),
                next_step='For instance "127.0.0.1:8080", "[::1]:8080" or "10.1.0.0/16".',
            )


def _is_exception(text: str) -> bool:
    """Whether the address guard can read ``text``: ``address:port`` or a network."""
    try:
        if "/" in text:
            ipaddress.ip_network(text)
            return True
        host, _, port = text.rpartition(":")
        if host != "localhost":
            ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
        return int(port) in range(65_536)
    except ValueError:
        return False


def _check_engine(settings: Settings, origins: Mapping[str, str]) -> Iterator[ConfigError]:
    engine = settings.engine
    if engine.kind == "elasticsearch" and not (engine.hosts or engine.cloud_id):
        yield ConfigError(
            "Elasticsearch needs at least one host",
            where=_where(origins, "engine.kind"),
            next_step='Set engine.hosts, for instance to ["https://127.0.0.1:9200"].',
        )
    if engine.hosts and engine.cloud_id:
        yield ConfigError(
            "both hosts and a cloud id are set",
            where=_where(origins, "engine.cloud_id"),
            next_step="Remove one; a cloud id names the hosts itself.",
        )
    if engine.api_key and engine.username:
        yield ConfigError(
            "both an API key and a user are set",
            where=_where(origins, "engine.username"),
            next_step="Remove one; an API key can be narrowed and revoked, so keep that.",
        )
    if bool(engine.username) != bool(engine.password):
        yield ConfigError(
            "a user and a password go together",
            where=_where(origins, "engine.username"),
            next_step="Set both engine.username and engine.password, or engine.api_key instead.",
        )
    for host in engine.hosts:
        yield from _url_problems(host, _where(origins, "engine.hosts"))
    readable = [urlsplit(host) for host in engine.hosts if not any(_url_problems(host, ""))]
    if (engine.api_key or engine.password) and any(
        parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1")
        for parts in readable
    ):
        yield ConfigError(
            "the API key or password would travel over plain http",
            where=_where(origins, "engine.hosts"),
            next_step="Use https hosts.",
        )


def _url_problems(url: str, where: str) -> Iterator[ConfigError]:
    try:
        check_url(url, where=where)
    except ConfigError as error:
        yield error


def _where(origins: Mapping[str, str], name: str) -> str:
    """The origin of a setting, with its name unless that is the variable's own."""
    section, key = name.split(".")
    origin = origins.get(name, "default")
    return origin if origin.startswith(variable(section, key)) else f"{origin}: {name}"
