"""The table of subscriptions at hubs (WebSub); see :mod:`copydesk.record.schema` for all others."""

from sqlalchemy import Column, Double, Index, Integer, Table, Text

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
