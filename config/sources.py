"""Sources: what is crawled. The shipped catalogue, and the ``[[source]]`` tables of a person."""

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from config.codes import check_country, check_language
from config.errors import ConfigError, InvalidConfigurationError
from config.lines import KeyPath, locate
from config.secrets import NAME_PATTERN
from config.settings import YesNo
from config.values import fields, from_toml, suggestion
from config.ways import WAYS, WEB, check_address, check_login

SourceKind = Literal["feed"]
_REQUIRED = ("id", "url")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One feed to poll. ``id`` is a slug and lives as long as the source's history."""

    id: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
            max_length=80,
            description="Short name: small letters, digits and hyphens.",
        ),
    ]
    url: Annotated[
        str,
        Meta(
            max_length=2000,
            description="Address of the feed (https, http), the mailbox (imaps) or the folder "
            "(sftp).",
        ),
    ]
    drop: Annotated[
        str,
        Meta(
            max_length=1000,
            description="Instead of `url`: a folder of this machine into which files are dropped.",
        ),
    ] = ""
    kind: Annotated[SourceKind, Meta(description="What stands at the address.")] = "feed"
    outlet: Annotated[
        str, Meta(max_length=200, description="Who publishes, as a reader would say it.")
    ] = ""
    country: Annotated[str, Meta(description="ISO 3166 code of the outlet's country.")] = ""
    language: Annotated[str, Meta(description="BCP 47 tag of the articles' language.")] = ""
    tags: Annotated[
        tuple[str, ...], Meta(description="Words to pick sources by, for instance agency.")
    ] = ()
    was: Annotated[
        tuple[str, ...], Meta(description="Ids that it had before: what came then is its own.")
    ] = ()
    fetch_pages: Annotated[
        YesNo, Meta(description="Whether the linked pages are fetched for full text.")
    ] = "yes"
    paused: Annotated[YesNo, Meta(description="Whether the source is left alone for now.")] = "no"
    secret: Annotated[
        str,
        Meta(
            pattern=rf"{NAME_PATTERN}|^$",
            max_length=80,
            description="Name of the secret that a private source is asked with.",
        ),
    ] = ""
    keep_days: Annotated[
        int,
        Meta(
            ge=-1,
            le=36_500,
            description="Days that its articles are kept, 0 for ever; -1 as [retention] says.",
        ),
    ] = -1
    keep_text_days: Annotated[
        int,
        Meta(
            ge=-1,
            le=36_500,
            description="Days that their texts are kept, 0 for ever; -1 as [retention] says.",
        ),
    ] = -1


def check_url(url: str, *, where: str) -> str:
    """``url`` if it is an absolute http or https address without credentials."""
    return check_address(url, schemes=WEB, where=where)


def check_drop(folder: str, *, where: str) -> str:
    """``folder`` if it is an absolute path without detours; whether it is there, others ask."""
    if not folder.startswith("/") or os.path.normpath(folder) != folder or "\x00" in folder:
        raise ConfigError(
            f'"{folder}" is not the full path of a folder',
            where=where,
            next_step='Write it from the root, for instance "/var/spool/wires/agency".',
        )
    return folder


def check_transport(source: Source, *, where: str) -> Source:
    """``source`` unless its secret is missing, or would travel unencrypted out of this machine."""
    check_login(source.url, secret=source.secret, where=where)
    return source


def checked_source(values: Mapping[str, object], *, where: str) -> Source:
    """The source of these values, if a file may have it so; else :class:`ConfigError`."""
    known = fields(Source)
    read = {key: _read_field(key, raw, known, where) for key, raw in values.items()}
    return check_transport(Source(**read), where=where)


def read_sources(
    tables: object, lines: Mapping[KeyPath, int], file: str, problems: list[ConfigError]
) -> tuple[Source, ...]:
    """The ``[[source]]`` tables of one file; what is wrong is added to ``problems``."""
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        line = lines.get(("source",), 1)
        problems.append(
            ConfigError(
                "source must be a list of tables",
                where=f"{file}:{line}",
                next_step="Start each source with [[source]].",
            )
        )
        return ()
    sources: list[Source] = []
    first_seen: dict[str, int] = {}
    for number, table in enumerate(tables):
        start = lines.get(("source", number), lines.get(("source",), 1))
        before = len(problems)
        values = _read_table(table, number, lines, file, start, problems)
        if "drop" in values:
            values["url"] = Path(values["drop"]).as_uri()
        if len(problems) > before:
            continue
        source = Source(**values)
        try:
            check_transport(source, where=f"{file}:{start}")
        except ConfigError as error:
            problems.append(error)
            continue
        if source.id in first_seen:
            problems.append(
                ConfigError(
                    f'the id "{source.id}" is taken by the source on line {first_seen[source.id]}',
                    where=f"{file}:{start}",
                    next_step="Choose another id.",
                )
            )
            continue
        first_seen[source.id] = start
        sources.append(source)
    return tuple(sources)


def _read_table(
    table: Mapping[str, object],
    number: int,
    lines: Mapping[KeyPath, int],
    file: str,
    start: int,
    problems: list[ConfigError],
) -> dict[str, Any]:
    """The checked values of one table."""
    known = fields(Source)
    values: dict[str, Any] = {}
    for key, raw in table.items():
        where = f"{file}:{lines.get(('source', number, key), start)}"
        try:
            values[key] = _read_field(key, raw, known, where)
        except ConfigError as error:
            problems.append(error)
    if "drop" in table and "url" in table:
        problems.append(ConfigError("a source has a url or a drop folder", where=f"{file}:{start}"))
    problems.extend(
        ConfigError(f"a source needs {key}", where=f"{file}:{start}")
        for key in _REQUIRED
        if key not in table and not (key == "url" and "drop" in table)
    )
    return values


def _read_field(key: str, raw: object, known: Mapping[str, Any], where: str) -> Any:
    if key not in known:
        raise ConfigError(f'a source has no "{key}"', where=where, next_step=suggestion(key, known))
    where = f"{where}: {key}"
    return check_field(key, from_toml(raw, known[key], where=where), where=where)


def check_field(key: str, value: Any, *, where: str) -> Any:
    """``value`` if it suits the field ``key`` beyond its type, else :class:`ConfigError`."""
    if key == "url":
        return check_address(value, schemes=tuple(WAYS), where=where)
    if key == "drop":
        return check_drop(value, where=where)
    if key == "country" and value:
        return check_country(value, where=where)
    if key == "language" and value:
        return check_language(value, where=where)
    return value


def read_source_file(text: str, file: str) -> tuple[Source, ...]:
    """The sources of a TOML text that holds nothing else; ``file`` names it in errors."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"this is not TOML: {error}", where=file) from error
    lines = locate(text)
    problems = [
        ConfigError(
            f'"{key}" does not belong here',
            where=f"{file}:{lines.get((key,), 1)}",
            next_step="Only [[source]] tables do.",
        )
        for key in content
        if key != "source"
    ]
    sources = read_sources(content.get("source", []), lines, file, problems)
    if problems:
        raise InvalidConfigurationError(problems)
    return sources


def load_catalogue() -> tuple[Source, ...]:
    """The sources that Copydesk ships."""
    text = resources.files("config").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return read_source_file(text, "config/catalogue.toml")


def load_source_file(path: Path) -> tuple[Source, ...]:
    """The sources of a file of one's own."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read this file: {error}", where=str(path)) from error
    return read_source_file(text, str(path))


def combine(catalogue: Sequence[Source], own: Sequence[Source]) -> tuple[Source, ...]:
    """The catalogue with a person's own sources: one of the same id replaces the shipped one."""
    by_id = {source.id: source for source in catalogue}
    by_id.update((source.id, source) for source in own)
    return tuple(by_id.values())


def earlier_ids(sources: Sequence[Source]) -> dict[str, tuple[str, ...]]:
    """The ids that sources had before, by those that they have now."""
    return {source.id: source.was for source in sources if source.was}


def check_earlier_ids(sources: Sequence[Source], *, where: str) -> Iterator[ConfigError]:
    """What is wrong with earlier ids: each is of one source, and of none that is there."""
    taken = {source.id: source.id for source in sources}
    for source in sources:
        for name in source.was:
            if name in taken:
                yield ConfigError(
                    f'{source.id}: it cannot have been "{name}", which {taken[name]} is or was',
                    where=where,
                    next_step="Take it out of `was`, or give the other source another id.",
                )
            else:
                taken[name] = source.id
