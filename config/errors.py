"""The one tree of exceptions. Every library's errors descend from :class:`CopydeskError`."""

from collections.abc import Sequence


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


class InvalidConfigurationError(ConfigError):
    """Everything that is wrong with a configuration, at once, one line each."""

    def __init__(self, problems: Sequence[ConfigError]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(
            "\n  ".join(
                [
                    f"the configuration has {count} {'problem' if count == 1 else 'problems'}:",
                    *map(str, self.problems),
                ]
            )
        )
