"""The desk's branch of the exception tree."""

from config.errors import CopydeskError


class DedupeError(CopydeskError):
    """A document could not be placed."""


class SnapshotError(DedupeError):
    """A snapshot is damaged or of another version; rebuild by adopting the documents again."""
