"""The application: record, roles, API, web page and command line."""

from importlib.metadata import version

__version__ = version("copydesk")
