"""Words: how a text becomes the terms that are indexed and searched, alike on every engine.

No language is guessed and nothing is stemmed. Scripts that separate words by spaces give one
folded term a word. Scripts that do not (Chinese, Japanese, Thai, Lao, Khmer, Burmese), and
Korean, whose particles cling to the noun, give overlapping pairs of characters, closed by the
last character alone: a phrase of pairs, or one that ends in how a pair begins, then finds exactly
the texts that contain the characters.

Apostrophes and the marks of Hebrew acronyms part a word wherever they stand, however they are
written; digits are those of ASCII.
"""

import hashlib
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from indexer.letters import letters
from indexer.marks import stream_safe

TERM_LIMIT = 120  # Lucene's whitespace tokenizer cuts at 255 UTF-16 units; 120 stays below.
_USUAL_PART = 40  # Characters; longer ones are read anew, so that no text fills the memory.
_SHORT_VALUE = 200  # Characters; with the cache's size that bounds its memory to some 10 MB.
CODE_LIMIT = 1000  # Lucene refuses terms beyond 32,766 bytes; 1,000 characters stay below.
LEFT_OF_LONG = CODE_LIMIT - 100  # Characters of a longer code that are kept, before its hash.
_SUBTAGS = 8  # Of a language: more has no tag that is in use.
GAP = "\u241e"  # A term that no text yields: phrases do not reach from one value into the next.

# Without the digits of these scripts, which make whole numbers.
_DENSE_RANGES = (
    "\u0e00-\u0e4f\u0e5a-\u0ecf\u0eda-\u0eff\u1000-\u103f\u104a-\u108f\u109a-\u109f\u1780-\u17df"
    "\u17ea-\u17ff\u3005\u3007\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003347f"
)
# Joiners and selectors of a letter's form: they stand inside words and are no part of them.
_SILENT = ((0x200C, 0x200D), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
_SILENT_RANGES = "".join(f"{chr(first)}-{chr(last)}" for first, last in _SILENT)
_APOSTROPHES = "\u02bb\u02bc"  # Letters to Unicode, an apostrophe to those who type them.


def _spaced_ranges() -> str:
    """Letters, numbers and marks of all other scripts, as the inside of a character class.

    Written out because ``\\w`` of :mod:`re` lacks combining marks and would cut Hindi words, and
    because a plain class is 40 times as fast as one with a look-ahead. Only the two planes that
    hold letters in use are read.
    """
    dense = re.compile(f"[{_DENSE_RANGES}]")
    wanted = [
        code
        for code in range(0x20000)
        if unicodedata.category(char := chr(code))[0] in "LNM"
        and char not in _APOSTROPHES
        and not dense.match(char)
    ]
    ranges: list[str] = []
    first = previous = wanted[0]
    for code in [*wanted[1:], sys.maxunicode]:
        if code != previous + 1:
            ranges.append(f"{chr(first)}-{chr(previous)}")
            first = code
        previous = code
    return "".join(ranges)


_WORD = re.compile(f"[{_spaced_ranges()}{_SILENT_RANGES}]+|[{_DENSE_RANGES}{_SILENT_RANGES}]+")
_DENSE = re.compile(f"[{_DENSE_RANGES}]")
# Most English texts are ASCII but for these signs; without them they are cut four times as fast.
_TYPOGRAPHY = "’‘“”–—…\u00a0"
_ORIGIN = re.compile(r"^[A-Za-z0-9+.-]*://[^/?#@]*+(?!@)")
_ASCII_WORD = re.compile("[0-9A-Za-z]+")
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_FIRST_DENSE = "\u0e00"

# Letters that carry no mark Unicode could strip, but that people type without it.
_PLAIN = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
        "ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k", "ə": "e", "ى": "ي", "ی": "ي", "ې": "ي",
        "ک": "ك", "ة": "ه", "ە": "ه", "ـ": None,
        **dict.fromkeys(_APOSTROPHES, " "),
        **{chr(code): None for first, last in _SILENT for code in range(first, last + 1)},
        # The digits of all scripts.
        **{d: str(unicodedata.decimal(d)) for d in map(chr, range(128, 0x20000)) if d.isdecimal()},
    }
)  # fmt: skip


class Token(NamedTuple):
    """One term and the characters of the text (``start`` to ``end``) that it stands for.

    ``tail`` marks the single character that closes a run of a script without spaces,
    ``alone`` such a run that is nothing but this character.
    """

    term: str
    start: int
    end: int
    tail: bool = False
    alone: bool = False


def _is_strippable(char: str) -> bool:
    # Marks above U+0700 are vowels (Devanagari, Tamil, Thai): without them it is another word.
    return unicodedata.category(char) == "Mn" and (
        char < "\u0700" or "\u1ab0" <= char <= "\u1dff" or char >= "\ufe20"
    )


def fold(word: str) -> str:
    """Lower case without diacritics; plain forms: ``Überfall`` is ``uberfall``."""
    if word.isascii():
        return word.lower()
    if len(word) > _USUAL_PART:
        word = stream_safe(word)
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", word).casefold())
    bare = "".join(char for char in apart if not _is_strippable(char))
    return unicodedata.normalize("NFKC", bare.translate(_PLAIN))


def _pieces(word: str) -> str:
    """The terms of one match of ``_WORD`` in a script with spaces; nearly always one.

    Some single letters fold into several words (U+FDFA is a whole Arabic sentence), which stand
    separated by spaces.
    """
    folded = fold(word)
    if folded.isalnum():
        return folded[:TERM_LIMIT]
    return " ".join([piece[:TERM_LIMIT] for piece in _WORD.findall(folded)])


def _pairs(folded: str) -> list[str]:
    """The terms of one folded run; the last is its last character alone."""
    return [folded[at : at + 2] for at in range(len(folded))]


def _run(run: str) -> tuple[str, list[tuple[int, int]]]:
    """A run folded letter by letter, and for each character of that, where it came from."""
    if fold(run) == run:
        return run, [(at, at + 1) for at in range(len(run))]
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    for begin, end in letters(run):
        piece = fold(run[begin:end])
        pieces.append(piece)
        # Some letters fold into more or fewer (the Thai sara am into two): all stand for the whole.
        if piece == run[begin:end]:
            spans += [(at, at + 1) for at in range(begin, end)]
        else:
            spans += [(begin, end)] * len(piece)
    return "".join(pieces), spans


def _without_typography(text: str) -> str:
    for sign in _TYPOGRAPHY:
        text = text.replace(sign, " ")
    return text


def tokens(text: str) -> Iterator[Token]:
    """The terms of a text in order, with the places that they came from."""
    text = _without_typography(text)
    if text.isascii():
        for match in _ASCII_WORD.finditer(text):
            start, end = match.span()
            yield Token(text[start:end].lower()[:TERM_LIMIT], start, end)
        return
    for match in _WORD.finditer(text):
        word, start, end = match[0], match.start(), match.end()
        if word[0] < _FIRST_DENSE or not _DENSE.match(word):
            for piece in _pieces(word).split():
                yield Token(piece, start, end)
            continue
        folded, spans = _run(word)
        for at, term in enumerate(_pairs(folded)):
            left, right = spans[at][0], spans[at + len(term) - 1][1]
            last = len(term) == 1
            yield Token(term, start + left, start + right, tail=last, alone=last and at == 0)


def is_dense(text: str) -> bool:
    """Whether it begins with a character of a script without spaces, or Korean."""
    return _DENSE.match(text) is not None


def plain_words(text: str) -> str | None:
    """The text in small letters, place for place, if all its words are of ASCII letters and digits.

    Its terms are then the runs of ``[0-9a-z]``, cut at ``TERM_LIMIT``.
    """
    if not text.isascii():
        text = _without_typography(text)
    return text.lower() if text.isascii() else None


def terms(text: str) -> list[str]:
    """The terms of a text in order. ``terms("Überfall auf Kyjiw")`` is three words."""
    if not text.isascii():
        text = _without_typography(text)
    if text.isascii():
        # A table of 128 signs is three times as fast as the expression.
        words = text.translate(_ASCII).split()
        if len(max(words, key=len, default="")) > TERM_LIMIT:
            return [word[:TERM_LIMIT] for word in words]
        return words
    return " ".join(
        [_usual(part) if len(part) <= _USUAL_PART else _spelt(part) for part in text.split()]
    ).split()


def _spelt(part: str) -> str:
    """The terms of some text without spaces, separated by spaces."""
    return " ".join(
        [
            _pieces(word)
            if word[0] < _FIRST_DENSE or not _DENSE.match(word)
            else " ".join(_pairs(fold(word)))
            for word in _WORD.findall(part)
        ]
    )


# Most words were met before, with the same comma behind them.
_usual = lru_cache(maxsize=131_072)(_spelt)


@lru_cache(maxsize=16_384)
def _short(value: str) -> str:
    return " ".join(terms(value))


def spaced(value: str) -> str:
    """The terms of one value, separated by spaces."""
    # Outlets, agencies and headlines come again and again: a story is indexed as often as it grows.
    return _short(value) if len(value) <= _SHORT_VALUE else " ".join(terms(value))


def joined(values: Iterable[str]) -> str:
    """The terms of several values, separated by spaces, a gap between value and value."""
    return f" {GAP} ".join(filter(None, map(spaced, values)))


def code(value: str) -> str:
    """An identifier as one term: as it is, or cut and made unique by a hash when it is huge."""
    if len(value) <= CODE_LIMIT:
        return value
    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{value[:LEFT_OF_LONG]}#{digest}"


def with_small_host(address: str) -> str:
    """The address with scheme and host in small letters: it means the same (RFC 3986, 6.2.2.1)."""
    return _ORIGIN.sub(lambda found: found[0].lower(), address, count=1)


@lru_cache(maxsize=1024)
def language_codes(tag: str) -> tuple[str, ...]:
    """``zh-Hant-TW`` is found as ``zh-hant-tw``, ``zh-hant`` and ``zh``; the shortest is last."""
    whole = tag.strip().lower().replace("_", "-")
    leading = accumulate(whole.split("-")[:_SUBTAGS], "{}-{}".format)
    return tuple(dict.fromkeys([whole, *reversed([*leading])]))
