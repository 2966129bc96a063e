"""What outlives a source, what is under embargo, saved searches and who is told of their matches,
and the names of the record's lives; all other tables are in :mod:`copydesk.record.schema`.
"""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, LargeBinary, Table, Text

from copydesk.record.schema import Serial, metadata

# What hubs push to us. A row outlives its source until the hub knows.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("source", Text, primary_key=True),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("token", Text, nullable=False, unique=True),  # of the callback address
    Column("key", Text, nullable=False),  # signs what the hub delivers
    Column("state", Text, nullable=False),  # wanted | active | leaving
    Column("lease_until", Double, nullable=False),
    Column("attempt_at", Double, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("last_push", Double),
    Column("error", Text, nullable=False),
    Index("ix_subscriptions_attempt_at", "attempt_at"),
)

# How long the articles of a source that left are kept, where it had a mind of its own.
departed_sources = Table(
    "departed_sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("keep_days", Integer),
    Column("keep_text_days", Integer),
)

# Whose log it is: see :mod:`copydesk.record.timelines`.
timelines = Table(
    "timelines",
    metadata,
    Column("forked", BigInteger, primary_key=True, autoincrement=False),
    Column("since", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
)

# What must not be shown yet; without ``until`` its agency has to say when.
embargoed = Table(
    "embargoed",
    metadata,
    Column("article", Text, primary_key=True),
    Column("received", Double, nullable=False),
    Column("until", Double),
    Column("payload", LargeBinary, nullable=False),
    Index("ix_embargoed_until", "until"),
)

# Queries that people saved; a reader of the change log matches what changes against them.
saved_searches = Table(
    "saved_searches",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # article | story
    Column("query", Text, nullable=False),
    Column("who", Text, nullable=False, server_default=""),
    Column("created", Double, nullable=False),
    Column("since", BigInteger, nullable=False),  # the log position from which it looks
    sqlite_autoincrement=True,
)

search_matches = Table(
    "search_matches",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("search", BigInteger, nullable=False),
    Column("subject", Text, nullable=False),  # an article or a story, as the search's kind says
    Column("seq", BigInteger, nullable=False),  # the change that made it match first
    Column("at", Double, nullable=False),
    # What became of a matched article is a row too, and names the match. How it was told with it:
    Column("change_of", BigInteger, nullable=False, server_default="0"),
    Column("status", Text, nullable=False, server_default=""),
    Column("revision", Integer, nullable=False, server_default="0"),
    Index(
        "uq_search_matches_subject_search_change_of",
        *("subject", "search", "change_of"),
        unique=True,
    ),
    Index("ix_search_matches_search_id", "search", "id"),
    sqlite_autoincrement=True,
)

# Whom the matches of a saved search are sent to, and how far: see :mod:`copydesk.alerts.webhook`.
receivers = Table(
    "receivers",
    metadata,
    Column("search", BigInteger, primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False),
    Column("key", Text, nullable=False),  # signs what is sent
    Column("told", BigInteger, nullable=False),  # the last match that was taken
    Column("pending", BigInteger, nullable=False),  # the last one of a message to send again, or 0
    Column("state", Text, nullable=False),  # active | stopped
    Column("attempt_at", Double, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Double),
    Column("last_told", Double),
    Column("error", Text, nullable=False),
    Column("old_key", Text, nullable=False, server_default=""),  # signs too, until then
    Column("old_until", Double, nullable=False, server_default="0"),
)

# What became of all that receivers were sent; their rows go with their searches.
deliveries = Table(
    "deliveries",
    metadata,
    Column("outcome", Text, primary_key=True),  # delivered | failed | given-up
    Column("count", BigInteger, nullable=False),
)
