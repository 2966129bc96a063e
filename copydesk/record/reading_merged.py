"""Where the stories that a query names are now: the index knows none that was merged."""

from collections.abc import Mapping

from copydesk.record.database import Record
from copydesk.record.reading_stories import merged_of
from indexer.engines.protocol import Kind
from indexer.query.parser import parse
from indexer.query.stories import stories_named


def merged_in(record: Record, query: str, kind: Kind) -> Mapping[str, str]:
    """Of the stories that a query names those that were merged, with the one that holds each now.

    Only for a query that names a story is the record read. Raises
    :class:`indexer.errors.QueryError`.
    """
    named = stories_named(parse(query), kind)
    if not named:
        return {}
    with record.reading() as connection:
        return dict(merged_of(connection, named))
