"""Texts that were kept long enough are found source by source, as each has its own mind"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.drop_index("ix_articles_with_text", "articles")
    with_text = sa.text("text_gone = 0")
    op.create_index(
        "ix_articles_texts",
        "articles",
        ["source", "at"],
        sqlite_where=with_text,
        postgresql_where=with_text,
    )
