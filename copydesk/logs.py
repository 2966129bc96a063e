"""Log lines: one short sentence with its facts, as text for people or JSON for machines."""

import logging
import sys
from contextlib import suppress
from typing import Literal, TextIO, cast

import structlog
import structlog.tracebacks
from structlog.typing import EventDict, WrappedLogger

from config.settings import LogSettings

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_COLOURS = {"crawl": "\033[36m", "desk": "\033[35m", "serve": "\033[34m", "run": "\033[32m"}
# Without the values of local variables: they hold secrets, and what hostile servers sent.
_dict_tracebacks = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
_WARN, _DIM, _RESET = "\033[33m", "\033[2m", "\033[0m"


def configure(settings: LogSettings, role: str) -> None:
    """Set up logging of this process; every line names ``role``."""
    renderer = (
        structlog.processors.JSONRenderer()
        if settings.format == "json"
        else _TextRenderer("colour" if sys.stderr.isatty() else "plain")
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(
                fmt="iso" if settings.format == "json" else "%H:%M:%S",
                utc=settings.format == "json",
            ),
            _dict_tracebacks if settings.format == "json" else structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.level]),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _Unfailing(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(role=role)
    # Libraries speak up only when something is wrong, and in the same form.
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward()], force=True)
    # Its tracebacks about a server that is away; we say the same in one line.
    logging.getLogger("elastic_transport").setLevel(logging.ERROR)
    # That a tick is left out, once a second while the record is slow: the next one does its work.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


class _Unfailing:
    """A stream to which no line is worth ending for: its disk is full, or its reader went."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


class _Forward(logging.Handler):
    """Hand the records of libraries to our own log."""

    def emit(self, record: logging.LogRecord) -> None:
        level: Literal["warning", "error"] = (
            "error" if record.levelno >= logging.ERROR else "warning"
        )
        structlog.get_logger().log(
            _LEVELS[level], record.getMessage(), library=record.name, exc_info=record.exc_info
        )


class _TextRenderer:
    """``12:31:05 crawl  BBC News: 34 items, 12 new  key=value``."""

    def __init__(self, style: Literal["colour", "plain"]) -> None:
        self._style = style

    def __call__(self, _logger: WrappedLogger, _name: str, event: EventDict) -> str:
        time = event.pop("timestamp")
        role = event.pop("role", "")
        level = event.pop("level", "info")
        sentence = str(event.pop("event"))
        trace = event.pop("exception", "")
        facts = "  ".join(f"{key}={value}" for key, value in event.items())
        if self._style == "colour":
            shade = _WARN if level in ("warning", "error") else ""
            role = f"{_COLOURS.get(role, '')}{role:<6}{_RESET}"
            return (
                f"{_DIM}{time}{_RESET} {role} {shade}{sentence}{_RESET if shade else ''}"
                + (f"  {_DIM}{facts}{_RESET}" if facts else "")
                + (f"\n{trace}" if trace else "")
            )
        mark = f"{level}: " if level in ("warning", "error") else ""
        return (
            f"{time} {role:<6} {mark}{sentence}"
            + (f"  {facts}" if facts else "")
            + (f"\n{trace}" if trace else "")
        )
