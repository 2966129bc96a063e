"""Line numbers of TOML keys."""

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from config.lines import KeyPath, locate

TRICKY = '''# [not.a.table]
top = 1
[crawl] # comment ]
a = """
b = 2
[fake]
"""
list = [
  "x ] # not a comment", # ]
  { inline = "}" },
]
"quoted key" = 'it''s' # '
c.d = 3

[[source]]
id = "one"
[[source]]
  id = "two" # "
  tags = [ "a",
           "b" ]
[source.extra]
z = 1
'''


def test_tricky_file_is_located() -> None:
    lines = locate(TRICKY.replace("'it''s'", '"it\'s"'))
    assert lines == {
        ("top",): 2,
        ("crawl",): 3,
        ("crawl", "a"): 4,
        ("crawl", "list"): 8,
        ("crawl", "quoted key"): 12,
        ("crawl", "c"): 13,
        ("crawl", "c", "d"): 13,
        ("source", 0): 15,
        ("source", 0, "id"): 16,
        ("source", 1): 17,
        ("source", 1, "id"): 18,
        ("source", 1, "tags"): 19,
        ("source", "extra"): 21,
        ("source", "extra", "z"): 22,
    }


def test_empty_and_unfinished_text_end() -> None:
    assert locate("") == {}
    assert locate("a = [") == {("a",): 1}
    assert locate('a = "') == {("a",): 1}


_words = st.text("abcxyz", min_size=1, max_size=5)
_values = st.one_of(
    st.integers().map(str),
    st.text("ab #[]{}='", max_size=8).map(lambda text: f'"{text}"'),
    st.text("ab \n#[]{}=", max_size=12).map(lambda text: f'"""{text}"""'),
    st.lists(st.sampled_from(['"a ]"', "1", "'#'"]), max_size=3).map(
        lambda items: "[\n" + ",\n".join(items) + "\n]"
    ),
)


@given(st.dictionaries(_words, st.dictionaries(_words, _values, max_size=4), max_size=4))
def test_every_key_is_found_on_its_own_line(tables: dict[str, dict[str, str]]) -> None:
    text, expected = "", {}
    for table, entries in tables.items():
        path: KeyPath = (table,)
        expected[path] = text.count("\n") + 1
        text += f"[{table}]\n"
        for key, value in entries.items():
            expected[(table, key)] = text.count("\n") + 1
            text += f"{key} = {value} # end\n"
    content: dict[str, Any] = tomllib.loads(text)
    assert set(content) == set(tables)
    assert locate(text) == expected
