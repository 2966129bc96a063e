"""Marked excerpts: where in a document the query's words stand, alike on every engine."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from indexer.analysis import TERM_LIMIT, Token, plain_words, terms, tokens
from indexer.documents import ArticleDocument, StoryDocument
from indexer.query import plan as p

MARK_ON, MARK_OFF = "\u0002", "\u0003"
EXCERPT = 220  # Characters; about two lines of a page.
EXCERPTS = 2  # From summary and text together; the title is marked whole besides.
LOOKED_AT = 20_000  # Characters of a text; hits far below would not be read anyway.

Span = tuple[int, int]
_PLAIN_WORD = re.compile("[0-9a-z]+")
_EDGE = "(?<![0-9a-z])"
_INSIDE = frozenset("0123456789abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True)
class Marker:
    """What to mark in one column."""

    terms: frozenset[str]
    prefixes: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]

    def spans(self, text: str) -> list[Span]:
        """The marked places of a text in order, none overlapping."""
        if not (self.terms or self.prefixes or self.phrases):
            return []
        text = text[:LOOKED_AT]
        plain = plain_words(text)
        if plain is not None:
            spans = sorted(set(self._plain(plain)))
        elif self._is_hit(text):
            found = list(tokens(text))
            spans = sorted({*self._single(found), *self._phrases(found)})
        else:
            return []
        merged: list[Span] = []
        for start, end in spans:
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def _is_hit(self, text: str) -> bool:
        """Whether anything can be found: terms without places are made twice as fast."""
        here = set(terms(text))
        return (
            bool(self.prefixes)
            or not self.terms.isdisjoint(here)
            or any(here.issuperset(phrase) for phrase in self.phrases)
        )

    def _plain(self, text: str) -> Iterator[Span]:
        """The same of a text of plain words, without making its terms: in a quarter of the time."""
        here = set(_PLAIN_WORD.findall(text))
        for word in self.terms & here:
            at = text.find(word)
            while at >= 0:
                end = at + len(word)
                if text[at - 1 : at] not in _INSIDE and text[end : end + 1] not in _INSIDE:
                    yield at, end
                at = text.find(word, end)
        if self._beginnings:
            for match in self._beginnings.finditer(text):
                yield match.span()
        for phrase in self._rows:
            for match in phrase.finditer(text):
                for found in _PLAIN_WORD.finditer(text, *match.span(1)):
                    yield found.span()

    @cached_property
    def _beginnings(self) -> re.Pattern[str] | None:
        """How words begin that are marked; one of the longest terms may stand for a longer word."""
        long = (term for term in self.terms if len(term) == TERM_LIMIT)
        found = [re.escape(each) for each in (*self.prefixes, *long) if each.isascii()]
        return re.compile(f"{_EDGE}(?:{'|'.join(found)})[0-9a-z]*") if found else None

    @cached_property
    def _rows(self) -> tuple[re.Pattern[str], ...]:
        """Phrases; each is looked for at every place, since one may begin within another."""
        return tuple(
            re.compile(f"{_EDGE}(?=({'[^0-9a-z]+'.join(map(_whole, phrase))}))")
            for phrase in self.phrases
            if all(term.isascii() for term in phrase)
        )

    def _single(self, found: list[Token]) -> Iterator[Span]:
        for token in found:
            if token.term in self.terms or token.term.startswith(self.prefixes):
                yield token.start, token.end

    def _phrases(self, found: list[Token]) -> Iterator[Span]:
        texts = [token.term for token in found]
        for phrase in self.phrases:
            size = len(phrase)
            for at, text in enumerate(texts):
                if text == phrase[0] and tuple(texts[at : at + size]) == phrase:
                    for token in found[at : at + size]:
                        yield token.start, token.end


def _whole(term: str) -> str:
    return f"{re.escape(term)}{'[0-9a-z]*' if len(term) == TERM_LIMIT else '(?![0-9a-z])'}"


def marker(query: p.Plan, column: str) -> Marker:
    """Collect what ``query`` looks for in ``column``; what it excludes is not marked."""
    wanted = [part for part in _positive(query) if part.column == column]
    return Marker(
        frozenset(part.value for part in wanted if isinstance(part, p.Term)),
        tuple(part.value for part in wanted if isinstance(part, p.Prefix)),
        tuple(part.values for part in wanted if isinstance(part, p.Phrase)),
    )


def _positive(query: p.Plan) -> Iterator[p.Term | p.Prefix | p.Phrase]:
    match query:
        case p.Term() | p.Prefix() | p.Phrase():
            yield query
        case p.Every(parts) | p.AnyOf(parts):
            for part in parts:
                yield from _positive(part)
        case _:
            return


class Highlighter:
    """Excerpts for one query, for any number of documents."""

    def __init__(self, query: p.Plan) -> None:
        self._markers = {
            column: marker(query, column) for column in ("w_title", "w_summary", "w_text")
        }

    def __call__(self, document: ArticleDocument | StoryDocument) -> tuple[str, ...]:
        """The marked title, if it is hit, then the best excerpts of summary and text."""
        bodies: tuple[str, ...]
        if isinstance(document, ArticleDocument):
            title, bodies = document.title, (document.summary, document.text)
        else:
            title, bodies = document.headline, (document.summary,)
        excerpts = []
        if spans := self._markers["w_title"].spans(title):
            excerpts.append(_marked(title, spans))
        found: list[str] = []
        for column, body in zip(("w_summary", "w_text"), bodies, strict=False):
            if body and len(found) < EXCERPTS:
                found.extend(_excerpts(body, self._markers[column].spans(body)))
        # A summary is often the text's own beginning: say it once.
        return (*excerpts, *tuple(dict.fromkeys(found))[:EXCERPTS])


def _excerpts(text: str, spans: list[Span]) -> Iterator[str]:
    """The windows with the most marks, in the order of the text."""
    windows: list[list[Span]] = []
    for span in spans:
        if windows and span[1] - windows[-1][0][0] <= EXCERPT:
            windows[-1].append(span)
        else:
            windows.append([span])
    best = sorted(sorted(windows, key=lambda window: (-len(window), window[0]))[:EXCERPTS])
    for window in best:
        yield _window(text, window)


def _window(text: str, spans: list[Span]) -> str:
    spare = max(0, EXCERPT - (spans[-1][1] - spans[0][0]))
    begin = _word_edge(text, spans[0][0] - spare // 3, spans[0][0])
    end = min(len(text), begin + max(EXCERPT, spans[-1][1] - begin))
    if end < len(text):
        cut = text.rfind(" ", spans[-1][1], end)
        end = cut if cut > 0 else end
    marked = _marked(text[begin:end], [(left - begin, right - begin) for left, right in spans])
    return f"{'…' if begin else ''}{' '.join(marked.split())}{'…' if end < len(text) else ''}"


def _word_edge(text: str, at: int, limit: int) -> int:
    if at <= 0:
        return 0
    space = text.find(" ", at, limit)
    return space + 1 if space >= 0 else at


def _marked(text: str, spans: Iterable[Span]) -> str:
    """``text`` with the spans between the marks; marks of its own are taken out first."""
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        pieces += (_plain(text[at:start]), MARK_ON, _plain(text[start:end]), MARK_OFF)
        at = end
    pieces.append(_plain(text[at:]))
    return "".join(pieces)


def _plain(text: str) -> str:
    return text.replace(MARK_ON, "").replace(MARK_OFF, "")
