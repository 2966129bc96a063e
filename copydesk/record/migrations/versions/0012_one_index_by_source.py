"""What was kept long enough, articles and texts, is found by one index"""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.drop_index("ix_articles_texts", "articles")
    op.drop_index("ix_articles_source_at", "articles")
    op.create_index(
        "ix_articles_source_text_gone_at_id", "articles", ["source", "text_gone", "at", "id"]
    )
