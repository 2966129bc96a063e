"""Turn one raw value, from TOML or from a variable, into the value its setting wants."""

import difflib
import json
from collections.abc import Iterable
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from config.errors import ConfigError
from config.settings import Section, Settings

_WORDS = {"true": "yes", "on": "yes", "1": "yes", "false": "no", "off": "no", "0": "no"}


def sections() -> dict[str, type[Section]]:
    """The tables of the settings by name, in the order in which they are documented."""
    return get_type_hints(Settings)


def fields(section: type[msgspec.Struct]) -> dict[str, Any]:
    """The annotated types of the fields of a section (or of a source), in order."""
    return get_type_hints(section, include_extras=True)


def suggestion(word: str, known: Iterable[str]) -> str:
    """ "Did you mean ...?", or the words there are when none is near."""
    known = list(known)
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f'Did you mean "{near[0]}"?' if near else f"There are: {', '.join(known)}."


def from_toml(value: object, wanted: Any, *, where: str) -> Any:
    """Convert a TOML value; ``true`` and ``false`` are read as "yes" and "no" where those fit."""
    if isinstance(value, bool) and _is_yes_no(wanted):
        value = "yes" if value else "no"
    return _convert(value, wanted, where=where, strict=True)


def from_text(value: str, wanted: Any, *, where: str) -> Any:
    """Convert the text of a variable; lists are JSON or divided by commas.

    Raises :class:`ConfigError` naming ``where`` when the text does not fit ``wanted``.
    """
    if _is_yes_no(wanted):
        return _convert(_WORDS.get(value.lower(), value), wanted, where=where, strict=True)
    if get_origin(_plain(wanted)) is not tuple:
        return _convert(value, wanted, where=where, strict=False)
    if value.lstrip().startswith("["):
        try:
            items = json.loads(value)
        except json.JSONDecodeError as error:
            raise ConfigError(f"this is not a JSON list: {error}", where=where) from error
    else:
        items = [item.strip() for item in value.split(",") if item.strip()]
    return _convert(items, wanted, where=where, strict=True)


def _convert(value: object, wanted: Any, *, where: str, strict: bool) -> Any:
    try:
        return msgspec.convert(value, wanted, strict=strict)
    except msgspec.ValidationError as error:
        choices = get_args(_plain(wanted)) if get_origin(_plain(wanted)) is not tuple else ()
        if choices:
            raise ConfigError(
                f"{value!r} is not one of {', '.join(map(repr, choices))}",
                where=where,
                next_step=suggestion(value, choices) if isinstance(value, str) else "",
            ) from error
        reason = str(error).replace("`", "")
        raise ConfigError(reason[0].lower() + reason[1:], where=where) from error


def _plain(wanted: Any) -> Any:
    """The type without its annotations."""
    return wanted.__origin__ if hasattr(wanted, "__metadata__") else wanted


def _is_yes_no(wanted: Any) -> bool:
    return get_args(_plain(wanted)) == ("yes", "no")
