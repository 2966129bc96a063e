"""Answer what became of an article or a story: the one entry."""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import Connection, select

from copydesk.api.overruling import OverruleItem, overrule_item
from copydesk.api.times import moment
from copydesk.explain.lives import article_life, source_life, story_life
from copydesk.explain.model import ArticleLife, Explanation, LetterLife, SourceLife, Standing
from copydesk.explain.naming import articles_named, group_members, sources_near
from copydesk.record import deleting
from copydesk.record.overruling import Asked, about_article, about_story
from copydesk.record.reading_stories import resolve_story
from copydesk.record.retrying import Letter, list_letters
from copydesk.record.schema import deletions, inbox
from copydesk.record.schema_hubs import embargoed
from crawler.identity import canonical_form
from indexer.engines.protocol import Reader

Audience = Literal["operator", "reader"]
_TIME = "%-d %B %Y, %H:%M:%S UTC"


def explain(connection: Connection, engine: Reader, of: str, *, audience: Audience) -> Explanation:
    """The life of what ``of`` names: an article (id, address, guid, identity key), a story or a
    copy group; or why it is not there.

    Why something was deleted may name a person or a court: that is for operators, not for readers.
    """
    of = of.strip()
    story = resolve_story(connection, of)
    if story is not None:
        return _story(connection, engine, of, story)
    named = articles_named(connection, of) or group_members(connection, of)
    if not named:
        return _absent(connection, of)
    first, *others = named
    life = article_life(connection, engine, first)
    if life is None:
        return _unplaced(connection, of, first, others, audience)
    letters = list_letters(connection, subject=f"article {first}")
    return Explanation(
        of=of,
        standing="placed",
        in_words=tuple(_placed_words(connection, life, letters, audience)),
        article=life,
        overrules=_word(
            (*about_article(connection, first), *about_story(connection, life.story.story))
        ),
        also=tuple(others),
        letters=_letters(letters),
    )


def _placed_words(
    connection: Connection, life: ArticleLife, letters: Sequence[Letter], audience: Audience
) -> list[str]:
    words = [f"It was placed at {life.placed:{_TIME}}, in story {life.story.story}."]
    if life.status != "usable":
        until = f" until {life.embargo_until:{_TIME}}" if life.embargo_until else ""
        words.append(f"Its status is “{life.status}”{until}.")
    words += [life.story.why.in_words, life.copy_group.why.in_words, life.index.in_words]
    words += _waiting_words(connection, life.id, "A newer wording")
    if letters:
        words.append(f"{len(letters)} dead letters are about it; the newest: {letters[0].reason}.")
    return words + _deletion(connection, life.id, audience)


def _unplaced(
    connection: Connection, of: str, id_: str, others: list[str], audience: Audience
) -> Explanation:
    """Known by its keys, but without a place in the record."""
    letters = list_letters(connection, subject=f"article {id_}")
    waiting = _waiting_words(connection, id_, "It")
    deleted = _deletion(connection, id_, audience)
    standing: Standing
    if deleted:
        standing, words = "deleted", deleted
    elif waiting:
        standing, words = "waiting", waiting
    elif letters:
        standing = "failed"
        words = [
            f"The {letters[0].stage} failed on it: {letters[0].reason}.",
            f"`copydesk deadletter retry {letters[0].number}` tries it again.",
        ]
    else:
        standing = "not seen"
        words = [
            "Its address is known, but nothing is kept of it.",
            "It is being placed just now, or it failed and its dead letter was dropped.",
        ]
    return Explanation(
        of=of,
        standing=standing,
        in_words=(f"Article {id_} has no place in the record.", *words),
        also=tuple(others),
        letters=_letters(letters),
    )


def _absent(connection: Connection, of: str) -> Explanation:
    """Nothing here goes by that name: say which sources could have brought it."""
    if not canonical_form(of):
        return Explanation(
            of=of,
            standing="unknown",
            in_words=(
                "No article, story or copy group has this id, and it is no address.",
                "`copydesk search WORDS` finds articles and their stories.",
            ),
        )
    lives = (source_life(connection, source) for source in sources_near(connection, of))
    near = tuple(life for life in lives if life is not None)
    if not near:
        site = of.split("//", 1)[-1].split("/", 1)[0]
        return Explanation(
            of=of,
            standing="unknown",
            in_words=(
                "It was never seen, and no source reads its site.",
                f"`copydesk sources add {site}` adds one.",
            ),
        )
    return Explanation(
        of=of,
        standing="not seen",
        in_words=(
            "It was never seen, although its site is read.",
            *(_source_words(source) for source in near),
        ),
        sources=near,
    )


def _source_words(source: SourceLife) -> str:
    if source.state in ("paused", "retired"):
        return f"Source {source.id} is {source.state}: nothing new comes from it."
    if not source.fetches:
        return f"Source {source.id} was not fetched yet."
    last = source.fetches[0]
    if last.error:
        return f"Source {source.id} failed at {last.at:{_TIME}}: {last.error}"
    return (
        f"Source {source.id} was fetched last at {last.at:{_TIME}} ({last.outcome}); it was not "
        f"among the {last.items} items shown then."
    )


def _story(connection: Connection, engine: Reader, of: str, story: str) -> Explanation:
    life = story_life(connection, engine, story)
    standing: Standing = "placed"
    words = []
    if story != of:
        standing = "merged"
        words.append(f"It was merged into story {story}, where its reports are now.")
    elif life is not None and not life.articles:
        standing = "empty"
        words.append("Its reports were deleted, or revised into other stories.")
    if life is not None and life.articles:
        words.append(
            f"{life.articles} reports of {life.outlets} outlets, first at "
            f"{life.first_report:{_TIME}}, last at {life.last_report:{_TIME}}."
        )
        words.append(life.index.in_words)
    letters = list_letters(connection, subject=f"story {story}")
    return Explanation(
        of=of,
        standing=standing,
        in_words=tuple(words),
        story=life,
        overrules=_word(about_story(connection, story)),
        letters=_letters(letters),
    )


def _waiting_words(connection: Connection, id_: str, what: str) -> list[str]:
    row = connection.execute(
        select(inbox.c.seq, inbox.c.received).where(inbox.c.article == id_).limit(1)
    ).one_or_none()
    if row is None:
        return _embargo_words(connection, id_, what)
    return [f"{what} waits in the inbox since {moment(row.received):{_TIME}}; a desk places it."]


def _embargo_words(connection: Connection, id_: str, what: str) -> list[str]:
    row = connection.execute(
        select(embargoed.c.until).where(embargoed.c.article == id_)
    ).one_or_none()
    if row is None:
        return []
    if row.until is None:
        held = f"{what} is withheld until its source says that it may be used."
    else:
        held = f"{what} is under embargo until {moment(row.until):{_TIME}}; nobody sees it before."
    return [held, f"`copydesk embargoes lift {id_}` lets it be seen now."]


def _deletion(connection: Connection, id_: str, audience: Audience) -> list[str]:
    row = connection.execute(select(deletions).where(deletions.c.article == id_)).one_or_none()
    if row is None:
        return []
    done = "was deleted" if row.applied is not None else "is being deleted"
    because = f" ({row.reason})" if row.reason and audience == "operator" else ""
    when = f"{moment(row.at):{_TIME}}"
    final = "Nothing that comes under its identity is taken in again."
    if row.reason == deleting.CANCELLED and audience == "operator":
        final = (
            "A cancellation is final, so a later version is not taken in: what its source means for"
            " use again, it has to send under another identifier."
        )
    return [f"It {done} at a person's, a rule's or its source's word of {when}{because}.", final]


def _word(word: Sequence[Asked]) -> tuple[OverruleItem, ...]:
    ordered = {asked.id: asked for asked in sorted(word, key=lambda asked: asked.id)}
    return tuple(overrule_item(asked) for asked in ordered.values())


def _letters(letters: Sequence[Letter]) -> tuple[LetterLife, ...]:
    return tuple(
        LetterLife(number=each.number, at=moment(each.at), stage=each.stage, reason=each.reason)
        for each in letters
    )
