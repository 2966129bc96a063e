"""``copydesk import``: files and folders of articles, wires, feeds and e-mails."""

import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from copydesk.cli.context import App, pass_app
from copydesk.cli.interrupting import interruptible
from copydesk.cli.output import json_option, print_json, printable, progress
from copydesk.cli.placing import place_now

if TYPE_CHECKING:
    from copydesk.record.database import Record
    from copydesk.transfer.importing import Import
    from copydesk.transfer.reports import ImportReport, Told
    from copydesk.transfer.whose import Whose

_SHOWN_BAD = 20


@click.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=str))
@click.option("--source", metavar="NAME", help="Whose articles these are, where they do not say.")
@click.option("--inbox-only", is_flag=True, help="Leave the placing to the desk.")
@json_option
@pass_app
def import_(
    app: App, files: tuple[str, ...], source: str | None, inbox_only: bool, as_json: bool
) -> None:
    """Take in articles from files, and from folders with all that is in them.

    What a file is, its bytes say: a wire (NewsML-G2, NewsML 1, NITF, ninjs, IPTC 7901, ANPA 1312),
    an e-mail or a mailbox of them (mbox), a saved feed (RSS, Atom, JSON Feed), or articles as
    NDJSON; each also as .gz. "-" reads standard input.

    \b
      copydesk import --source npa-wire /archive/npa
      copydesk import saved-feeds articles.ndjson.gz

    Wires and e-mails need --source: what agencies number counts within a source, and so do their
    corrections, embargoes and kills. The name of a source that is polled here brings its outlet,
    country and language too; any other makes a source of its own. A feed is told by its address.

    NDJSON is one JSON object a line: "title" with "guid" or "url"; optional are text, summary,
    byline, outlet, source, language (BCP 47), country, section, keywords, published and first_seen
    (ISO 8601 or epoch seconds). Without a title the first sentence of the text stands for it,
    without an outlet the site of the URL.

    All is read before anything is taken in: the articles' own times are the clock, over all files.
    The same file twice adds nothing. A file or line that cannot be read is reported with its
    reason; the others go on, and the exit code is 1.
    """
    from config.sources import earlier_ids
    from copydesk.roles.opening import data_dir, open_record
    from copydesk.transfer.importing import Import
    from copydesk.transfer.reading import Terms
    from copydesk.transfer.reports import Listener

    bad: list[Told] = []
    noted: list[Told] = []
    shown = 0

    def on_bad(told: "Told") -> None:
        nonlocal shown
        shown += 1
        if as_json:
            bad.append(told)
        if shown <= _SHOWN_BAD:
            line.say(f"{_where(told)}: {printable(told.what)}")
        elif shown == _SHOWN_BAD + 1:
            line.say("... more follow that are bad; --json names them all")

    def on_note(told: "Told") -> None:
        if as_json:
            noted.append(told)

    work: Import | None = None
    with interruptible(lambda: _so_far(work)), open_record(app.settings) as record:
        whose = _whose(app, record, source)
        with progress("reading") as line:
            terms = Terms(
                folder=data_dir(app.settings),
                whose=whose,
                largest=app.settings.crawl.max_body,
                now=time.time(),
                listener=Listener(bad=on_bad, note=on_note, progress=line.describe),
                earlier=earlier_ids(app.configuration.sources),
            )
            work = Import(files, terms)
            reports = work.into(record)
    with interruptible(lambda: "all articles are in the inbox, and the desk places the rest."):
        placed = "They wait in the inbox." if inbox_only else place_now(app)
    if as_json:
        print_json({"files": reports, "bad": bad, "notes": noted, "desk": placed})
    else:
        _summarise(reports, placed)
    if shown:
        sys.exit(1)


def _so_far(work: "Import | None") -> str:
    if work is None or not work.taken:
        return "nothing was taken in."
    return (
        f"the first {work.taken:,} of {work.found:,} articles are in the inbox. "
        "Import again for the rest: nothing is added twice."
    )


def _whose(app: App, record: "Record", name: str | None) -> "Whose":
    from copydesk.transfer.whose import Whose, is_an_id, source_named
    from crawler.job import FeedJob

    if name is None:
        return Whose()
    known = source_named(name, app.configuration.sources, record)
    if known is not None:
        return Whose(known)
    if not is_an_id(name):
        raise click.BadParameter(
            f'"{name}" cannot be a source: small letters, digits and hyphens make a name.',
            param_hint="--source",
        )
    said = f'There is no source "{name}" here: the articles are of a source and an outlet so named.'
    click.echo(said, err=True)
    return Whose(FeedJob(source=name, url="", outlet=name))


def _summarise(reports: Mapping[str, "ImportReport"], placed: str) -> None:
    from copydesk.transfer.lines import hint

    for name, report in reports.items():
        for field, count in report.unknown.items():
            said = f'{name}: {count} lines have a field "{field}" that is not used; {hint(field)}'
            click.echo(printable(said), err=True)
        click.echo(f"{printable(name)}: {report.sentence()}")
    if any(report.noted for report in reports.values()):
        click.echo("--json tells of each file what was left out or mended.", err=True)
    click.echo(placed)


def _where(told: "Told") -> str:
    name = printable(told.file)
    return f"{name}:{told.line}" if told.line else name
