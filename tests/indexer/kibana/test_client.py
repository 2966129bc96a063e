"""Installing into Kibana, and what is said when it does not work."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from config.errors import ConfigError
from config.secrets import read_secret
from indexer.engines.elasticsearch_client import ElasticsearchSettings
from indexer.errors import EngineMismatchError, EngineUnavailableError
from indexer.kibana.client import ImportRefusedError, Kibana, KibanaSettings
from indexer.kibana.objects import ndjson, saved_objects
from tests.indexer.kibana.server import FakeKibana, running

OBJECTS = saved_objects(ElasticsearchSettings(hosts=()), "http://127.0.0.1:8642")
FILE = ndjson(OBJECTS)
LACKING = (
    b'{"success":false,"errors":[{"id":"a","type":"dashboard",'
    b'"error":{"type":"missing_references"}}]}'
)
KEY = "bmV2ZXI6c2hvd24="


@pytest.fixture
def server() -> Iterator[FakeKibana]:
    with running(FakeKibana()) as kibana:
        yield kibana


def install(settings: KibanaSettings, *, overwrite: bool = False) -> int:
    with closing(Kibana(settings)) as kibana:
        return kibana.install(FILE, overwrite=overwrite)


def test_everything_is_installed_once_and_replaced_on_request(server: FakeKibana) -> None:
    settings = KibanaSettings(url=server.url + "/")
    assert install(settings) == len(OBJECTS)
    assert {given for _, given in server.spaces[""]} == {each.id for each in OBJECTS}
    with pytest.raises(ImportRefusedError, match=r"copydesk-articles: conflict.*--overwrite"):
        install(settings)
    assert install(settings, overwrite=True) == len(OBJECTS)


def test_a_space_gets_its_own(server: FakeKibana) -> None:
    install(KibanaSettings(url=server.url, space="news"))
    assert not server.spaces[""]
    assert len(server.spaces["news"]) == len(OBJECTS)
    with pytest.raises(EngineMismatchError, match="no such space"):
        install(KibanaSettings(url=server.url, space="a/../b"))
    assert server.seen[-1].startswith("POST /s/a%2F..%2Fb/api/")


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        (f"header Authorization: ApiKey {KEY}", f"ApiKey {KEY}"),
        ("basic desk:pass word", "Basic ZGVzazpwYXNzIHdvcmQ="),
    ],
)
def test_a_secret_logs_in(line: str, sent: str) -> None:
    with running(FakeKibana(authorization=sent)) as server:
        with pytest.raises(EngineUnavailableError, match=r"HTTP 401.*--secret"):
            install(KibanaSettings(url=server.url))
        secret = read_secret("kibana", line, where="test")
        assert install(KibanaSettings(url=server.url, secret=secret)) == len(OBJECTS)


@pytest.mark.parametrize("number", ["8.19.8", "9.0.0", "9.4.3"])
def test_the_versions_that_fit(number: str) -> None:
    with (
        running(FakeKibana(number=number)) as server,
        closing(Kibana(KibanaSettings(url=server.url))) as kibana,
    ):
        assert kibana.version() == number


def test_an_older_kibana_is_refused() -> None:
    with (
        running(FakeKibana(number="8.8.2")) as server,
        closing(Kibana(KibanaSettings(url=server.url))) as kibana,
        pytest.raises(EngineMismatchError, match=r"Kibana 8\.8\.2.*8\.9 or later"),
    ):
        kibana.version()


@pytest.mark.parametrize(
    ("canned", "error", "words"),
    [
        ((503, {}, b"Kibana server is not ready yet"), EngineUnavailableError, "not ready yet"),
        ((302, {"Location": "/base/"}, b""), EngineMismatchError, "redirects to /base/"),
        ((404, {}, b""), EngineMismatchError, "no Kibana here"),
        ((403, {}, b""), EngineUnavailableError, "manage saved objects"),
        ((413, {}, b'{"message":"too large"}'), EngineMismatchError, "HTTP 413.*too large"),
        ((200, {}, b"<html>"), EngineMismatchError, "not Kibana"),
        (
            (400, {}, f'{{"message":"{KEY}\x1b[31m"}}'.encode()),
            EngineMismatchError,
            r'HTTP 400: \{"message":"\*\*\* \[31m',
        ),
        (
            (200, {}, LACKING),
            ImportRefusedError,
            "dashboard a: missing references",
        ),
    ],
)
def test_what_is_wrong_is_said_and_no_secret_with_it(
    server: FakeKibana, canned: Any, error: type[Exception], words: str
) -> None:
    server.canned = canned
    secret = read_secret("kibana", f"header Authorization: ApiKey {KEY}", where="test")
    with pytest.raises(error, match=words) as caught:
        install(KibanaSettings(url=server.url, secret=secret))
    assert KEY not in f"{caught.value} {caught.value.__cause__}"


def test_a_newer_object_would_be_refused_as_kibana_does(server: FakeKibana) -> None:
    newer = FILE.replace(b'"typeMigrationVersion":"8.9.0"', b'"typeMigrationVersion":"10.3.0"')
    with (
        closing(Kibana(KibanaSettings(url=server.url))) as kibana,
        pytest.raises(EngineMismatchError, match="more recent version"),
    ):
        kibana.install(newer, overwrite=False)


def test_a_kibana_that_is_away(server: FakeKibana) -> None:
    with pytest.raises(EngineUnavailableError, match="does not answer"):
        install(KibanaSettings(url="http://127.0.0.1:1"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("127.0.0.1:5601", "no address"),
        ("ftp://127.0.0.1", "no address"),
        ("http://127.0.0.1:5601?x=1", "no address"),
        ("http://127.0.0.1:port", "no address"),
        ("http://me:secret@127.0.0.1:5601", "name or password"),
        ("http://me:secret/more@127.0.0.1:5601", "name or password"),
    ],
)
def test_an_address_that_cannot_be_is_refused_before_anything_is_sent(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        Kibana(KibanaSettings(url=url))
    assert "secret" not in str(caught.value).partition("Take it out")[0]


def test_a_ca_file_that_is_none(tmp_path: Any) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        Kibana(KibanaSettings(url="https://127.0.0.1:5601", ca_file=str(tmp_path / "ca.pem")))


@pytest.mark.parametrize(
    "number", [f"8.19.8{KEY}\x1b[2J" + "!" * 5000, "\x1b[2J" * 5000, "8.\u00b2", "9" * 5000]
)
def test_a_version_that_is_none_steers_no_terminal(number: str) -> None:
    secret = read_secret("kibana", "header kbn: " + KEY, where="here")
    with (
        running(FakeKibana(number=number)) as server,
        closing(Kibana(KibanaSettings(url=server.url, secret=secret))) as kibana,
    ):
        try:
            said = kibana.version()
        except EngineMismatchError as error:
            said = str(error)
    assert KEY not in said
    assert said.isprintable()
    assert len(said) < 300


def test_what_kibana_repeats_holds_no_secret_and_steers_no_terminal(server: FakeKibana) -> None:
    said = f"Authorization {KEY} \\u001b[2J is odd" + "!" * 5000
    server.canned = (
        200,
        {},
        LACKING.replace(
            b'"missing_references"', (f'"conflict","message":"{said}"').encode()
        ).replace(b'"a"', b'"' + b"a" * 5000 + b'"'),
    )
    secret = read_secret("kibana", f"header Authorization: ApiKey {KEY}", where="here")
    with pytest.raises(ImportRefusedError) as caught:
        install(KibanaSettings(url=server.url, secret=secret))
    assert KEY not in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("url", ["http://[::1", "http://\x1b[2J", "kibana"])
def test_an_address_that_cannot_be_read_is_told(url: str) -> None:
    with pytest.raises(ConfigError, match=r"^(?!://).*no address of Kibana"):
        Kibana(KibanaSettings(url=url))
