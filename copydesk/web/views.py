"""What pages show, made ready: stories with their sparklines, reports with their reasons."""

from collections.abc import Mapping, Sequence

import msgspec

from copydesk.api.found import Segment
from copydesk.api.questions import StoriesQuestion
from copydesk.api.rendering import source_state
from copydesk.api.words import copy_words, story_words
from copydesk.record.reading import ArticleRow, CopyGroup, SourceRow, StoryRow
from copydesk.record.reading_health import SourceHealth
from copydesk.web.sparkline import Sparkline, sparkline
from copydesk.web.templating import plural

_STATES = ("failing", "silent", "new", "well", "paused", "retired")


class StoryCard(msgspec.Struct, frozen=True, kw_only=True):
    """One story of a list; ``language`` is its headline's."""

    story: StoryRow
    language: str
    spark: Sparkline


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One article of a story and why it is there."""

    article: ArticleRow
    why: tuple[str, ...]


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One text of a story: its first report, and the copies folded under it."""

    first: Report
    copies: tuple[Report, ...]
    elsewhere: int


class SourceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One source, its state in a word, and what is the matter, "" when it is well."""

    source: SourceRow
    state: str
    matter: str


def story_cards(
    stories: Sequence[StoryRow],
    times: Mapping[str, Sequence[float]],
    languages: Mapping[str, str],
) -> tuple[StoryCard, ...]:
    """Stories with the picture of their whole life."""
    return tuple(
        StoryCard(
            story=story,
            language=languages.get(story.id, ""),
            spark=sparkline(times.get(story.id, ()), story.first_report, story.last_report),
        )
        for story in stories
    )


class Narrowed(msgspec.Struct, frozen=True):
    """One thing that the stories of a list have in common; what is a time is written as one."""

    words: str
    value: str = ""
    at: float | None = None


def narrowed(asked: StoriesQuestion) -> tuple[Narrowed, ...]:
    """What a list of stories was asked to be limited to."""
    limits = (
        Narrowed("told in", asked.language) if asked.language else None,
        Narrowed("told by", asked.outlet) if asked.outlet else None,
        Narrowed("with at least", plural(asked.min_articles, "report"))
        if asked.min_articles
        else None,
        Narrowed("by at least", plural(asked.min_outlets, "outlet")) if asked.min_outlets else None,
        Narrowed("reported since", at=asked.since) if asked.since is not None else None,
        Narrowed("reported before", at=asked.until) if asked.until is not None else None,
    )
    return tuple(limit for limit in limits if limit)


def matched_ids(groups: Sequence[CopyGroup]) -> set[str]:
    """The articles that the evidence of these names."""
    return {
        matched
        for group in groups
        for article in group.articles
        for matched in (article.copy_evidence.matched, article.story_evidence.matched)
        if matched
    }


def texts(groups: Sequence[CopyGroup], known: Mapping[str, ArticleRow]) -> tuple[Text, ...]:
    """The texts of a story in time order. ``known`` names the articles evidence speaks of."""
    return tuple(
        Text(
            first=_report(group.articles[0], known),
            copies=tuple(_report(article, known) for article in group.articles[1:]),
            elsewhere=max(group.size - len(group.articles), 0),
        )
        for group in groups
    )


def _report(article: ArticleRow, known: Mapping[str, ArticleRow]) -> Report:
    copy, story = article.copy_evidence, article.story_evidence
    about_copy = copy_words(copy, _named(known.get(copy.matched)))
    about_story = story_words(story, _named(known.get(story.matched)))
    # That a copy follows its text into the story needs no second sentence.
    redundant = story.method == "copy" and copy.method != "first"
    return Report(article=article, why=(about_copy,) if redundant else (about_story, about_copy))


def _named(article: ArticleRow | None) -> str:
    if article is None:
        return ""
    title = f"“{_alone(article.title)}”"
    status = article.status if article.status != "usable" else ""
    about = ", ".join(filter(None, (article.outlet and _alone(article.outlet), status)))
    return f"{title} ({about})" if about else title


def _alone(text: str) -> str:
    """Text from outside, isolated: from right to left it leaves the sentence around it in order."""
    return f"\u2068{text}\u2069"


def marked(
    headline: str, excerpts: Sequence[Sequence[Segment]]
) -> tuple[Sequence[Segment], Sequence[Sequence[Segment]]]:
    """A headline with its hits, and the excerpts beside, none of which says what another does."""
    plain = [_plain(pieces) for pieces in excerpts]
    heads = [pieces for pieces, said in zip(excerpts, plain, strict=True) if said == headline]
    others = [
        pieces
        for place, (pieces, said) in enumerate(zip(excerpts, plain, strict=True))
        if said != headline
        and not any(
            said in other and (said != other or at < place) for at, other in enumerate(plain)
        )
    ]
    return heads[0] if heads else [Segment(text=headline, hit=False)], others


def _plain(pieces: Sequence[Segment]) -> str:
    """What an excerpt says, without the dots where it was cut."""
    return "".join(piece.text for piece in pieces).strip(" …")


def source_lines(
    sources: Sequence[SourceRow], health: Sequence[SourceHealth]
) -> tuple[SourceLine, ...]:
    """Sources, each with its health, with what needs a look first."""
    lines = [_line(source, fares) for source, fares in zip(sources, health, strict=True)]
    return tuple(sorted(lines, key=lambda line: (_STATES.index(line.state), line.source.id)))


def _line(source: SourceRow, fares: SourceHealth) -> SourceLine:
    state: str = source_state(source)
    if state == "well" and fares.state == "silent":
        state = "silent"
    matter = "" if fares.grade == "good" and state != "paused" else fares.reason
    if state == "failing":
        matter = source.last_error or matter
    return SourceLine(source=source, state=state, matter=matter)


def tally(lines: Sequence[SourceLine]) -> tuple[tuple[str, int], ...]:
    """How many sources are in each state, states without any left out."""
    counts = {state: sum(line.state == state for line in lines) for state in _STATES}
    return tuple((state, count) for state, count in counts.items() if count)
