"""Load the configuration: defaults < file < environment < secret files, all problems at once."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from config.check import check
from config.drops import check_drops
from config.environment import Value, read_environment
from config.errors import ConfigError, InvalidConfigurationError
from config.lines import locate
from config.settings import FILES, Section, Settings
from config.sources import (
    Source,
    check_earlier_ids,
    combine,
    load_catalogue,
    read_sources,
)
from config.values import fields, from_toml, sections, suggestion

FILE_NAME = "copydesk.toml"


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """What was loaded. ``origins`` maps ``section.key`` to "default", ``file:line`` or a variable.

    ``file`` is the TOML file that was read, or None; ``sources`` are the catalogue's (unless
    ``crawl.catalogue`` is "none") and the person's own.
    """

    settings: Settings
    origins: dict[str, str]
    sources: tuple[Source, ...]
    file: Path | None


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """/var/lib/copydesk for root, else copydesk in the XDG data directory."""
    if os.geteuid() == 0:
        return Path("/var/lib/copydesk")
    base = environ.get("XDG_DATA_HOME") or ""
    # The XDG specification wants relative paths ignored.
    home = Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "share"
    return home / "copydesk"


def load(
    *,
    data: Path | None = None,
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Configuration:
    """Read the configuration. ``data`` and ``config`` are the command line's and outrank all.

    Raises :class:`InvalidConfigurationError` naming every problem with its file and line, or its
    variable.
    """
    environ = os.environ if environ is None else environ
    problems: list[ConfigError] = []
    chosen = _chosen_data_dir(data, environ)
    file = config or (Path(named) if (named := environ.get("COPYDESK_CONFIG")) else None)
    explicit = file is not None
    if file is None:
        directory = Path(_at_home(chosen.value)) if chosen else default_data_dir(environ)
        file = _present(directory / FILE_NAME)
    values, own = _read_file(file, problems) if file else ({}, ())
    if "data.dir" in values and not explicit:
        problems.append(
            ConfigError(
                "the file inside the data directory cannot choose another data directory",
                where=values["data.dir"].origin,
                next_step="Use --data, COPYDESK_DATA, or a file given by --config.",
            )
        )
    elif "data.dir" in values and not chosen:
        problems.extend(_not_everywhere_the_same(values["data.dir"]))
    values |= read_environment(environ, problems)
    if chosen:
        values["data.dir"] = chosen
    values.setdefault("data.dir", Value(str(default_data_dir(environ)), "default"))
    settings = _with_paths(_build(values))
    origins = {
        f"{section}.{key}": values[f"{section}.{key}"].origin
        if f"{section}.{key}" in values
        else "default"
        for section, cls in sections().items()
        for key in fields(cls)
    }
    problems.extend(check(settings, origins))
    if problems:
        raise InvalidConfigurationError(problems)
    shipped = load_catalogue() if settings.crawl.catalogue == "all" else ()
    sources = combine(shipped, own)
    wrong = [*check_earlier_ids(sources, where=str(file)), *check_drops(sources, settings, file)]
    if wrong:
        raise InvalidConfigurationError(wrong)
    return Configuration(settings=settings, origins=origins, sources=sources, file=file)


def _chosen_data_dir(data: Path | None, environ: Mapping[str, str]) -> Value | None:
    if data is not None:
        return Value(str(data), "--data")
    for name in ("COPYDESK_DATA", "COPYDESK_DATA_DIR"):
        if environ.get(name):
            return Value(environ[name], name)
    return None


def _not_everywhere_the_same(directory: Value) -> Iterator[ConfigError]:
    # One on the command line, or in a variable set for it, is meant as seen from where one is.
    if not _at_home(directory.value).startswith("/"):
        yield ConfigError(
            f'"{directory.value}" is another data directory in every working directory',
            where=f"{directory.origin}: data.dir",
            next_step='Write it from the root, for instance "/var/lib/copydesk".',
        )


def _present(file: Path) -> Path | None:
    """``file`` if there is one, of use or not: reading says why.

    A link that leads nowhere counts, for to do without the configuration drops its sources from the
    record; so does a folder that may not be entered.
    """
    try:
        return file if file.exists() or file.is_symlink() else None
    except PermissionError:
        return file


def _read_file(
    file: Path, problems: list[ConfigError]
) -> tuple[dict[str, Value], tuple[Source, ...]]:
    """Settings by dotted name, and sources, of one TOML file."""
    try:
        text = file.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        next_step = ""
        if isinstance(error, FileNotFoundError) and file.is_symlink():
            next_step = f"It is a link to {file.readlink()}; mend or remove it."
        what = f"cannot read the configuration: {error.strerror}"
        problems.append(ConfigError(what, where=str(file), next_step=next_step))
        return {}, ()
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problems.append(ConfigError(f"this is not TOML: {error}", where=str(file)))
        return {}, ()
    lines = locate(text)
    own = read_sources(content.pop("source", []), lines, str(file), problems)
    values: dict[str, Value] = {}
    for section, table in content.items():
        where = f"{file}:{lines.get((section,), 1)}"
        if section not in sections():
            problems.append(
                ConfigError(
                    f'there is no section "{section}"',
                    where=where,
                    next_step=suggestion(section, [*sections(), "source"]),
                )
            )
        elif not isinstance(table, dict):
            problems.append(
                ConfigError(
                    f"{section} is a section, not a value",
                    where=where,
                    next_step=f"Write [{section}] and its settings below.",
                )
            )
        else:
            for key, raw in table.items():
                place = f"{file}:{lines.get((section, key), lines.get((section,), 1))}"
                try:
                    values[f"{section}.{key}"] = Value(_value(section, key, raw, place), place)
                except ConfigError as error:
                    problems.append(error)
    return values, own


def _value(section: str, key: str, raw: object, place: str) -> Any:
    known = fields(sections()[section])
    if key not in known:
        raise ConfigError(
            f'[{section}] has no setting "{key}"', where=place, next_step=suggestion(key, known)
        )
    return from_toml(raw, known[key], where=f"{place}: {section}.{key}")


def _build(values: Mapping[str, Value]) -> Settings:
    built = {
        section: cls(
            **{
                key: values[f"{section}.{key}"].value
                for key in fields(cls)
                if f"{section}.{key}" in values
            }
        )
        for section, cls in sections().items()
    }
    return msgspec.structs.replace(Settings(), **built)


def _with_paths(settings: Settings) -> Settings:
    """Fill in what depends on the data directory, and where ``~`` is."""
    directory = Path(_at_home(settings.data.dir)).absolute()
    data = msgspec.structs.replace(settings.data, dir=str(directory))
    # In a URL a question mark begins the options, and a percent sign hides another character.
    url = settings.record.url or f"sqlite:///{quote(str(directory / 'record.sqlite'))}"
    record = msgspec.structs.replace(settings.record, url=url)
    filled: dict[str, Section] = {"data": data, "record": record}
    for name in FILES:
        section, key = name.split(".")
        before = filled.get(section, getattr(settings, section))
        path = _at_home(getattr(before, key))
        filled[section] = msgspec.structs.replace(before, **{key: path})
    return msgspec.structs.replace(settings, **filled)


def _at_home(path: str) -> str:
    # Not Path's own, which raises for a user whom the system does not know.
    return os.path.expanduser(path)  # noqa: PTH111
