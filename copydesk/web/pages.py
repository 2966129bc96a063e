"""The web page's routes."""

from collections.abc import Sequence
from typing import Annotated, Literal
from urllib.parse import quote

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta
from sqlalchemy import Connection

from copydesk.api import lists
from copydesk.api.asked import Asked, id_of, parameters_of, question_of_page
from copydesk.api.context import Context, ServeContext
from copydesk.api.finding import found_items, page_of_finds, search_with_cursor
from copydesk.api.found import FoundArticle, FoundStory
from copydesk.api.problems import RequestError
from copydesk.api.questions import LARGEST, Name, NoQuestion, SearchQuestion, StoriesQuestion
from copydesk.api.routes import moved
from copydesk.api.times import moment
from copydesk.api.writing import may_write_here
from copydesk.record import reading
from copydesk.record.reading import StoryFilter
from copydesk.record.reading_health import source_health
from copydesk.record.wishes import whereabouts
from copydesk.story_state import state_of
from copydesk.web.article_page import article
from copydesk.web.templating import STATIC, page, static_bytes
from copydesk.web.views import (
    marked,
    matched_ids,
    narrowed,
    source_lines,
    story_cards,
    tally,
    texts,
)
from copydesk.web.word import lines, named

DAY = 86_400.0
# A busy desk is seconds behind, one that relearns its memory a few minutes.
_LATE = 300.0
_BIGGEST, _NEWEST = 12, 40
# Evidence names at most two articles a report; SQLite's oldest limit of variables is 999.
_MOST_NAMES = 900


class FreshQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """How many reports came after one, and whether a story stands no more as it was at ``seq``."""

    after: Annotated[int, Meta(ge=0, le=LARGEST)] = 0
    story: Name = ""
    seq: Annotated[int, Meta(ge=0, le=LARGEST)] = 0


class StoryQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """The report that is to be on the page; without one the newest are."""

    report: Name = ""


class VersionQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """The content's hash, there only to make the address new."""

    v: Name = ""


class WebSearchQuestion(SearchQuestion, frozen=True, kw_only=True):
    """As the API's; without a kind, stories come above articles, and copies are folded."""

    copies: Literal["all", "folded"] = "folded"
    limit: Annotated[int, Meta(ge=1, le=200)] = 25


@get("/", sync_to_thread=True)
def front(request: Asked, context: Context) -> Response[bytes]:
    question_of_page(request, NoQuestion)
    with context.record.reading() as connection:
        newest_at = reading.newest_report(connection, context.now())
        day = StoryFilter(order="biggest", since=(newest_at or 0.0) - DAY, min_articles=2)
        biggest = reading.list_stories(connection, day, None, _BIGGEST).items
        newest = reading.list_stories(connection, StoryFilter(), None, _NEWEST).items
        times = reading.report_times(connection, [story.id for story in biggest])
        languages = reading.headline_languages(
            connection, [story.id for story in (*biggest, *newest)]
        )
        after = reading.last_number(connection)
        late = _late(context, connection)
    return page(
        context,
        "front.html",
        late=late,
        biggest=story_cards(biggest, times, languages),
        newest=newest,
        languages=languages,
        newest_at=newest_at,
        reference=_reference(context, newest_at),
        current=newest_at is not None and context.now() - newest_at < DAY,
        after=after,
        q="",
    )


@get("/stories", sync_to_thread=True)
def stories(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of_page(request, StoriesQuestion)
    # Keyboards of phones put a space behind a word.
    asked = msgspec.structs.replace(
        asked, language=asked.language.strip(), outlet=asked.outlet.strip()
    )
    found, cursor = lists.stories_with_cursor(context, asked)
    with context.record.reading() as connection:
        ids = [story.id for story in found.items]
        times = reading.report_times(connection, ids)
        languages = reading.headline_languages(connection, ids)
    return page(
        context,
        "stories.html",
        cards=story_cards(found.items, times, languages),
        asked=asked,
        given=parameters_of(asked, "cursor"),
        same=parameters_of(asked, "order", "cursor"),
        narrowed=narrowed(asked),
        feed_of=parameters_of(asked, "limit", "cursor"),
        following=_following(asked, cursor),
        q="",
    )


@get("/story/{id:str}", sync_to_thread=True)
def story(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of_page(request, StoryQuestion)
    # Before the story is read: what changes meanwhile is then offered, not missed.
    with context.record.reading() as connection:
        after = reading.last_number(connection)
        seq = reading.story_changed(connection, id_of(request))
    found = lists.one_story(context, id_of(request), around=asked.report)
    if isinstance(found, str):
        return moved("/story/", found, _at_report(asked.report))
    shown = {each.id for group in found.groups for each in group.articles}
    lost = bool(asked.report) and asked.report not in shown
    if lost and (elsewhere := _home_of(context, asked.report)):
        place = f"/story/{quote(elsewhere, safe='')}{_at_report(asked.report)}"
        return Response(b"", status_code=303, headers={"Location": place}, media_type="text/plain")
    # What a story is about is told from its newest texts, whichever are shown.
    newest = lists.one_story(context, found.story.id) if found.newer else found
    if isinstance(newest, str):
        return moved("/story/", newest, _at_report(asked.report))
    with context.record.reading() as connection:
        times = reading.report_times(connection, [found.story.id])
        languages = reading.headline_languages(connection, [found.story.id])
        names = sorted(matched_ids(found.groups))[:_MOST_NAMES]
        known = reading.articles_by_id(connection, names)
    word = (
        *lists.word_about(context, found.story.id),
        *lists.refusals_about(context, found.story.id),
    )
    spoken = {each.id: each.language for group in newest.groups for each in group.articles}
    with context.record.reading() as connection:
        places = whereabouts(connection, named(word))
    return page(
        context,
        "story.html",
        card=story_cards([found.story], times, languages)[0],
        texts=texts(found.groups, known),
        detail=found,
        life=lists.life_of(context, newest),
        spoken=spoken,
        lost=lost,
        state=state_of(found.story, now=context.now()),
        word=lines(word, places, found.story.id),
        waiting=any(each.state == "waiting" for each in word),
        writable=not may_write_here(request, context),
        reference=_reference(context, found.story.last_report),
        after=after,
        seq=seq,
        q="",
    )


def _at_report(report: str) -> str:
    return f"?report={quote(report, safe='')}" if report else ""


def _home_of(context: ServeContext, report: str) -> str:
    """The story that a report is in; "" where there is no such report."""
    with context.record.reading() as connection:
        found = reading.articles_by_id(connection, [report]).get(report)
    return found.story if found else ""


@get("/search", sync_to_thread=True)
def search(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of_page(request, WebSearchQuestion)
    refusal: RequestError | None = None
    found = None
    told: tuple[FoundStory, ...] = ()
    if asked.q.strip():
        try:
            found = page_of_finds(context, asked)
            if asked.kind == "article" and not asked.cursor:
                told = _stories_about(context, asked.q)
        except RequestError as error:
            refusal = error
    return page(
        context,
        "search.html",
        status=refusal.status if refusal else 200,
        asked=asked,
        q=asked.q,
        found=found,
        told=told,
        languages=_languages(context, (*told, *(found.items if found else ()))),
        refusal=refusal,
        marked=marked,
        following=_following(asked, found.next_cursor if found else None),
    )


def _stories_about(context: ServeContext, query: str) -> tuple[FoundStory, ...]:
    asked = SearchQuestion(q=query, kind="story", limit=5)
    try:
        hits = search_with_cursor(context, asked)[0].hits
    except RequestError:
        # A field that only articles have: then there are no stories to show, and that is right.
        return ()
    items = found_items(context, [(hit, []) for hit in hits])
    return tuple(each for each in items if isinstance(each, FoundStory))


def _languages(context: ServeContext, hits: Sequence[FoundArticle | FoundStory]) -> dict[str, str]:
    """The languages of the headlines of the stories among these."""
    ids = [hit.id for hit in hits if isinstance(hit, FoundStory)]
    if not ids:
        return {}
    with context.record.reading() as connection:
        return reading.headline_languages(connection, ids)


@get("/sources", sync_to_thread=True)
def sources(request: Asked, context: Context) -> Response[bytes]:
    question_of_page(request, NoQuestion)
    with context.record.reading() as connection:
        health = source_health(connection, now=context.now())
        lines = source_lines(reading.list_sources(connection), health)
    return page(context, "sources.html", lines=lines, tally=tally(lines), q="")


@get("/fresh", sync_to_thread=True)
def fresh(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of_page(request, FreshQuestion)
    with context.record.reading() as connection:
        count = reading.new_reports(connection, asked.after, asked.story)
        seq = reading.story_changed(connection, asked.story) if asked.seq else 0
        late = _late(context, connection)
    told = {
        "reports": count,
        "changed": seq != asked.seq,
        "late": None if late is None else moment(late),
    }
    return Response(msgspec.json.encode(told), media_type="application/json")


@get("/static/{name:str}", sync_to_thread=True)
def static(request: Asked) -> Response[bytes]:
    question_of_page(request, VersionQuestion)
    name = str(request.path_params["name"])
    if name not in STATIC:
        raise RequestError(404, "There is no such file.")
    return Response(
        static_bytes(name),
        media_type=STATIC[name],
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )


def _late(context: ServeContext, connection: Connection) -> float | None:
    """Since when nothing that came in is shown; None while the desk keeps up."""
    waiting = reading.waiting_since(connection)
    return waiting if waiting is not None and context.now() - waiting > _LATE else None


def _reference(context: ServeContext, newest: float | None) -> float:
    """The day that needs no date: today, or that of the newest report where all is older."""
    now = context.now()
    return now if newest is None or now - newest < DAY else newest


def _following(asked: msgspec.Struct, cursor: str | None) -> dict[str, str] | None:
    """The parameters of the next page's address; None on the last page."""
    return None if cursor is None else parameters_of(asked, cursor=cursor)


PAGES: tuple[HTTPRouteHandler, ...] = (
    *(front, stories, story, article),
    *(search, sources, fresh, static),
)
