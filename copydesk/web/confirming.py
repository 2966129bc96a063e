"""The page between asking and doing: what a merge, or undoing one, would come to."""

from litestar import Response
from sqlalchemy import Connection

from copydesk.api.context import ServeContext
from copydesk.record import reading
from copydesk.record.ordering import merge_named, not_moved
from copydesk.record.wishes import Wish, whereabouts
from copydesk.web.templating import page
from copydesk.web.views import story_cards
from copydesk.web.word import left_out
from dedupe.stories.overrules import Overrule

_HEADLINES = 10


def key_of(order: Overrule) -> str:
    """What the form sends back to say that this very order was shown."""
    return f"{order.story} {order.other}"


def confirmation(
    context: ServeContext, connection: Connection, wish: Wish, order: Overrule
) -> Response[bytes]:
    """What would be done, with the form that has it done."""
    shown = [order.story, order.other] if wish.act == "merge" else [order.story]
    rows = reading.stories_by_id(connection, shown)
    cards = story_cards(
        [rows[each] for each in shown],
        reading.report_times(connection, shown),
        reading.headline_languages(connection, shown),
    )
    first = order.documents[:_HEADLINES]
    known = reading.articles_by_id(connection, first)
    left = not_moved(connection, wish, order) if wish.act == "undo" else ()
    return page(
        context,
        "sure.html",
        wish=wish,
        key=key_of(order),
        cards=cards,
        moved=len(order.documents),
        headlines=[known[each] for each in first if each in known],
        left_out=left_out(left, whereabouts(connection, left)),
        merge=merge_named(connection, wish.subject) if wish.act == "undo" else None,
        q="",
    )
