"""A story's facts, counted report by report, are those of all its reports in whatever order."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.story_facts import StoryFacts, Tally
from copydesk.story_headlines import Report
from tests.copydesk.plain_facts import plain_facts


def story_facts(reports: list[Report]) -> StoryFacts:
    return Tally(reports).facts()


def report(
    id_: str,
    title: str,
    *,
    outlet: str,
    group: str,
    at: float,
    language: str = "en",
    status: str = "usable",
) -> Report:
    return Report(
        id=id_,
        outlet=outlet,
        language=language,
        country="GB",
        at=at,
        copy_group=group,
        title=title,
        status=status,
    )


REPORTS = [
    report("a1", "Ferry aground off Holm", outlet="Wire", group="c1", at=10),
    report("a2", "Ship hits sandbank", outlet="Paper", group="c1", at=30),
    report("a3", "Ferry aground: all safe", outlet="Radio", group="c2", at=20),
    report("a4", "Fähre auf Grund", outlet="Blatt", group="c3", at=5, language="de"),
]


def test_the_headline_is_the_first_of_the_most_printed_text_in_the_main_language() -> None:
    facts = story_facts(REPORTS)
    assert (facts.headline, facts.headline_article) == ("Ferry aground off Holm", "a1")
    assert (facts.first_report, facts.last_report) == (5, 30)
    assert (facts.articles, facts.copy_groups) == (4, 3)
    assert facts.languages == ("en", "de")
    assert facts.terms == ("aground", "Ferry")


def test_regional_forms_are_one_language() -> None:
    regional = [
        report("a1", "O navio que está em Holm", outlet="A", group="c1", at=5, language="pt-BR"),
        report("a2", "Navio em Holm", outlet="B", group="c2", at=1, language="pt"),
        report("a3", "Navio em Holm", outlet="C", group="c2", at=2, language="pt-BR"),
    ]
    facts = story_facts(regional)
    assert (facts.headline_article, facts.languages) == ("a2", ("pt-BR", "pt"))
    assert facts.terms == ("Holm", "Navio")
    assert story_facts(regional[:1]).terms == ("Holm", "navio")


def test_order_does_not_matter() -> None:
    shuffled = REPORTS[:]
    random.Random(1).shuffle(shuffled)
    assert story_facts(shuffled) == story_facts(REPORTS)


def test_one_report_is_a_story() -> None:
    facts = story_facts(REPORTS[3:])
    assert (facts.headline, facts.articles) == ("Fähre auf Grund", 1)


def test_what_was_cancelled_heads_a_story_that_has_nothing_else() -> None:
    killed = [
        report("a1", "Ferry aground", outlet="A", group="c1", at=1, status="cancelled"),
        report("a2", "Ferry aground", outlet="B", group="c1", at=2, status="cancelled"),
    ]
    corrected = report("a3", "Ship held", outlet="C", group="c2", at=3, status="corrected")
    foreign = report("a4", "Fähre auf Grund", outlet="D", group="c3", at=4, language="de")
    reprint = report("a5", "Ship aground off Holm", outlet="E", group="c1", at=5)
    for others, head in (((corrected,), "a3"), ((foreign,), "a4"), ((reprint,), "a5"), ((), "a1")):
        facts = story_facts([*killed, *others])
        assert facts.headline_article == head
        assert facts.articles == 2 + len(others)
        assert facts.languages[0] == "en"
    assert story_facts([*killed, corrected]).terms == ("Ship",)


def test_facts_that_are_unknown_are_left_out() -> None:
    blank = Report(id="a", outlet="", language="", country="", at=1, copy_group="c", title="T")
    facts = story_facts([blank])
    assert (facts.outlets, facts.languages, facts.countries) == ((), (), ())


# Few values, so that titles, texts and times meet: words that differ only in how they are spelt,
# too short for a key word, common, with possessives, twice in a title.
WORDS = (
    "Ferry",
    "ferry",
    "FERRY",
    "Ferry's",
    "Straße",
    "STRASSE",
    "Holm",
    "the",
    "of",
    "No",
    "NATO’s",
)
REPORTS_OF_CHANCE = st.lists(
    st.builds(
        Report,
        id=st.uuids().map(str),
        outlet=st.sampled_from(("", "Wire", "Paper", "Radio")),
        language=st.sampled_from(("", "en", "en", "de")),
        country=st.sampled_from(("", "GB", "DE")),
        at=st.integers(0, 4).map(float),
        copy_group=st.sampled_from("abcde"),
        title=st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join),
        summary=st.sampled_from(("", "Why")),
        status=st.sampled_from(("usable", "usable", "corrected", "cancelled")),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda each: each.id,
)


@given(REPORTS_OF_CHANCE)
def test_counted_one_by_one_they_are_at_every_step_what_all_reports_say(
    reports: list[Report],
) -> None:
    tally = Tally(())
    for seen, each in enumerate(reports, 1):
        tally.add([each])
        assert tally.facts() == plain_facts(reports[:seen])


@given(REPORTS_OF_CHANCE)
def test_counted_at_once_they_are_the_same(reports: list[Report]) -> None:
    assert story_facts(reports) == plain_facts(reports)


@pytest.mark.parametrize("copies", [0.0, 0.05, 0.3])
def test_a_large_story_of_real_looking_headlines(copies: float) -> None:
    chance = random.Random(3)
    words = [f"{letter}{number}" for number in range(40) for letter in ("Word", "word", "wörd")]
    rarity = [1 / (rank + 1) for rank in range(len(words))]
    tally = Tally(())
    reports: list[Report] = []
    for number in range(300):  # more than compete for the headline
        title = " ".join(chance.choices(words, rarity, k=8))
        group = f"c{chance.randrange(number + 1) if chance.random() < copies else number}"
        outlet = f"Outlet {chance.randrange(60)}"
        at = float(chance.randrange(1000))
        reports.append(report(f"a{number}", title, outlet=outlet, group=group, at=at))
        tally.add(reports[-1:])
        if chance.random() < 0.1:
            assert tally.facts() == plain_facts(reports)
    assert tally.facts() == plain_facts(reports)
