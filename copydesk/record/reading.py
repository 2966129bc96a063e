"""Read the record: what the API, the web page and the command line show.

Every function takes the connection of an open transaction (:meth:`Record.reading`) and returns
frozen structs, so several calls in one transaction describe one moment.
"""

from copydesk.record.reading_articles import (
    article_detail,
    articles_by_id,
    earlier_wordings,
    last_number,
    list_articles,
)
from copydesk.record.reading_counts import counts, waiting_since
from copydesk.record.reading_rows import (
    ArticleDetail,
    ArticleFilter,
    ArticlePage,
    ArticlePosition,
    ArticleRow,
    CopyGroup,
    Counts,
    SourceRow,
    StoryDetail,
    StoryEvent,
    StoryFilter,
    StoryOrder,
    StoryPage,
    StoryPosition,
    StoryRow,
    Wording,
)
from copydesk.record.reading_sources import list_sources, source_outcomes
from copydesk.record.reading_stories import (
    headline_languages,
    headline_statuses,
    list_stories,
    new_reports,
    newest_report,
    report_times,
    resolve_story,
    stories_by_id,
    story_changed,
    story_detail,
)

__all__ = [
    "ArticleDetail",
    "ArticleFilter",
    "ArticlePage",
    "ArticlePosition",
    "ArticleRow",
    "CopyGroup",
    "Counts",
    "SourceRow",
    "StoryDetail",
    "StoryEvent",
    "StoryFilter",
    "StoryOrder",
    "StoryPage",
    "StoryPosition",
    "StoryRow",
    "Wording",
    "article_detail",
    "articles_by_id",
    "counts",
    "earlier_wordings",
    "headline_languages",
    "headline_statuses",
    "last_number",
    "list_articles",
    "list_sources",
    "list_stories",
    "new_reports",
    "newest_report",
    "report_times",
    "resolve_story",
    "source_outcomes",
    "stories_by_id",
    "story_changed",
    "story_detail",
    "waiting_since",
]
