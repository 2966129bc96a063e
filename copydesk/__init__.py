"""The application: record, roles, API, web page and command line."""


def __getattr__(name: str) -> str:
    """``__version__``, looked up when it is asked for."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Late, since it takes a while: a command shall hear Ctrl-C as soon as Python has begun.
    from importlib.metadata import version

    return version("copydesk")
