"""A page left open all day: news, merges, silence and midnight come to it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Route
from sqlalchemy import update

from copydesk.record.schema import articles
from tests.copydesk.api.newsroom import MORNING
from tests.copydesk.api.serving import fill, serving

pytestmark = pytest.mark.browser
LOOK = 31_000


def told(tab: Page) -> str:
    """What is offered, as it is read."""
    return " ".join(tab.locator("#fresh").inner_text().split())


def look(tab: Page) -> None:
    """Let half a minute pass and the page have its answer."""
    with tab.expect_response("**/fresh?*"):
        tab.clock.run_for(LOOK)


def test_new_reports_are_offered_not_thrown_in(tmp_path: Path, tab: Page) -> None:
    with serving(tmp_path) as site:
        fill(site.newsroom)
        tab.clock.install()
        tab.goto(site.url + "/")
        assert tab.locator("#fresh p").is_hidden()
        for index in range(12):
            site.newsroom.report("storm", f"n{index}", title="Storm", at=MORNING + 3000 + index)
        tab.clock.run_for(LOOK)
        tab.get_by_text("12 new reports").first.wait_for()
        assert told(tab) == "12 new reports Show"
        assert tab.locator(".card").count() == 2
        tab.get_by_role("link", name="Show").click()
        tab.locator(".card").nth(2).wait_for()
        assert tab.locator(".card h3").first.text_content() == "Storm"


def test_nothing_moves_when_news_is_offered(tmp_path: Path, tab: Page) -> None:
    """Who is about to press a headline would press another one."""
    with serving(tmp_path) as site:
        fill(site.newsroom)
        tab.clock.install()
        tab.goto(site.url + "/")
        headline = tab.locator(".card h3 a").first
        before = headline.bounding_box()
        site.newsroom.report("storm", "n", at=MORNING + 3000)
        tab.clock.run_for(LOOK)
        tab.locator("#fresh p").wait_for()
        assert headline.bounding_box() == before


def test_news_is_said_aloud_when_it_has_doubled(tmp_path: Path, tab: Page) -> None:
    """A line that is said with every report would interrupt whoever listens all day."""
    said = []
    with serving(tmp_path) as site:
        fill(site.newsroom)
        tab.clock.install()
        tab.goto(site.url + "/")
        for count in range(1, 10):
            site.newsroom.report("storm", f"n{count}", at=MORNING + 3000)
            tab.clock.run_for(LOOK)
            tab.locator("#fresh span", has_text=f"{count} new").wait_for()
            said.append(tab.get_by_role("status").text_content())
    assert said == ["1 new report", *["2 new reports"] * 2, *["4 new reports"] * 4,
                    *["8 new reports"] * 2]  # fmt: skip


def test_a_story_that_was_merged_says_so_where_it_is_open(tmp_path: Path, tab: Page) -> None:
    with serving(tmp_path) as site:
        fill(site.newsroom)
        tab.clock.install()
        tab.goto(site.url + "/story/kyiv")
        look(tab)
        assert tab.locator("#fresh p").is_hidden()
        site.newsroom.merge("kyiv", "moscow")
        tab.clock.run_for(LOOK)
        tab.locator("#fresh p").wait_for()
        assert told(tab) == "This story has changed Show"
        tab.get_by_role("link", name="Show").click()
        tab.wait_for_url("**/story/moscow")


def test_what_was_ticked_and_written_is_there_when_news_is_shown(tmp_path: Path, tab: Page) -> None:
    with serving(tmp_path) as site:
        fill(site.newsroom)
        site.newsroom.report("moscow", "m4", title="Windows broken in Moscow")
        tab.clock.install()
        tab.goto(site.url + "/story/moscow")
        for headline in ("Drones attack", "Windows broken"):
            tab.get_by_label(f"does not belong here: {headline}").check()
        tab.locator("summary", has_text="Overrule the desk").click()
        tab.get_by_label("Reason").fill("another city")
        with site.record.writing() as connection:
            gone = update(articles).where(articles.c.id == "m4").values(story="kyiv")
            connection.execute(gone)
        site.newsroom.report("moscow", "m5", title="Airport closed")
        tab.clock.run_for(LOOK)
        tab.get_by_role("link", name="Show").click()
        tab.get_by_label("does not belong here: Airport closed").wait_for()
        assert tab.locator("input:checked").evaluate_all("all => all.map(e => e.value)") == ["g-m1"]
        assert tab.get_by_label("Reason").input_value() == "another city"
        told = "Ticked, but not here any more: “Windows broken in Moscow”."
        assert tab.locator("#unticked").inner_text() == told
        tab.goto(site.url + "/story/moscow")  # it was for that once
        assert tab.locator("input:checked").count() == 0


def test_what_was_asked_of_the_desk_shows_soon(tmp_path: Path, tab: Page) -> None:
    with serving(tmp_path) as site:
        fill(site.newsroom)
        tab.clock.install()
        tab.goto(site.url + "/story/moscow")
        tab.locator("summary", has_text="Overrule the desk").click()
        tab.get_by_role("button", name="Pin").click()
        tab.get_by_text("the desk does it in a moment").wait_for()
        site.newsroom.report("moscow", "later")  # as the desk would change it
        tab.clock.run_for(5_000)
        tab.locator("#fresh p").wait_for()


def test_a_server_that_is_away_is_told_and_found_again(tmp_path: Path, browser: Browser) -> None:
    context = browser.new_context()
    tab = context.new_page()
    with serving(tmp_path) as site:
        fill(site.newsroom)
        tab.clock.install(time=datetime(2023, 5, 30, 8, tzinfo=UTC))
        tab.goto(site.url + "/")
        tab.route("**/fresh?*", lambda route: route.abort())
        tab.clock.run_for(LOOK)
        tab.wait_for_timeout(50)
        assert tab.locator("#fresh p").is_hidden()  # a restart is not worth a word
        for _ in range(2):
            tab.clock.run_for(LOOK)
            tab.wait_for_timeout(50)
        tab.locator("#fresh p").wait_for()
        assert told(tab).startswith("Copydesk has not answered since ")
        assert tab.get_by_role("status").text_content() == told(tab)
        tab.unroute("**/fresh?*")
        tab.clock.run_for(LOOK)
        tab.locator("#fresh p").wait_for(state="hidden")
    context.close()


def test_a_desk_that_falls_behind_is_told_where_the_page_is_open(tmp_path: Path, tab: Page) -> None:
    with serving(tmp_path) as site:
        fill(site.newsroom)
        tab.clock.install()
        tab.goto(site.url + "/")
        site.newsroom.waiting("w", received=MORNING + 6600)
        tab.clock.run_for(LOOK)
        tab.locator("#fresh p").wait_for()
        assert told(tab) == "What came in since 09:50 is not shown yet"
        tab.reload()
        tab.locator(".late").wait_for()
        look(tab)
        assert tab.locator("#fresh").is_hidden()  # it stands on the page


def test_a_server_that_hangs_is_asked_one_question_at_a_time(tmp_path: Path, tab: Page) -> None:
    """Six open ones are all that a browser has for a server, for all its tabs."""
    asked: list[Route] = []
    over: list[Request] = []
    with serving(tmp_path) as site:
        fill(site.newsroom)
        tab.clock.install()
        tab.goto(site.url + "/")

        # Playwright writes into what it is given to call: no built-in method.
        def ask(route: Route) -> None:
            asked.append(route)

        def fail(request: Request) -> None:
            over.append(request)

        tab.on("requestfailed", fail)
        tab.route("**/fresh?*", ask)
        for count in range(1, 5):
            tab.clock.run_for(LOOK)
            while len(asked) < count:
                tab.wait_for_timeout(10)
        tab.wait_for_timeout(50)
        assert len(asked) - len(over) == 1
        tab.unroute("**/fresh?*")


def test_past_midnight_the_times_of_the_day_before_get_their_date(
    tmp_path: Path, browser: Browser
) -> None:
    context = browser.new_context(timezone_id="Europe/Berlin")
    tab = context.new_page()
    with serving(tmp_path) as site:
        fill(site.newsroom)
        tab.clock.install(time=datetime(2023, 5, 30, 8, tzinfo=UTC))
        tab.goto(site.url + "/")
        assert tab.locator(".card time").first.text_content() == "08:00"
        tab.clock.fast_forward("15:00:00")  # one in the morning there
        tab.locator(".card time", has_text="30 May 08:00").first.wait_for()
    context.close()
