"""Marked excerpts: where in a document the query's words stand, alike on every engine."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from indexer.analysis import TERM_LIMIT, Token, plain_words, terms, tokens
from indexer.documents import ArticleDocument, StoryDocument
from indexer.query import plan as p

MARK_ON, MARK_OFF = "\u0002", "\u0003"
EXCERPT = 220  # Characters; about two lines of a page.
EXCERPTS = 2  # From summary and text together; the title is marked whole besides.
LOOKED_AT = 20_000  # Characters of a text; hits far below would not be read anyway.

Span = tuple[int, int]
_SIGNS = {code: " " for code in range(128) if not chr(code).isalnum()}


@dataclass(slots=True)
class _Branch:
    """How phrases go on after the terms that led here; one may end here and others go on."""

    following: dict[str, "_Branch"] = field(default_factory=dict)
    is_end: bool = False
    beginnings: tuple[str, ...] = ()

    def add(self, phrase: Iterable[str]) -> None:
        branch = self
        for term in phrase:
            branch = branch.following.setdefault(term, _Branch())
        branch.is_end = True

    def add_open(self, phrase: Sequence[str]) -> None:
        branch = self
        for term in phrase[:-1]:
            branch = branch.following.setdefault(term, _Branch())
        branch.beginnings += (phrase[-1],)

    def end(self, found: Sequence[str], at: int) -> int:
        """Where the longest phrase ends that begins at one term; there, if none does."""
        branch = self
        end = place = at
        while place < len(found) and found[place] in branch.following:
            branch = branch.following[found[place]]
            place += 1
            if branch.is_end:
                end = place
        return end

    def open_end(self, found: Sequence[str], at: int) -> int:
        """Where the last word of the longest open phrase stands that begins at one term; there, if
        none does."""
        branch = self
        end = at
        for place in range(at, len(found) - 1):
            if found[place] not in branch.following:
                break
            branch = branch.following[found[place]]
            if branch.beginnings and found[place + 1].startswith(branch.beginnings):
                end = place + 1
        return end


@dataclass(frozen=True)
class Marker:
    """What to mark in one column; of an open phrase the last term is only how a word begins."""

    terms: frozenset[str]
    prefixes: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    open_phrases: tuple[tuple[str, ...], ...] = ()

    def spans(self, text: str) -> list[Span]:
        """The marked places of a text in order, none overlapping."""
        if not (self.terms or self.prefixes or self.phrases or self.open_phrases):
            return []
        text = text[:LOOKED_AT]
        found = terms(text)
        here = set(found)
        words = self.terms & here
        if self.prefixes:
            words |= {term for term in here if term.startswith(self.prefixes)}
        has_phrase = self._has_phrase(found, here)
        if not (words or has_phrase):
            return []
        plain = plain_words(text)
        # One of the longest terms may stand for a longer word.
        if plain is None or has_phrase or any(len(word) == TERM_LIMIT for word in words):
            row = list(tokens(text))
            spans = sorted({*self._places(row, words), *self._open_places(row)})
        else:
            spans = sorted(_plain_places(plain, words))
        merged: list[Span] = []
        for start, end in spans:
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def _has_phrase(self, found: Sequence[str], here: set[str]) -> bool:
        """Whether it is worth while to make tokens: terms without places come far sooner."""
        if any(here.issuperset(phrase[:-1]) for phrase in self.open_phrases):
            return True
        if not any(here.issuperset(phrase) for phrase in self.phrases):
            return False
        return any(self._phrase_tree.end(found, at) > at for at in range(len(found)))

    def _places(self, found: Sequence[Token], words: frozenset[str]) -> Iterator[Span]:
        """Of single words, and of those in phrases; one phrase may begin within another."""
        row = [token.term for token in found]
        reached = 0
        for at, token in enumerate(found):
            reached = max(reached, self._phrase_tree.end(row, at))
            if at < reached or token.term in words:
                yield token.start, token.end

    @cached_property
    def _phrase_tree(self) -> _Branch:
        """All phrases at once: hundreds cost a text no more than one."""
        tree = _Branch()
        for phrase in self.phrases:
            tree.add(phrase)
        return tree

    def _open_places(self, found: Sequence[Token]) -> Iterator[Span]:
        """Of the words in open phrases; of the last of them as much as is looked for."""
        row = [token.term for token in found]
        for at in range(len(row)):
            last = self._open_tree.open_end(row, at)
            for token in found[at:last]:
                yield token.start, token.end
            if last > at:
                yield _new_in(*found[last : last + 2])

    @cached_property
    def _open_tree(self) -> _Branch:
        tree = _Branch()
        for phrase in self.open_phrases:
            tree.add_open(phrase)
        return tree


def _new_in(token: Token, following: Token | None = None) -> Span:
    """A word whole; of a pair of characters, which the next token overlaps, the first alone."""
    if following and token.start < following.start < token.end:
        return token.start, following.start
    return token.start, token.end


def _plain_places(text: str, words: frozenset[str]) -> Iterator[Span]:
    """The same in a text of plain words, without making its tokens: in a quarter of the time."""
    apart = f" {text.translate(_SIGNS)} "  # Each word stands one character further right.
    for word in words:
        wanted = f" {word} "
        at = apart.find(wanted)
        while at >= 0:
            yield at, at + len(word)
            at = apart.find(wanted, at + len(word) + 1)


def marker(query: p.Plan, column: str) -> Marker:
    """Collect what ``query`` looks for in ``column``; what it excludes is not marked."""
    wanted = [part for part in _positive(query) if part.column == column]
    return Marker(
        frozenset(part.value for part in wanted if isinstance(part, p.Term)),
        tuple(part.value for part in wanted if isinstance(part, p.Prefix)),
        tuple(part.values for part in wanted if isinstance(part, p.Phrase)),
        tuple((*part.values, part.last) for part in wanted if isinstance(part, p.PhrasePrefix)),
    )


def _positive(query: p.Plan) -> Iterator[p.Term | p.Prefix | p.Phrase | p.PhrasePrefix]:
    match query:
        case p.Term() | p.Prefix() | p.Phrase() | p.PhrasePrefix():
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
