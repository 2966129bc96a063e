"""The tables. Times are epoch seconds UTC; blobs are zstd-compressed msgpack.

Every change to what people see is one row of ``change_log``; its ``seq`` is given without a gap
(but for a leap where a backup was restored) and in commit order because it is taken from the single
row of ``log_head`` inside the transaction that makes the change (a locked row on PostgreSQL, the
one writer on SQLite). Old rows that later ones repeat are taken out.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite only autoincrements INTEGER; PostgreSQL needs 64 bits. Where rows are removed and readers
# go on after a number, a number must never come back: ``sqlite_autoincrement``.
Serial = BigInteger().with_variant(Integer(), "sqlite")

sources = Table(
    "sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    # As it was given; ``url`` follows a feed that has moved for good.
    Column("configured_url", Text, nullable=False, server_default=""),
    Column("kind", Text, nullable=False),
    Column("outlet", Text, nullable=False, server_default=""),
    Column("country", Text, nullable=False, server_default=""),
    Column("language", Text, nullable=False, server_default=""),
    Column("fetch_pages", Text, nullable=False, server_default="yes"),
    Column("origin", Text, nullable=False),  # configured | added
    Column("paused", Integer, nullable=False, server_default="0"),  # bits: see registry
    Column("secret", Text, nullable=False, server_default=""),  # its name, never itself
    Column("added_at", Double, nullable=False),
    # Days that its articles and their texts are kept; without a number as [retention] says.
    Column("keep_days", Integer),
    Column("keep_text_days", Integer),
)

source_state = Table(
    "source_state",
    metadata,
    Column("source", Text, ForeignKey("sources.id"), primary_key=True),
    Column("due", Double, nullable=False, server_default="0"),
    Column("due_reason", Text, nullable=False, server_default=""),
    Column("interval", Double, nullable=False, server_default="0"),
    Column("etag", Text, nullable=False, server_default=""),
    Column("last_modified", Text, nullable=False, server_default=""),
    Column("body_hash", Text, nullable=False, server_default=""),
    Column("lies", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("last_fetch", Double),
    Column("last_success", Double),
    Column("last_new_item", Double),
    Column("last_outcome", Text, nullable=False, server_default=""),
    Column("last_error", Text, nullable=False, server_default=""),
    Column("retired", Integer, nullable=False, server_default="0"),
    Column("history", LargeBinary),
    # The crawl process that has it in hand, and until when its word counts.
    Column("leased_by", Text, nullable=False, server_default=""),
    Column("leased_until", Double, nullable=False, server_default="0"),
    Index("ix_source_state_due", "due"),
)

fetches = Table(
    "fetches",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("source", Text, ForeignKey("sources.id"), nullable=False),
    Column("at", Double, nullable=False),
    Column("elapsed", Double, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("items", Integer, nullable=False),
    Column("new_items", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("page_failures", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("error", Text, nullable=False, server_default=""),
    Index("ix_fetches_source_at", "source", "at"),
    Index("ix_fetches_at", "at"),
    sqlite_autoincrement=True,
)

inbox = Table(
    "inbox",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("article", Text, nullable=False),
    Column("received", Double, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

article_keys = Table(
    "article_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("article", Text, nullable=False),
    Index("ix_article_keys_article", "article"),
)

# What was taken in last, so that a feed's unchanged item is told without reading the article.
known_articles = Table(
    "known_articles",
    metadata,
    Column("article", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("item_digest", Text, nullable=False, server_default=""),
    Column("content_hash", Text, nullable=False, server_default=""),
    Column("has_text", Integer, nullable=False, server_default="0"),
)

WITH_TEXT = text("text_gone = 0")

articles = Table(
    "articles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),  # order of arrival, for cursors
    Column("source", Text, nullable=False),
    Column("guid", Text, nullable=False, server_default=""),
    Column("url", Text, nullable=False, server_default=""),
    Column("outlet", Text, nullable=False, server_default=""),
    Column("country", Text, nullable=False, server_default=""),
    Column("title", Text, nullable=False),
    Column("byline", Text, nullable=False, server_default=""),
    Column("summary", Text, nullable=False, server_default=""),
    Column("language", Text, nullable=False, server_default=""),
    Column("credit", Text, nullable=False, server_default=""),
    Column("status", Text, nullable=False, server_default="usable"),
    Column("published", Double),
    Column("first_seen", Double, nullable=False),
    Column("at", Double, nullable=False),  # the desk's clock: published, or else first seen
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("content_hash", Text, nullable=False, server_default=""),
    Column("copy_group", Text, nullable=False),
    Column("story", Text, nullable=False),
    Column("copy_evidence", Text, nullable=False),
    Column("story_evidence", Text, nullable=False),
    Column("placed", Double, nullable=False),
    Column("changed", BigInteger, nullable=False),  # seq of its last row in the change log
    Column("body", LargeBinary, nullable=False),  # the whole Article
    Column("text_gone", Integer, nullable=False, server_default="0"),
    Index("ix_articles_story_at", "story", "at"),
    Index("ix_articles_copy_group", "copy_group"),
    Index("ix_articles_at_id", "at", "id"),
    Index("ix_articles_outlet_at", "outlet", "at"),
    Index("ix_articles_source_at", "source", "at"),
    Index("ix_articles_url", "url"),
    Index("ix_articles_guid", "guid"),
    Index("ix_articles_texts", "source", "at", sqlite_where=WITH_TEXT, postgresql_where=WITH_TEXT),
    Index("ix_articles_language_at", "language", "at"),
    Index("ix_articles_country_at", "country", "at"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("article", Text, ForeignKey("articles.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("at", Double, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_revisions_at", "at"),
)

copy_groups = Table(
    "copy_groups",
    metadata,
    Column("id", Text, primary_key=True),
    Column("first_article", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("created", Double, nullable=False),
)

# Asks an index of merged stories only; both databases must be told in these very words.
MERGED = text("merged_into <> ''")

stories = Table(
    "stories",
    metadata,
    Column("id", Text, primary_key=True),
    Column("merged_into", Text, nullable=False, server_default=""),
    Column("headline", Text, nullable=False, server_default=""),
    Column("headline_article", Text, nullable=False, server_default=""),
    Column("summary", Text, nullable=False, server_default=""),
    Column("first_report", Double, nullable=False),
    Column("last_report", Double, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("copy_groups", Integer, nullable=False),
    Column("outlets", Text, nullable=False, server_default="[]"),  # JSON arrays
    Column("languages", Text, nullable=False, server_default="[]"),
    Column("countries", Text, nullable=False, server_default="[]"),
    Column("terms", Text, nullable=False, server_default="[]"),
    Column("pinned", Integer, nullable=False, server_default="0"),  # only people change it
    Column("created", Double, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Index("ix_stories_last_report_id", "last_report", "id"),
    Index("ix_stories_articles", "articles"),
    Index("ix_stories_merged_into", "merged_into", sqlite_where=MERGED, postgresql_where=MERGED),
)

story_history = Table(
    "story_history",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("at", Double, nullable=False),
    Column("story", Text, nullable=False),
    Column("event", Text, nullable=False),  # merged | split
    Column("other", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Index("ix_story_history_story", "story"),
)

log_head = Table(
    "log_head",
    metadata,
    Column("only", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False, server_default="0"),  # the last article's
)

change_log = Table(
    "change_log",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("kind", Text, nullable=False),  # article | story
    Column("id", Text, nullable=False),
    Column("operation", Text, nullable=False),  # put | remove
)

cursors = Table(
    "cursors",
    metadata,
    Column("reader", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("at", Double, nullable=False),
    Column("stage", Text, nullable=False),  # desk | index
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("payload", LargeBinary),
    Column("received", Double),  # of what it holds; before schema 0003 that was not kept
    Column("again", Integer, nullable=False, server_default="0"),  # a person asks for another try
    sqlite_autoincrement=True,
)

# Who leads, and under which term: every write of a desk carries its term.
leadership = Table(
    "leadership",
    metadata,
    Column("role", Text, primary_key=True),
    Column("term", BigInteger, nullable=False),
    Column("holder", Text, nullable=False),
    Column("since", Double, nullable=False),
)

# What the desk was told, batch by batch, between which positions of the change log: what a desk
# with an older memory is told again, to become the same.
desk_journal = Table(
    "desk_journal",
    metadata,
    Column("before", BigInteger, primary_key=True, autoincrement=False),
    Column("after", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
    Column("told", LargeBinary, nullable=False),
    Index("ix_desk_journal_at", "at"),
)

# Articles that are to be deleted, and that were, so that no crawl brings them back.
deletions = Table(
    "deletions",
    metadata,
    Column("article", Text, primary_key=True),
    Column("at", Double, nullable=False),
    Column("reason", Text, nullable=False),
    Column("applied", Double),
    Index("ix_deletions_applied_at_article", "applied", "at", "article"),
)

# What people decided about stories; it survives every re-clustering.
overrules = Table(
    "overrules",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("at", Double, nullable=False),
    Column("who", Text, nullable=False, server_default=""),
    Column("act", Text, nullable=False),  # split | merge | pin | unpin | undo
    Column("story", Text, nullable=False),
    Column("subject", Text, nullable=False, server_default=""),  # the other story, or a merge
    Column("articles", Text, nullable=False, server_default="[]"),  # those that a split moves
    Column("reason", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False, server_default="waiting"),  # waiting | applied | refused
    Column("outcome", Text, nullable=False, server_default=""),  # a story's id, or why refused
    Column("effect", LargeBinary),  # what the desk keeps of it, and what it did
    Column("applied", Double),
    Index("ix_overrules_story", "story"),
    Index("ix_overrules_state", "state"),
)
