"""The desk's own thread for receivers: it begins, tells, and ends with the lead."""

import asyncio
import threading

import msgspec

from config.settings import AlertsSettings, Settings
from copydesk.record.database import Record
from copydesk.record.leadership import leading
from copydesk.roles.telling_receivers import telling_receivers
from tests.copydesk.alerts.test_telling import TAKEN, find, listen, told
from tests.crawler.site import Asked, Site


async def test_it_tells_beside_the_desk_and_ends_with_it(any_record: Record) -> None:
    asked = asyncio.Event()

    def taken(_: Asked) -> bytes:
        asked.set()
        return TAKEN

    async with Site({"/hook": taken}) as site:
        alerts = AlertsSettings(allowed_addresses=(site.allowed,))
        settings = msgspec.structs.replace(Settings(), alerts=alerts)
        listen(any_record, site)
        find(any_record, [1])
        with leading(any_record) as lead, telling_receivers(settings, lead.record):
            await asked.wait()
            assert "receivers" in {thread.name for thread in threading.enumerate()}
        assert "receivers" not in {thread.name for thread in threading.enumerate()}
    assert told(site)[0] == ["a1"]


async def test_one_under_way_does_not_hold_up_the_end(record: Record) -> None:
    asked = asyncio.Event()

    async def never(_: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.Event().wait()

    async with Site({"/hook": never}) as site:
        alerts = AlertsSettings(allowed_addresses=(site.allowed,))
        settings = msgspec.structs.replace(Settings(), alerts=alerts)
        listen(record, site)
        find(record, [1])
        with telling_receivers(settings, record):
            await asked.wait()
        assert "receivers" not in {thread.name for thread in threading.enumerate()}
