"""Words of any language, lower-cased, stemmed lightly and folded."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import snowballstemmer

_WORD = re.compile(r"[^\W_]+(?:[.,][0-9]+)*")
_POSSESSIVE = re.compile(r"['’]s\b")
# Scripts written without spaces: their runs are cut into overlapping pairs of characters.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")
_UNSPACED_OR_HANGUL = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)
_CACHE_LIMIT = 200_000
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


def language_of(tag: str) -> str:
    """The primary subtag of a BCP 47 tag, lower-case: ``"pt-BR"`` gives ``"pt"``."""
    return tag.replace("_", "-").split("-", 1)[0].lower()


def fold(word: str) -> str:
    """``word`` without marks: ``"é"`` gives ``"e"``, ``"й"`` gives ``"и"``."""
    if word.isascii() or "\u3040" <= word[0] <= "\ud7af":  # kana and Hangul have no mere marks
        return word
    decomposed = unicodedata.normalize("NFKD", word.translate(_UNMARKED))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _cut(word: str) -> str:
    """The stem of last resort: most inflection is in the last two letters of a long word."""
    return word[: max(5, len(word) - 2)] if len(word) > 5 else word


class Stemmer:
    """Stems words and remembers the stems; one per desk, since the memory is not locked."""

    def __init__(self) -> None:
        self._stems: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._algorithms: dict[str, Callable[[str], str]] = {}

    def _algorithm(self, language: str) -> Callable[[str], str]:
        known = self._algorithms.get(language)
        if known is None:
            name = _SNOWBALL.get(language)
            known = snowballstemmer.stemmer(name).stemWord if name else _cut
            self._algorithms[language] = known
        return known

    def stem(self, word: str, language: str) -> str:
        """The folded stem of a lower-case ``word``; numbers are left alone."""
        known = self._stems[language]
        return known[word] if word in known else self._new(word, language, known)

    def stems(self, words: Iterable[str], language: str) -> list[str]:
        """The stems of many words."""
        known = self._stems[language]
        return [
            known[word] if word in known else self._new(word, language, known) for word in words
        ]

    def _new(self, word: str, language: str, known: dict[str, str]) -> str:
        if len(known) >= _CACHE_LIMIT:
            known.clear()
        found = word if word[0].isdigit() else fold(self._algorithm(language)(word))
        known[word] = found
        return found


def words(text: str) -> list[str]:
    """Lower-case words of ``text`` in order; unspaced scripts and Hangul as character pairs."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    found: list[str] = _WORD.findall(_POSSESSIVE.sub("", text.lower()))
    if text.isascii() or not _UNSPACED_OR_HANGUL.search(text):
        return [word for word in found if len(word) > 1]
    return [piece for word in found for piece in _pieces(word)]


def _pieces(word: str) -> Iterator[str]:
    if not _UNSPACED_OR_HANGUL.search(word):
        if len(word) > 1:
            yield word
    elif len(word) == 1:
        if _UNSPACED.match(word):
            yield word
    else:
        for start in range(len(word) - 1):
            yield word[start : start + 2]
