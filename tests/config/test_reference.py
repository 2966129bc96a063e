"""The reference is complete, docs/configuration.md holds it, and secrets stay secret."""

from pathlib import Path

import pytest

from config.load import load
from config.reference import (
    settings_markdown,
    settings_reference,
    show,
    sources_markdown,
)

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_every_setting_is_described_once_in_one_line() -> None:
    reference = settings_reference()
    assert len({entry.name for entry in reference}) == len(reference) >= 20
    for entry in reference:
        assert entry.description.endswith(".")
        assert "\n" not in entry.description
        assert entry.variable == "COPYDESK_" + entry.name.replace(".", "_").upper()
    assert [entry.name for entry in reference if entry.secret] == [
        "record.url",
        "engine.api_key",
        "engine.password",
        "serve.write_token",
    ]


@pytest.mark.parametrize(
    ("name", "expected"), [("settings", settings_markdown()), ("sources", sources_markdown())]
)
def test_the_documentation_holds_the_reference(name: str, expected: str) -> None:
    text = DOCS.read_text(encoding="utf-8")
    held = text.partition(f"<!-- {name} -->\n")[2].partition(f"\n<!-- end of {name} -->")[0]
    assert held == expected, f"docs/configuration.md is stale: put config.reference's {name} there"


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    configuration = load(
        data=tmp_path,
        environ={
            "COPYDESK_RECORD_URL": "postgresql+psycopg://desk:hid/den@db/news",
            "COPYDESK_ENGINE_API_KEY": "hidden",
        },
    )
    shown = {entry.name: entry for entry in show(configuration)}
    assert shown["record.url"].value == "postgresql+psycopg://desk:********@db/news"
    assert shown["engine.api_key"].value == "********"
    assert shown["engine.api_key"].origin == "COPYDESK_ENGINE_API_KEY"
    assert shown["engine.hosts"].value == "none"
    assert "den@" not in repr(shown)
    assert "hidden" not in repr(shown) + repr(configuration.settings)
