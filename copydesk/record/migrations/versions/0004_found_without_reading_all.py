"""What is found without reading all that there is"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    # Of a million stories a few thousand were merged; each merge asks for those into its story.
    merged = sa.text("merged_into <> ''")
    op.create_index(
        "ix_stories_merged_into",
        "stories",
        ["merged_into"],
        sqlite_where=merged,
        postgresql_where=merged,
    )
    # The oldest earlier wordings, for retention.
    op.create_index("ix_revisions_at", "revisions", ["at"])
