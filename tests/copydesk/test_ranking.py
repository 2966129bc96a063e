"""Rankings are what sorting all counts gives."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from copydesk.ranking import Leaders, Ranking

VALUES = st.lists(st.sampled_from("abcdefghij"), max_size=60)


def ranked(values: list[str]) -> tuple[str, ...]:
    counts = Counter(values)
    return tuple(sorted(counts, key=lambda value: (-counts[value], value)))


@given(VALUES)
def test_a_ranking_has_all_values_the_most_frequent_first(values: list[str]) -> None:
    ranking = Ranking()
    for value in values:
        ranking.add(value)
    assert ranking.all() == ranked(values)


@given(VALUES, st.integers(1, 5))
def test_leaders_are_the_first_of_a_ranking_at_any_time(values: list[str], limit: int) -> None:
    leaders = Leaders(limit)
    for number, value in enumerate(values, 1):
        leaders.add(value)
        assert leaders.all() == ranked(values[:number])[:limit]
