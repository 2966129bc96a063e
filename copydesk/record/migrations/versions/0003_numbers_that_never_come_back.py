"""Numbers that never come back"""

from alembic import op

revision = "0003"
down_revision = "0002"

# Readers come back with the number of the last row they saw.
_READ_BY_NUMBER = ("fetches", "dead_letters", "saved_searches", "search_matches")


def upgrade() -> None:
    _let_no_number_come_back()


def _let_no_number_come_back() -> None:
    """SQLite gives a removed newest row's number again unless the table is made otherwise."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for name in _READ_BY_NUMBER:
        with op.batch_alter_table(
            name, recreate="always", table_kwargs={"sqlite_autoincrement": True}
        ):
            """The rows are copied, with their numbers."""
