"""How much a text looks like an article's prose, 0..1."""

import re

_SENTENCE_END = re.compile(r"[.!?…。！？؟۔।»”\"'’)]\s*$")
_SENTENCES = re.compile(r"[.!?…。！？؟۔।][»”\"'’)]*(?:\s|$|(?<=[。！？]))")
# A sentence in at most this many words: news has 15 to 25, tables and menus none in hundreds.
_SENTENCE_WORDS = 30
_WORD = re.compile(r"\w+")
# Scripts without spaces between words: count characters, about 1.7 to a word.
_DENSE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def word_count(text: str) -> int:
    """Words, with scripts that do not separate them counted at 1.7 characters a word."""
    dense = len(_DENSE.findall(text))
    return len(_WORD.findall(_DENSE.sub(" ", text))) + round(dense / 1.7)


def quality(text: str) -> float:
    """0 for no text, near 1 for several paragraphs of whole sentences.

    The product of three shares: enough words (80 words give one half, 400 give 0.83: w/(w+80)),
    text in sentences, and lines that are not repeated. The second is the share of lines
    (weighted by length) that end as sentences do, or, for texts that are wrapped, how often
    sentences end at all. Menus, link lists and cookie banners fail it, templates the third.
    """
    lines = [part for part in text.split("\n") if part.strip()]
    if not lines:
        return 0.0
    words = word_count(text)
    enough = words / (words + 80)
    total = sum(map(len, lines))
    ended = sum(len(part) for part in lines if _SENTENCE_END.search(part)) / total
    density = min(1.0, _SENTENCE_WORDS * len(_SENTENCES.findall(text)) / max(words, 1))
    distinct = sum(map(len, set(lines))) / total
    return round(enough * (0.25 + 0.75 * max(ended, 0.8 * density)) * distinct, 3)
