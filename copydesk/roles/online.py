"""Is there internet here? Asked of the sources themselves, once, before `make run` starts."""

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from concurrent.futures import TimeoutError as NoAnswerError
from urllib.parse import urlsplit

from config.sources import Source
from config.ways import WAYS

_ASKED = 8
_SECONDS = 4.0


def is_online(sources: Sequence[Source]) -> bool:
    """Whether one of a few sources, spread over the list, accepts a connection within seconds.

    With no sources to ask there is no reason to doubt it.
    """
    urls = [source.url for source in sources if not source.drop]
    step = max(len(urls) // _ASKED, 1)
    hosts = list(dict.fromkeys(map(_endpoint, urls[::step])))[:_ASKED]
    if not hosts:
        return True
    pool = ThreadPoolExecutor(max_workers=_ASKED)
    asked = [pool.submit(_answers, host, port) for host, port in hosts]
    try:
        return any(answer.result() for answer in as_completed(asked, timeout=_SECONDS))
    except NoAnswerError:
        return False
    finally:
        # A name lookup that hangs must not hold up the start.
        pool.shutdown(wait=False, cancel_futures=True)


def _endpoint(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or WAYS[parts.scheme].port


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=_SECONDS):
            return True
    except OSError:
        return False
