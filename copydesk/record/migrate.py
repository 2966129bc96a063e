"""Bring the record's schema up to date, and refuse one from the future.

Alembic is imported where tables are made or changed only: it takes a fifth of the start of a
command that just reads the record.
"""

import time
from contextlib import nullcontext
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from copydesk.errors import InUseError, RecordSchemaError
from copydesk.record.database import Record
from copydesk.record.leadership import unled

if TYPE_CHECKING:
    from alembic.config import Config

# The schema of this program: the last of the migrations, as a test holds.
HEAD = "0012"
# Another process may bring the record up to date just now; a desk does not end by itself.
WAIT_SECONDS = 30.0
_POLL_SECONDS = 0.2


def upgrade(record: Record) -> None:
    """Create or upgrade all tables, in one transaction, and while no desk works on them.

    A desk of another version would go on as it did, and what it writes then fits neither. Raises
    :class:`RecordSchemaError` when there is one, and when a newer Copydesk wrote the record.
    """
    until = time.monotonic() + WAIT_SECONDS
    while (found := _found(record)) != HEAD:
        try:
            with unled(record) if found else nullcontext(), record.writing() as connection:
                _known(connection, record.where)
                to(connection, HEAD)
        except InUseError as error:
            # Perhaps another process brings it up to date just now.
            if time.monotonic() > until:
                raise RecordSchemaError(
                    f"the record's schema is {found}, and a desk of that version works on it",
                    where=record.where,
                    next_step="Stop it, then try again.",
                ) from error
            time.sleep(_POLL_SECONDS)


def to(connection: Connection, revision: str) -> None:
    """Create or upgrade all tables to this revision, in the transaction of the connection."""
    from alembic import command  # see above

    with as_file(files("copydesk.record") / "migrations") as folder:
        config = _config(str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def current(connection: Connection) -> str:
    """The revision of the tables; "" where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""


def knows(revision: str) -> bool:
    """Whether this program can bring tables of that revision up to date."""
    if revision == HEAD:
        return True
    from alembic.script import ScriptDirectory  # see above

    with as_file(files("copydesk.record") / "migrations") as folder:
        script = ScriptDirectory.from_config(_config(str(folder)))
        return revision in {each.revision for each in script.walk_revisions()}


def check(record: Record) -> None:
    """Raise :class:`RecordSchemaError` unless the schema is exactly this program's."""
    if (found := _found(record)) != HEAD:
        raise RecordSchemaError(
            f"the record's schema is {found or 'missing'}, this program needs a newer one",
            where=record.where,
            next_step="Run `copydesk init` to bring it up to date.",
        )


def _config(folder: str) -> "Config":
    from alembic.config import Config  # see above

    config = Config()
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return config


def _found(record: Record) -> str:
    """The revision of the tables; "" where there are none."""
    with record.reading() as connection:
        return _known(connection, record.where)


def _known(connection: Connection, where: str) -> str:
    """The revision of the tables, which this program knows; "" where there are none."""
    found = current(connection)
    if found and not knows(found):
        raise RecordSchemaError(
            f"the record was written by a newer Copydesk (schema {found})",
            where=where,
            next_step="Install that version, or restore an older backup.",
        )
    return found
