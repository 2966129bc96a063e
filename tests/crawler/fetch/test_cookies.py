"""Cookies within one fetch."""

from crawler.fetch.cookies import CookieJar


def test_a_cookie_goes_back_to_its_host_and_scheme_only() -> None:
    jar = CookieJar()
    assert jar.take("https://a.example/x", ("id=1; Path=/; Expires=Tue, 30 May 2023", "b=2"))
    assert jar.header("https://a.example/y") == "id=1; b=2"
    assert jar.header("http://a.example/") == ""
    assert jar.header("https://b.example/") == ""


def test_only_news_counts() -> None:
    jar = CookieJar()
    assert jar.take("https://a.example/", ("id=1",))
    assert not jar.take("https://a.example/", ("id=1",))
    assert jar.take("https://a.example/", ("id=2",))
    assert not jar.take("https://a.example/", ())


def test_a_cookie_bomb_is_cut_down() -> None:
    jar = CookieJar()
    jar.take("https://a.example/", tuple(f"c{n}=x" for n in range(1000)))
    jar.take(
        "https://a.example/", ("long=" + "x" * 5000, "bad=\x00", "ctl=a\r\nHost: b", "=x", "y")
    )
    assert len(jar.header("https://a.example/").split("; ")) == 20
    assert "\r" not in jar.header("https://a.example/")
