"""Copy groups, from the outside."""

from dedupe.copies import CopyFinder
from dedupe.document import Document

TEXT = (
    "The harbour of Varna was closed on Monday after a storm tore two freighters from their "
    "moorings and pushed them across the fairway, the port authority said. Nobody was hurt, "
    "but eleven ships are waiting outside the breakwater for the wind to drop."
)
OTHER = (
    "A court in Lima has ordered the release of the former minister, saying that prosecutors "
    "failed to show in eighteen months of detention that he had taken money from builders. "
    "His lawyers said that he would return to politics; the prosecution will appeal."
)


def document(name: str, text: str, title: str = "", at: float = 0.0) -> Document:
    return Document(
        id=name, title=title or f"Title of {name}", text=text, source=name, outlet=name, at=at
    )


def test_a_reprint_joins_and_another_text_does_not() -> None:
    finder = CopyFinder()
    first = finder.place(document("a", TEXT))
    copy = finder.place(document("b", "Advertisement. " + TEXT.replace("Monday", "Tuesday")))
    other = finder.place(document("c", OTHER))
    assert first.evidence.method == "first"
    assert copy.group == first.group
    assert copy.evidence.method == "minhash"
    assert copy.evidence.matched == "a"
    assert copy.evidence.similarity > copy.evidence.threshold > 0
    assert other.group != first.group


def test_a_long_headline_without_text_is_a_reprint_and_a_short_one_is_not() -> None:
    finder = CopyFinder()
    long = "US charges four key suspects in killing of Haiti's president"
    first = finder.place(document("a", "", title=long))
    again = finder.place(document("b", "", title=long.upper(), at=3600.0))
    late = finder.place(document("c", "", title=long, at=30 * 86400.0))
    assert again.group == first.group
    assert again.evidence.method == "title"
    assert late.group != first.group
    live = finder.place(document("d", "", title="Live updates"))
    assert finder.place(document("e", "", title="Live updates")).group != live.group


def test_texts_far_apart_in_time_are_not_copies() -> None:
    finder = CopyFinder()
    first = finder.place(document("a", TEXT))
    assert finder.place(document("b", TEXT, at=100 * 86400.0)).group != first.group


def test_revise_withdraw_adopt_and_restore() -> None:
    finder = CopyFinder()
    first = finder.place(document("a", TEXT))
    copy = finder.place(document("b", TEXT))
    assert finder.revise(document("a", OTHER)).group not in (copy.group, "")
    finder.withdraw("a")
    assert finder.place(document("c", OTHER)).evidence.method == "first"
    finder.adopt(document("d", TEXT), first.group)
    restored = CopyFinder.restore(finder.snapshot())
    assert len(restored) == len(finder) == 3
    assert restored.snapshot() == finder.snapshot()
    assert restored.place(document("e", TEXT)) == finder.place(document("e", TEXT))
