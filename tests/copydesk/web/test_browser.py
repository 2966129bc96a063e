"""The page in a real browser: narrow, by keyboard, and while news arrives."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.copydesk.api.newsroom import MORNING
from tests.copydesk.api.serving import Site, fill, serving

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/stories",
        "/story/moscow",
        "/article/m1",
        "/article/m3",
        "/search?q=drones",
        "/sources",
    ],
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_320_pixels(site: Site, tab: Page, path: str, scheme: str) -> None:
    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    tab.goto(site.url + path)
    for details in tab.query_selector_all("details"):
        details.evaluate("element => element.open = true")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    paper = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(23, 24, 26)" if scheme == "dark" else "rgb(250, 248, 244)")


def test_endless_words_fit_320_pixels(tmp_path: Path, browser: Browser) -> None:
    """Feeds that give addresses for headlines, and queries pasted without a space."""
    context = browser.new_context(viewport={"width": 320, "height": 800})
    tab = context.new_page()
    with serving(tmp_path) as site:
        site.newsroom.report("s", "a", title="https://outlet.example/" + "endless/" * 20)
        for path in ("/", "/stories", "/story/s", "/search?q=%22" + "endless" * 40):
            tab.goto(site.url + path)
            assert tab.evaluate("document.documentElement.scrollWidth") <= 320, path
    context.close()


def test_endless_names_fit_320_pixels(tmp_path: Path, tab: Page) -> None:
    endless = "x" * 300
    with serving(tmp_path) as site:
        site.newsroom.source("endless", outlet=endless)
        for n in range(2):
            site.newsroom.report(
                "s",
                f"a{n}",
                title="Ferry",
                copy_of="a0",
                outlet=endless,
                language=endless,
                credit=endless,
                byline=endless,
            )
        site.index()
        for path in ("/", "/stories", "/story/s", "/article/a0", "/search?q=ferry", "/sources"):
            tab.goto(site.url + path)
            for details in tab.query_selector_all("details"):
                details.evaluate("element => element.open = true")
            assert tab.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_what_is_tapped_or_ticked_is_24_pixels_high(site: Site, tab: Page) -> None:
    """WCAG 2.2, 2.5.8: the one lies right under the other."""
    tab.goto(site.url + "/story/moscow")
    tab.locator(".copies > summary").first.click()
    for each in tab.locator(".why > summary, .tick").all():
        box = each.bounding_box()
        assert box is not None
        assert box["height"] >= 24


def test_a_list_is_narrowed_by_keyboard(site: Site, tab: Page) -> None:
    tab.goto(site.url + "/stories?order=biggest&min_articles=1")
    assert tab.locator(".card").count() == 2
    summary = tab.locator("summary", has_text="Narrow the list")
    summary.focus()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    tab.keyboard.type("de")
    tab.keyboard.press("Enter")
    tab.get_by_text("Only those told in de, with at least 1 report").wait_for()
    assert tab.locator(".card").count() == 1
    assert tab.locator(".tabs [aria-current]").inner_text() == "Biggest"
    summary.click()
    assert tab.get_by_label("Language").input_value() == "de"


def test_a_tick_leads_to_what_is_done_with_it(site: Site, tab: Page) -> None:
    tab.goto(site.url + "/story/moscow")
    assert not tab.get_by_role("link", name="Move it").is_visible()
    tab.get_by_label("does not belong here").first.check()
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Move it"
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Overrule the desk"


def test_the_form_is_a_few_keys_from_the_headline_however_long_the_story(
    site: Site, tab: Page
) -> None:
    tab.goto(site.url + "/story/moscow")
    tab.get_by_role("navigation", name="On this page").get_by_role("link").last.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Overrule the desk"


def test_a_hit_leads_to_its_report(site: Site, tab: Page) -> None:
    tab.goto(site.url + "/search?q=kyiv&copies=all")
    hits = tab.locator("main .found h3 a[href*='#text-']").all()
    addresses = [hit.get_attribute("href") or "" for hit in hits]
    assert addresses
    for address in addresses:
        tab.goto(site.url + address)
        assert tab.locator(":target").evaluate("e => e.getBoundingClientRect().top") < 700


def test_a_report_that_is_folded_is_unfolded_when_an_address_names_it(
    site: Site, tab: Page
) -> None:
    tab.goto(site.url + "/story/moscow")
    folded = tab.locator("details.copies li").first
    assert not folded.is_visible()
    tab.evaluate("id => { location.hash = id }", folded.get_attribute("id"))
    folded.wait_for(state="visible")


def test_every_reason_is_asked_for_by_its_headline(site: Site, tab: Page) -> None:
    tab.goto(site.url + "/story/moscow")
    names = [each.text_content() or "" for each in tab.locator(".why > summary").all()]
    assert len(set(names)) > 1
    assert all(len(name) > len("Why is it here? ") for name in names)


def test_a_text_for_a_headline_leaves_room_for_other_stories(tmp_path: Path, tab: Page) -> None:
    with serving(tmp_path) as site:
        for n in range(2):
            site.newsroom.report("s", f"a{n}", title="Headline without end " * 40)
        tab.goto(site.url + "/")
        for headline in (tab.locator(".card h3 a"), tab.locator(".wire a")):
            box = headline.bounding_box()
            assert box is not None
            assert box["height"] < 200
        assert len(tab.locator(".wire a").text_content() or "") > 800  # for who listens


def test_letters_twice_as_large_fit_320_pixels(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 800}, bypass_csp=True)
    tab = context.new_page()
    for path in (
        *("/", "/stories", "/story/moscow", "/article/m1"),
        *("/search?q=drones", "/sources", "/nope"),
    ):
        tab.goto(site.url + path)
        tab.add_style_tag(content="html { font-size: 200% }")
        assert tab.evaluate("document.documentElement.scrollWidth") <= 320, path
    context.close()


def test_in_forced_colours_only_the_current_page_is_underlined(site: Site, tab: Page) -> None:
    tab.emulate_media(forced_colors="active")
    tab.goto(site.url + "/stories")
    border = "e => getComputedStyle(e).borderBottomColor"
    paper = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    for links in (tab.locator(".masthead nav a"), tab.locator(".tabs a")):
        shown = {e.inner_text() for e in links.all() if e.evaluate(border) != paper}
        assert shown in ({"Stories"}, {"Newest"})


def test_paper_has_no_boxes_to_tick(site: Site, tab: Page) -> None:
    tab.goto(site.url + "/story/moscow")
    tab.locator(".why > summary").first.click()
    tab.emulate_media(media="print")
    assert [e.is_visible() for e in tab.locator(".reports > li > article > .why").all()] == [
        True,
        False,
    ]
    for gone in (".tick", "#overrule", ".masthead"):
        assert not tab.locator(gone).first.is_visible()


def test_the_keyboard_reaches_everything(site: Site, tab: Page) -> None:
    tab.goto(site.url + "/")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert tab.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.getAttribute('href')") == "/story/moscow"
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.keyboard.press("/")  # a letter alone is no command: people dictate, and slip
    assert tab.evaluate("document.activeElement.id") != "q"
    tab.locator("[accesskey=s]").focus()
    tab.keyboard.type("drones")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search?q=drones")
    assert tab.locator("mark").first.text_content() == "Drones"


def test_return_in_a_field_decides_nothing(tmp_path: Path, tab: Page) -> None:
    """It would press the first button: moving texts away where two stories were to be merged."""
    with serving(tmp_path) as site:
        fill(site.newsroom)
        tab.goto(site.url + "/story/moscow")
        tab.locator("summary", has_text="Overrule the desk").click()
        tab.get_by_label("does not belong here: انفجارات").check()
        tab.get_by_label("Another story's id").fill("kyiv")
        for field in ("Another story's id", "Your name", "Reason"):
            tab.get_by_label(field).press("Enter")
        assert tab.url == site.url + "/story/moscow"
        tab.get_by_label("Another story's id").fill("skyiv")
        tab.get_by_role("button", name="Move them to a new story").click()
        tab.get_by_text("moved one text from moscow").wait_for()
        assert site.client.get("/v1/overrules/2").status_code == 404


def test_what_the_form_cannot_do_is_said_there_or_leads_back(
    tmp_path: Path, browser: Browser
) -> None:
    context = browser.new_context()
    tab = context.new_page()
    with serving(tmp_path) as site:
        fill(site.newsroom)
        site.newsroom.report("sabcdef", "s1", title="Drones over Moscow")
        tab.goto(site.url + "/story/moscow")
        tab.locator("summary", has_text="Overrule the desk").click()
        tab.get_by_role("button", name="Merge the two").click()
        assert tab.evaluate("document.activeElement.name") == "subject"
        assert tab.url == site.url + "/story/moscow"
        tab.get_by_label("Another story's id").fill("not an id")  # is no matter to the others
        tab.get_by_role("button", name="Move them to a new story").click()
        tab.get_by_text("No article is named.").wait_for()
        tab.get_by_role("link", name="Back to the story").click()
        tab.locator("summary", has_text="Overrule the desk").click()
        tab.get_by_label("Another story's id").fill(f"{site.url}/story/sabcdef#word")
        tab.get_by_role("button", name="Merge the two").click()
        tab.get_by_role("heading", name="Drones over Moscow").wait_for()
        tab.get_by_role("button", name="Merge the two").click()
        tab.get_by_text("made one story of moscow and sabcdef").wait_for()
        tab.get_by_role("link", name="sabcdef").click()
        tab.get_by_role("link", name="moscow", exact=True).wait_for()
    context.close()


def test_a_line_with_a_name_from_right_to_left_stays_in_order(tmp_path: Path, tab: Page) -> None:
    with serving(tmp_path) as site:
        for n in range(12):
            site.newsroom.report("m", f"m{n}", at=MORNING + n, title="Moscow", outlet="الجزيرة")
        tab.goto(site.url + "/")
        line = tab.locator(".wire .meta").first
        assert " ".join(line.inner_text().split()).startswith("الجزيرة · 12 reports")
        name, count = (line.locator(each).bounding_box() for each in ("bdi >> nth=0", "b"))
        assert name is not None
        assert count is not None
        assert name["x"] + name["width"] < count["x"]


def test_times_are_in_the_readers_zone(site: Site, tab: Page) -> None:
    tab.goto(site.url + "/story/moscow")
    assert tab.locator(".reports .clock b").first.text_content() == "08:00"
    assert "Europe/Berlin" in (tab.locator("#zone").text_content() or "")


def test_a_date_of_another_year_says_which(tmp_path: Path, browser: Browser) -> None:
    with serving(tmp_path) as site:
        fill(site.newsroom)
        site.newsroom.report("flood", "old", title="Flood", at=MORNING - 400 * 86_400)
        for script in (True, False):
            context = browser.new_context(java_script_enabled=script, timezone_id="UTC")
            tab = context.new_page()
            tab.goto(site.url + "/")
            dates = tab.locator(".clock span").all_text_contents()
            assert (dates[0], dates[-1]) == ("30 May", "25 Apr 2022"), script
            context.close()


def test_without_script_all_is_there(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(site.url + "/story/moscow")
    tab.locator("summary", has_text="1 copy of this text").click()
    assert tab.get_by_role("link", name="Drohnen greifen Moskau an", exact=True).is_visible()
    assert tab.locator(".reports .clock b").first.text_content() == "06:00"
    context.close()
