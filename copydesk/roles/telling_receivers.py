"""Receivers of matches are told beside the leading desk, in a thread whose loop waits for them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import structlog

from config.settings import Settings
from copydesk.alerts.posting import Poster
from copydesk.alerts.telling import Telling
from copydesk.record.database import Record
from crawler.fetch.addresses import AddressGuard

# A message under way is cut off and sent again by whoever leads next.
_END_SECONDS = 5.0

log = structlog.get_logger()


@contextmanager
def telling_receivers(settings: Settings, record: Record) -> Iterator[None]:
    """Tell them until the end of the block. ``record`` is that of the desk that leads."""
    loop = asyncio.new_event_loop()
    work = loop.create_task(_telling(settings, record).for_ever())
    thread = Thread(target=_run, args=(loop, work), daemon=True, name="receivers")
    thread.start()
    try:
        yield
    finally:
        with suppress(RuntimeError):  # its loop has ended already, and said why
            loop.call_soon_threadsafe(work.cancel)
        thread.join(_END_SECONDS)


def tell_receivers_once(settings: Settings, record: Record) -> None:
    """Tell all that is due, each receiver until it has all or fails; for runs that end."""
    asyncio.run(_telling(settings, record).once())


def _telling(settings: Settings, record: Record) -> Telling:
    guard = AddressGuard.parse(settings.alerts.allowed_addresses)
    return Telling(record, Poster(guard), site=settings.serve.base_url.rstrip("/"))


def _run(loop: asyncio.AbstractEventLoop, work: "asyncio.Task[None]") -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(work)
    except asyncio.CancelledError:
        pass
    except Exception:
        # The desk goes on; its next lead begins with a new thread.
        log.exception("receivers of matches are not told any more")
    finally:
        under_way = asyncio.all_tasks(loop)
        for task in under_way:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*under_way, return_exceptions=True))
        loop.close()
