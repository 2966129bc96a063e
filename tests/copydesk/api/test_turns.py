"""Slow searches hold up neither what is no search nor, for ever, other searches."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import msgspec
import pytest

from copydesk.api import turns
from copydesk.api.problems import Problem, RequestError
from copydesk.api.turns import AT_ONCE, Turns
from indexer.engines.embedded import EmbeddedReader
from indexer.engines.protocol import SearchPage, SearchRequest
from tests.copydesk.api.serving import Site, serving

SOON = 0.3


class SlowReader(EmbeddedReader):
    """Answers when it may."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.may = threading.Event()
        self._counting = threading.Lock()
        self.begun = 0

    def search(self, request: SearchRequest) -> SearchPage:
        with self._counting:
            self.begun += 1
        assert self.may.wait(20)
        return super().search(request)


@contextmanager
def busy(folder: Path) -> Iterator[tuple[Site, SlowReader]]:
    """A site with as many searches under way as may be at once."""
    reader = SlowReader(folder / "index")
    with serving(folder, reader=reader) as site:
        asking = [threading.Thread(target=_ask, args=(site.url,)) for _ in range(AT_ONCE)]
        try:
            for each in asking:
                each.start()
            begin = time.monotonic()
            while reader.begun < AT_ONCE:
                assert time.monotonic() < begin + 20
                time.sleep(0.01)
            yield site, reader
        finally:
            reader.may.set()
            for each in asking:
                each.join()


def _ask(url: str) -> None:
    assert httpx.get(f"{url}/v1/search?q=ferry", timeout=20).status_code == 200


def test_what_is_no_search_is_answered_while_slow_ones_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "WAIT_SECONDS", SOON)
    with busy(tmp_path) as (site, reader):
        for path in ("/search?q=x", "/v1/search?q=x", "/v1/search/feed?q=x"):
            answer = site.client.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        for answer in (
            site.client.get("/v1/facets"),
            site.client.get("/v1/timeline/"),
            site.client.post("/v1/search", json={"where": {"words": "ferry"}}),
        ):
            problem = msgspec.json.decode(answer.content, type=Problem)
            assert problem.detail == "Too many searches run just now."
        assert site.client.head("/v1/search?q=x").status_code == 503
        assert site.client.get("/v1/stories").status_code == 200
        assert reader.begun == AT_ONCE
    assert reader.begun == AT_ONCE


def test_who_waits_is_answered_in_turn(tmp_path: Path) -> None:
    with busy(tmp_path) as (site, reader):
        threading.Timer(SOON, reader.may.set).start()
        assert site.client.get("/v1/search?q=ferry").status_code == 200
        for _ in range(3 * AT_ONCE):  # Refusals, errors and answers give their turns back.
            assert site.client.get("/v1/search?q=(").status_code == 422
            assert site.client.post("/v1/search", json={"q": "ferry"}).status_code == 200
            assert site.client.get("/v1/search?q=ferry").status_code == 200


def test_who_hangs_up_is_not_searched_for(tmp_path: Path) -> None:
    with busy(tmp_path) as (site, reader):
        for _ in range(3):
            with suppress(httpx.TimeoutException):
                httpx.get(f"{site.url}/v1/search?q=gone", timeout=SOON)
        time.sleep(4 * SOON)  # for the server to notice, also on a busy machine
        reader.may.set()
        assert site.client.get("/v1/search?q=ferry").status_code == 200
    assert reader.begun == AT_ONCE + 1


def test_an_answer_that_is_read_slowly_keeps_no_turn() -> None:
    async def slow(scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await scope["read"].wait()

    async def run() -> None:
        waiting = Turns(1)
        context = SimpleNamespace(turns=waiting)
        app = SimpleNamespace(state=SimpleNamespace(context=context))
        read = asyncio.Event()
        scope: Any = {
            "path_template": "/v1/search", "method": "GET", "litestar_app": app, "read": read,
        }  # fmt: skip

        async def receive() -> Any:
            return await asyncio.Future()

        async def send(_: Any) -> None:
            pass

        first = asyncio.ensure_future(turns.in_turn(slow)(scope, receive, send))
        await asyncio.sleep(0)
        async with asyncio.timeout(SOON), waiting.taken(receive):
            pass
        read.set()
        await first

    asyncio.run(run())


def test_a_turn_that_is_not_taken_goes_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAIT_SECONDS", SOON)

    async def receive() -> Any:
        return await asyncio.Future()

    async def run() -> None:
        line = Turns(1)

        async def one() -> None:
            async with line.taken(receive):
                pass

        async with line.taken(receive):
            stopped, late = asyncio.create_task(one()), asyncio.create_task(one())
            await asyncio.sleep(0)
            stopped.cancel()
            with pytest.raises(RequestError):
                await late
            handed, last = asyncio.create_task(one()), asyncio.create_task(one())
            await asyncio.sleep(0)
        handed.cancel()  # It has its turn, and has not learnt of it.
        await last
        await one()

    asyncio.run(run())
