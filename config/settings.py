"""Every setting of Copydesk, typed, with its range, default and one-line description.

The descriptions are the only place where a setting is explained: ``config show``, the reference
in ``docs/configuration.md`` and error messages all read them from here.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

YesNo = Literal["yes", "no"]
MASK = "********"
_SECRET = {"secret": True}
# The settings that name a file.
FILES = ("crawl.secrets_file", "crawl.known_hosts", "engine.ca_file")


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One table of the settings. Its ``repr`` masks secrets, because settings end up in logs."""

    def __repr__(self) -> str:
        shown = (
            f"{name}={MASK if name in secrets(type(self)) and value else value!r}"
            for name, value in msgspec.structs.asdict(self).items()
        )
        return f"{type(self).__name__}({', '.join(shown)})"


class DataSettings(Section, frozen=True, kw_only=True):
    """Where Copydesk keeps what it knows."""

    dir: Annotated[
        str,
        Meta(
            min_length=1,
            description="Data directory; --data and COPYDESK_DATA set it too. By default "
            "/var/lib/copydesk for root, else copydesk in $XDG_DATA_HOME or ~/.local/share.",
        ),
    ] = ""


class RecordSettings(Section, frozen=True, kw_only=True):
    """The relational database that is the truth."""

    url: Annotated[
        str,
        Meta(
            description="Where the record is: sqlite:////PATH or "
            "postgresql+psycopg://USER:PASSWORD@HOST/NAME; empty means record.sqlite in the data "
            "directory.",
            extra=_SECRET,
        ),
    ] = ""


class CrawlSettings(Section, frozen=True, kw_only=True):
    """How sources are fetched."""

    user_agent: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=200,
            pattern=r"^[ -~]+$",
            description="Product name sent as User-Agent and matched against robots.txt.",
        ),
    ] = "Copydesk"
    contact: Annotated[
        str,
        Meta(
            max_length=200,
            pattern=r"^[!-~]*$",
            description="Address or URL added to the User-Agent, so that a site can write to you.",
        ),
    ] = ""
    catalogue: Annotated[
        Literal["all", "none"],
        Meta(description="Whether the sources of the shipped catalogue are crawled."),
    ] = "all"
    concurrency: Annotated[
        int, Meta(ge=1, le=1024, description="Requests under way at once, over all hosts.")
    ] = 16
    per_host: Annotated[
        int, Meta(ge=1, le=16, description="Requests under way at once to one host.")
    ] = 2
    max_body: Annotated[
        int,
        Meta(
            ge=1024,
            le=1 << 30,
            description="Bytes of one answer, after decompression, above which it is dropped.",
        ),
    ] = 10 * 1024 * 1024
    deadline: Annotated[
        int,
        Meta(
            ge=1,
            le=3600,
            description="Seconds after which a fetch is given up, from name lookup to last byte.",
        ),
    ] = 60
    min_interval: Annotated[
        int, Meta(ge=1, le=86_400, description="Seconds between two fetches of one feed, at least.")
    ] = 300
    max_interval: Annotated[
        int,
        Meta(ge=1, le=2_592_000, description="Seconds between two fetches of one feed, at most."),
    ] = 21_600
    polls_per_day: Annotated[
        int,
        Meta(
            ge=1,
            le=1440,
            description="Fetches of a feed a day, on average over all feeds; each gets its share "
            "at the hours when it brings news.",
        ),
    ] = 48
    allowed_addresses: Annotated[
        tuple[str, ...],
        Meta(
            description="What may be fetched although it is not public: address:port or networks; "
            "empty keeps the guard fully on.",
        ),
    ] = ()
    fetch_pages: Annotated[
        YesNo, Meta(description="Whether the pages that feeds link to are fetched for full text.")
    ] = "yes"
    drop_done: Annotated[
        Literal["keep", "delete"],
        Meta(
            description="What becomes of a file of a drop folder when it was read: kept in its "
            "folder done, or deleted."
        ),
    ] = "keep"
    secrets_file: Annotated[
        str,
        Meta(
            description="TOML file with the secrets of private sources, readable by its owner "
            "only; empty means secrets.toml in the data directory.",
        ),
    ] = ""
    known_hosts: Annotated[
        str,
        Meta(
            description="File with the host keys of SFTP servers, as OpenSSH keeps them; empty "
            "means known_hosts in the data directory.",
        ),
    ] = ""

    def identity(self) -> str:
        """The User-Agent header: the product name, and the contact if there is one."""
        return f"{self.user_agent} (+{self.contact})" if self.contact else self.user_agent


class DeskSettings(Section, frozen=True, kw_only=True):
    """How articles are grouped."""

    batch: Annotated[
        int, Meta(ge=1, le=10_000, description="Articles placed in one transaction, at most.")
    ] = 500
    encoder: Annotated[
        Literal["none", "multilingual"],
        Meta(
            description="Whether a model compares headlines across languages: more reports of one "
            "happening meet. `pip install 'copydesk[crosslingual]'` brings it."
        ),
    ] = "none"


class AlertsSettings(Section, frozen=True, kw_only=True):
    """How receivers of saved searches' matches are told."""

    allowed_addresses: Annotated[
        tuple[str, ...],
        Meta(
            description="Who may be told although it is not public, by plain http too: "
            "address:port or networks; empty keeps the guard fully on.",
        ),
    ] = ()


class RetentionSettings(Section, frozen=True, kw_only=True):
    """How long what is known is kept, in days from publication; 0 keeps it for ever."""

    articles: Annotated[
        int,
        Meta(ge=0, le=36_500, description="Articles, with all that belongs to them."),
    ] = 0
    texts: Annotated[
        int,
        Meta(ge=0, le=36_500, description="Full texts; headline, summary and links stay."),
    ] = 0
    revisions: Annotated[
        int, Meta(ge=0, le=36_500, description="Earlier wordings of articles.")
    ] = 0
    fetches: Annotated[
        int, Meta(ge=0, le=36_500, description="The history of fetches, at most 1,500 a source.")
    ] = 90
    dead_letters: Annotated[
        int, Meta(ge=0, le=36_500, description="What could not be placed or indexed.")
    ] = 0
    changes: Annotated[
        int,
        Meta(
            ge=0,
            le=36_500,
            description="The change log whole; of older changes the last of each thing stays.",
        ),
    ] = 90


class EngineSettings(Section, frozen=True, kw_only=True):
    """The search engine, a projection of the record."""

    kind: Annotated[
        Literal["embedded", "elasticsearch"],
        Meta(description="Search engine: embedded (files in the data directory) or a cluster."),
    ] = "embedded"
    hosts: Annotated[
        tuple[str, ...], Meta(description="Elasticsearch node URLs, without credentials.")
    ] = ()
    api_key: Annotated[
        str, Meta(description="Elasticsearch API key, in its encoded form.", extra=_SECRET)
    ] = ""
    cloud_id: Annotated[
        str, Meta(description="Cloud id of a hosted cluster, instead of hosts.")
    ] = ""
    username: Annotated[str, Meta(description="Elasticsearch user, where there is no API key.")] = (
        ""
    )
    password: Annotated[str, Meta(description="That user's password.", extra=_SECRET)] = ""
    ca_file: Annotated[
        str, Meta(description="PEM file of the authority that signed the cluster's certificate.")
    ] = ""
    prefix: Annotated[
        str,
        Meta(
            pattern=r"^[a-z][a-z0-9-]{0,49}$",
            description="Start of the name of every index, alias and template.",
        ),
    ] = "copydesk"
    mapping: Annotated[
        Literal["strict", "lenient"],
        Meta(
            description="Whether Elasticsearch refuses fields it does not know, or ignores them; "
            "strict is for tests."
        ),
    ] = "lenient"


class ServeSettings(Section, frozen=True, kw_only=True):
    """The JSON API and the web page."""

    host: Annotated[
        str, Meta(min_length=1, max_length=253, description="Address that the web server binds.")
    ] = "127.0.0.1"
    port: Annotated[
        int, Meta(ge=0, le=65_535, description="Port of the web server; 0 takes a free one.")
    ] = 8642
    base_url: Annotated[
        str,
        Meta(description="Address people see, when a proxy stands before the server."),
    ] = ""
    public_url: Annotated[
        str,
        Meta(
            description="Address under which the internet reaches this server, so that hubs "
            "(WebSub) can push; only /websub/ must be let through. Empty: no hub is asked.",
        ),
    ] = ""
    banner: Annotated[
        str,
        Meta(
            max_length=200,
            description="Text on top of every page, for instance that this is a test system.",
        ),
    ] = ""
    write_token: Annotated[
        str,
        Meta(
            max_length=200,
            description="Who sends it as a bearer token may change stories and saved searches. "
            "Plain ASCII. Empty: people on this machine may, unless base_url or public_url says "
            "that a proxy is before it.",
            extra=_SECRET,
        ),
    ] = ""


class LogSettings(Section, frozen=True, kw_only=True):
    """What is logged, and how."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="Least severity that is logged."),
    ] = "info"
    format: Annotated[
        Literal["text", "json"],
        Meta(description="Log lines as text for people or JSON for machines."),
    ] = "text"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings. After loading, ``data.dir`` and ``record.url`` are always filled."""

    data: DataSettings = DataSettings()
    record: RecordSettings = RecordSettings()
    crawl: CrawlSettings = CrawlSettings()
    desk: DeskSettings = DeskSettings()
    alerts: AlertsSettings = AlertsSettings()
    retention: RetentionSettings = RetentionSettings()
    engine: EngineSettings = EngineSettings()
    serve: ServeSettings = ServeSettings()
    log: LogSettings = LogSettings()

    @property
    def data_dir(self) -> Path:
        """The data directory as a path."""
        return Path(self.data.dir)


def secrets(section: type[Section]) -> frozenset[str]:
    """Names of the fields of ``section`` that must never be shown."""
    info = msgspec.inspect.type_info(section)
    assert isinstance(info, msgspec.inspect.StructType)  # noqa: S101  narrows for the type checker
    return frozenset(
        field.name
        for field in info.fields
        if isinstance(field.type, msgspec.inspect.Metadata)
        and (field.type.extra or {}).get("secret")
    )
