"""The crawler's branch of the exception tree."""

from config.errors import CopydeskError


class CrawlError(CopydeskError):
    """Fetching, parsing or extracting failed."""
