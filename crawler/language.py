"""Which language a text is in, with an honest confidence."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# More text changes nothing but the time it takes.
_ENOUGH = 3000
# How much likelier the language an outlet claims is than any other one, before reading. Not
# more: templates copied from elsewhere say "en-us" in every language, and one clear sentence
# must outweigh that.
_CLAIM_ODDS = 20.0
# The model's three-letter languages (Acehnese, Guianese Creole, ...) win short strings by chance.
_RARE_ODDS = 0.1
# What a claim alone is worth when there is nothing to read.
_CLAIM = 0.7
# Under this the answer says nothing.
_USELESS = 0.15

# Varieties that search, stemming and readers treat as one written language.
_WRITTEN_AS = {"yue": "zh", "wuu": "zh", "cmn": "zh", "arz": "ar", "ary": "ar", "nb": "no",
               "nn": "no", "iw": "he", "in": "id", "sh": "sr", "fil": "tl"}  # fmt: skip


@cache
def _identifier() -> "LanguageIdentifier":
    # Loading the model takes most of a second; the processes that never detect do not pay.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def primary(tag: str) -> str:
    """The primary language subtag of a BCP 47 tag, lower case; "" when it is none."""
    subtag = tag.strip().replace("_", "-").split("-", 1)[0].lower()
    if subtag in {"und", "mul", "zxx"} or not (subtag.isascii() and subtag.isalpha()):
        return ""
    subtag = _WRITTEN_AS.get(subtag, subtag)
    return subtag if 2 <= len(subtag) <= 3 else ""


def detect(text: str, *, hint: str = "") -> tuple[str, float]:
    """The language of ``text`` as an ISO 639 code (two letters if there is one) and 0..1.

    The probabilities are py3langid's, whose softmax is tempered by length, so that a headline is
    less sure than a page. ``hint`` (any BCP 47 tag, as a feed or page claims) is a prior: it
    decides short texts and loses against a clear sentence. Nothing to go by gives ``("", 0.0)``.
    """
    claimed = primary(hint)
    sample = text[:_ENOUGH]
    if not any(character.isalpha() for character in sample):
        return (claimed, _CLAIM) if claimed else ("", 0.0)
    weights: dict[str, float] = {}
    for label, probability in _identifier().rank(sample):
        language = primary(label)
        weight = probability * (_RARE_ODDS if len(language) == 3 else 1.0)
        weights[language] = weights.get(language, 0.0) + weight
    weights.pop("", None)
    if claimed in weights:
        weights[claimed] *= _CLAIM_ODDS
    elif claimed and max(weights.values()) < 0.5:
        return claimed, _CLAIM  # a language that the model does not know
    best = max(weights, key=weights.__getitem__)
    confidence = round(weights[best] / sum(weights.values()), 3)
    return (best, confidence) if confidence >= _USELESS else ("", 0.0)
