"""The web page's HTML over real HTTP."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from sqlalchemy import delete, insert, select

from copydesk.record.schema import articles, inbox
from dedupe.document import CopyEvidence
from tests.copydesk.api.newsroom import MORNING
from tests.copydesk.api.serving import Site, fill, serving

ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def page(site: Site, path: str, status: int = 200) -> Any:
    answer = site.client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return html.fromstring(answer.text)


def text(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_the_front_shows_biggest_and_newest(site: Site) -> None:
    front = page(site, "/")
    biggest, newest = front.xpath("//main//section")
    assert biggest.xpath(".//h3/a/@href") == ["/story/moscow", "/story/kyiv"]
    assert newest.xpath(".//li//a/@href") == ["/story/moscow", "/story/kyiv"]
    assert "3 reports" in text(biggest)
    assert biggest.xpath(".//svg[@role='img']/@aria-label")[0].startswith("3 reports from 30 May")
    assert newest.xpath(".//time/@datetime")[0] == "2023-05-30T06:20:00Z"


def test_the_front_says_when_the_desk_is_behind(tmp_path: Path) -> None:
    with serving(tmp_path) as site:  # where it is 8:00
        site.newsroom.report("ferry", "f")
        for received, late in ((7100, ""), (6600, "What came in since 07:50 is not shown yet")):
            with site.record.writing() as connection:
                connection.execute(delete(inbox))
            site.newsroom.waiting("w", received=MORNING + received)
            notes = [text(note) for note in page(site, "/").xpath("//p[@class='late']")]
            assert [note[: len(late)] for note in notes] == ([late] if late else [])


def test_a_story_folds_copies_under_their_text_and_says_why(site: Site) -> None:
    story = page(site, "/story/moscow")
    first, second = story.xpath("//main//section[@aria-labelledby='reports']/ol/li")
    assert "1 copy of this text" in text(first)
    assert "It opened the story." in text(first)
    assert text(first.xpath("./article/h3")[0]) == "Drones attack Moscow"
    arabic = second.xpath(".//h3/a")[0]
    assert (arabic.get("lang"), arabic.get("dir")) == ("ar", "rtl")
    assert arabic.get("href") == "https://aj.example/moscow"
    assert set(arabic.get("rel").split()) >= {"noopener", "noreferrer"}


def test_names_from_outside_stand_alone_in_their_lines(tmp_path: Path) -> None:
    """Else one that is written from right to left draws the numbers after it along."""
    outlet = "الجزيرة"
    with serving(tmp_path) as site:
        for n in range(2):
            site.newsroom.report(
                "moscow",
                f"m{n}",
                at=MORNING + n,
                title="انفجارات في موسكو",
                outlet=outlet,
                language="ar",
                credit=outlet,
                copy_of="m0",
                copy_evidence=CopyEvidence(method="title", matched="m0"),
            )
        site.newsroom.source("aj", outlet=outlet)
        site.index()
        for path in (
            "/",
            "/stories",
            "/story/moscow",
            "/article/m0",
            "/search?q=موسكو",
            "/sources",
        ):
            names = page(site, path).xpath("//main//text()[.=$name]/..", name=outlet)
            assert names, path
            assert all(each.tag == "bdi" or each.get("dir") for each in names), path
        why = text(page(site, "/story/moscow").xpath("//ol//ol//details[@class='why']")[0])
    assert f"“\u2068انفجارات في موسكو\u2069” (\u2068{outlet}\u2069), and too little" in why


@pytest.mark.parametrize(
    ("path", "marks"),
    [
        ("/", ["cancelled"] * 2),  # among the biggest and the newest
        ("/stories", ["cancelled"]),
        ("/search?q=ferry", ["cancelled"] * 3),  # the story, its text, the copy
        ("/search?q=ferry&kind=story", ["cancelled"]),
        ("/story/sunk", ["cancelled"] * 3),  # its headline and both reports
    ],
)
def test_what_was_cancelled_is_marked_wherever_its_headline_is(
    tmp_path: Path, path: str, marks: list[str]
) -> None:
    with serving(tmp_path) as site:
        for n in range(2):
            site.newsroom.report(
                "sunk",
                f"a{n}",
                at=MORNING + n,
                title="Ferry sinks",
                copy_of="a0",
                copy_evidence=CopyEvidence(method="title", matched="a0"),
                status="cancelled",
            )
        site.newsroom.report("held", "b", title="Captain held")
        site.index()
        found = page(site, path)
    assert found.xpath("//strong[@class='status']/text()") == marks
    if path == "/story/sunk":
        assert found.findtext(".//title") == "Cancelled: Ferry sinks – Copydesk"
        assert "“\u2068Ferry sinks\u2069” (\u2068Alpha\u2069, cancelled)" in text(found)


def test_a_story_too_long_for_its_page_leads_to_all_its_reports(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        site.newsroom.report("ferry", "f0")
        site.index()
        with site.record.writing() as connection:
            first = connection.execute(select(articles)).mappings().one()
            later = [{"id": f"f{n}", "number": n + 1, "at": MORNING + n} for n in range(1, 1001)]
            connection.execute(insert(articles), [{**first, **each} for each in later])
        shown = page(site, "/story/ferry")
        assert "1 older report not shown here" in text(shown.find(".//main"))
        (older,) = shown.xpath("//a[. = 'Older reports']/@href")
        found = page(site, older)
        assert found.xpath("//ol[@class='reports']/li/@id") == ["text-f0"]
        assert "1,000 newer reports not shown here" in text(found.find(".//main"))


def test_a_hit_says_how_many_copies_there_are_at_least(tmp_path: Path) -> None:
    """The index tells large groups by steps: of 27 articles it tells 25."""
    with serving(tmp_path) as site:
        for group, articles in (("small", 3), ("large", 27)):
            for n in range(articles):
                title = f"{group.title()} group"
                site.newsroom.report("moscow", f"{group}{n}", title=title, copy_of=f"{group}0")
        site.index()
        small = text(
            page(site, "/search?q=small&copies=all").xpath("(//ul[@class='found'])[last()]/li")[0]
        )
        large = text(
            page(site, "/search?q=large&copies=all").xpath("(//ul[@class='found'])[last()]/li")[0]
        )
    assert "· 2 copies" in small
    assert "· at least 24 copies" in large


@pytest.mark.parametrize(
    "path", ["/", "/stories", "/search?q=moscow", "/search?q=moscow&kind=story", "/story/moscow"]
)
def test_headlines_say_their_language(site: Site, path: str) -> None:
    headline = "'Drones attack Moscow'"
    headlines = page(site, path).xpath(
        f"//main//*[text()={headline} or (self::a and .={headline})]"
    )
    assert headlines
    for each in headlines:
        assert each.xpath("ancestor-or-self::*[@lang][1][@dir='ltr']/@lang") == ["en"]


@pytest.mark.parametrize(
    "path",
    ["/", "/stories", "/search?q=moscow", "/search?q=drones&kind=story", "/search?q=zebra",
     "/story/moscow", "/article/m1", "/sources"],
)  # fmt: skip
def test_headings_leave_out_no_level(site: Site, path: str) -> None:
    levels = [int(each.tag[1]) for each in page(site, path).xpath("//h1 | //h2 | //h3 | //h4")]
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels)), levels


def test_every_box_is_named_by_its_text(site: Site) -> None:
    boxes = page(site, "/story/moscow").xpath("//label[input[@type='checkbox']]")
    assert [text(each) for each in boxes] == [
        "does not belong here: Drones attack Moscow",
        "does not belong here: انفجارات في موسكو",
    ]


def test_a_headline_from_right_to_left_is_laid_out_so(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        site.newsroom.report("a", "a1", title="انفجارات", language="ar")
        site.newsroom.report("k", "k1", title="Hewlêr", language="ku")
        site.newsroom.report("u", "u1", title="?", language="")
        front = page(site, "/")
        told = {
            link.get("href"): (link.get("lang"), link.get("dir"))
            for link in front.xpath("//*[@class='wire']//a")
        }
    assert told == {
        "/story/a": ("ar", "rtl"),
        "/story/k": ("ku", "ltr"),
        "/story/u": ("und", "auto"),
    }


def test_a_story_says_where_it_is_and_how_fast_it_runs(site: Site) -> None:
    story = page(site, "/story/moscow")
    assert text(story.xpath("//section[@aria-labelledby='places']/ul")[0]) == "Moscow RU 2 texts"
    assert "1.0 reports an hour at the end" in text(story.xpath("//main//header")[0])
    assert not story.xpath("//section[@aria-labelledby='moments']")


def test_a_story_tells_its_moments_with_foreign_text_kept_harmless(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        for n in range(5):
            site.newsroom.report("ferry", f"a{n}", title=f"Ferry aground off Holm {n}")
            site.newsroom.report(
                "ferry",
                f"b{n}",
                at=MORNING + 7200 + n,
                title=f"Captain held {ATTACK}",
                text="It was, he said, Ada Lovelace.",
                outlet=f"Outlet {n}",
            )
        story = page(site, "/story/ferry")
        (moment,) = story.xpath("//section[@aria-labelledby='moments']/ol/li")
        assert moment.xpath("./time/@datetime") == ["2023-05-30T08:00:00Z"]
        assert "5 texts, new: Ada Lovelace" in text(moment)
        assert ATTACK in text(moment)
        assert "Ada Lovelace 5 texts" in text(
            story.xpath("//section[@aria-labelledby='person']")[0]
        )
        assert not story.xpath("//img")


def test_a_merged_story_redirects(site: Site) -> None:
    answer = site.client.get("/story/old")
    assert (answer.status_code, answer.headers["location"]) == (308, "/story/kyiv")


def test_search_marks_what_it_found(site: Site) -> None:
    found = page(site, "/search?q=drones")
    for hit in found.xpath("//ul[@class='found']/li[h3/a = 'Drones attack Moscow']"):
        assert hit.xpath("h3/a/mark/text()") == ["Drones"]
        assert "Drones attack Moscow" not in [text(each) for each in hit.xpath("p")]
    assert found.xpath("//p[@class='excerpt']/mark/text()") == ["Drones"]
    assert found.get_element_by_id("q").value == "drones"
    assert "Nothing found" in text(page(site, "/search?q=zebra"))
    assert "What are you looking for?" in text(page(site, "/search"))


def test_search_folds_copies_until_asked_not_to(site: Site) -> None:
    found = page(site, "/search?q=published:>=2023-05-30&order=newest")
    (copies,) = found.xpath("//details[@class='copies']")
    assert text(copies.xpath("summary")[0]).startswith("1 copy of this text found too")
    assert copies.xpath(".//li//a/@href")
    (unfold,) = found.xpath("//a[. = 'unfold them']/@href")
    unfolded = page(site, unfold)
    assert not unfolded.xpath("//details[@class='copies']")
    assert len(unfolded.xpath("//ul[@class='found']/li")) > len(
        found.xpath("//h2[. = 'Articles']/following::ul[@class='found'][1]/li")
    )
    assert page(site, unfolded.xpath("//a[. = 'fold copies']/@href")[0]) is not None


def test_what_begins_a_longer_excerpt_is_not_told_twice(tmp_path: Path) -> None:
    summary = "The zebra is out. Nobody knows where it went."
    with serving(tmp_path) as site:
        site.newsroom.report("s", "a", summary=summary, text=f"{summary} More of it follows here.")
        site.index()
        (excerpt,) = page(site, "/search?q=zebra").xpath("//p[@class='excerpt']")
    assert text(excerpt).startswith(f"{summary} More")


@pytest.mark.parametrize("path", ["/search", "/search?q=zebra"])
def test_help_with_queries_names_what_is_understood(site: Site, path: str) -> None:
    examples = page(site, path).xpath("//main//code/text()")
    assert "published:>now-6h" in examples
    for example in examples:
        query = f"a {example} b" if example in ("OR", "NOT") else example
        assert site.client.get("/search", params={"q": query}).status_code == 200, example


def test_a_place_in_results_that_is_gone_is_no_fault_of_the_query(site: Site) -> None:
    found = text(page(site, "/search?q=moscow&cursor=x", 422).find(".//main"))
    assert "These results cannot be shown" in found
    assert "This query cannot be read" not in found


def test_a_query_that_cannot_be_read_is_shown_where(site: Site) -> None:
    found = page(site, "/search?q=moscow+%22open", 422)
    assert text(found.xpath("//*[@role='alert']//mark")[0]) == '"'
    assert text(found.find(".//title")).startswith("Not understood: moscow")


def test_sources_show_what_fails_first(site: Site) -> None:
    rows = page(site, "/sources").xpath("//tbody/tr")
    assert "It took too long. (3 times in a row)" in text(rows[0])
    assert "new" in text(rows[1])


def test_stories_page_on(site: Site) -> None:
    first = page(site, "/stories?limit=1")
    (following,) = first.xpath("//a[@rel='next']/@href")
    second = page(site, following)
    assert second.xpath("//h3/a/@href") == ["/story/kyiv"]
    assert not second.xpath("//a[@rel='next']")


def test_a_narrowed_list_says_so_and_stays_narrowed(site: Site) -> None:
    path = "/stories?language=de&min_outlets=1&since=2023-05-30T05:00:00Z"
    found = page(site, path)
    (note,) = found.xpath("//p[@class='quiet'][starts-with(normalize-space(), 'Only those')]")
    assert text(note) == (
        "Only those told in de, by at least 1 outlet, reported since 05:00. All stories"
    )
    biggest, newest = found.xpath("//nav[@class='tabs']/a/@href")
    for link in (biggest, newest):
        assert page(site, link).xpath("//h3/a/@href") == ["/story/moscow"]
    assert page(site, biggest).xpath("//nav[@class='tabs']/a[@aria-current]/text()") == ["Biggest"]
    assert "None is such" in text(page(site, "/stories?language=xx").find(".//main"))
    assert page(site, "/stories").xpath("//nav[@class='tabs']/a/@href") == [
        "/stories?order=biggest",
        "/stories",
    ]


def test_the_form_keeps_what_else_was_asked_and_takes_words_as_they_are_typed(site: Site) -> None:
    found = page(site, "/stories?order=biggest&limit=7&min_articles=1&language=de%20&outlet=%20")
    assert found.xpath("//h3/a/@href") == ["/story/moscow"]
    form = found.xpath("//details[@class='narrow']/form")[0]
    assert dict(form.form_values()) == {
        "order": "biggest",
        "min_articles": "1",
        "limit": "7",
        "language": "de",
        "outlet": "",
        "min_outlets": "0",
    }


def test_new_reports_are_counted(site: Site) -> None:
    after = page(site, "/").get_element_by_id("content").get("data-after")
    for question, reports in ((f"after={after}", 0), ("after=3", 2), ("after=2&story=moscow", 1)):
        told = site.client.get(f"/fresh?{question}").json()
        assert told == {"reports": reports, "changed": False, "late": None}


def test_a_story_that_is_no_more_as_it_was_is_told(site: Site) -> None:
    seq = int(page(site, "/story/moscow").get_element_by_id("content").get("data-seq"))
    for story, then, changed in (
        ("moscow", seq, False),
        ("moscow", seq - 1, True),
        ("old", 1, True),  # merged
        ("deleted", 1, True),
    ):
        told = site.client.get(f"/fresh?after=99&story={story}&seq={then}").json()
        assert told == {"reports": 0, "changed": changed, "late": None}


def test_errors_are_pages_for_people(site: Site) -> None:
    assert "There is nothing here" in text(page(site, "/nope", 404))
    assert "min_articles" in text(page(site, "/stories?min_article=2", 422))
    answer = site.client.get("/v1/nope", headers={"accept": "text/html"})
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        "/?",
        "/stories?language=de&",
        "/story/moscow?",
        "/article/m1?",
        "/search?q=ferry&",
        "/sources?",
    ],
)
def test_what_social_networks_add_to_an_address_asks_nothing(site: Site, path: str) -> None:
    page(site, f"{path}utm_source=newsletter&fbclid=x%26")
    assert site.client.get("/v1/stories?utm_source=newsletter").status_code == 422


def test_a_page_that_refuses_keeps_the_words_that_were_searched_for(site: Site) -> None:
    refused = page(site, "/search?q=ferry+aground&ordr=newest", 422)
    assert refused.get_element_by_id("q").value == "ferry aground"
    page(site, "/stories?q=%ff", 400)


@pytest.mark.parametrize(
    "path", ["/", "/stories", "/story/moscow", "/article/m1", "/search?q=x", "/sources"]
)
def test_every_page_has_its_landmarks_and_needs_nothing_from_elsewhere(
    site: Site, path: str
) -> None:
    found = page(site, path)
    assert found.get("lang") == "en"
    for landmark in ("header", "nav", "main", "footer"):
        assert found.xpath(f"//{landmark}"), landmark
    assert found.xpath("//a[@class='skip']/@href") == ["#content"]
    assert len(found.xpath("//h1")) == 1
    assert found.xpath("//label/@for") == ["q"]
    loaded = "//link[not(@rel='alternate')]/@href | //script/@src | //img/@src"
    for address in found.xpath(loaded):
        assert address.startswith("/static/")
    assert not found.xpath("//*[@style] | //style | //script[not(@src)]")
    assert not found.xpath("//@*[starts-with(name(), 'on')]")


def test_static_files_keep(site: Site) -> None:
    address = page(site, "/").xpath("//link[@rel='stylesheet']/@href")[0]
    answer = site.client.get(address)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")


def test_empty_pages_say_what_happens_next(tmp_path: Path) -> None:
    with serving(tmp_path, banner="Demo <newsroom>") as site:
        assert "Sources are being fetched" in text(page(site, "/"))
        assert "copydesk sources add" in text(page(site, "/sources"))
        assert "No stories here" in text(page(site, "/stories"))
        assert text(page(site, "/").xpath("//aside")[0]) == "Demo <newsroom>"


def test_an_emptied_story_says_where_its_reports_went(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        fill(site.newsroom)
        with site.record.writing() as connection:
            connection.exec_driver_sql("UPDATE articles SET story = 'kyiv'")
            connection.exec_driver_sql("UPDATE stories SET articles = 0 WHERE id = 'moscow'")
        assert "belong to other stories now" in text(page(site, "/story/moscow"))


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        for number, url in enumerate(("javascript:alert(3)", "https://ok.example/?a='\"><b>")):
            site.newsroom.report(
                "s/../<b>",
                f"a{number}",
                at=MORNING + number,
                title=ATTACK,
                summary=ATTACK,
                outlet=ATTACK,
                byline=ATTACK,
                credit=ATTACK,
                language='en" onclick="alert(4)',
                url=url,
            )
        site.newsroom.source("x", outlet=ATTACK, state={"last_outcome": "x", "last_error": ATTACK})
        site.index()
        for path in ("/", "/stories", "/story/s%2F..%2F%3Cb%3E", "/sources", "/search?q=alert"):
            answer = site.client.get(path)
            assert answer.status_code in (200, 404), path
            found = html.fromstring(answer.text)
            assert not found.xpath("//main//script | //img | //b[@onclick] | //*[@onclick]"), path
            assert not [link for link in found.xpath("//@href") if "javascript" in link], path
        reflected = site.client.get("/search", params={"q": ATTACK})
        assert "<script>alert" not in reflected.text
        answer = site.client.get("/story/x%0d%0aset-cookie:a=b")
        assert answer.status_code == 404
        assert "set-cookie" not in answer.headers
