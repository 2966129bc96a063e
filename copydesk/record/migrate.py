"""Bring the record's schema up to date, and refuse one from the future."""

from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from copydesk.errors import RecordSchemaError
from copydesk.record.database import Record


def upgrade(record: Record) -> None:
    """Create or upgrade all tables, in one transaction.

    Raises :class:`RecordSchemaError` when the record was written by a newer Copydesk.
    """
    with as_file(files("copydesk.record") / "migrations") as folder, record.writing() as connection:
        config = _config(str(folder))
        _refuse_unknown(config, connection, record.where)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


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
