"""The grammar's tree: precedence, fields, ranges, and the tree back to text."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.errors import QueryError
from indexer.query.ast import And, Between, Everything, Node, Not, Or, Present, Words
from indexer.query.format import format_query
from indexer.query.match import read_query
from indexer.query.parser import MAX_DEPTH, parse


def w(text: str, field: str = "", *, quoted: bool = False, prefix: bool = False) -> Words:
    return Words(text, field, quoted, prefix)


TREES: dict[str, Node] = {
    "": Everything(),
    "  *  ": Everything(),
    "a b": And((w("a"), w("b"))),
    "a AND b": And((w("a"), w("b"))),
    "a b OR c d": Or((And((w("a"), w("b"))), And((w("c"), w("d"))))),
    "a && b || c": Or((And((w("a"), w("b"))), w("c"))),
    "NOT a b": And((Not(w("a")), w("b"))),
    "-(a OR b)": Not(Or((w("a"), w("b")))),
    "--a": Not(Not(w("a"))),
    'a && !b !(c || "d")': And((w("a"), Not(w("b")), Not(Or((w("c"), w("d", quoted=True)))))),
    "!!! stop! a!b !": And((w("!!!"), w("stop!"), w("a!b"), w("!"))),
    "a-b a - b": And((w("a-b"), w("a"), w("-"), w("b"))),
    "(a -) OR -": Or((And((w("a"), w("-"))), w("-"))),
    'צה"ל ארה"ב': And((w('צה"ל'), w('ארה"ב'))),
    "title:צה”ל*": w('צה"ל', "title", prefix=True),
    '"מפקד צה"ל אמר" x': And((w('מפקד צה"ל אמר', quoted=True), w("x"))),
    'ב"הארץ" צה"ל': And((w("ב"), w("הארץ", quoted=True), w('צה"ל'))),
    'צה"ל אמר "שלום"': And((w('צה"ל'), w("אמר"), w("שלום", quoted=True))),
    'say"hello"': And((w("say"), w("hello", quoted=True))),
    "Bundes\u00adkanzler \ufefftit\u200ble:cafe\u0301": And(
        (w("Bundeskanzler"), w("café", "title"))
    ),
    "published:{2023 TO 2023}": Between("published", "2023", "2023", False, False),
    "and or not": And((w("and"), w("or"), w("not"))),
    'x "a \\"b\\" c"': And((w("x"), w('a "b" c', quoted=True))),
    "title:a b": And((w("a", "title"), w("b"))),
    "TITLE:a": w("a", "title"),
    "headline:(a -b*)": And((w("a", "title"), Not(w("b", "title", prefix=True)))),
    "credit:*": Present("credit"),
    "12:30 Ukraine: c++": And((w("12:30"), w("Ukraine:"), w("c++"))),
    "https://x.example/?q=(a)&b": w("https://x.example/?q=(a)&b", "url"),
    "(guid:tag:x,2023:(1))": w("tag:x,2023:(1)", "guid"),
    "copies:>2": Between("copies", "2", None, include_low=False),
    "copies:<= 2": Between("copies", None, "2"),
    "copies:2": Between("copies", "2", "2"),
    "published:[2023 TO now-1h}": Between("published", "2023", "now-1h", include_high=False),
    "published:2023-05-30 AND 14:00": And(
        (Between("published", "2023-05-30", "2023-05-30"), w("14:00"))
    ),
    "NOT published:>2023-05-30 (14:00)": And(
        (Not(Between("published", "2023-05-30", None, include_low=False)), w("14:00"))
    ),
    'published:>=2023-05-30T06:00 14:00 "2023-05-30" 2023-05-30 12:30': And(
        (
            Between("published", "2023-05-30T06:00", None),
            w("14:00"),
            w("2023-05-30", quoted=True),
            w("2023-05-30"),
            w("12:30"),
        )
    ),
    "why? What?! ferry??x 2?2 なぜ?理由 A?B事件 E=mc^2 4^2 x^y": And(
        tuple(
            map(
                w,
                [
                    "why?",
                    "What?!",
                    "ferry??x",
                    "2?2",
                    "なぜ?理由",
                    "A?B事件",
                    "E=mc^2",
                    "4^2",
                    "x^y",
                ],
            )
        )
    ),
    '"M*A*S*H f*** * a *b"': w("M*A*S*H f*** * a *b", quoted=True),
    "x.example/fer?y": w("x.example/fer?y"),
    "url:x?y source:a^2": And((w("x?y", "url"), w("a^2", "source"))),
    'guid:"a b*"': w("a b*", "guid", quoted=True),
    "published:{* TO 2023]": Between("published", None, "2023"),
    'published:"2023-05-30 10:15"': Between("published", "2023-05-30 10:15", "2023-05-30 10:15"),
}


@pytest.mark.parametrize("query", TREES)
def test_trees(query: str) -> None:
    assert parse(query) == TREES[query]


@pytest.mark.parametrize("query", TREES)
def test_the_tree_back_to_text_is_read_as_the_same_tree(query: str) -> None:
    assert parse(format_query(parse(query))) == TREES[query]


PIECES = (
    "a", "-", "-b", "--c", "(", ")", "( a", "-(", "OR", "AND", "NOT", "&&", "||", '"x y"',
    '"x\\"y"', '""', '"-"', "title:", "title:c", "title:(", "title:-", "language:de", "source:(",
    "text:(", "published:{2023 TO 2023}", "published:[2023 TO *]", "published:2023", "copies:>5",
    "copies:5", 'published:"2023-05-30 10:15"', "*", "a*", "-a*", "url:http://x/(a)", "http://y/z",
    "Ukraine:", "“q”", "~", "\\", "copies:*", 'id:"a b"', "id:-b", "source:AND", "::", 'צה"ל',
    'ב"הארץ"', "'", "!", "!a", "title:!a",
    "O\u00adR", "tit\u200ble:d", "e\u0301", "\ufeff", "12:30", "x)", "(y", "published:>=2023-05-30",
    "a?b", "a^2", '"a b*"',
)  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join))
def test_whatever_can_be_searched_for_is_read_alike_from_its_plain_form(query: str) -> None:
    try:
        tree = parse(query)
        read_query(query, "article", now=0)
    except QueryError:
        return
    assert parse(format_query(tree)) == tree


SIGNS = (
    *'aבצל":()*-!\\[]{}<>=~“&|,. \n\u0301\u0338\u00ad5', "title:", "url:", "copies:", "credit:",
    "title:(", "url:(", "guid:(", " TO ", " OR ", "NOT ", "http://x", "2023-05", "now-1h",
    "published:",
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(SIGNS), max_size=9).map("".join))
@example('url:(ל"ה)')
@example("NOT guid:(x :)")
@example('"=\\\u0338"')
@example("copies:(>2")
@example("published:{2023-05 TO *] OR copies:<= 2")
def test_text_to_tree_to_text_to_tree_is_the_same_for_all_that_can_be_searched_for(
    query: str,
) -> None:
    try:
        tree = parse(query)
        plain = format_query(tree)
        read_query(query, "article", now=0)
    except QueryError:
        return
    assert parse(plain) == tree
    assert format_query(parse(plain)) == plain


@pytest.mark.parametrize("depth", [26, MAX_DEPTH])
def test_the_plain_form_has_no_more_parentheses(depth: int) -> None:
    query = "x y"
    for _ in range(depth):
        query = f"({query} OR z) y"
    tree = parse(query)
    assert format_query(tree) == query
    assert parse(query) == tree


@pytest.mark.parametrize(
    ("query", "plain"),
    [
        ("copies:{2 TO *]", "copies:>2"),
        ("published:[* TO 2023-05}", "published:<2023-05"),
        ("published:[2023 TO now-1h}", "published:[2023 TO now-1h}"),
        ("published:[* TO *]", "published:[* TO *]"),
        ("headline:(drone* (“air defence” OR b))", 'title:drone* (title:"air defence" OR title:b)'),
    ],
)
def test_the_plain_form_is_as_people_write(query: str, plain: str) -> None:
    assert format_query(parse(query)) == plain


@pytest.mark.parametrize(
    ("query", "offset"),
    [("Bundes\u00adkanzler (x", 15), ("\ufeffcafe\u0301 titel:x", 7), ("e\u0301e\u0301 OR", 7)],
)
def test_offsets_are_those_of_the_query_as_it_was_given(query: str, offset: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert caught.value.offset == offset
    assert f"character {offset + 1}" in str(caught.value)


@pytest.mark.parametrize(
    ("query", "offset", "says"),
    [
        ("published:>=2023-05-30 14:00", 23, "2023-05-30T14:00"),
        ("(last_report:2023-05-30  14:00:10) a", 25, "T between"),
        ("published:< 2023-05-30 9:00 OR a", 23, "T between"),
        ('x "air def*"', 2, "air-def*"),
        ('title:("drone" OR "air d*")', 18, "air-def*"),
        ("a fer?y", 5, "fer*"),
        ("title:fer?y*", 9, "fer*"),
        ("ferry^2 a", 5, "Remove the ^2"),
        ('"air defence"^1.5', 13, "Remove the ^1.5"),
        ("(a OR b)^2", 8, "Remove the ^2"),
    ],
)
def test_signs_of_other_grammars_are_refused_with_what_to_write(
    query: str, offset: int, says: str
) -> None:
    """Read as words they would find nothing, and nobody would know."""
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert caught.value.offset == offset
    assert says in caught.value.next_step


def test_unclosed_quotes_cost_no_more_than_their_length() -> None:
    # 5,000 acronyms, each of whose quotes might open a phrase.
    tree = parse('א"ב' * 5_000)
    assert isinstance(tree, Words)
