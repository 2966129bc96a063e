"""Words of any language, lower-cased, stemmed lightly and folded."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain

import snowballstemmer

from dedupe.stories.common import function_words
from dedupe.stories.memo import make_room

# A single letter is no word: the "s" of a possessive is dropped by the same rule.
_WORD = re.compile(r"[^\W_]{2,}(?:[.,][0-9]+)*|[^\W_](?:[.,][0-9]+)+")
_ANY_WORD = re.compile(r"[^\W_]+(?:[.,][0-9]+)*")
# The same in ASCII: sets of letters known beforehand are searched a third faster.
_ASCII_WORD = re.compile(r"[0-9a-z](?:[0-9a-z]+(?:[.,][0-9]+)*|(?:[.,][0-9]+)+)")
_ASCII_TOKEN = re.compile(r"[0-9A-Za-z]+(?:[.,][0-9]+)*")
_SIGNS = "\u2019\u2018\u201c\u201d\u2013\u2014\u2026\xa0"
"""Quotes, dashes, dots and a space: nothing else is beyond ASCII in six of seven such texts in
English. They part words as a space does."""
# Scripts written without spaces: their runs are cut into overlapping pairs of characters.
_UNSPACED_SIGNS = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_UNSPACED = re.compile(rf"[{_UNSPACED_SIGNS}]+")
_UNSPACED_OR_HANGUL = re.compile(rf"[{_UNSPACED_SIGNS}\uac00-\ud7af]+")
_MARKS = (
    r"\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
    r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
)
"""Vowels and marks that ``\\w`` takes for no part of a word: Hindi and Thai fell apart into
consonants."""
_MARKED = re.compile(rf"[{_MARKS}]")
OTHERWISE_READ = re.compile(rf"[{_UNSPACED_SIGNS}\uac00-\ud7af{_MARKS}]+")
_LETTER = rf"(?:[^\W_]|[{_MARKS}])"
_MARKED_WORD = re.compile(rf"{_LETTER}{{2,}}(?:[.,][0-9]+)*|[^\W_](?:[.,][0-9]+)+")
_ANY_MARKED_WORD = re.compile(rf"{_LETTER}+(?:[.,][0-9]+)*")
_RUN = re.compile(rf"[{_UNSPACED_SIGNS}]+|[\uac00-\ud7af]+|[^{_UNSPACED_SIGNS}\uac00-\ud7af]+")
# Japanese writes names and things in kanji or katakana, and what joins them in hiragana, of which
# pairs of characters tell nothing: "桐島氏の農水相辞任で" is of 桐島氏 and 農水相辞任.
_KANA = re.compile(r"[\u3041-\u309f\u30a1-\u30ff]")
_JAPANESE_RUN = re.compile(
    r"[\u3041-\u309f]+|[\u30a1-\u30fa\u30fc-\u30ff]+|[^\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff]+"
)
_CACHE_LIMIT = 200_000
LONGEST_WORD = 60
"""Letters. A longer "word" (a key, an address, a picture as text) is known by its beginning, so
that what is remembered of words takes no more room than so many words do."""
LETTERS_A_WORD = 10
"""So many letters for each wanted word are looked at first; few languages need more."""
_CAPITAL = "[A-ZÀ-ÖØ-ÞΑ-ΩА-ЯЁ]"
_ABBREVIATED = re.compile(rf"\b((?:{_CAPITAL}\.){{2,}}(?:{_CAPITAL}\b)?)(?=(\w?))")
_DOTTED_CAPITAL = re.compile(rf"\.{_CAPITAL}\.")
"""Looked for first: a text without it is read thirty times faster by this."""
_UNMARKED = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae"})

_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german",
    "el": "greek", "en": "english", "es": "spanish", "et": "estonian", "eu": "basque",
    "fa": "persian", "fi": "finnish", "fr": "french", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ms": "indonesian",
    "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip


_KEPT_LETTERS = 5
_INFLECTED = frozenset(
    [
        "be",
        "bg",
        "bs",
        "cs",
        "et",
        "fi",
        "hr",
        "hu",
        "lt",
        "lv",
        "mk",
        "ru",
        "sk",
        "sl",
        "sr",
        "tr",
        "uk",
    ]
)
"""Where names take endings that stemmers find only now and then, and words seldom stand as they do
in English. Polish is not among them: how common its stems are is known, which tells more."""

_OF_CASES = _INFLECTED - {"bg", "mk"}
_SHORTEST_IN_CASE = 4
_VOWELS = frozenset("аеєиіїоуыэюяьйaeiouyąęěůúíáýéóāēīūėųįäöü")
"""Of the endings of these languages, and the two letters that soften."""


@lru_cache(maxsize=1000)
def language_of(tag: str) -> str:
    """The primary subtag of a BCP 47 tag, lower-case: ``"pt-BR"`` gives ``"pt"``."""
    return tag.replace("_", "-").split("-", 1)[0].lower()


class _Bare(dict[int, str]):
    """Each character without its marks."""

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFKD", chr(code).translate(_UNMARKED))
        found = "".join(c for c in decomposed if not unicodedata.combining(c))
        self[code] = found
        return found


_BARE = _Bare()


def fold(word: str) -> str:
    """``word`` without marks: ``"é"`` gives ``"e"``, ``"й"`` gives ``"и"``."""
    if word.isascii() or "\u3040" <= word[0] <= "\ud7af" or "\u0e00" <= word[0] <= "\u0eff":
        return word  # kana and Hangul have no mere marks, and those of Thai are its vowels
    return word.translate(_BARE)


def _cut(word: str) -> str:
    """The stem of last resort: most inflection is in the last two letters of a long word."""
    return word[: max(5, len(word) - 2)] if len(word) > 5 else word


def _cut_case(word: str) -> str:
    """The same where short words have cases too: Одеса, Одесу, Одесі."""
    stem = _cut(word)
    in_case = _SHORTEST_IN_CASE <= len(stem) <= _KEPT_LETTERS and stem[-1] in _VOWELS
    return stem[:-1] if in_case else stem


def _snowball(name: str) -> Callable[[str], str]:
    stemmer = snowballstemmer.stemmer(name)
    stemmer.maxCacheSize = 0  # stems are kept here; by its own cache a new word costs 3 us, not 0.4
    algorithm: Callable[[str], str] = stemmer.stemWord
    return algorithm


class _Stems(dict[str, str]):
    """The stems of one language; a missing one is found when it is looked up."""

    def __init__(self, language: str) -> None:
        super().__init__()
        name = _SNOWBALL.get(language)
        plain = _cut_case if language in _OF_CASES else _cut
        self._algorithm = plain if name is None else _snowball(name)

    def __missing__(self, word: str) -> str:
        if len(word) > LONGEST_WORD:
            return self[word[:LONGEST_WORD]]
        make_room(self, _CACHE_LIMIT)
        found = word if word[0].isdigit() else fold(self._algorithm(word))
        self[word] = found
        return found


class _Telling(dict[str, str]):
    """The stems of one language, ``""`` for its common words."""

    def __init__(self, language: str, stems: dict[str, str]) -> None:
        super().__init__()
        self._common = function_words(language)
        self._stems = stems
        self._inflected = language in _INFLECTED

    def __missing__(self, word: str) -> str:
        if len(word) > LONGEST_WORD:
            return self[word[:LONGEST_WORD]]
        make_room(self, _CACHE_LIMIT)
        found = "" if word in self._common else self._stems[word]
        if self._inflected and found and not word[0].isdigit():
            found = self._uninflected(found)
        self[word] = found
        return found

    def _uninflected(self, stem: str) -> str:
        # Stemmed again, since some endings are those of names too: "Киеве" gives "киев", but "Киев"
        # gives "ки".
        again = self._stems[stem]
        return (again if len(again) > 1 else stem)[:_KEPT_LETTERS]


STEMMED = frozenset(_SNOWBALL)
"""Languages that are stemmed by rules of their own."""


class Stemmer:
    """Stems words and remembers the stems; one per desk, since the memory is not locked."""

    def __init__(self) -> None:
        self._stems: dict[str, _Stems] = {}
        self._telling: dict[str, _Telling] = {}

    def of(self, language: str) -> dict[str, str]:
        """The folded stem of each lower-case word; numbers are left alone."""
        known = self._stems.get(language)
        if known is None:
            known = self._stems[language] = _Stems(language)
        return known

    def stem(self, word: str, language: str) -> str:
        """The folded stem of a lower-case ``word``."""
        return self.of(language)[word]

    def told(self, language: str) -> dict[str, str]:
        """As :meth:`of`, but ``""`` for the common words of the language."""
        known = self._telling.get(language)
        if known is None:
            known = self._telling[language] = _Telling(language, self.of(language))
        return known

    def telling(self, words: Iterable[str], language: str) -> list[str]:
        """The stems of the words that are not common in the language."""
        return list(filter(None, map(self.told(language).__getitem__, words)))


def undotted(text: str) -> str:
    """The text with abbreviations of capitals as one word: ``"I.C.C."`` gives ``"ICC"``, which
    others write, where its letters one by one are no words at all."""
    if not _DOTTED_CAPITAL.search(text):
        return text
    return _ABBREVIATED.sub(lambda f: f[1].replace(".", "") + (" " if f[2] else ""), text)


def spaced(text: str) -> str:
    """The text with spaces for the commonest signs beyond ASCII, if it is ASCII then."""
    if text.isascii():
        return text
    bare = text
    for sign in _SIGNS:
        bare = bare.replace(sign, " ")
    return bare if bare.isascii() else text


def normal(text: str) -> str:
    """The text in small letters, in the normal form that words are told apart in (NFKC)."""
    text = spaced(text)
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).lower()


def words(text: str) -> list[str]:
    """Lower-case words of ``text`` in order; unspaced scripts and Hangul as character pairs."""
    text = normal(text)
    if text.isascii():
        return _ASCII_WORD.findall(text)
    if not _UNSPACED_OR_HANGUL.search(text):
        return (_MARKED_WORD if _MARKED.search(text) else _WORD).findall(text)
    return [piece for token in tokens(text) for piece in _pieces(token)]


def tokens(text: str) -> list[str]:
    """Words of ``text`` as written, of one letter too; a run of an unspaced script is one, and so
    is each number or Latin word beside it: ``"死者18人"`` gives ``"死者", "18", "人"``."""
    text = spaced(text)
    if text.isascii():
        return _ASCII_TOKEN.findall(text)
    found = (_ANY_MARKED_WORD if _MARKED.search(text) else _ANY_WORD).findall(text)
    if not _UNSPACED_OR_HANGUL.search(text):
        return found
    return [run for word in found for run in _RUN.findall(word)]


def first_words(text: str, count: int) -> list[str]:
    """The first ``count`` of :func:`words`, without reading a long text to its end."""
    near = count * LETTERS_A_WORD
    if len(text) > near:
        found = words(text[:near])
        if len(found) > count:  # the last may have been cut, so it is not wanted
            return found[:count]
    return words(text)[:count]


def _pieces(word: str) -> Iterator[str]:
    if not _UNSPACED_OR_HANGUL.search(word):
        if len(word) > 1:
            yield word
    elif _KANA.search(word):
        runs = _JAPANESE_RUN.findall(word)
        yield from runs if len(runs) == 1 else chain.from_iterable(map(_japanese, runs))
    else:
        yield from _pairs(word)


def _japanese(run: str) -> Iterator[str]:
    if "\u30a1" <= run[0] <= "\u30ff":
        yield run
    elif not "\u3041" <= run[0] <= "\u309f":
        yield from _pairs(run)


def _pairs(word: str) -> Iterator[str]:
    if len(word) == 1:
        if _UNSPACED.match(word):
            yield word
    else:
        for start in range(len(word) - 1):
            yield word[start : start + 2]
