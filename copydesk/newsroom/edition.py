"""The day's edition: outlets, their articles, and which of them belong together.

The content is data in ``content/*.toml``, written for Copydesk. A reprint names the article it
takes over and what it did to it: paragraphs kept, lead replaced, lines added at the end.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any, Literal

import msgspec

Body = Literal["full", "summary"]
Quirk = Literal["none", "no-guids", "no-dates"]
# What a reader finds behind the link: the article, its first paragraph and a paywall, or a 404.
PageState = Literal["open", "teaser", "gone"]


class Outlet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One invented outlet, with the furniture of its pages and the manner of its feed."""

    id: str
    name: str
    country: str
    language: str
    feed: Literal["rss", "atom"]
    body: Body
    template: Literal["plain", "classic", "portal", "jsonld", "blog"]
    path: str
    navigation: tuple[str, ...]
    cookies: str
    related: str
    footer: str
    tags: tuple[str, ...] = ()
    quirk: Quirk = "none"
    encoding: str = "utf-8"
    biography: str = ""


class Story(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One article as it is written in a content file; see :func:`compose` for reprints."""

    key: str
    outlet: str
    published: dt.datetime
    section: str
    title: str
    story: str = ""
    byline: str = ""
    dateline: str = ""
    text: str = ""
    reprints: str = ""
    keep: tuple[int, ...] = ()
    replace: tuple[int, ...] = ()
    lead: str = ""
    close: str = ""
    page: PageState = "open"


class NewsArticle(msgspec.Struct, frozen=True, kw_only=True):
    """One article as it is published. ``copy`` and ``story`` are the labels expected of a desk.

    ``number`` is unique and stable; ``published`` has a time zone; ``path`` is on its outlet's
    site. Articles with the same ``copy`` are one text; with the same ``story`` one happening.
    """

    key: str
    number: int
    outlet: str
    path: str
    title: str
    byline: str
    section: str
    paragraphs: tuple[str, ...]
    published: dt.datetime
    copy: str
    story: str
    page: PageState

    @property
    def guid(self) -> str:
        """The lasting name of the article in its feed."""
        return f"tag:{self.outlet}.example,2023:{self.number}"

    @property
    def summary(self) -> str:
        """The first paragraph, cut at a word as feeds do."""
        first = self.paragraphs[0]
        if len(first) <= _SUMMARY:
            return first
        return first[:_SUMMARY].rpartition(" ")[0].rstrip(",;:") + "…"


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """All outlets and articles of the day, articles in the order of publication."""

    outlets: tuple[Outlet, ...]
    articles: tuple[NewsArticle, ...]

    def of(self, outlet: Outlet) -> tuple[NewsArticle, ...]:
        """The articles of one outlet."""
        return tuple(article for article in self.articles if article.outlet == outlet.id)


# Feeds cut their summaries somewhere between 150 and 400 characters.
_SUMMARY = 280
# Real article numbers do not start at 1.
_FIRST_NUMBER = 48_201


def load_edition() -> Edition:
    """Read the packaged content."""
    content = resources.files("copydesk.newsroom").joinpath("content")
    files = sorted(content.iterdir(), key=lambda entry: entry.name)
    tables = {
        file.name: tomllib.loads(file.read_text(encoding="utf-8"))
        for file in files
        if file.name.endswith(".toml")
    }
    outlets = msgspec.convert(tables.pop("outlets.toml")["outlet"], tuple[Outlet, ...])
    stories = [story for table in tables.values() for story in _stories(table)]
    return compose(outlets, stories)


def compose(outlets: Sequence[Outlet], stories: Sequence[Story]) -> Edition:
    """Make the edition: number the articles by time and carry out the reprints."""
    by_id = {outlet.id: outlet for outlet in outlets}
    by_key = {story.key: story for story in stories}
    ordered = sorted(stories, key=lambda story: (story.published, story.key))
    articles = tuple(
        NewsArticle(
            key=story.key,
            number=number,
            outlet=story.outlet,
            path=by_id[story.outlet].path.format(
                key=story.key, number=number, section=story.section
            ),
            title=story.title,
            byline=story.byline,
            section=story.section,
            paragraphs=_paragraphs(story, by_key),
            published=story.published,
            copy=story.reprints or story.key,
            story=story.story,
            page=story.page,
        )
        for number, story in enumerate(ordered, start=_FIRST_NUMBER)
    )
    return Edition(outlets=tuple(outlets), articles=articles)


def _stories(table: Mapping[str, Any]) -> list[Story]:
    """The articles of one file; its top-level ``story`` is the label of all that have none."""
    label = {"story": table["story"]} if "story" in table else {}
    return [msgspec.convert(label | article, Story) for article in table["article"]]


def _paragraphs(story: Story, by_key: Mapping[str, Story]) -> tuple[str, ...]:
    """The text, with the dateline before it unless a reprint dropped that ("none")."""
    if not story.reprints:
        return _with_dateline(story.dateline, _split(story.text))
    original = by_key[story.reprints]
    paragraphs = _split(original.text)
    kept = story.keep or tuple(range(1, len(paragraphs) + 1))
    body = [paragraphs[number - 1] for number in kept if number not in story.replace]
    dateline = "" if story.dateline == "none" else story.dateline or original.dateline
    return _with_dateline(dateline, [*_split(story.lead), *body]) + tuple(_split(story.close))


def _with_dateline(dateline: str, paragraphs: Sequence[str]) -> tuple[str, ...]:
    first, *rest = paragraphs
    return (f"{dateline} {first}" if dateline else first, *rest)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]
