"""An explanation as text: titles, each with its lines."""

from collections.abc import Iterator
from datetime import datetime

from copydesk.api.overruling import OverruleItem
from copydesk.explain.model import (
    ArticleLife,
    Explanation,
    FetchLife,
    SourceLife,
    StoryLife,
    WholeStoryLife,
)

Section = tuple[str, list[str]]


def tell(explanation: Explanation) -> Iterator[Section]:
    """The whole explanation, the answer first."""
    yield f"{explanation.of}: {explanation.standing}", list(explanation.in_words)
    if explanation.article is not None:
        yield from _article(explanation.article)
    if explanation.story is not None:
        yield from _whole_story(explanation.story)
    for source in explanation.sources:
        yield f"Source {source.id}", _source(source)
    if explanation.overrules:
        yield "People's word", [_word(each) for each in explanation.overrules]
    if explanation.letters:
        lines = [f"{x.number}: {x.stage}, {_at(x.at)}: {x.reason}" for x in explanation.letters]
        yield "Dead letters", lines
    if explanation.also:
        yield "The same words could mean", [", ".join(explanation.also)]


def _article(life: ArticleLife) -> Iterator[Section]:
    yield (
        "Article",
        [
            life.title,
            life.url or "without an address",
            f"{life.id}, {life.outlet or 'outlet unknown'}, {life.status}",
            f"first seen {_at(life.first_seen)}, placed {_at(life.placed)}",
        ],
    )
    fetched = [f"brought by {_fetch(life.fetch)}"] if life.fetch else []
    if life.source is None:
        yield "Source", ["it is not registered (an import, or removed since)", *fetched]
    else:
        yield f"Source {life.source.id}", [*fetched, *_source(life.source)]
    yield "Identity keys", list(life.keys) or ["none"]
    yield "Extraction", _extraction(life)
    if life.credit is not None:
        credit = life.credit
        wording = f"{credit.agency}, from “{credit.wording}” in the {credit.found_in}"
        yield "Credit", [wording]
    yield (
        "Revisions",
        [
            f"{each.revision}: {each.title} ({each.characters:,} characters)"
            + (f", until {_at(each.replaced)}" if each.replaced else ", now")
            for each in life.revisions
        ],
    )
    copy = life.copy_group
    yield (
        f"Copy group {copy.group}",
        [f"{copy.size} articles, the first is {copy.first_article}", copy.why.in_words],
    )
    yield f"Story {life.story.story}", _story(life.story)
    yield "Search", [life.index.in_words, _positions(life.index.changed, life.index.position)]


def _whole_story(life: WholeStoryLife) -> Iterator[Section]:
    yield (
        f"Story {life.id}",
        [
            _headline(life) or "without a headline",
            f"{life.articles} reports, {life.copy_groups} texts, {life.outlets} outlets",
            f"from {_at(life.first_report)} to {_at(life.last_report)}, made {_at(life.created)}",
        ],
    )
    if life.history:
        yield (
            "History",
            [
                f"{_at(event.at)}: {event.event} {event.other}, "
                + ("by a person" if event.method == "person" else f"p = {event.probability:.2f}")
                for event in life.history
            ],
        )
    yield "Search", [life.index.in_words, _positions(life.index.changed, life.index.position)]


def _extraction(life: ArticleLife) -> list[str]:
    won = life.extraction
    sure = f"{won.published_confidence:.2f} sure"
    lines = [
        f"text from {won.text_origin} by {won.method or 'nothing'}, quality {won.quality:.2f}",
        f"published {_at(won.published)} by {won.published_origin}, {sure}",
        f"language {won.language or 'unknown'}, {won.language_confidence:.2f} sure",
    ]
    return [*lines, won.note] if won.note else lines


def _story(life: StoryLife) -> list[str]:
    why = life.why
    lines = [_headline(life), why.in_words]
    if why.terms:
        lines.append(f"shared terms: {', '.join(why.terms)}")
    if why.features:
        weighed = sorted(why.features.items(), key=lambda item: -abs(item[1]))
        lines.append("features: " + ", ".join(f"{name} {value:.3g}" for name, value in weighed))
    return lines


def _headline(life: StoryLife | WholeStoryLife) -> str:
    status = life.headline_status
    return life.headline if status == "usable" else f"{life.headline} ({status})"


def _word(word: OverruleItem) -> str:
    if word.act == "undo":
        other = f" merge {word.subject}"
    else:
        other = f" with {word.subject}" if word.subject else ""
    named = f" {', '.join(word.articles)}" if word.articles else ""
    led = f", now {word.outcome}" if word.state == "applied" else f", {word.state}"
    because = f": {word.reason}" if word.reason else ""
    said = f"{word.who or 'someone'}: {word.act} {word.story}{other}{named}"
    return f"{_at(word.at)}, {said}{led}{because}"


def _source(source: SourceLife) -> list[str]:
    due = f"due {_at(source.due)}" if source.due else "not due"
    lines = [source.url, f"{source.state}, {due}"]
    return lines + [f"fetched {_fetch(each)}" for each in source.fetches]


def _fetch(fetch: FetchLife) -> str:
    words = f"{_at(fetch.at)}: {fetch.outcome}, {fetch.items} items, {fetch.new_items} new"
    return f"{words}, {fetch.error}" if fetch.error else words


def _positions(changed: int, position: int) -> str:
    return f"last changed at log position {changed}, the engine is at {position}"


def _at(when: datetime | None) -> str:
    return "unknown" if when is None else f"{when:%Y-%m-%d %H:%M:%S} UTC"
