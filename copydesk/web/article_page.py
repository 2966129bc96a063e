"""The page of one report: what it says, how it stands, and where else it is."""

from litestar import Response, get

from copydesk.api import lists
from copydesk.api.asked import Asked, id_of, question_of_page
from copydesk.api.context import Context
from copydesk.api.questions import NoQuestion
from copydesk.record import reading
from copydesk.record.reading import ArticleFilter
from copydesk.web.templating import page

# A text that hundreds printed, or that was reworded as often, is shown as it stands now first.
_MOST_COPIES, _MOST_WORDINGS = 50, 50


@get("/article/{id:str}", sync_to_thread=True)
def article(request: Asked, context: Context) -> Response[bytes]:
    question_of_page(request, NoQuestion)
    with context.record.reading() as connection:
        detail = lists.article_detail(connection, id_of(request))
        row = detail.row
        group = ArticleFilter(copy_group=row.copy_group)
        # One more than are shown: it may be this one.
        prints = reading.list_articles(connection, group, None, _MOST_COPIES + 1)
        earlier = reading.earlier_wordings(connection, row.id, limit=_MOST_WORDINGS)
        story = reading.stories_by_id(connection, [row.story]).get(row.story)
        languages = reading.headline_languages(connection, [row.story])
    copies = [each for each in prints.items if each.id != row.id]
    return page(
        context,
        "article.html",
        article=row,
        body=detail.body,
        paragraphs=paragraphs(detail.body.text),
        earlier=earlier,
        unshown=max(row.revision - 1 - len(earlier), 0),
        copies=copies[:_MOST_COPIES],
        more=prints.next is not None or len(copies) > _MOST_COPIES,
        story=story,
        story_language=languages.get(row.story, ""),
        q="",
    )


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text, which are its lines; columns of tables stay apart."""
    return tuple(line.rstrip() for line in text.splitlines() if line.strip())
