"""What can be missing or go wrong with Elasticsearch for the tests."""

from config.errors import CopydeskError


class ServerError(CopydeskError):
    """Elasticsearch cannot be fetched, started or stopped."""


class MissingError(ServerError):
    """A program is missing; the message says in one line what to install."""
