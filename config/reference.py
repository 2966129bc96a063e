"""What settings there are, for people: the reference, and the values in force with origins."""

from typing import Any

import msgspec
from msgspec import inspect

from config.environment import variable
from config.load import Configuration
from config.record_url import without_password
from config.settings import MASK, secrets
from config.sources import Source
from config.values import sections


class SettingReference(msgspec.Struct, frozen=True, kw_only=True):
    """One setting as it is documented; ``values`` says in words what it takes."""

    name: str
    variable: str
    values: str
    default: str
    description: str
    secret: bool


class SettingShown(msgspec.Struct, frozen=True, kw_only=True):
    """One setting in force; secrets are masked."""

    name: str
    value: str
    origin: str
    description: str


def settings_reference() -> tuple[SettingReference, ...]:
    """All settings in the order of their sections."""
    return tuple(
        SettingReference(
            name=f"{section}.{field.name}",
            variable=variable(section, field.name),
            values=_values(field.type),
            default=_text(field.default),
            description=_description(field.type),
            secret=field.name in secrets(cls),
        )
        for section, cls in sections().items()
        for field in _fields(cls)
    )


def sources_markdown() -> str:
    """The keys of a ``[[source]]`` as a Markdown table; ``docs/configuration.md`` holds it."""
    rows = [
        f"| `{field.name}` | {_values(field.type)} "
        f"| {'required' if field.required else _text(field.default)} | {_description(field.type)} |"
        for field in _fields(Source)
    ]
    return "\n".join(["| key | takes | default | what it is |", "| --- | --- | --- | --- |", *rows])


def settings_markdown() -> str:
    """The settings as Markdown tables, one a section; ``docs/configuration.md`` holds it."""
    parts: list[str] = []
    for section, cls in sections().items():
        summary = (cls.__doc__ or "").strip()
        parts.append(f"### [{section}]\n\n{summary}\n")
        parts.append("| setting | takes | default | what it is |\n| --- | --- | --- | --- |")
        parts.extend(
            f"| `{entry.name.removeprefix(section + '.')}` | {entry.values}"
            f"{', secret' if entry.secret else ''} | {entry.default} | {entry.description} |"
            for entry in settings_reference()
            if entry.name.startswith(f"{section}.")
        )
        parts.append("")
    return "\n".join(parts).rstrip()


def show(configuration: Configuration) -> tuple[SettingShown, ...]:
    """Every setting with its value in force and where that came from, safe to print."""
    settings = configuration.settings
    return tuple(
        SettingShown(
            name=entry.name,
            value=_masked(entry, _value(settings, entry.name)),
            origin=configuration.origins[entry.name],
            description=entry.description,
        )
        for entry in settings_reference()
    )


def _masked(entry: SettingReference, value: object) -> str:
    if not entry.secret or not value:
        return _text(value)
    return without_password(str(value)) if entry.name == "record.url" else MASK


def _value(settings: object, name: str) -> object:
    section, key = name.split(".")
    return getattr(getattr(settings, section), key)


def _fields(section: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    info = inspect.type_info(section)
    assert isinstance(info, inspect.StructType)  # noqa: S101  narrows for the type checker
    return info.fields


def _description(node: inspect.Type) -> str:
    schema = node.extra_json_schema if isinstance(node, inspect.Metadata) else None
    return str((schema or {}).get("description", ""))


def _values(node: inspect.Type) -> str:
    """What a setting takes, in words."""
    if isinstance(node, inspect.Metadata):
        return _values(node.type)
    if isinstance(node, inspect.LiteralType):
        # msgspec sorts the choices; the alphabet is as good an order as any.
        return ", ".join(f"`{value}`" for value in node.values)
    if isinstance(node, inspect.IntType):
        return f"{node.ge} to {node.le}"
    if isinstance(node, inspect.VarTupleType):
        return "list of text"
    return "text"


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value) or "none"
