"""``copydesk search``."""

import shlex
from typing import Literal

import click

from copydesk.cli.context import App, pass_app
from copydesk.cli.output import (
    console,
    json_option,
    moment,
    print_json,
    print_table,
)


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


@click.command(cls=QueryCommand)
@click.argument("query", nargs=-1, required=True)
@click.option("--stories", is_flag=True, help="Find stories instead of articles.")
@click.option("--order", type=click.Choice(["relevance", "newest", "oldest"]), default="relevance")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@json_option
@pass_app
def search(
    app: App,
    query: tuple[str, ...],
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

    request = SearchRequest(
        kind="story" if stories else "article", query=" ".join(query), order=order, limit=limit
    )
    with reading_engine(app.settings) as engine:
        page = engine.search(request)
    if as_json:
        print_json({"total": page.total, "hits": [hit.document for hit in page.hits]})
        return
    rows = []
    for hit in page.hits:
        document = hit.document
        if isinstance(document, ArticleDocument):
            when = moment(document.published or document.first_seen)
            rows.append((when, document.outlet, document.title, document.story))
        else:
            reports = f"{document.articles} reports, {len(document.outlets)} outlets"
            rows.append((moment(document.last_report), reports, document.headline, document.id))
    print_table(("time (UTC)", "by", "headline", "story"), rows)
    console().print(f"{page.total} found, {len(rows)} shown", style="dim")
