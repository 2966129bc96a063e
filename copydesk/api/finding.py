"""One page of a search: each thing found, or each text once with all its prints."""

from collections.abc import Iterable, Sequence

import msgspec

from copydesk.api.context import ServeContext
from copydesk.api.cursors import decode_cursor, encode_cursor, question_digest, refused
from copydesk.api.found import FoundArticle, FoundPage, FoundStory
from copydesk.api.problems import (
    Fault,
    RequestError,
    bad_conditions,
    bad_parameters,
    bad_query,
)
from copydesk.api.questions import SearchQuestion, SearchWhere
from copydesk.api.rendering import found_item
from copydesk.record.reading import headline_statuses
from copydesk.record.reading_merged import merged_in
from indexer.documents import ArticleDocument, StoryDocument
from indexer.engines.protocol import Hit, SearchPage, SearchRequest
from indexer.errors import CursorError, QueryError
from indexer.query.json_form import query_of

# Pages of the engine that one of folded texts is made of at most: a text that a hundred outlets
# printed must not hide what else was found, nor a page take as long as ten.
_ENGINE_PAGES = 5

# What was found first of a text, and what else of it.
Text = tuple[Hit, list[Hit]]


def page_of_finds(context: ServeContext, asked: SearchQuestion) -> FoundPage:
    """``/v1/search``."""
    texts, total, cursor = texts_found(context, asked)
    return FoundPage(items=found_items(context, texts), next_cursor=cursor, total=total, q=asked.q)


def found_items(
    context: ServeContext, texts: Sequence[Text]
) -> tuple[FoundArticle | FoundStory, ...]:
    """What was found, with what the record says of the headlines of stories."""
    stories = [one.document.id for one, _ in texts if isinstance(one.document, StoryDocument)]
    marked: dict[str, str] = {}
    if stories:
        with context.record.reading() as connection:
            marked = headline_statuses(connection, stories)
    return tuple(found_item(one, others, marked) for one, others in texts)


def page_where(context: ServeContext, asked: SearchWhere) -> FoundPage:
    """``/v1/search`` by conditions: what is wrong with the query is wrong with them."""
    question = question_where(asked)
    try:
        return page_of_finds(context, question)
    except RequestError as error:
        unread = error.__cause__
        if asked.where is None or not isinstance(unread, QueryError):
            raise
        if isinstance(unread, CursorError):
            raise
        # Its offset is of a text that nobody wrote.
        raise bad_conditions(unread) from unread


def texts_found(context: ServeContext, asked: SearchQuestion) -> tuple[list[Text], int, str | None]:
    """A page of a search, folded or not, how many match, and the cursor of the next page."""
    page, cursor = search_with_cursor(context, asked)
    if asked.copies == "all":
        return [(hit, []) for hit in page.hits], page.total, cursor
    hits = list(page.hits)
    for _ in range(1, _ENGINE_PAGES):
        if cursor is None or len(folded(hits)) >= asked.limit:
            break
        more, cursor = search_with_cursor(context, msgspec.structs.replace(asked, cursor=cursor))
        hits += more.hits
    return folded(hits), page.total, cursor


def question_where(asked: SearchWhere) -> SearchQuestion:
    """The question that says as a text what this one says as conditions.

    Raises :class:`RequestError` (422).
    """
    q = asked.q
    if asked.where is not None:
        if q:
            detail = "q and where stand side by side: leave one of them out."
            raise bad_parameters((Fault(parameter="where", detail=detail),))
        try:
            q = query_of(asked.where)
        except QueryError as error:
            raise bad_conditions(error) from error
    fields = {name: getattr(asked, name) for name in SearchQuestion.__struct_fields__}
    return SearchQuestion(**{**fields, "q": q})


def folded(hits: Iterable[Hit]) -> list[Text]:
    """Of each text the hit that came first, with the others of the text, in their order."""
    texts: dict[str, tuple[Hit, list[Hit]]] = {}
    for hit in hits:
        document = hit.document
        group = document.copy_group if isinstance(document, ArticleDocument) else ""
        one, others = texts.setdefault(group or document.id, (hit, []))
        if one is not hit:
            others.append(hit)
    return list(texts.values())


def search_with_cursor(
    context: ServeContext, asked: SearchQuestion
) -> tuple[SearchPage, str | None]:
    """A page of a search as the engine gives it, and the cursor of the next one."""
    digest = question_digest("search", asked)
    cursor = decode_cursor(asked.cursor, digest, str) if asked.cursor else ""
    try:
        request = SearchRequest(
            kind=asked.kind,
            query=asked.q,
            merged=merged_in(context.record, asked.q, asked.kind),
            order=asked.order,
            limit=asked.limit,
            cursor=cursor,
        )
        page = context.engine.search(request)
    except CursorError as error:
        raise refused(f"{error.what}.") from error
    except QueryError as error:
        raise bad_query(error, parameter="q") from error
    return page, encode_cursor(page.next_cursor, digest) if page.next_cursor else None
