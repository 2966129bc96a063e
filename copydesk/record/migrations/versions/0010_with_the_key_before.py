"""A receiver's key before the new one signs for a while"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("receivers", sa.Column("old_key", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "receivers", sa.Column("old_until", sa.Double(), nullable=False, server_default="0")
    )
