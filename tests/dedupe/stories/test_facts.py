import pytest

from dedupe.stories.facts import story_facts
from tests.dedupe.stories.make import HOUR, MOSCOW, START, document


def test_headline_is_the_medoid_and_facts_are_counted() -> None:
    rows = [document(f"d{i}", t, x, hours=i) for i, (t, x) in enumerate(MOSCOW)]
    rows += [document("de", "Drohnen treffen Moskau", language="de", hours=10)]
    facts = story_facts(rows, frozenset({"d1"}))
    assert facts.medoid in {"d0", "d2"}
    assert facts.headline in {title for title, _ in MOSCOW}
    assert facts.size == 4
    assert facts.originals == 3
    assert facts.languages == ("en", "de")
    assert (facts.first, facts.last) == (START, START + 10 * HOUR)
    assert "moscow" in facts.places
    assert "moscow" in facts.terms
    assert len(facts.outlets) == 4
    assert facts.velocity == pytest.approx(1 / 6)


def test_phases_are_runs_of_reports_without_a_long_gap() -> None:
    rows = [document(str(h), f"Drones over Moscow {h}", hours=h) for h in (0, 1, 2, 9, 10)]
    assert [phase.size for phase in story_facts(rows).phases] == [3, 2]


def test_the_order_of_documents_does_not_matter() -> None:
    rows = [document(f"d{i}", t, x, hours=i) for i, (t, x) in enumerate(MOSCOW)]
    assert story_facts(rows) == story_facts(rows[::-1])


def test_an_empty_story_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        story_facts([])
