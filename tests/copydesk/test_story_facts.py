"""A story's facts do not depend on the order of its reports."""

import random

from copydesk.story_facts import Report, story_facts


def report(
    id_: str, title: str, *, outlet: str, group: str, at: float, language: str = "en"
) -> Report:
    return Report(
        id=id_,
        outlet=outlet,
        language=language,
        country="GB",
        at=at,
        copy_group=group,
        title=title,
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


def test_order_does_not_matter() -> None:
    shuffled = REPORTS[:]
    random.Random(1).shuffle(shuffled)
    assert story_facts(shuffled) == story_facts(REPORTS)


def test_one_report_is_a_story() -> None:
    facts = story_facts(REPORTS[3:])
    assert (facts.headline, facts.articles) == ("Fähre auf Grund", 1)


def test_facts_that_are_unknown_are_left_out() -> None:
    blank = Report(id="a", outlet="", language="", country="", at=1, copy_group="c", title="T")
    facts = story_facts([blank])
    assert (facts.outlets, facts.languages, facts.countries) == ((), (), ())
