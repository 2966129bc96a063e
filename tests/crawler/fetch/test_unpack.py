"""Feeds that are files in gzip."""

import gzip

import pytest

from crawler.fetch.client import Client
from crawler.fetch.errors import FetchError
from tests.crawler.fetch.test_client import client
from tests.crawler.site import Site, response

TEXT = b"<urlset>" + b"<url/>" * 1000 + b"</urlset>"


def file(body: bytes, **headers: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return response(body, content_type="application/gzip", headers=named)


async def body(fetching: Client, site: Site, path: str = "/news.xml.gz") -> bytes:
    return (await fetching.get(site.url(path), kind="feed")).answer.body


async def test_a_file_in_gzip_is_unpacked_whatever_the_server_says_of_it() -> None:
    packed = gzip.compress(TEXT)
    async with Site({"/news.xml.gz": file(packed)}) as site, client(site) as fetching:
        assert await body(fetching, site) == TEXT
        site.routes["/news.xml.gz"] = file(packed, Content_Encoding="gzip")
        assert await body(fetching, site) == TEXT
        site.routes["/news.xml.gz"] = file(gzip.compress(packed), Content_Encoding="gzip")
        assert await body(fetching, site) == TEXT
        site.routes["/news.xml.gz"] = file(gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]))
        assert await body(fetching, site) == TEXT


async def test_the_cap_holds_for_what_comes_out_of_it() -> None:
    bomb = gzip.compress(b"\0" * 30_000_000)
    routes = {"/bomb.xml.gz": file(bomb), "/twice.xml.gz": file(gzip.compress(bomb))}
    routes["/cut.xml.gz"] = file(gzip.compress(TEXT)[:-20])
    routes["/bad.xml.gz"] = file(b"\x1f\x8b\x08\x00" + b"no gzip at all" * 9)
    async with Site(routes) as site, client(site, max_body=1_000_000) as fetching:
        with pytest.raises(FetchError) as caught:
            await body(fetching, site, "/bomb.xml.gz")
        assert caught.value.outcome == "too-large"
        assert caught.value.where == site.url("/bomb.xml.gz")
        # What is packed twice over is taken out once, and no format begins like that.
        assert (await body(fetching, site, "/twice.xml.gz"))[:2] == b"\x1f\x8b"
        for path, outcome in (("/cut.xml.gz", "connection"), ("/bad.xml.gz", "failed")):
            with pytest.raises(FetchError) as caught:
                await body(fetching, site, path)
            assert caught.value.outcome == outcome
