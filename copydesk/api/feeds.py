"""The Atom feeds: of stories, of one story's reports, of a search and of a saved one.

Each is one page of a list that the JSON API has, told by what the record says of its items now.
"""

from collections.abc import Callable
from typing import Annotated, Literal
from urllib.parse import quote, urlencode

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import Connection

from copydesk.alerts import searches
from copydesk.api import atom, lists
from copydesk.api.asked import Asked, id_of, parameters_of, question_of
from copydesk.api.atom import Deleted, Entry, Feed
from copydesk.api.conditional import conditional
from copydesk.api.context import Context, ServeContext
from copydesk.api.cursors import decode_cursor, encode_cursor, question_digest
from copydesk.api.finding import texts_found
from copydesk.api.questions import (
    LARGEST,
    ArticlesQuestion,
    FeedQuestion,
    SearchFeedQuestion,
    StoriesQuestion,
)
from copydesk.api.routes import moved
from copydesk.api.saved import asked_search
from copydesk.record import timelines
from copydesk.record.reading_feeds import ToldArticle, ToldStory, told_articles, told_stories
from copydesk.web.links import safe_href

Kind = Literal["article", "story"]
_CANCELLED = "Cancelled by who published it."


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed shows; ``html`` is the page for people, ``since`` when it changed at least.

    ``deleted`` has what is gone, and when it went.
    """

    title: str
    kind: Kind
    ids: tuple[str, ...]
    cursor: str | None
    html: str
    since: float = 0.0
    deleted: tuple[tuple[str, float], ...] = ()


class _MatchPosition(msgspec.Struct, frozen=True):
    """Where a page of matches ends: the number of the last one."""

    number: Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]


def _after(number: int, digest: bytes) -> str:
    return encode_cursor(_MatchPosition(number), digest)


@get("/v1/stories/feed", sync_to_thread=True)
def feed_stories(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of(request, StoriesQuestion)
    page, cursor = lists.stories_with_cursor(context, asked)
    told = _Page(
        title=f"Copydesk: the {asked.order} stories",
        kind="story",
        ids=tuple(story.id for story in page.items),
        cursor=cursor,
        html=_address("/stories", parameters_of(asked)),
    )
    return _answer(request, context, asked, told)


@get("/v1/stories/{id:str}/feed", sync_to_thread=True)
def feed_story(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of(request, FeedQuestion)
    found = lists.one_story(context, id_of(request))
    if isinstance(found, str):
        return moved("/v1/stories/", found, _address("/feed", parameters_of(asked, "cursor")))
    story = found.story
    mine = ArticlesQuestion(story=story.id, limit=asked.limit, cursor=asked.cursor)
    page = lists.page_of_articles(context, mine)
    told = _Page(
        title=story.headline or "Without a headline",
        kind="article",
        ids=tuple(article.id for article in page.items),
        cursor=page.next_cursor,
        html=_story_page(story.id),
        since=story.created,
    )
    return _answer(request, context, asked, told)


@get("/v1/search/feed", sync_to_thread=True)
def feed_search(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of(request, SearchFeedQuestion)
    texts, _, cursor = texts_found(context, asked)
    told = _Page(
        title=f"Copydesk: {asked.q.strip() or 'everything'}",
        kind=asked.kind,
        ids=tuple(hit.document.id for hit, _ in texts),
        cursor=cursor,
        html=_address("/search", {"q": asked.q, "kind": asked.kind, "order": asked.order}),
    )
    return _answer(request, context, asked, told)


@get("/v1/searches/{id:str}/feed", sync_to_thread=True)
def feed_matches(request: Asked, context: Context) -> Response[bytes]:
    asked = question_of(request, FeedQuestion)
    with context.record.reading() as connection:
        search = asked_search(request, connection)
        digest = question_digest(f"search {search.id}", asked)
        place = decode_cursor(asked.cursor, digest, _MatchPosition) if asked.cursor else None
        found = searches.list_matches(
            connection,
            search,
            before=place.number if place else None,
            limit=asked.limit + 1,
            order="newest",
        )
    shown = found[: asked.limit]
    told = _Page(
        title=f"Copydesk: {search.name}",
        kind=search.kind,
        # What became of a match comes beside it, or on an earlier page.
        ids=tuple(dict.fromkeys(each.id for each in shown if each.status != searches.DELETED)),
        deleted=tuple((each.id, each.at) for each in shown if each.status == searches.DELETED),
        cursor=_after(shown[-1].number, digest) if len(found) > asked.limit else None,
        html=_address("/search", {"q": search.query, "kind": search.kind, "order": "newest"}),
        # A match may be news although what it tells of is not: its article was revised.
        since=max([search.created, *(match.at for match in shown)]),
    )
    return _answer(request, context, asked, told)


def _answer(
    request: Asked, context: ServeContext, asked: msgspec.Struct, page: _Page
) -> Response[bytes]:
    path = request.url.path
    with context.record.reading() as connection:
        record = timelines.read(connection).lives[0].name
        entries = _ENTRIES[page.kind](connection, page.ids, context.base_url)
    following = _address(path, parameters_of(asked, cursor=page.cursor)) if page.cursor else ""
    modified = atom.newest(entries, least=page.since)
    feed = Feed(
        # Of this record alone, and the same on all pages.
        id=f"urn:copydesk:feed:{question_digest(f'{record} {path}', asked).hex()}",
        title=page.title,
        updated=modified,
        address=context.base_url + _address(path, parameters_of(asked)),
        following=context.base_url + following if following else "",
        html=context.base_url + page.html,
        entries=entries,
        deleted=tuple(Deleted(id=_name(page.kind, id_), when=when) for id_, when in page.deleted),
    )
    return conditional(
        atom.document(feed),
        modified=modified,
        now=context.now(),
        media_type=atom.MEDIA_TYPE,
        asked=request.headers,
    )


def _article_entries(connection: Connection, ids: tuple[str, ...], base: str) -> tuple[Entry, ...]:
    return tuple(article_entry(each, base) for each in told_articles(connection, ids))


def _story_entries(connection: Connection, ids: tuple[str, ...], base: str) -> tuple[Entry, ...]:
    return tuple(story_entry(each, base) for each in told_stories(connection, ids))


_ENTRIES: dict[Kind, Callable[[Connection, tuple[str, ...], str], tuple[Entry, ...]]] = {
    "article": _article_entries,
    "story": _story_entries,
}


def article_entry(article: ToldArticle, base: str) -> Entry:
    """An article: it links to the outlet's page, or else to its own here; its story is beside."""
    cancelled = article.status == "cancelled"
    return Entry(
        id=_name("article", article.id),
        title=article.title or "Without a title",
        link=safe_href(article.url) or f"{base}/article/{quote(article.id, safe='')}",
        related=base + _story_page(article.story),
        authors=(article.outlet or article.source,),
        language=article.language,
        published=article.published,
        updated=article.placed,
        summary=_CANCELLED if cancelled else article.summary,
        status=_marked(article.status),
    )


def story_entry(story: ToldStory, base: str) -> Entry:
    """A story: Copydesk's page is what it links to, the report with its headline is beside."""
    cancelled = story.status == "cancelled"
    reports = f"{story.articles:,} {'report' if story.articles == 1 else 'reports'}"
    outlets = len(story.outlets)
    counted = f"{reports} by {outlets:,} outlets." if outlets > 1 else f"{reports}."
    return Entry(
        id=_name("story", story.id),
        title=story.headline or "Without a headline",
        link=base + _story_page(story.id),
        related=safe_href(story.url),
        authors=story.outlets or ("unknown outlet",),
        language=story.language,
        published=story.first_report,
        updated=story.updated,
        summary=f"{counted} {_CANCELLED if cancelled else story.summary}".strip(),
        status=_marked(story.status),
    )


def _marked(status: str) -> str:
    return "" if status == "usable" else status


def _name(kind: Kind, id_: str) -> str:
    return f"urn:copydesk:{kind}:{quote(id_, safe='')}"


def _story_page(story: str) -> str:
    return f"/story/{quote(story, safe='')}"


def _address(path: str, parameters: dict[str, str]) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path


FEEDS: tuple[HTTPRouteHandler, ...] = (feed_stories, feed_story, feed_search, feed_matches)
