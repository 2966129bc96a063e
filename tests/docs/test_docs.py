"""Every command, file, link and setting that the documentation names is real."""

import re
import shlex
from contextlib import suppress
from pathlib import Path

import click
import pytest

from config.load import load
from copydesk.cli.main import copydesk
from tests.conftest import ROOT

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)[^)]*\)")
INLINE = re.compile(r"`(copydesk [^`]+)`")


def commands() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for fence in FENCE.finditer(text):
            if fence["kind"] == "sh":
                found += [(page.name, line) for line in fence["body"].splitlines() if line.strip()]
        found += [(page.name, line) for line in INLINE.findall(text)]
    return found


def check(words: list[str], line: str) -> None:
    """Find the command and parse its options, without running it."""
    while words[0] in ("--data", "--config"):
        words = words[2:]
    command: click.Command = copydesk
    while isinstance(command, click.Group) and words:
        command = command.commands[words[0]]
        words = words[1:]
    if isinstance(command, click.Group):
        return
    with suppress(click.MissingParameter):  # a sentence may name a command without its arguments
        command.make_context(line, words)


@pytest.mark.parametrize(("page", "line"), commands(), ids=lambda value: str(value)[:60])
def test_every_command_in_the_documentation_is_real(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)
    words = words[3:] if words[:2] == ["sudo", "-u"] else words
    program = Path(words[0]).name
    if program == "copydesk":
        check(words[1:], line)
    elif program == "make":
        makefile = (ROOT / "Makefile").read_text()
        assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in words[1:]), line
    elif words[:2] == ["python", "-m"]:
        module = ROOT / Path(*words[2].split("."))
        assert module.with_suffix(".py").exists() or (module / "__main__.py").exists(), line
    elif program == "sh":
        assert (ROOT / words[1]).exists(), line
    elif words[:3] == ["docker", "compose", "--file"]:
        assert (ROOT / words[3]).exists(), line
    else:
        assert program in {"pip", "python3", "curl"}, f"{page}: is `{line}` checked by anything?"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_command_is_documented() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for name in copydesk.commands:
        assert re.search(rf"copydesk (--data \S+ )?{name}\b", text), name


def configurations() -> list[tuple[str, str]]:
    return [
        (page.name, fence["body"])
        for page in PAGES
        for fence in FENCE.finditer(page.read_text(encoding="utf-8"))
        if fence["kind"] == "toml"
    ]


@pytest.mark.parametrize(("page", "text"), configurations(), ids=lambda value: value[:40])
def test_every_configuration_in_the_documentation_is_taken(
    page: str, text: str, tmp_path: Path
) -> None:
    file = tmp_path / page
    file.write_text(text)
    # The secrets that an example names are the reader's.
    load(data=tmp_path, config=file, environ={})
