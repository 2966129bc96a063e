"""HTTP as clients expect it of any server: compression, methods, limits."""

import msgspec
import pytest

from copydesk.api.problems import Problem
from tests.copydesk.api.serving import Site


@pytest.mark.parametrize("path", ["/v1/articles", "/story/moscow", "/openapi.json"])
def test_large_answers_come_as_gzip_to_who_accepts_it(site: Site, path: str) -> None:
    plain = site.client.get(path, headers={"accept-encoding": "identity"})
    packed = site.client.get(path, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == (
        "gzip",
        "Accept-Encoding",
    )
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    head = site.client.head(path, headers={"accept-encoding": "gzip"})
    assert head.headers["content-length"] == packed.headers["content-length"]
    assert head.content == b""


def test_small_answers_come_as_they_are(site: Site) -> None:
    answer = site.client.get("/healthz", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(("method", "status"), [("OPTIONS", 204), ("PUT", 405)])
def test_head_is_among_what_is_allowed(site: Site, method: str, status: int) -> None:
    answer = site.client.request(method, "/v1/searches")
    assert answer.status_code == status
    assert {"GET", "HEAD", "OPTIONS"} <= set(answer.headers["allow"].split(", "))


def test_a_body_that_is_too_large_is_told_so(site: Site) -> None:
    answer = site.client.post(
        "/v1/searches", content=b"x" * 10_000_001, headers={"content-type": "application/json"}
    )
    problem = msgspec.json.decode(answer.content, type=Problem)
    assert (problem.status, problem.type) == (413, "urn:copydesk:problem:too-large")
    assert "10 MB" in problem.detail
    described = site.client.get("/openapi.json").json()["paths"]["/v1/searches"]["post"]
    assert "413" in described["responses"]
