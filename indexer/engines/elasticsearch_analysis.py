"""How the server cuts texts for people who search there themselves, by language.

Copydesk's own searches never use it: they look into ``find``, whose terms are made by
:mod:`indexer.analysis` alike for every engine. This is for Kibana: every text folded and unstemmed,
and besides stemmed in its own language where the server has a stemmer for it.
"""

from typing import Any

TEXT = "copydesk_text"
TERMS = "copydesk_terms"
FOLDED = "copydesk_folded"
LOWER = "copydesk_lower"

# What every Elasticsearch brings along (module analysis-common), by primary language subtag.
LANGUAGES = {
    "ar": "arabic", "bg": "bulgarian", "bn": "bengali", "ca": "catalan", "ckb": "sorani",
    "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "gl": "galician", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "ja": "cjk", "ko": "cjk",
    "lt": "lithuanian", "lv": "latvian", "nb": "norwegian", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "th": "thai", "tr": "turkish", "zh": "cjk",
}  # fmt: skip


def settings(*, tokenizer: str) -> dict[str, Any]:
    """Analyzers and normalizers; ``tokenizer`` is ``standard``, or ``icu_tokenizer`` of the plugin.

    ICU cuts Chinese, Japanese, Thai and Khmer by dictionary and folds every script; without it
    these scripts are cut into characters or pairs, and Latin letters are folded.
    """
    folding = ["icu_folding"] if tokenizer == "icu_tokenizer" else ["cjk_width", "asciifolding"]
    return {
        "analyzer": {
            # The values are terms already: this only cuts at spaces.
            TERMS: {"type": "custom", "tokenizer": "whitespace"},
            TEXT: {"type": "custom", "tokenizer": tokenizer, "filter": ["lowercase", *folding]},
        },
        "normalizer": {
            LOWER: {"type": "custom", "filter": ["lowercase"]},
            FOLDED: {"type": "custom", "filter": ["lowercase", "asciifolding"]},
        },
    }


def stemmed_fields() -> dict[str, dict[str, Any]]:
    """One field a language; a text stands in that of its own.

    Without places: a third of the bytes. Phrases are searched in the unstemmed text.
    """
    return {
        language: {"type": "text", "analyzer": analyzer, "norms": False, "index_options": "docs"}
        for language, analyzer in LANGUAGES.items()
    }


def language_of(tag: str) -> str:
    """The field of ``stemmed`` that a text in this language goes to; empty if there is none."""
    primary = tag.strip().lower().replace("_", "-").partition("-")[0]
    return primary if primary in LANGUAGES else ""
