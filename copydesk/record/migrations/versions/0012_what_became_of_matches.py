"""Who heard of a match hears what becomes of its article"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    for column in (
        sa.Column("change_of", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("status", sa.Text(), nullable=False, server_default=""),
        sa.Column("revision", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("search_matches", column)
    # What matched so far was told as it is now: only what comes later is news.
    op.execute(
        "UPDATE search_matches SET "
        "status = (SELECT a.status FROM articles AS a WHERE a.id = search_matches.subject), "
        "revision = (SELECT a.revision FROM articles AS a WHERE a.id = search_matches.subject) "
        "WHERE subject IN (SELECT id FROM articles)"
    )
    op.drop_index("uq_search_matches_search_subject", "search_matches")
    op.create_index(
        "uq_search_matches_subject_search_change_of",
        "search_matches",
        ["subject", "search", "change_of"],
        unique=True,
    )
