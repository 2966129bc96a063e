"""The JSON API's routes. Handlers are plain functions run in threads."""

from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler

from copydesk.api import counts, endpoints, health, lists
from copydesk.api.asked import Asked, id_of, question_of
from copydesk.api.conditional import conditional_json
from copydesk.api.context import Context, ServeContext
from copydesk.api.endpoint import Endpoint
from copydesk.api.finding import page_of_finds, page_where
from copydesk.api.openapi import openapi_document
from copydesk.api.problems import Fault, RequestError, bad_parameters
from copydesk.api.questions import (
    ArticlesQuestion,
    ChangesQuestion,
    ExplainQuestion,
    NoQuestion,
    SearchQuestion,
    SearchWhere,
    SourceHealthQuestion,
    SourcesQuestion,
    StoriesQuestion,
)
from copydesk.api.rendering import story_whole
from copydesk.api.writing import is_writer, json_body
from copydesk.explain.explaining import Audience, explain

# Ten times the longest query there may be, were each of its letters escaped.
_LARGEST_WHERE = 1_000_000


@get("/v1/articles", sync_to_thread=True)
def list_articles(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of(request, ArticlesQuestion)
    return _told(request, context, lists.page_of_articles(context, asked))


@get("/v1/articles/{id:str}", sync_to_thread=True)
def get_article(request: Asked, context: Context) -> Response[bytes]:
    question_of(request, NoQuestion)
    return _told(request, context, lists.one_article(context, id_of(request)))


@get("/v1/stories", sync_to_thread=True)
def list_stories(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of(request, StoriesQuestion)
    return _told(request, context, lists.page_of_stories(context, asked))


@get("/v1/stories/{id:str}", sync_to_thread=True)
def get_story(request: Asked, context: Context) -> Response[bytes]:
    question_of(request, NoQuestion)
    found = lists.one_story(context, id_of(request))
    if isinstance(found, str):
        return moved("/v1/stories/", found)
    life = lists.life_of(context, found)
    word = lists.word_about(context, found.story.id)
    return _told(request, context, story_whole(found, life, word, now=context.now()))


@get("/v1/sources", sync_to_thread=True)
def list_sources(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of(request, SourcesQuestion)
    return _told(request, context, lists.page_of_sources(context, asked))


@get("/v1/sources/health", sync_to_thread=True)
def list_source_health(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of(request, SourceHealthQuestion)
    return _told(request, context, lists.page_of_source_health(context, asked))


# Asynchronous itself, as where searches are saved: two handlers have one path.
@get("/v1/search")
async def search(request: Asked, context: Context) -> Response[bytes]:
    return await sync_to_thread(_search, request, context)


def _search(request: Asked, context: ServeContext) -> Response[bytes]:
    asked = question_of(request, SearchQuestion)
    return _told(request, context, page_of_finds(context, asked))


@post("/v1/search", status_code=200)
async def search_where(request: Asked, context: Context) -> Response[bytes]:
    question_of(request, NoQuestion)
    body = await request.body()
    if len(body) > _LARGEST_WHERE:
        raise RequestError(
            413, "The body is larger than 1 MB.", next_step="Split it into several searches."
        )
    asked = json_body(request, body, SearchWhere)
    async with context.turns.taken(request.receive):
        found = await sync_to_thread(page_where, context, asked)
    return _json(endpoints.SEARCH_WHERE, found)


@get("/v1/facets", sync_to_thread=True)
def count_by_value(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of(request, counts.FacetsQuestion)
    return _told(request, context, counts.facet_counts(context, asked))


@get("/v1/timeline", sync_to_thread=True)
def count_by_time(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of(request, counts.TimelineQuestion)
    return _told(request, context, counts.timeline(context, asked))


@get("/v1/changes", sync_to_thread=True)
def list_changes(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of(request, ChangesQuestion)
    return _told(request, context, lists.page_of_changes(context, asked))


@get("/v1/explain", sync_to_thread=True)
def explain_one(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of(request, ExplainQuestion)
    if not asked.of.strip():
        fault = Fault(parameter="of", detail="It is empty; give an id or an address.")
        raise bad_parameters((fault,))
    audience: Audience = "operator" if is_writer(request, context) else "reader"
    with context.record.reading() as connection:
        found = explain(connection, context.engine, asked.of, audience=audience)
    return _json(endpoints.EXPLAIN, found)


@get("/healthz", sync_to_thread=False)
def healthz(request: Asked, context: Context) -> Response[bytes]:
    question_of(request, NoQuestion)
    return _json(endpoints.HEALTH, health.alive(context))


@get("/readyz", sync_to_thread=True)
def readyz(request: Asked, context: Context) -> Response[bytes]:
    question_of(request, NoQuestion)
    return _json(endpoints.READY, health.ready(context))


@get("/metrics", sync_to_thread=True)
def metrics(request: Asked) -> Response[bytes]:
    question_of(request, NoQuestion)
    return Response(request.app.metrics.text(), media_type=endpoints.METRICS.media_type)  # type: ignore[attr-defined]


@get("/openapi.json", sync_to_thread=True)
def openapi(request: Asked, context: Context) -> Response[bytes]:
    question_of(request, NoQuestion)
    return Response(openapi_document(context.base_url), media_type=endpoints.OPENAPI.media_type)


def moved(folder: str, story: str, below: str = "") -> Response[bytes]:
    """The permanent redirect to where a merged story is now, or to what is ``below`` it."""
    location = folder + quote(story, safe="") + below
    return Response(b"", status_code=308, headers={"Location": location}, media_type="text/plain")


def _told(request: Asked, context: ServeContext, answer: msgspec.Struct) -> Response[bytes]:
    return conditional_json(answer, now=context.now(), asked=request.headers)


def _json(endpoint: Endpoint, answer: msgspec.Struct) -> Response[bytes]:
    return Response(msgspec.json.encode(answer), media_type=endpoint.media_type)


ROUTES: tuple[HTTPRouteHandler, ...] = (
    list_articles,
    get_article,
    list_stories,
    get_story,
    list_sources,
    list_source_health,
    search,
    search_where,
    count_by_value,
    count_by_time,
    list_changes,
    explain_one,
    healthz,
    readyz,
    metrics,
    openapi,
)
