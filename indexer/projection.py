"""What of a document is searched: its columns, made once here for every engine."""

import math
from dataclasses import dataclass

from indexer.analysis import (
    CODE_LIMIT,
    code,
    joined,
    language_codes,
    spaced,
    terms,
    with_small_host,
)
from indexer.documents import ArticleDocument, StoryDocument
from indexer.engines.protocol import Kind
from indexer.query.dates import micros

LEAD_TERMS = 60  # The opening of a news text: the first paragraph or two say what happened.
ID_LIMIT = 512  # Elasticsearch refuses identifiers beyond 512 bytes.
TEXT_LIMIT = 5_000_000  # Characters; the longest verbatim transcripts have about 1,000,000.
TIME_LIMIT = 6e10  # Seconds; the years 68 to 3871. Beyond, a value is not in seconds.


class UnfitError(ValueError):
    """A document that no engine can hold; the message says why."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The searched side of a document. ``words`` are terms joined by spaces, numbers whole.

    ``at`` (microseconds) is what orders documents: published or else first seen; for stories,
    the last report.
    """

    kind: Kind
    id: str
    at: int
    words: dict[str, str]
    codes: dict[str, tuple[str, ...]]
    numbers: dict[str, int]


def kind_of(document: ArticleDocument | StoryDocument) -> Kind:
    return "article" if isinstance(document, ArticleDocument) else "story"


def columns(document: ArticleDocument | StoryDocument) -> Columns:
    """Project a document; UnfitError if it cannot be indexed anywhere."""
    check_id(document.id)
    if isinstance(document, ArticleDocument):
        return _article(document)
    return _story(document)


def check_id(given: str) -> None:
    if not given:
        raise UnfitError("the id is empty")
    try:
        size = len(given.encode())
    except UnicodeEncodeError as error:
        raise UnfitError("the id is not valid Unicode") from error
    if size > ID_LIMIT:
        raise UnfitError(f"the id has {size} bytes, at most {ID_LIMIT} are possible")


def _time(name: str, seconds: float) -> int:
    if not math.isfinite(seconds) or abs(seconds) > TIME_LIMIT:
        raise UnfitError(f"{name} is {seconds}, not a time in seconds")
    return micros(seconds)


def _article(article: ArticleDocument) -> Columns:
    if len(article.text) > TEXT_LIMIT:
        raise UnfitError(
            f"the text has {len(article.text):,} characters, at most {TEXT_LIMIT:,} are indexed"
        )
    text = terms(article.text)
    first_seen = _time("first_seen", article.first_seen)
    numbers = {"n_first_seen": first_seen, "n_copies": article.copies}
    if article.published is not None:
        numbers["n_published"] = _time("published", article.published)
    return _columns(
        "article",
        article.id,
        numbers.get("n_published", first_seen),
        {
            "w_title": spaced(article.title),
            "w_summary": spaced(article.summary),
            "w_lead": " ".join(text[:LEAD_TERMS]),
            "w_text": " ".join(text),
            "w_byline": spaced(article.byline),
            "w_outlet": spaced(article.outlet),
            "w_section": spaced(article.section),
            "w_keyword": joined(article.keywords),
            "w_credit": spaced(article.credit),
        },
        {
            "x_guid": (article.guid,),
            "x_url": (with_small_host(article.url),),
            "x_source": (article.source,),
            "x_copy": (article.copy_group,),
            "x_story": (article.story,),
            "x_status": (article.status.lower(),),
            "x_language": language_codes(article.language),
            "x_country": (article.country.strip().lower(),),
            "x_outlet": (article.outlet.strip(),),
            "x_credit": (article.credit.strip(),),
            "f_outlet": (article.outlet,),
            "f_source": (article.source,),
            "f_language": language_codes(article.language)[-1:],
            "f_country": (article.country.strip().lower(),),
            "f_credit": (article.credit,),
        },
        numbers,
    )


def _story(story: StoryDocument) -> Columns:
    first = _time("first_report", story.first_report)
    last = _time("last_report", story.last_report)
    tags = [language_codes(language) for language in story.languages]
    countries = dict.fromkeys(country.strip().lower() for country in story.countries)
    return _columns(
        "story",
        story.id,
        last,
        {
            "w_title": spaced(story.headline),
            "w_summary": spaced(story.summary),
            "w_outlet": joined(story.outlets),
            "w_keyword": joined(story.terms),
        },
        {
            "x_language": tuple(dict.fromkeys(code for codes in tags for code in codes)),
            "x_country": tuple(countries),
            "x_outlet": tuple(dict.fromkeys(outlet.strip() for outlet in story.outlets)),
            "f_outlet": tuple(dict.fromkeys(story.outlets)),
            "f_language": tuple(dict.fromkeys(codes[-1] for codes in tags)),
            "f_country": tuple(countries),
        },
        {
            "n_first_report": first,
            "n_last_report": last,
            "n_articles": story.articles,
            "n_copy_groups": story.copy_groups,
        },
    )


def _columns(
    kind: Kind,
    given: str,
    at: int,
    words: dict[str, str],
    codes: dict[str, tuple[str, ...]],
    numbers: dict[str, int],
) -> Columns:
    """Leave out what is empty, and list what is not in ``x_has``."""
    for name in [name for name, value in words.items() if not value]:
        del words[name]
    known: dict[str, tuple[str, ...]] = {
        "x_id": (given,) if len(given) <= CODE_LIMIT else (code(given),)
    }
    for name, values in codes.items():
        found = tuple(
            [value if len(value) <= CODE_LIMIT else code(value) for value in values if value]
        )
        if found:
            known[name] = found
    known["x_has"] = (*words, *[name for name in known if name[0] == "x"], *numbers)
    numbers["n_at"] = at
    return Columns(kind, given, at, words, known, numbers)
