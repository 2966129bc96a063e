"""Who took the text from whom."""

import random

import pytest

from dedupe.copies import CopyFinder
from dedupe.document import Document
from dedupe.errors import DedupeError
from dedupe.lineage import Derivation, difference, is_of


def words(seed: int, count: int) -> list[str]:
    rng = random.Random(seed)
    return ["".join(rng.choice("abcdefghklmnoprst") for _ in range(6)) for _ in range(count)]


def document(
    name: str, text: list[str], at: float, outlet: str = "", credit: str = "", title: str = ""
) -> Document:
    return Document(
        id=name, title=title or f"Headline of {name}", text=" ".join(text),
        source=outlet or name, outlet=outlet or name, credit=credit, at=at,
    )  # fmt: skip


def trace(*documents: Document) -> tuple[dict[str, Derivation], str, str]:
    finder = CopyFinder(bits=20)
    groups = {finder.place(one).group for one in documents}
    assert len(groups) == 1
    lineage = finder.lineage(groups.pop())
    return {one.document: one for one in lineage.derivations}, lineage.origin, lineage.earliest


def test_a_tree_with_reasons() -> None:
    text = words(1, 500)
    edited = [f"new{i}" if i % 9 == 0 else word for i, word in enumerate(text)]
    longer = edited + words(2, 300)
    tree, origin, earliest = trace(
        document("first", text, 0.0),
        document("edited", edited, 100.0),
        document("longer", longer, 200.0),
        document("half", text[:250], 300.0, title="Headline of first"),
    )
    assert origin == earliest == "first"
    assert tree["first"].reason == "earliest"
    assert tree["first"].taken_from == ""
    assert tree["edited"].taken_from == "first"
    assert tree["edited"].changes == ("headline", "edited")
    assert tree["longer"].taken_from == "edited"
    assert tree["longer"].changes == ("headline", "added")
    assert "closest of 2 earlier prints" in tree["longer"].why
    assert tree["half"].taken_from == "first"
    assert tree["half"].changes == ("headline", "cut") or tree["half"].changes == ("cut",)
    assert tree["half"].kept == pytest.approx(0.5, abs=0.12)


def test_the_credited_agency_is_the_origin_even_when_it_arrives_late() -> None:
    text = words(3, 400)
    tree, origin, earliest = trace(
        document("paper", text, 0.0, "paper.example", "Reuters"),
        document("wire", text, 60.0, "reuters.com"),
        document("site", text, 120.0, "site.example", "Reuters"),
    )
    assert (origin, earliest) == ("wire", "paper")
    assert tree["wire"].reason == "credited"
    assert tree["paper"].taken_from == tree["site"].taken_from == "wire"
    assert tree["paper"].reason == tree["site"].reason == "credits"
    assert "Reuters" in tree["site"].why


def test_what_is_printed_before_the_credited_house_says_so() -> None:
    text = words(4, 300)
    tree, _, _ = trace(
        document("leak", text, 0.0),
        document("wire", text, 60.0, "AFP"),
        document("site", text, 120.0, "site", "AFP"),
    )
    assert tree["leak"].reason == "only-later"
    assert tree["leak"].taken_from == "wire"


def test_an_unknown_group_is_an_error() -> None:
    with pytest.raises(DedupeError, match="copy group cnone is not here"):
        CopyFinder(bits=20).lineage("cnone")


@pytest.mark.parametrize(
    ("outlet", "credit", "same"),
    [
        ("reuters.com", "Reuters", True),
        ("apnews.com", "AP", True),
        ("Al Jazeera", "al-jazeera", True),
        ("www.stern.de", "Stern", True),
        ("apple.com", "AP", False),
        ("paper.example", "", False),
    ],
)
def test_outlets_and_the_houses_that_credits_name(outlet: str, credit: str, same: bool) -> None:
    assert is_of(outlet, credit) is same


def test_differences_are_exact_shares_of_words() -> None:
    text = words(5, 100)
    old = document("old", text, 0.0)
    same = difference(old, document("new", text, 0.0, title="Headline of old"))
    assert (same.headline, same.kept, same.cut, same.added, same.edited) == (False, 1, 0, 0, 0)
    cut = difference(old, document("new", text[:60], 0.0))
    assert cut.headline
    assert cut.kept == pytest.approx(0.6)
    assert cut.cut == pytest.approx(0.4)
    assert cut.added == cut.edited == 0
    longer = difference(old, document("new", [*text, *words(6, 25)], 0.0))
    assert longer.added == pytest.approx(0.2)
    assert longer.edited == longer.cut == 0
    changed = [*text[:30], "other", "words", *text[32:]]
    edited = difference(old, document("new", changed, 0.0))
    assert edited.edited == pytest.approx(0.02)
    assert edited.added == 0
    nothing = difference(old, document("new", [], 0.0))
    assert (nothing.kept, nothing.cut) == (0, 1)
