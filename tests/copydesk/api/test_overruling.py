"""Changing stories over HTTP: who may, what is refused, what the desk makes of it."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from copydesk.api import edge
from copydesk.api.problems import Problem
from copydesk.record import deleting
from copydesk.roles.desk import DeskWork
from tests.copydesk.api.serving import Site, fill, serving

MERGE = {"act": "merge", "subject": "kyiv", "who": "Ann", "reason": "one night"}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with serving(tmp_path) as site:
        fill(site.newsroom)
        yield site


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Site]:
    with serving(tmp_path, write_token="correct horse") as site:
        fill(site.newsroom)
        yield site


def send(site: Site, wish: object = MERGE, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.client.post("/v1/stories/moscow/overrules", json=wish, headers=named)


def test_a_word_is_taken_down_and_carried_out_by_the_desk(site: Site, tmp_path: Path) -> None:
    answer = send(site)
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    work = DeskWork(site.record, site.engine, memory_file=tmp_path / "memory", batch=10)
    assert work.listen()
    work.index()
    told = site.client.get(answer.headers["location"]).json()
    assert (told["state"], told["outcome"], told["who"]) == ("applied", "moscow", "Ann")
    whole = site.client.get("/v1/stories/moscow").json()
    assert (whole["story"]["articles"], whole["overrules"][0]["reason"]) == (5, "one night")
    assert site.client.get("/v1/stories/kyiv").headers["location"] == "/v1/stories/moscow"
    assert site.client.get("/v1/stories/old").headers["location"] == "/v1/stories/moscow"


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(f'type="hidden" name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_a_merge_is_undone(site: Site, tmp_path: Path) -> None:
    desk = DeskWork(site.record, site.engine, memory_file=tmp_path / "memory", batch=10)
    number = send(site).json()["number"]
    desk.listen()
    done = site.client.get(f"/v1/overrules/{number}").json()
    assert done["moved"] == ["k1", "k2"]
    undone = send(site, {"act": "undo", "subject": str(number)})
    desk.listen()
    told = site.client.get(undone.headers["location"]).json()
    assert (told["state"], told["moved"], told["left_out"]) == ("applied", ["k1", "k2"], [])
    for gone in ("kyiv", "old"):
        led = site.client.get(f"/v1/stories/{gone}")
        assert (led.status_code, led.headers["location"]) == (308, f"/v1/stories/{told['outcome']}")
    assert site.client.get("/v1/stories/moscow").json()["story"]["articles"] == 3
    again = send(site, {"act": "undo", "subject": str(number)})
    assert (again.status_code, "undone already" in again.json()["detail"]) == (409, True)


def test_the_page_shows_what_a_merge_comes_to_before_it_is_asked(
    site: Site, tmp_path: Path
) -> None:
    form = {"act": "merge", "subject": f"{site.url}/story/kyiv#word", "who": "Ann", "reason": "one"}
    sure = site.client.post("/story/moscow/overrule", data=form)
    assert sure.status_code == 200
    text = " ".join(sure.text.split())
    assert text.index("Drones attack Moscow") < text.index("Night raid on Kyiv")
    assert text.index("<b>3</b> reports") < text.index("<b>2</b> reports")
    assert ('value="Ann"' in text, 'value="one"' in text) == (True, True)
    assert site.client.get("/v1/overrules/1").status_code == 404
    form |= {"subject": hidden(sure.text, "subject"), "sure": hidden(sure.text, "sure")}
    # What was shown is not what would be done now: it is shown anew.
    site.newsroom.report("other", "o1", title="Another story")
    other = site.client.post("/story/moscow/overrule", data={**form, "subject": "other"})
    assert (other.status_code, "Another story" in other.text) == (200, True)
    assert site.client.post("/story/moscow/overrule", data=form).status_code == 303
    DeskWork(site.record, site.engine, memory_file=tmp_path / "memory", batch=10).listen()
    assert "made one story of" in site.client.get("/story/moscow").text


def test_the_page_undoes_a_merge(site: Site, tmp_path: Path) -> None:
    desk = DeskWork(site.record, site.engine, memory_file=tmp_path / "memory", batch=10)
    send(site)
    desk.listen()
    with site.record.writing() as connection:
        deleting.request(connection, ["k2"], reason="", now=0.0)
    desk.forget()
    merged = site.client.get("/story/moscow").text
    form = {"act": "undo", "subject": hidden(merged, "subject")}
    sure = site.client.post("/story/moscow/overrule", data=form)
    text = " ".join(sure.text.split())
    assert (sure.status_code, "1 report leaves this story" in text) == (200, True)
    assert ("Night raid on Kyiv" in text, "no longer here: 1 deleted." in text) == (True, True)
    form |= {"sure": hidden(sure.text, "sure"), "who": "Bob"}
    assert site.client.post("/story/moscow/overrule", data=form).status_code == 303
    assert 'value="undo"' not in site.client.get("/story/moscow").text  # somebody asked already
    desk.listen()
    page = " ".join(site.client.get("/story/moscow").text.split())
    assert "Bob</span> undid merge 1: what it brought went from" in page
    assert "Left out, as no longer here: 1 deleted." in page
    assert 'value="undo"' not in page
    assert "Night raid on Kyiv" in site.client.get("/story/kyiv", follow_redirects=True).text


def test_a_split_by_copy_group_and_a_pin(site: Site, tmp_path: Path) -> None:
    assert send(site, {"act": "split", "articles": ["g-m1"]}).status_code == 202
    assert send(site, {"act": "pin"}).status_code == 202
    DeskWork(site.record, site.engine, memory_file=tmp_path / "memory", batch=10).listen()
    story = site.client.get("/v1/stories/moscow").json()["story"]
    assert (story["articles"], story["state"]) == (1, "pinned")
    moved = site.client.get("/v1/articles/m2").json()["article"]
    assert moved["evidence"]["story"]["in_words"] == "A person put it here."


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-origin", "origin": "null"}, 202),
        ({"origin": "http://[::1"}, 403),
        ({"host": "[::1"}, 403),
        ({"host": "news.example"}, 403),
        ({"x_forwarded_for": "192.0.2.7"}, 403),
        ({"content_type": "text/plain"}, 415),
        ({}, 202),
    ],
)
def test_nobody_speaks_for_the_person_here(
    site: Site, headers: dict[str, str], status: int
) -> None:
    answer = send(site, **headers)
    assert answer.status_code == status, answer.text
    if status != 202:
        assert msgspec.json.decode(answer.content, type=Problem).status == status


def test_with_a_token_only_its_holder_may(locked: Site) -> None:
    bare = send(locked)
    assert (bare.status_code, bare.headers["www-authenticate"]) == (401, "Bearer")
    assert send(locked, authorization="Bearer wrong").status_code == 401
    assert send(locked, authorization="Basic correct horse").status_code == 401
    assert send(locked, authorization="bEARER  correct horse").status_code == 202
    assert send(locked, {"act": "pin"}, authorization="Bearer correct horse").status_code == 202
    assert "Overrule the desk" not in locked.client.get("/story/moscow").text


@pytest.mark.parametrize(
    ("wish", "status", "says"),
    [
        ({"act": "explode"}, 422, "Invalid enum value"),
        ({"act": "pin", "colour": "red"}, 422, "unknown field"),
        ({"act": "split"}, 409, "No article is named"),
        ({"act": "merge", "subject": "nope"}, 404, "no story"),
        ({"act": "unpin"}, 409, "not pinned"),
        ({"act": "undo", "subject": "7"}, 409, "not the number of a merge"),
        ({"act": "pin", "who": "A\x00nn"}, 422, "U+0000"),
        ({"act": "merge", "subject": "\x00"}, 422, "U+0000"),
        ([], 422, "Expected `object`"),
    ],
)
def test_what_cannot_be_done_is_told(site: Site, wish: object, status: int, says: str) -> None:
    answer = send(site, wish)
    assert answer.status_code == status, answer.text
    assert says in answer.json()["detail"]
    assert site.client.get("/v1/overrules/1").status_code == 404


def test_a_word_has_no_parameters(site: Site) -> None:
    pin = {"act": "pin"}
    assert site.client.post("/v1/stories/moscow/overrules?x=1", json=pin).status_code == 422
    assert site.client.post("/story/moscow/overrule?x=1", data=pin).status_code == 422
    assert site.client.get("/v1/overrules/1").status_code == 404


@pytest.mark.parametrize("number", ["x", "0", "9" * 30, "0" * 20 + "9" * 5000, str(2**63), "%00"])
def test_a_word_that_nobody_gave(site: Site, number: str) -> None:
    assert site.client.get(f"/v1/overrules/{number}").status_code == 404
    assert site.client.get("/v1/overrules/1?x=1").status_code == 422


def test_the_pages_form_needs_no_script(site: Site, tmp_path: Path) -> None:
    page = site.client.get("/story/moscow").text
    assert 'name="article" value="g-m3"' in page
    form = {"act": "split", "article": "g-m3", "who": "<b>Ann</b>", "reason": "", "subject": ""}
    done = site.client.post("/story/moscow/overrule", data=form)
    assert (done.status_code, done.headers["location"]) == (303, "/story/moscow#word")
    waiting = site.client.get("/story/moscow").text
    assert "&lt;b&gt;Ann&lt;/b&gt;</span> moved one text" in waiting
    assert "in a moment" in waiting
    DeskWork(site.record, site.engine, memory_file=tmp_path / "memory", batch=10).listen()
    assert 'class="state provisional"' not in site.client.get("/story/moscow").text
    assert site.client.get("/v1/articles/m3").json()["article"]["story"] != "moscow"


def test_what_somebody_moved_meanwhile_keeps_no_other_text_back(site: Site, tmp_path: Path) -> None:
    site.newsroom.report("moscow", "m4", title="Windows broken in Moscow")
    desk = DeskWork(site.record, site.engine, memory_file=tmp_path / "memory", batch=10)
    ticks = {"act": "split", "article": ["g-m3", "g-m4"], "who": "Ann"}
    assert site.client.post("/story/moscow/overrule", data={**ticks, "article": "g-m4"})
    desk.listen()
    assert site.client.post("/story/moscow/overrule", data=ticks).status_code == 303
    for state in ("waiting", "done"):
        page = " ".join(site.client.get("/story/moscow").text.split())
        told = page[page.index("Left out, as no longer here") :]
        assert "moved one text from" in page, state
        assert "Windows broken in Moscow" in told.partition("</p>")[0], state
        assert "موسكو" not in told.partition("</p>")[0], state
        desk.listen()
    assert site.client.get("/v1/articles/m3").json()["article"]["story"] != "moscow"
    assert site.client.get("/v1/overrules/2").json()["left_out"] == ["g-m4"]
    nothing = site.client.post(
        "/story/moscow/overrule", data=ticks, headers={"accept": "text/html"}
    )
    assert nothing.status_code == 409
    assert "“Windows broken in Moscow” is in story" in nothing.text
    assert "copydesk explain" not in nothing.text


def test_the_page_tells_what_the_desk_could_not_do(site: Site, tmp_path: Path) -> None:
    for reason in ("first", "second"):
        asked = site.client.post("/story/moscow/overrule", data={"act": "pin", "reason": reason})
        assert asked.status_code == 303
    desk = DeskWork(site.record, site.engine, memory_file=tmp_path / "memory", batch=10)
    desk.listen()
    page = " ".join(site.client.get("/story/moscow").text.split())
    assert "someone</span> pinned it" in page
    assert "asked to pin it" in page
    assert "(not done: story moscow is pinned already)" in page
    assert "in a moment" not in page
    assert len(site.client.get("/v1/stories/moscow").json()["overrules"]) == 1


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"act": "split"}, 409),
        ({"act": "dance"}, 422),
        ({"act": "merge", "subject": "nope"}, 404),
        ({"act": "undo", "subject": "nope"}, 409),
        ({"who": "x"}, 422),
        ({"act": ["pin", "unpin"]}, 422),
    ],
)
def test_a_form_that_makes_no_sense(site: Site, form: dict[str, object], status: int) -> None:
    assert site.client.post("/story/moscow/overrule", data=form).status_code == status


def test_a_form_from_another_site_is_refused(site: Site) -> None:
    headers = {"origin": "https://evil.example"}
    form = {"act": "pin"}
    answer = site.client.post("/story/moscow/overrule", data=form, headers=headers)
    assert answer.status_code == 403
    plain = site.client.post("/story/moscow/overrule", content=b"act=pin")
    assert plain.status_code == 415


def test_why_something_was_deleted_is_told_to_who_may_write(locked: Site) -> None:
    with locked.record.writing() as connection:
        deleting.request(connection, ["m1"], reason="court order", now=0.0)
    address = "/v1/explain?of=m1"
    assert "court order" not in locked.client.get(address).text
    assert "is being deleted" in locked.client.get(address).text
    for token, told in (("correct horse", True), ("wrong horse", False)):
        answer = locked.client.get(address, headers={"Authorization": f"Bearer {token}"})
        assert ("court order" in answer.text) == told


def test_a_body_that_drips_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "BODY_SECONDS", 0.3)
    where = httpx.URL(site.url)
    with socket.create_connection((where.host, where.port or 80), timeout=10) as wire:
        wire.sendall(
            b"POST /v1/stories/moscow/overrules HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
        )
        answer = b""
        while some := wire.recv(65_536):
            answer += some
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"did not come within 0.3 seconds" in answer
