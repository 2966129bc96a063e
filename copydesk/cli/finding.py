"""``copydesk search``, and how commands are given a query."""

import shlex
from typing import TYPE_CHECKING, Literal

import click
import msgspec

from copydesk.cli.context import App, pass_app
from copydesk.cli.output import (
    console,
    json_option,
    marked,
    moment,
    print_json,
    print_table,
)
from copydesk.errors import UnfitTextError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from indexer.engines.protocol import Kind

# Conditions that come to a query of the longest length, with much air between them.
_LARGEST = 1 << 20


class QueryCommand(click.Command):
    """A command that ends with a query, whose words may begin with a hyphen."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Say how a word of the query is kept from being read as an option."""
        given = list(args)
        try:
            return super().parse_args(context, args)
        except click.NoSuchOption as error:
            # Of a short one click names the letter alone.
            letters = error.option_name.lstrip("-")
            word = next(each for each in given if each.startswith("-") and letters in each)
            raise click.UsageError(
                f'There is no option "{word}". If it belongs to the query, put the query last, in '
                f"quotes and after --, for instance: -- {shlex.quote(f'WORDS {word}')}",
                ctx=context,
            ) from error


where_option = click.option(
    "--where",
    type=click.Path(dir_okay=False, allow_dash=True),
    help='Instead of a query: a file of conditions as JSON, "-" for standard input.',
)


def query_given(words: tuple[str, ...], where: str | None) -> str:
    """The query that a command was given, in words or as conditions.

    Raises :class:`UnfitTextError` for conditions that are none.
    """
    if bool(words) == (where is not None):
        raise click.UsageError("Give a query, or conditions with --where.")
    if where is None:
        return " ".join(words)
    from indexer.errors import QueryError
    from indexer.query.json_form import Condition, query_of

    try:
        with click.open_file(where, "rb") as file:
            text = file.read(_LARGEST + 1)
    except OSError as error:
        raise click.FileError(where, hint=error.strerror) from error
    if len(text) > _LARGEST:
        raise UnfitTextError(f"it has more than {_LARGEST:,} bytes", where=where)
    try:
        return query_of(msgspec.json.decode(text, type=Condition))
    except (ValueError, msgspec.DecodeError, RecursionError) as error:
        raise UnfitTextError(
            f"these are no conditions: {error}",
            where=where,
            next_step='Write for instance {"all": [{"words": "drone"}, {"has": "credit"}]}.',
        ) from error
    except QueryError as error:  # its offset is of a text that nobody wrote
        raise UnfitTextError(error.what, where=where, next_step=error.next_step) from error


def _headline_statuses(app: App, stories: list[str]) -> dict[str, str]:
    """How the headlines of these stories stand: the record knows, the index does not."""
    from copydesk.record.reading import headline_statuses
    from copydesk.roles.opening import reading_record

    with reading_record(app.settings) as record, record.reading() as connection:
        found = headline_statuses(connection, stories)
    return {story: found.get(story, "usable") for story in stories}


def _merged(app: App, query: str, kind: "Kind") -> "Mapping[str, str]":
    """Of the stories that a query names those that were merged; most need no record for that."""
    from copydesk.record.reading_merged import merged_in
    from copydesk.roles.opening import reading_record
    from indexer.query.parser import parse
    from indexer.query.stories import stories_named

    if not stories_named(parse(query), kind):
        return {}
    with reading_record(app.settings) as record:
        return merged_in(record, query, kind)


@click.command(cls=QueryCommand)
@click.argument("query", nargs=-1)
@where_option
@click.option("--stories", is_flag=True, help="Find stories instead of articles.")
@click.option("--order", type=click.Choice(["relevance", "newest", "oldest"]), default="relevance")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@json_option
@pass_app
def search(
    app: App,
    query: tuple[str, ...],
    where: str | None,
    stories: bool,
    order: Literal["relevance", "newest", "oldest"],
    limit: int,
    as_json: bool,
) -> None:
    """Search what has been indexed.

    Words must all occur; also "a phrase", AND, OR, NOT, prefix*, field:value
    (outlet:, language:, title:, story: ...) and ranges (published:>=2023-05-30).
    """
    from copydesk.roles.opening import reading_engine
    from indexer.documents import ArticleDocument
    from indexer.engines.protocol import SearchRequest

    kind: Kind = "story" if stories else "article"
    asked = query_given(query, where)
    request = SearchRequest(
        kind=kind, query=asked, merged=_merged(app, asked, kind), order=order, limit=limit
    )
    with reading_engine(app.settings) as engine:
        page = engine.search(request)
    statuses = _headline_statuses(app, [hit.document.id for hit in page.hits]) if stories else {}
    if as_json:
        hits: list[object] = [hit.document for hit in page.hits]
        if stories:
            hits = [
                {**msgspec.structs.asdict(each), "headline_status": statuses[each.id]}
                for each in (hit.document for hit in page.hits)
            ]
        print_json({"total": page.total, "hits": hits})
        return
    rows = []
    for hit in page.hits:
        document = hit.document
        if isinstance(document, ArticleDocument):
            when, title = document.published or document.first_seen, document.title
            headline = marked(title, document.status)
            rows.append((moment(when), document.outlet, headline, document.story))
        else:
            reports = f"{document.articles} reports, {len(document.outlets)} outlets"
            headline = marked(document.headline, statuses[document.id])
            rows.append((moment(document.last_report), reports, headline, document.id))
    print_table(("time (UTC)", "by", "headline", "story"), rows)
    console().print(f"{page.total} found, {len(rows)} shown", style="dim")
