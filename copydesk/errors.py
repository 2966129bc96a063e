"""The application's branch of the exception tree."""

from config.errors import CopydeskError


class RecordError(CopydeskError):
    """The record (the database) cannot be read or written."""


class RecordBusyError(RecordError):
    """Another process holds the record; trying again may help."""


class RecordSchemaError(RecordError):
    """The record was written by another version of Copydesk."""


class RecordDamagedError(RecordError):
    """The file of the record is damaged, or no database at all."""


class LeadershipLostError(RecordError):
    """Another desk leads now; this one may not write any more."""


class DamagedError(RecordError):
    """Something in the record cannot be read; what lies beside it can."""


class BackupError(CopydeskError):
    """A backup cannot be written, or is not whole."""


class NotFoundError(CopydeskError):
    """What was asked for is not in the record."""


class OverruleError(CopydeskError):
    """What a person asks about a story cannot be done."""


class SavedSearchError(CopydeskError):
    """A search cannot be saved as things are."""


class UnfitTextError(CopydeskError):
    """A text that a person gave can never be kept as it is."""


class InUseError(CopydeskError):
    """Another instance already runs on this data directory or port."""


class ImportLineError(CopydeskError):
    """One line of an import is wrong; the others go on."""


class ImportStoppedError(CopydeskError):
    """An import cannot go on; it took in nothing."""


class RoleError(CopydeskError):
    """A role (crawl, desk, serve) cannot do its work."""
