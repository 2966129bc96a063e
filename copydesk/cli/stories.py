"""``copydesk story``: show one, and overrule the desk: split, merge, undo, pin, unpin."""

import sys
import time
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

import click

from copydesk.cli.context import App, login_name, pass_app
from copydesk.cli.output import (
    console,
    json_option,
    marked,
    moment,
    print_json,
    print_table,
    printable,
)
from copydesk.errors import InUseError, NotFoundError

if TYPE_CHECKING:
    from copydesk.record.overruling import Asked
    from copydesk.story_life import StoryLife

# A desk looks for people's word every second, between two batches.
_WAIT_SECONDS = 30.0
_LOOK_SECONDS = 0.25
_NAMED = {"person": "People", "organisation": "Organisations", "other": "Also named"}


class _StoryGroup(click.Group):
    """``copydesk story ID`` shows the story, as ``copydesk story show ID`` does."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Put ``show`` before what is no command of the group, but no slip of the keyboard."""
        named = [each for each in args if not each.startswith("-")]
        if named and named[0] not in self.commands:
            # An id is much longer than any command, and `show` takes one.
            near = get_close_matches(named[0], self.commands, n=1)
            if near or len(named) > 1:
                known = ", ".join(sorted(self.commands))
                meant = f'Did you mean "{near[0]}"?' if near else f"There are: {known}."
                raise click.UsageError(f'There is no command "{named[0]}". {meant}', ctx=context)
            args = ["show", *args]
        return super().parse_args(context, args)


def _word_options(command: Any) -> Any:
    """Who overrules the desk, and why."""
    for option in (
        json_option,
        click.option("--reason", default="", help="Why; shown beside the story."),
        click.option("--who", default="", help="Whose word it is; your login name if unset."),
    ):
        command = option(command)
    return command


@click.group(cls=_StoryGroup)
def story() -> None:
    """Show a story; split, merge or pin it; undo a merge.

    What a person decides holds for ever: the desk never undoes it.
    """


@story.command()
@click.argument("story_id")
@click.option(
    "--report", default="", metavar="ID", help="Show those around it, where there are over 1000."
)
@json_option
@pass_app
def show(app: App, story_id: str, report: str, as_json: bool) -> None:
    """Show one story: its reports, copies folded under their first text, and why."""
    from copydesk.record.overruling import about_story
    from copydesk.record.reading import resolve_story, story_detail
    from copydesk.record.reading_life import life_sources
    from copydesk.roles.opening import reading_record
    from copydesk.story_life import story_life
    from copydesk.story_state import state_of

    with reading_record(app.settings) as record, record.reading() as connection:
        held = resolve_story(connection, story_id)
        newest = story_detail(connection, held) if held else None
        word = about_story(connection, held) if held else ()
        found = life_sources(connection, newest) if newest else None
        detail = story_detail(connection, held, around=report) if held and report else newest
    if detail is None or found is None:
        raise NotFoundError(
            f'there is no story "{story_id}"',
            next_step="`copydesk search --stories WORDS` finds stories and their ids.",
        )
    shown = {article.id for group in detail.groups for article in group.articles}
    if report and report not in shown:
        raise NotFoundError(
            f'there is no report "{report}" in story {detail.story.id}',
            next_step=f"`copydesk explain {report}` tells where it is.",
        )
    facts = detail.story
    life = story_life(found.texts, velocity=found.velocity, last_hour=found.last_hour)
    state = state_of(facts, now=time.time())
    if as_json:
        print_json({"state": state, "life": life, **_fields(detail), "overrules": word})
        return
    out = console()
    headline = marked(facts.headline, facts.headline_status)
    out.print(printable(headline), style="bold", markup=False)
    out.print(
        f"{facts.id}  {state}  {facts.articles} reports, {facts.copy_groups} texts, "
        f"{len(facts.outlets)} outlets, {', '.join(facts.languages)}  "
        f"{moment(facts.first_report)} to {moment(facts.last_report)}",
        style="dim",
        markup=False,
    )
    for line in _told(life):
        click.echo(printable(line))
    rows = []
    for group in detail.groups:
        for index, article in enumerate(group.articles):
            title = ("  copy: " if index else "") + marked(article.title, article.status)
            rows.append((article.id, moment(article.at), article.outlet, title, article.url))
    print_table(("id", "time (UTC)", "outlet", "headline", "address"), rows)
    for count, age, beside in (
        (detail.newer, "Newer", detail.newer_page),
        (detail.left_out, "Older", detail.older_page),
    ):
        if beside:
            there = f"`copydesk story show {facts.id} --report {beside}`"
            click.echo(f"{age} reports that are not in this list ({count}): {there}")
    for asked in word:
        click.echo(printable(sentence(asked)))


@story.command()
@click.argument("story_id")
@click.argument("articles", nargs=-1, required=True)
@click.option("--into", default="", help="Move them into this story instead of a new one.")
@_word_options
@pass_app
def split(app: App, /, story_id: str, articles: tuple[str, ...], into: str, **word: Any) -> None:
    """Take articles out of a story, into a new one; a copy group stands for its articles there."""
    _overrule(app, "split", story_id, subject=into, articles=articles, **word)


@story.command()
@click.argument("story_id")
@click.argument("other")
@_word_options
@pass_app
def merge(app: App, /, story_id: str, other: str, **word: Any) -> None:
    """Make two stories one: the older keeps its id, the other's leads there for ever."""
    _overrule(app, "merge", story_id, subject=other, **word)


@story.command()
@click.argument("merge", type=click.IntRange(min=1), metavar="MERGE")
@_word_options
@pass_app
def undo(app: App, /, merge: int, **word: Any) -> None:
    """Undo a merge by its number: what it brought goes, as far as it is there, to a new story."""
    from copydesk.record.ordering import merge_named
    from copydesk.roles.opening import reading_record

    with reading_record(app.settings) as record, record.reading() as connection:
        merged = merge_named(connection, str(merge))
    _overrule(app, "undo", merged.outcome, subject=str(merge), **word)


@story.command()
@click.argument("story_id")
@_word_options
@pass_app
def pin(app: App, /, story_id: str, **word: Any) -> None:
    """Let only people change what is in a story; only copies of its texts still enter it."""
    _overrule(app, "pin", story_id, **word)


@story.command()
@click.argument("story_id")
@_word_options
@pass_app
def unpin(app: App, /, story_id: str, **word: Any) -> None:
    """Let the desk change a pinned story again."""
    _overrule(app, "unpin", story_id, **word)


def sentence(asked: "Asked") -> str:
    """A person's word in words."""
    wish = asked.wish
    named = ", ".join(name for name in wish.articles if name not in asked.left_out)
    where = asked.outcome or "new"
    done = {
        "merge": f"merged {wish.story} and {wish.subject} (merge {asked.id})",
        "split": f"moved {named} from {wish.story} to {where}{_left_out(asked)}",
        "undo": f"undid merge {wish.subject} of {wish.story}: what it brought is in {where}"
        f"{_left_out(asked)}",
        "pin": f"pinned {wish.story}",
        "unpin": f"unpinned {wish.story}",
    }[wish.act]
    waiting = " (the desk has not done it yet)" if asked.state == "waiting" else ""
    because = f": {wish.reason}" if wish.reason else ""
    return f"{moment(asked.at)} {wish.who or 'someone'} {done}{waiting}{because}"


def _left_out(asked: "Asked") -> str:
    return f" (left out, as no longer there: {', '.join(asked.left_out)})" if asked.left_out else ""


def _overrule(
    app: App,
    act: Literal["split", "merge", "pin", "unpin", "undo"],
    story_id: str,
    *,
    who: str,
    reason: str,
    as_json: bool,
    subject: str = "",
    articles: tuple[str, ...] = (),
) -> None:
    """Ask the desk, and wait until it is done; without a running desk do its work here."""
    from copydesk.record import overruling
    from copydesk.roles.desk_duty import desk_once
    from copydesk.roles.opening import open_record

    wish = overruling.Wish(
        act=act,
        story=story_id,
        subject=subject,
        articles=articles,
        who=who or login_name(),
        reason=reason,
    )
    with open_record(app.settings) as record:
        with record.writing() as connection:
            number = overruling.ask(connection, wish, now=time.time())
        try:
            desk_once(app.settings, lambda _what, _done, _all: None)
        except InUseError:
            until = time.monotonic() + _WAIT_SECONDS
        else:
            until = time.monotonic()
        while True:
            with record.reading() as connection:
                asked = overruling.one_asked(connection, number)
            if asked.state != "waiting" or time.monotonic() >= until:
                break
            time.sleep(_LOOK_SECONDS)
    _tell(asked, as_json)


def _tell(asked: "Asked", as_json: bool) -> None:
    if as_json:
        print_json(asked)
    elif asked.state == "applied":
        click.echo(f"Done: story {asked.outcome}.{_left_out(asked)}")
        if asked.wish.act == "merge":
            click.echo(f"`copydesk story undo {asked.id}` undoes it.")
    elif asked.state == "waiting":
        click.echo("The running desk has not come to it yet; it does so by itself.")
    else:
        click.echo(f"Refused: {printable(asked.outcome)}", err=True)
    if asked.state == "refused":
        sys.exit(1)


def _told(life: "StoryLife") -> Iterator[str]:
    """What the story is about and how it went on, as lines."""
    yield f"{life.velocity:.1f} reports an hour at the end, {life.last_hour} in the last hour"
    for kind, heading in _NAMED.items():
        named = [f"{each.name} ({each.texts})" for each in life.names if each.kind == kind]
        if named:
            yield f"{heading}: {', '.join(named)}"
    if life.places:
        places = (f"{each.name} {each.country} ({each.texts})" for each in life.places)
        yield "Places: " + ", ".join(places)
    for each in life.moments:
        headline = marked(each.headline, each.status)
        yield f"{moment(each.at)}  {headline}  (new: {', '.join(each.new)})"


def _fields(detail: Any) -> dict[str, Any]:
    names: Sequence[str] = detail.__struct_fields__
    return {name: getattr(detail, name) for name in names}
