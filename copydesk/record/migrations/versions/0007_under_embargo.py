"""What is under embargo waits apart from the inbox until its time"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "embargoed",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("received", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article", name=op.f("pk_embargoed")),
    )
    op.create_index("ix_embargoed_until", "embargoed", ["until"])
