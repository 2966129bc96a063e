"""What is asked for by language or country, and what is to be deleted, is found in its order"""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for name in ("language", "country"):
        op.create_index(f"ix_articles_{name}_at", "articles", [name, "at"])
    # Of a source that goes with a million articles each next few were sorted out of all.
    op.drop_index("ix_deletions_applied", "deletions")
    op.create_index("ix_deletions_applied_at_article", "deletions", ["applied", "at", "article"])
