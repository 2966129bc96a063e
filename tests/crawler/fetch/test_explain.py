"""Failures of the network in words."""

# Twisted is typed in parts only.
# mypy: disable-error-code="no-untyped-call"

import pytest
from OpenSSL import SSL
from service_identity import VerificationError
from twisted.internet import error as tx
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError, ResponseFailed, ResponseNeverReceived

from crawler.fetch.errors import FetchError
from crawler.fetch.explain import explain
from crawler.job import Outcome


def ssl_error(words: str) -> SSL.Error:
    return SSL.Error([("SSL routines", "", words)])


CASES: list[tuple[BaseException, Outcome, str]] = [
    (tx.ConnectionRefusedError(), "connection", "refused the connection"),
    (tx.NoRouteError(), "connection", "cannot be reached"),
    (tx.ConnectError(), "connection", "cannot be reached"),
    (tx.TCPTimedOutError(), "timeout", "did not accept a connection"),
    (tx.TimeoutError(), "timeout", "did not accept a connection"),
    (tx.ConnectionLost(), "connection", "without a complete answer"),
    (tx.ConnectionDone(), "connection", "without a complete answer"),
    (ParseError("bad", b"secret data"), "connection", "not HTTP"),
    (ssl_error("certificate verify failed"), "tls", "self-signed"),
    (ssl_error("unsafe legacy renegotiation disabled"), "tls", "outdated TLS"),
    (ssl_error("unsupported protocol"), "tls", "outdated TLS"),
    (ssl_error("wrong version number"), "tls", "wrong version number"),
    (SSL.Error([]), "tls", "no reason given"),
    (VerificationError(errors=[]), "tls", "another name"),
    (RuntimeError("secret data"), "failed", "RuntimeError"),
]


@pytest.mark.parametrize(("error", "outcome", "words"), CASES)
def test_each_failure_has_its_words(error: BaseException, outcome: Outcome, words: str) -> None:
    wrapped = ResponseNeverReceived([Failure(error)])
    doubly = ResponseFailed([Failure(wrapped)])
    for seen in (error, wrapped, doubly):
        explained = explain(seen)
        assert explained.outcome == outcome
        assert words in explained.what
        assert "secret data" not in str(explained)


def test_an_explanation_on_board_is_kept() -> None:
    mine = FetchError("sent more than 64 KiB of headers", outcome="too-large")
    reasons = [Failure(tx.ConnectionLost()), Failure(mine)]
    assert explain(ResponseNeverReceived(reasons)) is mine
