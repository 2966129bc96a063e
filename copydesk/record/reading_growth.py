"""Which sources report what grows now."""

from sqlalchemy import Connection, Integer, func, select

from copydesk.record.schema import articles

# A story that three outlets took up within three hours grows; the two dozen biggest matter.
_SPAN = 3 * 3600.0
_LEAST_OUTLETS = 3
_STORIES = 24


def growing_shares(connection: Connection, *, now: float) -> dict[str, float]:
    """For each source that reports a growing story: the share of its newest articles about one.

    Of the last three hours, between 0 and 1. Two scans of an index over those hours.
    """
    recent = articles.c.at.between(now - _SPAN, now)
    outlets = func.count(articles.c.outlet.distinct())
    growing = [
        row[0]
        for row in connection.execute(
            select(articles.c.story)
            .where(recent)
            .group_by(articles.c.story)
            .having(outlets >= _LEAST_OUTLETS)
            .order_by(outlets.desc(), articles.c.story)
            .limit(_STORIES)
        )
    ]
    if not growing:
        return {}
    about = func.sum(articles.c.story.in_(growing).cast(Integer))
    rows = connection.execute(
        select(articles.c.source, about, func.count()).where(recent).group_by(articles.c.source)
    )
    return {source: found / of for source, found, of in rows if found}
