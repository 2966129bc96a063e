"""The desk's day: when to place, to listen, to forget, to index and to save."""

import time
from collections.abc import Callable
from math import inf
from threading import Event

import msgspec
import structlog

from copydesk.roles.collecting import seldom_collecting
from copydesk.roles.desk import DeskWork
from copydesk.roles.notify import beat
from copydesk.roles.totals import Totals
from dedupe.desk import Desk
from dedupe.document import Document

# The engine commits at most this often while articles keep coming: p95 of two seconds from the
# inbox to searchable leaves room for one batch, one commit and one reload.
_INDEX_SECONDS = 1.0
_POLL_SECONDS = 0.25
_REPORT_SECONDS = 30.0
# People's word, deletion and retention have a turn this often while articles keep coming.
_LOOK_SECONDS = 1.0

log = structlog.get_logger()


def warm_up() -> None:
    """Have the desk's machine code compiled (or loaded from its cache) before news waits for it."""
    desk = Desk()
    for name in ("one", "two"):
        text = f"{name} " + " ".join(f"word{number}" for number in range(100))
        desk.place(Document(id=name, title=f"Warming up {name}", text=text, language="en", at=0.0))


@seldom_collecting()
def run_forever(work: DeskWork, stop: Event) -> None:
    """Place and index until ``stop`` is set; then finish the batch and save the memory."""
    indexed = looked = reported = time.monotonic()
    behind = "unknown"
    while not stop.is_set():
        beat()
        summary = work.place_waiting()
        if summary:
            log.info(Totals().plus(summary).sentence())
            behind = "yes"
        now = time.monotonic()
        if now - looked >= _LOOK_SECONDS:
            looked = now
            work.confirm()
            work.lift_embargoes()
            asked, forgotten = work.listen(), work.forget()
            behind = "yes" if asked or forgotten else behind
        if behind != "no" and (summary is None or now - indexed >= _INDEX_SECONDS):
            behind = "no" if work.index(seconds=_INDEX_SECONDS) else "yes"
            indexed = time.monotonic()
        if now - reported >= _REPORT_SECONDS:
            work.report()
            reported = now
        work.save_if_worth()
        if summary is None:
            stop.wait(_POLL_SECONDS)
    work.save_if_possible()
    work.index(seconds=_INDEX_SECONDS)


@seldom_collecting()
def run_once(
    work: DeskWork, report: Callable[[str, int, int], None] = lambda _what, _done, _all: None
) -> Totals:
    """Place and index all that waits, forget what was kept long enough, then end."""
    totals = Totals()
    while work.lift_embargoes():
        pass
    while summary := work.place_waiting():
        totals = totals.plus(summary)
        report("placed", totals.new + totals.revised, 0)
        work.save_if_worth()
    while summary := work.overrule() or work.delete_requested():
        totals = totals.plus(summary)
    while work.forget():
        beat()
    work.erase()
    if summary := work.settle():
        totals = totals.plus(summary)
    work.listen(seconds=inf)
    indexed = work.index(lambda done, everything: report("indexed", done, everything))
    work.save()
    return msgspec.structs.replace(totals, indexed="yes" if indexed else "no")
