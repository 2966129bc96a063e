"""The one tree of exceptions. Every library's errors descend from :class:`CopydeskError`."""


class CopydeskError(Exception):
    """Something Copydesk can explain.

    ``what`` happened, ``where`` (a file and line, a URL, a setting), and the ``next_step`` a
    person can take. Raise it with ``from`` so that the cause is kept.
    """

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next_step = next_step

    def __str__(self) -> str:
        sentence = f"{self.where}: {self.what}" if self.where else self.what
        return f"{sentence}. {self.next_step}" if self.next_step else sentence


class ConfigError(CopydeskError):
    """A setting or a source in the configuration is wrong."""
