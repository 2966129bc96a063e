"""What outlives a source, what is under embargo, who is told of matches, and the names of the
record's lives; all other tables are in :mod:`copydesk.record.schema`.
"""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, LargeBinary, Table, Text

from copydesk.record.schema import metadata

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
