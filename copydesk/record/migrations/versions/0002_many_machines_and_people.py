"""Many machines, people's word and deletion"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # Who leads, and under which term: every write of a desk carries its term.
    op.create_table(
        "leadership",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("role", name=op.f("pk_leadership")),
    )
    # Articles that are to be deleted, and that were, so that no crawl brings them back.
    op.create_table(
        "deletions",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("applied", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("article", name=op.f("pk_deletions")),
    )
    with op.batch_alter_table("deletions", schema=None) as batch_op:
        batch_op.create_index("ix_deletions_applied", ["applied"], unique=False)
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("text_gone", sa.Integer(), server_default="0", nullable=False)
        )
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.add_column(sa.Column("keep_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("keep_text_days", sa.Integer(), nullable=True))
    # What people decided about stories; it survives every re-clustering.
    op.create_table(
        "overrules",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("applied", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrules")),
    )
    with op.batch_alter_table("overrules", schema=None) as batch_op:
        batch_op.create_index("ix_overrules_story", ["story"], unique=False)

    with op.batch_alter_table("source_state", schema=None) as batch_op:
        batch_op.add_column(sa.Column("leased_by", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("leased_until", sa.Double(), server_default="0", nullable=False)
        )
