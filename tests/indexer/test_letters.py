"""What belongs to one letter."""

from hypothesis import given
from hypothesis import strategies as st

from indexer.letters import letters


@given(st.text(max_size=12))
def test_letters_make_up_the_text(text: str) -> None:
    apart = [text[begin:end] for begin, end in letters(text)]
    assert "".join(apart) == text
    assert all(apart)
