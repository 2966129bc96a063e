"""Numbers that never come back, and nothing left of what was deleted"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# Readers come back with the number of the last row they saw.
_READ_BY_NUMBER = ("fetches", "dead_letters", "saved_searches", "search_matches")


def upgrade() -> None:
    _let_no_number_come_back()
    _remember_the_last_articles_number()
    _empty_stories_without_reports()
    # When what a letter holds came in: a retry must not put it over something newer.
    op.add_column("dead_letters", sa.Column("received", sa.Double(), nullable=True))
    # How long the articles of a source that left are kept.
    op.create_table(
        "departed_sources",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=True),
        sa.Column("keep_text_days", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departed_sources")),
    )


def _let_no_number_come_back() -> None:
    """SQLite gives a removed newest row's number again unless the table is made otherwise."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for name in _READ_BY_NUMBER:
        with op.batch_alter_table(
            name, recreate="always", table_kwargs={"sqlite_autoincrement": True}
        ):
            """The rows are copied, with their numbers."""


def _empty_stories_without_reports() -> None:
    """Their headlines are of articles that were deleted, expired or belong to others now."""
    op.execute(
        "UPDATE stories SET headline = '', headline_article = '', summary = '', outlets = '[]', "
        "languages = '[]', countries = '[]', terms = '[]' WHERE articles = 0"
    )


def _remember_the_last_articles_number() -> None:
    """Readers go on after it though that article is deleted; one of them is our own."""
    op.add_column(
        "log_head", sa.Column("number", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.execute(
        "UPDATE log_head SET number = (SELECT coalesce(max(number), 0) FROM (SELECT number FROM "
        "articles UNION ALL SELECT seq FROM cursors WHERE reader = 'operations delays') AS given)"
    )
