"""The picture of when a story was reported."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.web.sparkline import BINS, bins, sparkline


def test_reports_fall_into_their_part_of_the_span() -> None:
    counts = bins([0, 0, 12, 24, 99, -1], 0, 24)
    assert (counts[0], counts[12], counts[BINS - 1], sum(counts)) == (2, 1, 1, 4)


def test_the_peak_is_as_high_as_the_picture() -> None:
    picture = sparkline([0, 0, 0, 0, 5], 0, 24)
    assert picture.bars[0].height == picture.height
    assert picture.bars[5].height == picture.height / 2
    assert picture.bars[1].height == 1


@pytest.mark.parametrize("times", [(), (5.0,)])
def test_one_moment_or_none_is_a_picture_too(times: tuple[float, ...]) -> None:
    assert len(sparkline(times, 5.0, 5.0).bars) == BINS


# Epoch seconds: the record holds none beyond the year 3000, the engines none beyond 3871.
@given(st.lists(st.floats(min_value=-6e10, max_value=6e10), max_size=50))
def test_no_bar_leaves_the_picture(times: list[float]) -> None:
    picture = sparkline(times, min(times, default=0.0), max(times, default=0.0))
    for bar in picture.bars:
        assert 0 <= bar.x <= picture.width
        assert 0 <= bar.y <= picture.height
        assert bar.y + bar.height == pytest.approx(picture.height, abs=0.11)
