"""The command line: one group, its errors and its exit codes."""

import gc
import os
import sys
from pathlib import Path

import click

from config.errors import ConfigError, CopydeskError
from copydesk import __version__
from copydesk.cli import (
    alerts,
    configuring,
    deadletters,
    demo,
    doctor,
    embargoes,
    explaining,
    exporting,
    finding,
    importing,
    keeping,
    kibana,
    reindex,
    roles,
    sources,
    stories,
)
from copydesk.cli.context import App
from copydesk.cli.interrupting import EXIT_INTERRUPTED

_EXIT_FAILED = 1
_EXIT_USAGE = 2
_EXIT_CONFIG = 78


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `copydesk run`, or `copydesk demo` where there is no internet.",
)
@click.version_option(__version__, message="copydesk %(version)s")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Data directory (or COPYDESK_DATA).",
)
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Configuration file (or COPYDESK_CONFIG); copydesk.toml in the data directory if unset.",
)
@click.pass_context
def copydesk(context: click.Context, data: Path | None, config_file: Path | None) -> None:
    """Reads all wires and outlets at once.

    The same text reprinted by many outlets becomes one copy group; all reports of the same
    happening become one story.
    """
    from config.settings import LogSettings
    from copydesk.logs import configure

    configure(LogSettings(), "")
    context.obj = App(data=data, config_file=config_file)


for command in (
    roles.init,
    roles.run,
    roles.crawl,
    roles.desk,
    roles.serve,
    finding.search,
    stories.story,
    alerts.alerts,
    sources.sources,
    importing.import_,
    exporting.export,
    keeping.backup,
    keeping.restore,
    keeping.delete,
    configuring.config,
    explaining.explain,
    deadletters.deadletter,
    embargoes.embargoes,
    reindex.reindex,
    doctor.doctor,
    demo.demo,
    kibana.kibana,
):
    copydesk.add_command(command)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        # Without standalone mode click returns the code of an Exit instead of raising it.
        code = copydesk.main(standalone_mode=False)
        if isinstance(code, int):
            sys.exit(code)
    except (click.exceptions.Abort, KeyboardInterrupt) as end:
        # Click makes an Abort of Ctrl-C, and of a question that is answered with no.
        if isinstance(end.__cause__ or end, KeyboardInterrupt):
            click.echo("copydesk: interrupted", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except CopydeskError as error:
        click.echo(f"copydesk: {error}", err=True)
        sys.exit(_EXIT_CONFIG if isinstance(error, ConfigError) else _EXIT_FAILED)
    except UnicodeEncodeError as error:
        if error.reason != "surrogates not allowed":
            raise
        # An argument of bytes that are no text reaches the record in disguise.
        click.echo("copydesk: an argument is not valid UTF-8. Check the terminal.", err=True)
        sys.exit(_EXIT_USAGE)
    except BrokenPipeError:
        _drop_output()  # the reader (head, less) has seen enough
        sys.exit(_EXIT_FAILED)
    except OSError as error:
        # Full disks and missing rights, wherever they strike.
        where = f"{error.filename}: " if error.filename else ""
        _drop_output()
        click.echo(f"copydesk: {where}{error.strerror or error}", err=True)
        sys.exit(_EXIT_FAILED)
    finally:
        # Python ends by looking through all it holds for garbage, which the system frees anyway:
        # after a desk 190,000 objects, half a second.
        gc.freeze()


def _drop_output() -> None:
    """Try no more to write what could not be written: Python would end with code 120."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
