"""The page of one report over real HTTP: what it says, and the ways that lead there and on."""

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from copydesk.record import inbox
from copydesk.record.placing import record_batch
from copydesk.record.schema import article_keys
from copydesk.web.article_page import paragraphs
from crawler.article import Article
from tests.copydesk.api.newsroom import MORNING
from tests.copydesk.api.serving import Site, serving
from tests.copydesk.samples import article, placed
from tests.copydesk.web.test_pages import ATTACK, page, text

WIRE = "VARNSUND (NPA) - A ferry ran aground.\n\nAboard   241\nSaved    241"


def place(site: Site, one: Article, id_: str = "a1", *, story: str = "s1") -> None:
    with site.record.writing() as connection:
        row = placed(1, id_, one, group=f"g-{id_}", story=story)
        record_batch(connection, [row], now=MORNING)


def bare(title: str, **values: object) -> Article:
    """A wire from a drop folder, which has no address."""
    one = article("1", title=title, text=WIRE, outlet="NPA", at=MORNING)
    return msgspec.structs.replace(one, url="", link="", **values)


def test_a_wire_without_an_address_is_read_here(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        place(site, bare("Ferry aground", byline="Ada Berg", rights="No archive"))
        found = page(site, "/article/a1")
        body = found.xpath("//main//div[@class='text']")[0]
        assert [each.text for each in body.xpath("p")] == [
            "VARNSUND (NPA) - A ferry ran aground.",
            "Aboard   241",
            "Saved    241",
        ]
        assert (body.get("lang"), body.get("dir")) == ("en", "ltr")
        assert found.findtext(".//h1") == "Ferry aground"
        header = text(found.xpath("//main//header")[0])
        assert "NPA en · Ada Berg" in header
        assert "Published 30 May 2023, 06:00 UTC · first seen 30 May 2023, 06:01 UTC" in header
        assert found.xpath("//nav[@aria-label='Where it stands']/a/@href") == ["/story/s1#text-a1"]
        assert "Rights: No archive" in text(found.find(".//main"))
        assert found.xpath("//section[@aria-labelledby='told']//a/@href") == ["/story/s1"]
        assert not found.xpath("//section[@aria-labelledby='earlier' or @aria-labelledby='copies']")


def test_earlier_headlines_say_how_they_stood_and_until_when(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        place(site, bare("Ferry aground, 214 aboard"))
        later = {"first_seen": MORNING + 660, "status": "corrected"}
        place(site, bare("CORRECTED-Ferry aground, 241 aboard", **later))
        killed = {"first_seen": MORNING + 1260, "status": "cancelled"}
        place(site, bare("KILL - Ferry aground", **killed))
        found = page(site, "/article/a1")
        assert found.findtext(".//title") == "Cancelled: KILL - Ferry aground – Copydesk"
        assert "Its publisher has cancelled it" in text(found.xpath("//p[@class='late']")[0])
        earlier = found.xpath("//section[@aria-labelledby='earlier']//li")
        assert [text(each) for each in earlier] == [
            "CORRECTED-Ferry aground, 241 aboard corrected · until 30 May 2023, 06:21 UTC",
            "Ferry aground, 214 aboard until 30 May 2023, 06:11 UTC",
        ]
        assert "in this wording since 30 May 2023, 06:21 UTC" in text(found.find(".//main"))
        story = page(site, "/story/s1")
        (revised,) = story.xpath("//a[. = 'revised 2 times']/@href")
        assert revised == "/article/a1#earlier"


def test_copies_lead_to_each_other(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        for n in range(53):
            status = "cancelled" if n == 52 else "usable"
            outlet, at = f"No {n}", MORNING + n
            site.newsroom.report("s", f"a{n}", at=at, copy_of="a0", outlet=outlet, status=status)
        copies = page(site, "/article/a3").xpath("//section[@aria-labelledby='copies']")[0]
        assert len(copies.xpath(".//li")) == 50
        assert "/article/a3" not in copies.xpath(".//a/@href")
        assert text(copies.xpath(".//li[1]")[0]) == "Title of a52 cancelled · 06:00 · No 52"
        (every,) = copies.xpath("./p/a/@href")
        site.index()
        assert "53 articles found" in text(page(site, every).find(".//main"))


def test_what_has_no_address_is_led_to_from_its_story_and_from_search(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        site.newsroom.report("s", "a1", title="Ferry aground")
        site.newsroom.report("s", "a2", title="Ferry held", copy_of="a1")
        site.newsroom.report("s", "a3", title="Ferry freed", url="https://x.example/3")
        site.newsroom.report("s", "a4", title="Ferry free", url="javascript:alert(1)")
        site.index()
        story = page(site, "/story/s")
        found = page(site, "/search?q=ferry&order=oldest")
    titles = story.xpath("//ol[@class='reports']//*[self::h3 or @class='headline']/a/@href")
    assert titles == ["/article/a1", "/article/a2", "https://x.example/3", "/article/a4"]
    (here,) = story.xpath("//ol[@class='reports']//a[starts-with(., 'read here')]")
    assert (here.get("href"), text(here)) == ("/article/a3", "read here Ferry freed")
    read = found.xpath("//ul[@class='found']//a[starts-with(., 'read here')]/@href")
    assert read == ["/article/a1", "/article/a3", "/article/a4"]
    assert found.xpath("//ul[@class='found within']//a/@href") == ["/article/a2"]


def test_a_text_from_right_to_left_is_laid_out_so(site: Site) -> None:
    found = page(site, "/article/m3")
    assert [found.find(".//h1").get(name) for name in ("lang", "dir")] == ["ar", "rtl"]
    links = found.xpath("//nav[@aria-label='Where it stands']/a")
    assert [(text(each), each.get("href")) for each in links] == [
        ("Its story, 3 reports", "/story/moscow#text-m3"),
        ("At the outlet", "https://aj.example/moscow"),
    ]
    assert set(links[1].get("rel").split()) >= {"noopener", "noreferrer"}
    assert "There is no full text of it here." in text(found.find(".//main"))


def test_a_report_without_a_text_shows_its_summary(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        site.newsroom.report("s", "a1", summary="All were saved.", language="nn")
        found = page(site, "/article/a1").xpath("//div[@class='text']")[0]
    assert (text(found), found.get("lang")) == ("All were saved.", "nn")


@pytest.mark.parametrize("id_", ["nope", "a%2F..", "%3Cb%3E"])
def test_what_is_not_there_is_answered_as_by_the_api(site: Site, id_: str) -> None:
    answer = site.client.get(f"/v1/articles/{id_}")
    assert answer.status_code == 404
    assert "There is " in text(page(site, f"/article/{id_}", 404).find(".//main"))


def test_what_was_deleted_is_gone_here_too(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        place(site, bare("Ferry aground"))
        page(site, "/article/a1")
        with site.record.writing() as connection:
            record_batch(connection, [], deleted=["a1"], now=MORNING)
        assert site.client.get("/v1/articles/a1").status_code == 404
        page(site, "/article/a1", 404)


def test_what_is_held_back_is_not_there_before_its_time(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        held = bare("Ferry aground", status="embargoed", embargo_until=MORNING + 90_000)
        with site.record.writing() as connection:
            inbox.put(connection, [held], received=MORNING)
            (id_,) = connection.scalars(select(article_keys.c.article).distinct())
        assert site.client.get(f"/v1/articles/{id_}").status_code == 404
        assert "Ferry" not in text(page(site, f"/article/{id_}", 404))


def test_hostile_text_stays_text_on_its_page(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        one = bare(ATTACK, byline=ATTACK, rights=ATTACK, text=ATTACK, outlet=ATTACK)
        place(site, msgspec.structs.replace(one, language='en" onclick="alert(4)'))
        place(site, msgspec.structs.replace(one, first_seen=MORNING + 660))
        found = page(site, "/article/a1")
    assert text(found.xpath("//div[@class='text']/p")[0]) == " ".join(ATTACK.split())
    assert not found.xpath("//main//script | //img | //*[@onclick]")


def test_lines_are_paragraphs_however_they_end() -> None:
    assert paragraphs("One. \r\n\r\n Two.\n\t\nThree") == ("One.", " Two.", "Three")
    assert paragraphs("") == ()
