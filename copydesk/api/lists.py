"""One page of each list: the question asked, the record read, the answer made.

Plain functions, used by the JSON API and the web page alike. Each is one short transaction.
"""

from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from copydesk.api.answers import (
    ArticlePage,
    ArticleWhole,
    ChangeItem,
    ChangesPage,
    SourceHealthPage,
    SourcePage,
    StoryPage,
)
from copydesk.api.context import ServeContext
from copydesk.api.cursors import decode_cursor, encode_cursor, question_digest, refused
from copydesk.api.problems import RequestError
from copydesk.api.questions import (
    ArticlesQuestion,
    ChangesQuestion,
    SourceHealthQuestion,
    SourcesQuestion,
    StoriesQuestion,
)
from copydesk.api.rendering import (
    article_item,
    article_whole,
    source_health_item,
    source_item,
    story_item,
)
from copydesk.record import changelog, overruling, reading
from copydesk.record.reading import ArticleFilter, ArticlePosition, StoryFilter, StoryPosition
from copydesk.record.reading_health import source_health
from copydesk.record.reading_life import life_sources
from copydesk.story_life import StoryLife, story_life

# A walk through stories measures again what changed since it began. Past this many changes that
# takes longer than a page should (about a second), and the walk has to begin anew.
WALK_REACH = 100_000
_REFUSALS_SHOWN = 86_400.0
_F = TypeVar("_F", bound=msgspec.Struct)


def page_of_articles(context: ServeContext, asked: ArticlesQuestion) -> ArticlePage:
    """``/v1/articles``."""
    digest = question_digest("articles", asked)
    after = decode_cursor(asked.cursor, digest, ArticlePosition) if asked.cursor else None
    with context.record.reading() as connection:
        wanted = _shared(asked, ArticleFilter)
        if asked.story:
            held = reading.resolve_story(connection, asked.story) or asked.story
            wanted = msgspec.structs.replace(wanted, story=held)
        page = reading.list_articles(connection, wanted, after, asked.limit)
    return ArticlePage(
        items=tuple(article_item(row) for row in page.items),
        next_cursor=encode_cursor(page.next, digest) if page.next else None,
    )


def page_of_stories(context: ServeContext, asked: StoriesQuestion) -> StoryPage:
    """``/v1/stories``."""
    page, cursor = stories_with_cursor(context, asked)
    return StoryPage(
        items=tuple(story_item(row, now=context.now()) for row in page.items), next_cursor=cursor
    )


def stories_with_cursor(
    context: ServeContext, asked: StoriesQuestion
) -> tuple[reading.StoryPage, str | None]:
    """A page of stories as the record has it, and the cursor of the next one."""
    digest = question_digest("stories", asked)
    after = decode_cursor(asked.cursor, digest, StoryPosition) if asked.cursor else None
    with context.record.reading() as connection:
        if after and changelog.head(connection) - after.seq > WALK_REACH:
            raise refused("It is too old: too much has changed since its first page.")
        page = reading.list_stories(connection, _shared(asked, StoryFilter), after, asked.limit)
    return page, encode_cursor(page.next, digest) if page.next else None


def one_article(context: ServeContext, article: str) -> ArticleWhole:
    """``/v1/articles/{id}``."""
    with context.record.reading() as connection:
        return article_whole(article_detail(connection, article))


def article_detail(connection: Connection, article: str) -> reading.ArticleDetail:
    """An article that everybody may see. Raises :class:`RequestError` (404)."""
    detail = reading.article_detail(connection, article)
    if detail is None:
        raise RequestError(404, "There is no article with this id.")
    return detail


def one_story(context: ServeContext, story: str, *, around: str = "") -> reading.StoryDetail | str:
    """The story, with the page of its reports ``around`` one, or the id that holds it now."""
    with context.record.reading() as connection:
        current = reading.resolve_story(connection, story)
        if current is None:
            raise RequestError(404, "There is no story with this id.")
        if current != story:
            return current
        detail = reading.story_detail(connection, current, around=around)
    if detail is None:
        raise RequestError(404, "There is no story with this id.")
    return detail


def life_of(context: ServeContext, detail: reading.StoryDetail) -> StoryLife:
    """What a story is about and how it went on."""
    with context.record.reading() as connection:
        found = life_sources(connection, detail)
    return story_life(found.texts, velocity=found.velocity, last_hour=found.last_hour)


def word_about(context: ServeContext, story: str) -> tuple[overruling.Asked, ...]:
    """What people decided about a story."""
    with context.record.reading() as connection:
        return overruling.about_story(connection, story)


def refusals_about(context: ServeContext, story: str) -> tuple[overruling.Asked, ...]:
    """What people asked about a story within a day and was not done."""
    with context.record.reading() as connection:
        return overruling.refusals(connection, story, since=context.now() - _REFUSALS_SHOWN)


def page_of_sources(context: ServeContext, asked: SourcesQuestion) -> SourcePage:
    """``/v1/sources``."""
    digest = question_digest("sources", asked)
    after = decode_cursor(asked.cursor, digest, str) if asked.cursor else ""
    with context.record.reading() as connection:
        rows = reading.list_sources(connection, after=after, limit=asked.limit + 1)
    items = rows[: asked.limit]
    more = len(rows) > asked.limit
    return SourcePage(
        items=tuple(source_item(row) for row in items),
        next_cursor=encode_cursor(items[-1].id, digest) if more else None,
    )


def page_of_source_health(context: ServeContext, asked: SourceHealthQuestion) -> SourceHealthPage:
    """``/v1/sources/health``."""
    digest = question_digest("source-health", asked)
    after = decode_cursor(asked.cursor, digest, str) if asked.cursor else ""
    with context.record.reading() as connection:
        found = source_health(connection, now=context.now(), after=after)
    rows = [row for row in found if asked.grade in ("any", row.grade)]
    items = rows[: asked.limit]
    more = len(rows) > asked.limit
    return SourceHealthPage(
        items=tuple(source_health_item(row) for row in items),
        next_cursor=encode_cursor(items[-1].id, digest) if more else None,
    )


def page_of_changes(context: ServeContext, asked: ChangesQuestion) -> ChangesPage:
    """``/v1/changes``."""
    with context.record.reading() as connection:
        changes = changelog.read(connection, after=asked.since, limit=asked.limit)
        head = changelog.head(connection)
    return ChangesPage(
        items=tuple(ChangeItem(**msgspec.structs.asdict(change)) for change in changes),
        last=changes[-1].seq if changes else asked.since,
        head=head,
    )


def _shared(asked: msgspec.Struct, kind: type[_F]) -> _F:
    return kind(**{name: getattr(asked, name) for name in kind.__struct_fields__})
