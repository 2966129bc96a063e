"""Alembic's entry: migrations run on the connection that `copydesk.record.migrate` hands over."""

from alembic import context

from copydesk.record.schema_hubs import subscriptions

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=subscriptions.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
