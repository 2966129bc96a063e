"""A headline and the excerpts beside it say nothing twice."""

from copydesk.api.found import Segment
from copydesk.web.views import marked


def excerpt(text: str) -> tuple[Segment, ...]:
    """Pieces, those that the query found between asterisks."""
    return tuple(
        Segment(text=piece, hit=bool(place % 2))
        for place, piece in enumerate(text.split("*"))
        if piece
    )


def test_an_excerpt_that_is_the_headline_marks_it() -> None:
    headline, others = marked(
        "Drones over Moscow", [excerpt("…*Moscow* said…"), excerpt("Drones over *Moscow*")]
    )
    assert headline == excerpt("Drones over *Moscow*")
    assert others == [excerpt("…*Moscow* said…")]


def test_of_a_summary_and_the_text_that_begins_with_it_the_longer_is_shown() -> None:
    summary, text = excerpt("Drones reached *Moscow*…"), excerpt("Drones reached *Moscow*. In the…")
    headline, others = marked("Why?", [summary, text])
    assert headline == [Segment(text="Why?", hit=False)]
    assert others == [text]


def test_of_two_that_are_the_same_one_is_shown() -> None:
    twice = excerpt("…over *Moscow*…")
    assert marked("Why?", [twice, twice, excerpt("Other *Moscow*")])[1] == [
        twice,
        excerpt("Other *Moscow*"),
    ]
