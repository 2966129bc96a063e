"""Whether search shows the present state of an article or a story."""

from sqlalchemy import Connection

from copydesk.explain.model import IndexLife, IndexStanding
from copydesk.record.reading_rows import ArticleRow, StoryRow
from copydesk.record.retrying import list_letters
from indexer.documents import ArticleDocument, StoryDocument
from indexer.engines.protocol import Kind, Reader, SearchRequest
from indexer.errors import IndexerError

_WORDS: dict[IndexStanding, str] = {
    "current": "Search shows its present state.",
    "behind": "The engine has not read the log so far yet: it catches up while a desk runs.",
    "differs": "Search shows an older state although the engine has read its last change.",
    "missing": "The engine has read its last change, yet search does not find it.",
    "refused": "The engine refused it; see its dead letter.",
    "unreachable": "The engine does not answer.",
}
# What changes when an article or a story does.
_ARTICLE = ("title", "story", "copy_group")
_STORY = ("headline", "articles", "last_report")
_MEND = " `copydesk reindex` makes the index anew."


def index_life(
    connection: Connection, engine: Reader, row: ArticleRow | StoryRow, changed: int
) -> IndexLife:
    """Hold what the engine has against the record, whose last change of it is ``changed``."""
    kind: Kind = "article" if isinstance(row, ArticleRow) else "story"
    try:
        position = engine.position()
        shown = _shown(engine, kind, row.id)
    except IndexerError as error:
        words = f"{_WORDS['unreachable']} It says: {error.what}."
        return IndexLife(state="unreachable", changed=changed, position=0, in_words=words)
    state = _state(row, shown, behind=changed > position)
    if state in ("missing", "differs") and list_letters(
        connection, stage="index", subject=f"{kind} {row.id}", limit=1
    ):
        state = "refused"
    words = _WORDS[state] + (_MEND if state in ("missing", "differs") else "")
    return IndexLife(state=state, changed=changed, position=position, in_words=words)


def _shown(engine: Reader, kind: Kind, id_: str) -> ArticleDocument | StoryDocument | None:
    page = engine.search(SearchRequest(kind=kind, query=f'id:"{id_}"', limit=1))
    return page.hits[0].document if page.hits else None


def _state(
    row: ArticleRow | StoryRow, shown: ArticleDocument | StoryDocument | None, *, behind: bool
) -> IndexStanding:
    if behind:
        return "behind"
    if shown is None:
        # A story without reports is not searched for.
        return "current" if isinstance(row, StoryRow) and not row.articles else "missing"
    telling = _ARTICLE if isinstance(row, ArticleRow) else _STORY
    same = all(getattr(row, name) == getattr(shown, name) for name in telling)
    return "current" if same else "differs"
