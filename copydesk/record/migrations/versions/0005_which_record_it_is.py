"""Which record it is: a name, renewed where a backup was restored"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    timelines = op.create_table(
        "timelines",
        sa.Column("forked", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("forked", "since", name=op.f("pk_timelines")),
    )
    connection = op.get_bind()
    head = int(connection.execute(sa.text("SELECT seq FROM log_head")).scalar_one())
    lives = [{"forked": head, "since": head, "name": secrets.token_hex(8)}]
    # What was made from the record so far bears no name.
    if head:
        lives.append({"forked": 0, "since": 0, "name": ""})
    # Where a backup was restored was noted among the readers' places.
    restored = "FROM cursors WHERE reader LIKE 'restored at %'"
    for reader, before in connection.execute(sa.text(f"SELECT reader, seq {restored}")):
        since = int(reader.removeprefix("restored at "))
        lives.append({"forked": before, "since": since, "name": ""})
    op.bulk_insert(timelines, lives)
    op.execute(f"DELETE {restored}")
