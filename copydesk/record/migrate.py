"""Bring the record's schema up to date, and refuse one from the future."""

import time
from contextlib import nullcontext
from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from copydesk.errors import InUseError, RecordSchemaError
from copydesk.record.database import Record
from copydesk.record.leadership import unled

# Another process may bring the record up to date just now; a desk does not end by itself.
WAIT_SECONDS = 30.0
_POLL_SECONDS = 0.2


def upgrade(record: Record) -> None:
    """Create or upgrade all tables, in one transaction, and while no desk works on them.

    A desk of another version would go on as it did, and what it writes then fits neither. Raises
    :class:`RecordSchemaError` when there is one, and when a newer Copydesk wrote the record.
    """
    until = time.monotonic() + WAIT_SECONDS
    with as_file(files("copydesk.record") / "migrations") as folder:
        config = _config(str(folder))
        head = ScriptDirectory.from_config(config).get_current_head()
        while (found := _found(record, config)) != head:
            try:
                with unled(record) if found else nullcontext(), record.writing() as connection:
                    _refuse_unknown(config, connection, record.where)
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")
            except InUseError as error:
                # Perhaps another process brings it up to date just now.
                if time.monotonic() > until:
                    raise RecordSchemaError(
                        f"the record's schema is {found}, and a desk of that version works on it",
                        where=record.where,
                        next_step="Stop it, then try again.",
                    ) from error
                time.sleep(_POLL_SECONDS)


def _found(record: Record, config: Config) -> str:
    """The revision of the tables; "" where there are none."""
    with record.reading() as connection:
        _refuse_unknown(config, connection, record.where)
        return current(connection)


def to(connection: Connection, revision: str) -> None:
    """Create or upgrade all tables to this revision, in the transaction of the connection."""
    with as_file(files("copydesk.record") / "migrations") as folder:
        config = _config(str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def current(connection: Connection) -> str:
    """The revision of the tables; "" where there are none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def knows(revision: str) -> bool:
    """Whether this program can bring tables of that revision up to date."""
    with as_file(files("copydesk.record") / "migrations") as folder:
        script = ScriptDirectory.from_config(_config(str(folder)))
        return revision in {each.revision for each in script.walk_revisions()}


def check(record: Record) -> None:
    """Raise :class:`RecordSchemaError` unless the schema is exactly this program's."""
    with as_file(files("copydesk.record") / "migrations") as folder, record.reading() as connection:
        config = _config(str(folder))
        _refuse_unknown(config, connection, record.where)
        current = MigrationContext.configure(connection).get_current_revision()
        if current != ScriptDirectory.from_config(config).get_current_head():
            raise RecordSchemaError(
                f"the record's schema is {current or 'missing'}, this program needs a newer one",
                where=record.where,
                next_step="Run `copydesk init` to bring it up to date.",
            )


def _config(folder: str) -> Config:
    config = Config()
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return config


def _refuse_unknown(config: Config, connection: Connection, where: str) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    if current is None:
        return
    try:
        ScriptDirectory.from_config(config).get_revision(current)
    except CommandError as error:
        raise RecordSchemaError(
            f"the record was written by a newer Copydesk (schema {current})",
            where=where,
            next_step="Install that version, or restore an older backup.",
        ) from error
