"""Twisted's failures as an outcome and a sentence that a person understands."""

from collections.abc import Iterator

from OpenSSL import SSL
from service_identity import VerificationError
from twisted.internet import error as tx
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError, ResponseFailed, ResponseNeverReceived
from twisted.web.http import _DataLoss, _MalformedChunkedDataError

from crawler.fetch.errors import FetchError

_LATER = "It is tried again later"


def explain(error: BaseException) -> FetchError:
    """Names what went wrong on the network; never shows what the server sent as such."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, FetchError):
            return cause
    for cause in causes:
        if isinstance(cause, (SSL.Error, VerificationError)):
            return _tls(cause)
    for cause in causes:
        explained = _connection(cause)
        if explained is not None:
            return explained
    return FetchError(
        f"could not be fetched ({type(causes[-1]).__name__})", outcome="failed", next_step=_LATER
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    yield error
    if isinstance(error, (ResponseFailed, ResponseNeverReceived)):
        for reason in error.reasons:
            if isinstance(reason, Failure) and reason.value is not None:
                yield from _causes(reason.value)


def _tls(error: BaseException) -> FetchError:
    if isinstance(error, VerificationError):
        problem = "its certificate is for another name"
    else:
        words = " ".join(str(part) for entry in error.args[:1] for item in entry for part in item)
        if "certificate verify failed" in words:
            problem = "its certificate is expired, self-signed or of an unknown authority"
        elif "legacy renegotiation" in words or "unsupported protocol" in words:
            problem = "it only speaks an outdated TLS"
        else:
            problem = f"the handshake failed ({words.strip()[:120] or 'no reason given'})"
    return FetchError(
        f"no secure connection: {problem}",
        outcome="tls",
        next_step="Tell its operator, or add its authority to ca_file",
    )


def _connection(error: BaseException) -> FetchError | None:
    match error:
        case tx.ConnectionRefusedError():
            what = "refused the connection; no server listens there"
        case tx.TimeoutError() | tx.TCPTimedOutError():
            return FetchError("did not accept a connection in time", outcome="timeout",
                              next_step=_LATER)  # fmt: skip
        case tx.NoRouteError() | tx.ConnectError():
            what = "cannot be reached from this machine"
        case ParseError() | ValueError():
            what = "answered with something that is not HTTP"
        case _DataLoss() | _MalformedChunkedDataError():
            what = "ended its answer in the middle"
        case tx.ConnectionDone() | tx.ConnectionLost() | tx.ConnectionAborted():
            what = "closed the connection without a complete answer"
        case _:
            return None
    return FetchError(what, outcome="connection", next_step=_LATER)
