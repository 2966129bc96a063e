"""The fields people can name, and where each engine keeps them."""

import difflib
from dataclasses import dataclass
from typing import Literal

from indexer.engines.protocol import Kind
from indexer.errors import QueryError

FieldType = Literal["words", "code", "time", "number"]


@dataclass(frozen=True, slots=True)
class Field:
    """One searchable field. ``article`` and ``story`` name its column; empty: the kind lacks it.

    ``words`` match folded words and phrases, ``code`` whole values, ``time`` and ``number``
    ranges. ``fold`` says that a code's letter case does not matter, ``distinct`` that nearly every
    document has another one: a prefix then reads as many terms as it finds documents.
    """

    name: str
    type: FieldType
    article: str = ""
    story: str = ""
    fold: bool = False
    distinct: bool = False

    def column(self, kind: Kind) -> str:
        return self.article if kind == "article" else self.story


_FIELDS = (
    Field("title", "words", "w_title", "w_title"),
    Field("summary", "words", "w_summary", "w_summary"),
    Field("text", "words", "w_text"),
    Field("byline", "words", "w_byline"),
    Field("outlet", "words", "w_outlet", "w_outlet"),
    Field("outlet_is", "code", "x_outlet", "x_outlet"),
    Field("section", "words", "w_section"),
    Field("keyword", "words", "w_keyword", "w_keyword"),
    Field("credit", "words", "w_credit"),
    Field("credit_is", "code", "x_credit"),
    Field("id", "code", "x_id", "x_id", distinct=True),
    Field("guid", "code", "x_guid", distinct=True),
    Field("url", "code", "x_url", distinct=True),
    Field("source", "code", "x_source"),
    Field("copy", "code", "x_copy", distinct=True),
    Field("story", "code", "x_story", "x_id", distinct=True),
    Field("status", "code", "x_status", fold=True),
    Field("language", "code", "x_language", "x_language", fold=True),
    Field("country", "code", "x_country", "x_country", fold=True),
    Field("published", "time", "n_published", "n_last_report"),
    Field("first_seen", "time", "n_first_seen", "n_first_report"),
    Field("first_report", "time", "n_first_seen", "n_first_report"),
    Field("last_report", "time", "n_published", "n_last_report"),
    Field("copies", "number", "n_copies"),
    Field("articles", "number", "", "n_articles"),
    Field("copy_groups", "number", "", "n_copy_groups"),
)

FIELDS = {field.name: field for field in _FIELDS}
ALIASES = {"copy_group": "copy", "headline": "title", "keywords": "keyword", "term": "keyword"}

# Where each kind has the id of its story.
STORY: dict[Kind, str] = {"article": "x_story", "story": "x_id"}

# Names that hold other names ("Reuters", "Thomson Reuters Foundation") can be asked for whole.
EXACT = {"outlet": "outlet_is", "credit": "credit_is"}

# Where words without a field are looked for. Relevance is the narrowest of these three scopes
# that already holds the whole query: the title, the opening, anywhere.
TITLE = ("w_title",)
OPENING = ("w_title", "w_summary", "w_lead")
ANYWHERE = {
    "article": ("w_title", "w_summary", "w_text", "w_byline", "w_keyword"),
    "story": ("w_title", "w_summary", "w_keyword"),
}

WORD_COLUMNS = (
    "w_title", "w_summary", "w_lead", "w_text", "w_byline", "w_outlet", "w_section",
    "w_keyword", "w_credit",
)  # fmt: skip
CODE_COLUMNS = (
    "x_id", "x_guid", "x_url", "x_source", "x_copy", "x_story", "x_status", "x_language",
    "x_country", "x_outlet", "x_credit", "x_has",
)  # fmt: skip
# What can be counted, by name; single values as they are shown, so without parts of them.
FACETS = {
    "outlet": "f_outlet",
    "source": "f_source",
    "language": "f_language",
    "country": "f_country",
    "credit": "f_credit",
}
FACET_COLUMNS = tuple(FACETS.values())
NUMBER_COLUMNS = (
    "n_at", "n_published", "n_first_seen", "n_first_report", "n_last_report", "n_copies",
    "n_articles", "n_copy_groups",
)  # fmt: skip


def is_field(name: str) -> bool:
    return name.lower() in FIELDS or name.lower() in ALIASES


def find(name: str, offset: int) -> Field:
    """The field called ``name`` in any letter case; QueryError with a suggestion otherwise."""
    known = name.lower()
    known = ALIASES.get(known, known)
    if known in FIELDS:
        return FIELDS[known]
    close = difflib.get_close_matches(known, [*FIELDS, *ALIASES], n=1)
    hint = f"Did you mean {close[0]}:? " if close else f"Fields are {', '.join(FIELDS)}. "
    raise QueryError(
        f"there is no field {name!r}",
        offset=offset,
        next_step=hint + "To search for the text itself, put it in quotes.",
    )
