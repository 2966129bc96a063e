"""Random queries over the newsroom: every engine finds what a plain reading of the plan finds.

The oracle looks at the projected columns document by document, as slowly and plainly as can be;
every engine is compared with it, hence with every other.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.engines.protocol import Engine, Order, SearchRequest
from indexer.errors import QueryError
from indexer.projection import Columns, columns
from indexer.query import plan as p
from indexer.query.ast import And, Between, Everything, Node, Not, Or, Present, Words
from indexer.query.cost import affordable
from indexer.query.dates import micros
from indexer.query.format import format_query
from indexer.query.match import Sight, read_query
from indexer.query.match import matches as saved_search_matches
from indexer.query.parser import parse
from tests.conformance.corpus import ARTICLES, NOW

PROJECTED = [columns(article) for article in ARTICLES]
SIGHTS = {article.id: Sight.of(article) for article in ARTICLES}
TEXTS = " ".join(f"{a.title} {a.summary} {a.text} {a.byline} {a.outlet}" for a in ARTICLES)
PIECES = sorted({word.strip('"()*-«»') for word in TEXTS.split()} - {"", "AND", "OR", "NOT"})
WORD_FIELDS = ("", "", "title", "summary", "text", "byline", "outlet", "credit", "keyword")
CODE_FIELDS = ("source", "language", "country", "story", "copy", "status", "id")
CODES = ("wire", "en", "pt", "GB", "us", "s1", "g1", "usable", "a01", "b", "w", "nobody")
TIMES = ("2023", "2023-05", "2023-05-30", "2023-05-30T06", "2023-05-30T06:30", "now-18h", "now/d")


@st.composite
def words(draw: st.DrawFn) -> Node:
    piece = draw(st.sampled_from(PIECES))
    at = draw(st.integers(0, max(0, len(piece) - 2)))
    # Cut on both sides: a prefix, or one character that more of a script without spaces follow.
    end = draw(st.integers(at + 1, len(piece)))
    text = piece[at:end] if draw(st.booleans()) else piece
    quoted = draw(st.booleans())
    if quoted:
        text = f"{text} {draw(st.sampled_from(PIECES))}"
    return Words(
        text, draw(st.sampled_from(WORD_FIELDS)), quoted, not quoted and draw(st.booleans())
    )


def leaves() -> st.SearchStrategy[Node]:
    return st.one_of(
        words(),
        st.builds(
            lambda field, text, prefix: Words(text, field, False, prefix),
            st.sampled_from(CODE_FIELDS), st.sampled_from(CODES), st.booleans(),
        ),
        st.builds(Present, st.sampled_from(("credit", "published", "copy", "summary", "url"))),
        st.builds(
            Between, st.sampled_from(("published", "first_seen")),
            st.none() | st.sampled_from(TIMES), st.sampled_from(TIMES),
            st.booleans(), st.booleans(),
        ),
        st.just(Everything()),
    )  # fmt: skip


def trees() -> st.SearchStrategy[Node]:
    def joined(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        several = st.lists(parts, min_size=2, max_size=3).map(tuple)
        return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, parts))

    return st.recursive(leaves(), joined, max_leaves=6)


def matches(plan: p.Plan, found: Columns) -> bool:
    """Whether a plan matches one document, word by word."""
    match plan:
        case p.All():
            return True
        case p.Term(column, value):
            return value in _values(found, column)
        case p.Prefix(column, value):
            return any(term.startswith(value) for term in _values(found, column))
        case p.Phrase(column, wanted):
            have = _values(found, column)
            return any(have[at : at + len(wanted)] == wanted for at in range(len(have)))
        case p.PhrasePrefix(column, wanted, last):
            have = _values(found, column)
            return any(
                have[at : at + len(wanted)] == wanted
                and any(term.startswith(last) for term in have[at + len(wanted) :][:1])
                for at in range(len(have))
            )
        case p.Range(column, low, high):
            number = found.numbers.get(column)
            return (
                number is not None
                and (low is None or number >= low)
                and (high is None or number < high)
            )
        case p.Every(parts):
            return all(matches(part, found) for part in parts)
        case p.AnyOf(parts):
            return any(matches(part, found) for part in parts)
        case p.Without(part):
            return not matches(part, found)


def _values(found: Columns, column: str) -> tuple[str, ...]:
    if column in found.codes:
        return found.codes[column]
    return tuple(found.words.get(column, "").split())


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tree=trees(), order=st.sampled_from(("relevance", "newest", "oldest")))
def test_every_engine_finds_what_the_plan_says(newsroom: Engine, tree: Node, order: Order) -> None:
    query = format_query(tree)
    now = micros(NOW)
    try:
        affordable(read_query(query, "article", now=now))
        wanted = {
            scope: {
                column.id
                for column in PROJECTED
                if matches(p.plan(parse(query), "article", now=now, scope=scope), column)
            }
            for scope in p.SCOPES
        }
    except QueryError:
        return
    page = newsroom.search(SearchRequest(query=query, order=order, limit=1000))
    got = [hit.document.id for hit in page.hits]
    assert (set(got), len(got), page.total) == (wanted["anywhere"], len(set(got)), len(got))
    plan = read_query(query, "article", now=now)
    assert {id_ for id_, sight in SIGHTS.items() if saved_search_matches(plan, sight)} == set(got)
    ranks = {c.id: (c.at, c.id) for c in PROJECTED}
    if order == "relevance":
        tiers = {i: sum(i in wanted[scope] for scope in p.SCOPES) for i in got}
        assert [hit.score for hit in page.hits] == [tiers[i] for i in got]
        assert got == sorted(got, key=lambda i: (tiers[i], *ranks[i]), reverse=True)
    else:
        assert got == sorted(got, key=ranks.__getitem__, reverse=order == "newest")


@settings(max_examples=300, deadline=None)
@given(tree=trees())
def test_a_formatted_query_is_read_as_the_same_query(tree: Node) -> None:
    once = format_query(tree)
    try:
        read = parse(once)
    except QueryError:
        return
    again = format_query(read)
    assert parse(again) == read
