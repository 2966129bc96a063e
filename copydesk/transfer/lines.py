"""One line of an import: NDJSON in, an article out, or the reason why not."""

import re
from difflib import get_close_matches

import msgspec

from config.codes import tidy_language
from copydesk.documents import UNNAMED_SOURCE
from copydesk.errors import ImportLineError
from copydesk.record.recognising import EXPORTED
from copydesk.transfer import marks
from copydesk.transfer.times import is_a_date, read_time
from crawler.article import Article, Extraction
from crawler.credit import find_credit
from crawler.identity import content_hash, site_of
from crawler.language import detect
from crawler.plaintext import clean, fold, line, plain_or_html, stream_safe

# A year has at most 4 digits in ISO 8601; 32503680000 is the year 3000, so greater numbers are
# milliseconds or mistakes.
_LATEST = 32_503_680_000.0
_FIELDS = (
    "guid", "url", "title", "text", "summary", "byline", "outlet", "source", "language",
    "country", "section", "keywords", "published", "first_seen",
)  # fmt: skip
_TIMES = ("published", "first_seen")
_MAX_CHARS = 2_000_000
# Of the names of a source, an outlet and a country, by which articles are found.
_MAX_NAME, _NAMES = 500, ("source", "outlet", "country")
# A text without a title is called by its first sentence, of at most so many characters.
_HEADLINE = 160
# Not after an initial or a short title: "Mr. Smith", "U.S. forces".
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{4})[.!?](?=\s)|[。！？؟।]")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What a line holds: the article, and the names of fields that say nothing to us."""

    article: Article
    unknown: tuple[str, ...] = ()


def read_line(raw: bytes, *, now: float, source: str = UNNAMED_SOURCE) -> Line:
    """The article of one line. Raises :class:`ImportLineError` with the reason.

    ``guid`` or ``url`` is required, and ``title`` or some text: without a title the first sentence
    stands for it. Without ``outlet`` the site of the URL does. Times are ISO 8601 (UTC unless they
    say otherwise) or epoch seconds. Without ``first_seen`` the article was first seen when
    published; without either, ``now``. A ``language`` that is none is detected, and what names no
    source is of ``source``. Texts may be HTML, but in a line that we exported they are taken word
    for word. Fields we do not know are named, so that a misspelt one is not lost in silence; null
    counts as absent.
    """
    fields = _decode(raw)
    texts = {name: _text(fields, name) for name in _FIELDS if name not in (*_TIMES, "keywords")}
    ours = fields.get(marks.FIELD) == marks.OURS
    # Feeds' dumps hold HTML in their texts as often as not. An export holds none, however much a
    # text that tells of tags may look so.
    body, short = (clean, _one_line) if ours else (plain_or_html, line)
    text, summary = body(texts["text"]), body(texts["summary"])
    title = short(texts["title"]) or _first_sentence(text or summary)
    byline = short(texts["byline"])
    outlet = texts["outlet"] or site_of(texts["url"])
    if not title:
        raise ImportLineError('"title" is missing or empty, and there is no text')
    if not (texts["guid"] or texts["url"]):
        raise ImportLineError('"guid" or "url" is needed to tell the article from others')
    published, seen = (_time(fields, name) for name in _TIMES)
    language, confidence = _language(texts["language"], f"{title}. {summary} {text[:2000]}")
    article = Article(
        source=texts["source"] or source,
        guid=texts["guid"],
        url=texts["url"],
        link=texts["url"],
        title=title,
        text=text,
        summary=summary,
        byline=byline,
        outlet=outlet,
        country=texts["country"],
        section=texts["section"],
        keywords=_keywords(fields),
        language=language,
        language_confidence=confidence,
        published=published,
        published_origin="unknown" if published is None else "import",
        published_confidence=0.0 if published is None else 1.0,
        # A date to come is no time of sight, or one article would age all others.
        first_seen=min(_first(seen, published, now), now),
        content_hash=content_hash(title, text or summary),
        raw_digest=content_hash(title, f"{summary}\n{text}"),
        credit=find_credit(text=text or summary, byline=byline, outlet=outlet),
        extraction=Extraction(
            method=EXPORTED if ours else "import", quality=1.0 if text else 0.0, origin="import"
        ),
    )
    known = (*_FIELDS, marks.FIELD) if ours else _FIELDS
    return Line(article=article, unknown=tuple(name for name in fields if name not in known))


def _one_line(text: str) -> str:
    return fold(clean(text))


def _first_sentence(text: str) -> str:
    opening = text.split("\n", 1)[0]
    ended = _SENTENCE_END.search(opening, 0, _HEADLINE)
    if ended:
        return opening[: ended.end()]
    if len(opening) <= _HEADLINE:
        return opening
    return opening[:_HEADLINE].rpartition(" ")[0] or opening[:_HEADLINE]


def hint(name: str) -> str:
    """What a person may have meant by the unknown field ``name``."""
    near = get_close_matches(name, _FIELDS, n=1)
    return f'did you mean "{near[0]}"?' if near else f"known are {', '.join(_FIELDS)}"


def _first(*times: float | None) -> float:
    return next(time for time in times if time is not None)


def _decode(raw: bytes) -> dict[str, object]:
    try:
        fields = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ImportLineError(f"this is not JSON: {error}") from error
    except RecursionError as error:
        raise ImportLineError("this JSON is nested too deeply") from error
    if not isinstance(fields, dict):
        raise ImportLineError("a line must be a JSON object")
    return fields


def _text(fields: dict[str, object], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, int | float) and name == "guid" and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ImportLineError(f'"{name}" must be a text')
    longest = _MAX_NAME if name in _NAMES else _MAX_CHARS
    if len(value) > longest:
        raise ImportLineError(f'"{name}" is longer than {longest:,} characters')
    return stream_safe(value.replace("\x00", "")).strip()


def _keywords(fields: dict[str, object]) -> tuple[str, ...]:
    value = fields.get("keywords") or ()
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
        raise ImportLineError('"keywords" must be a list of texts')
    return tuple(map(stream_safe, value))


def _language(given: str, text: str) -> tuple[str, float]:
    told = tidy_language(given)
    return (told, 1.0) if told else detect(text)


def _time(fields: dict[str, object], name: str) -> float | None:
    value = fields.get(name)
    if value is None or value == "":
        return None
    seconds: float
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value
        if is_a_date(seconds):
            raise ImportLineError(
                f'"{name}" is {value}, in seconds a moment of 1970',
                next_step='Write a date as text, for instance "2023-05-30".',
            )
    elif isinstance(value, str):
        seconds = read_time(value.strip(), name)
    else:
        raise ImportLineError(f'"{name}" must be ISO 8601 or epoch seconds')
    # Compared before it becomes a float, which an integer of 309 digits cannot.
    if not 0 <= seconds < _LATEST:
        raise ImportLineError(f'"{name}" is not a time in seconds between 1970 and 3000')
    return float(seconds)
