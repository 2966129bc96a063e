"""Compiled: which terms the words of a text are, of words that were met before.

Reading 300 words by an expression, a stem each and a number each takes four times as long as this:
each word is kept with its language and its term's number in a table that compiled code looks up
while it walks over the text. A word that is not there, one whose term the vocabulary dropped, and
whole texts in scripts without spaces are read the long way, which gives the same.
"""

from typing import Final

import numpy as np

from dedupe.kernels import fixed_kernel, inner
from dedupe.machine import octets
from dedupe.memory import Given, Held
from dedupe.stories.cells import (
    DROPPED,
    ENDS,
    FILLED,
    LETTER_KINDS,
    LETTERS,
    MISSES,
    SLOTS,
    SPELT,
    TERM_DROPPED,
    TERMS,
    WORDS,
    letters_at,
    misses_at,
    numbers_at,
)
from dedupe.stories.letters import (
    NO_LETTER,
    UNSPACED_OR_MARKED,
    Data,
    letter_at,
    letter_kinds,
    word_end,
)
from dedupe.stories.sparse import Ids
from dedupe.stories.vocabulary import Vocabulary
from dedupe.stories.words import LETTERS_A_WORD, Stemmer, first_words, normal
from dedupe.text import carried
from dedupe.xxh3 import LONGEST, hash64

BODY_WORDS: Final = 300
"""News tells its happening first; what follows is background, shared with other stories."""
ENTRIES: Final = 1 << 18
"""Words of all languages; emptied when it is full, and what is met again is looked up again."""
_SLOTS: Final = 2 * ENTRIES
_LETTERS_KEPT: Final = 10 * ENTRIES
_TRIED: Final = 64
"""Slots, so that words made to share one cost no more than being read the long way."""
_COMMON: Final = -1
"""The term of a word that tells nothing."""
_UNTOLD: Final = -2
_NO_ENTRY: Final = -1
_UNREAD: Final = (-1, 0, False)


def _unread(*_: object) -> tuple[int, int, bool]:
    """What runs where kernels are interpreted: character by character would take longest of all."""
    return _UNREAD


@inner
def _entry(given: Given, language: int, word: Data) -> int:  # pragma: no cover - compiled
    """The entry of a word, made if it is new; ``_NO_ENTRY`` for want of room."""
    size = 2 + len(word)
    if size > LONGEST:
        return _NO_ENTRY
    slots, spelt, ends = numbers_at(given, SLOTS), letters_at(given, SPELT), numbers_at(given, ENDS)
    letters, filled = letters_at(given, LETTERS), numbers_at(given, FILLED)
    letters[0], letters[1] = np.uint8(language & 0xFF), np.uint8(language >> 8)
    letters[2:size] = word
    slot = np.int64(hash64(letters, 0, size) & np.uint64(len(slots) - 1))
    for _ in range(_TRIED):
        entry = np.int64(slots[slot]) - 1
        if entry < 0:
            made = np.int64(filled[0])
            begin = np.int64(ends[made])
            if made + 1 >= len(ends) or begin + size > len(spelt):
                return _NO_ENTRY
            for i in range(size):
                spelt[begin + i] = letters[i]
            ends[made + 1] = begin + size
            numbers_at(given, TERMS)[made] = _UNTOLD
            slots[slot] = made + 1
            filled[0] = made + 1
            return int(made)
        begin = np.int64(ends[entry])
        if ends[entry + 1] - begin == size:
            i = 0
            while i < size and spelt[begin + i] == letters[i]:
                i += 1
            if i == size:
                return int(entry)
        slot = (slot + 1) & np.int64(len(slots) - 1)
    return _NO_ENTRY


@inner
def _term(given: Given, entry: int) -> int:  # pragma: no cover - compiled
    """The term noted at an entry; ``_UNTOLD`` if there is none or the vocabulary dropped it."""
    if entry == _NO_ENTRY:
        return _UNTOLD
    term = np.int64(numbers_at(given, TERMS)[entry])
    noted = numbers_at(given, TERM_DROPPED)[entry]
    if term >= 0 and numbers_at(given, DROPPED)[term] != noted:
        return _UNTOLD
    return int(term)


@fixed_kernel(_unread)
def _recognise(
    given: Given, text: str, language: int, most: int
) -> tuple[int, int, bool]:  # pragma: no cover - compiled
    """Write the terms of the first ``most`` words of a text, and which of them were missed: the
    place, where the word begins and ends, and its entry.

    ``text`` is in small letters and carries UTF-8. Gives how many words there are, how many were
    missed, and whether more words follow; ``_UNREAD`` of a text that is to be read the long way.
    """
    data = octets(text)
    kinds = letters_at(given, LETTER_KINDS)
    words, misses = numbers_at(given, WORDS), misses_at(given, MISSES)
    count, missed, at = 0, 0, 0
    while at < len(data):
        kind, width = letter_at(data, at, kinds)
        if kind == UNSPACED_OR_MARKED:
            return _UNREAD
        if kind == NO_LETTER:
            at += width
            continue
        begin = at
        at, size = word_end(data, at, kinds)
        if at < 0:
            return _UNREAD
        if size == 1:  # a single letter is no word
            continue
        if count == most:
            return count, missed, True
        entry = _entry(given, language, data[begin:at])
        term = _term(given, entry)
        words[count] = term
        if term == _UNTOLD:
            misses[missed, 0], misses[missed, 1] = count, begin
            misses[missed, 2], misses[missed, 3] = at, entry
            missed += 1
        count += 1
    return count, missed, False


@fixed_kernel()
def note(given: Given, found: Ids) -> None:  # pragma: no cover - compiled
    """Write the terms of the missed words where they stand in the text, and at their entries."""
    words, misses = numbers_at(given, WORDS), misses_at(given, MISSES)
    terms, noted = numbers_at(given, TERMS), numbers_at(given, TERM_DROPPED)
    dropped = numbers_at(given, DROPPED)
    for k in range(len(found)):
        term, entry = found[k], misses[k, 3]
        words[misses[k, 0]] = term
        if entry != _NO_ENTRY:
            terms[entry] = term
            noted[entry] = dropped[term] if term >= 0 else 0


class Wordbook:
    """Knows the terms of words met before; one per vocabulary, whose numbers it keeps."""

    _slots = Held(SLOTS, np.int32)
    _spelt = Held(SPELT, np.uint8)
    _ends = Held(ENDS, np.int32)
    _terms = Held(TERMS, np.int32)
    _noted = Held(TERM_DROPPED, np.int32)
    _filled = Held(FILLED, np.int32)
    _kinds = Held(LETTER_KINDS, np.uint8)
    _letters = Held(LETTERS, np.uint8)
    _words = Held(WORDS, np.int32)
    _misses = Held(MISSES, np.int32)

    def __init__(self, vocabulary: Vocabulary, stemmer: Stemmer) -> None:
        self._vocabulary = vocabulary
        self._stemmer = stemmer
        self._languages: dict[str, int] = {}
        self.memory = vocabulary.memory
        # Zeros take no memory before they are written over.
        self._slots = np.zeros(_SLOTS, np.int32)
        self._spelt = np.zeros(_LETTERS_KEPT, np.uint8)
        self._ends = np.zeros(ENTRIES + 1, np.int32)
        self._terms = np.zeros(ENTRIES, np.int32)
        self._noted = np.zeros(ENTRIES, np.int32)
        self._filled = np.zeros(1, np.int32)
        self._kinds = letter_kinds()
        self._letters = np.zeros(2 * LONGEST, np.uint8)
        self._words = np.zeros(BODY_WORDS, np.int32)
        self._misses = np.zeros((BODY_WORDS, 4), np.int32)

    def terms(self, text: str, language: str) -> Ids:
        """The numbers of the terms of the first 300 words, without those that tell nothing.

        There are few enough languages for 16 bits: see :func:`dedupe.stories.tongue.read_as`.
        """
        near = text[: BODY_WORDS * LETTERS_A_WORD]
        number = self._languages.setdefault(language, len(self._languages))
        told = carried(normal(near))
        count, missed, more = _recognise.run(self.memory.given, told, number, BODY_WORDS)
        if count >= 0 and (more or near == text):
            return self._terms_of(told, language, count, missed)
        telling = self._stemmer.telling(first_words(text, BODY_WORDS), language)
        return self._vocabulary.numbered(telling)

    def _terms_of(self, told: str, language: str, count: int, missed: int) -> Ids:
        words = self._words[:count]
        if missed:
            numbers, stems = self._vocabulary.numbers, self._stemmer.told(language)
            bounds = self._misses[:missed, 1:3].tolist()
            missing = [told[begin:end].encode("latin-1").decode() for begin, end in bounds]
            telling = map(stems.__getitem__, missing)
            found = [numbers[stem] if stem else _COMMON for stem in telling]
            note.run(self.memory.given, np.array(found, np.int32))
            self._make_room()
        told_terms: Ids = words[words >= 0]
        return told_terms

    def _make_room(self) -> None:
        filled = int(self._filled[0])
        if filled + BODY_WORDS > ENTRIES or self._ends[filled] + LONGEST > _LETTERS_KEPT:
            self._slots[:] = 0
            self._filled[0] = 0
