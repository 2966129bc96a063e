"""What the crawler brings goes into the inbox, and what is refused there is told."""

import msgspec
from structlog.testing import capture_logs

from copydesk.record.database import Record
from copydesk.roles.taking import Taking
from crawler.article import Article
from tests.copydesk.samples import article

PAGE = "https://npa.example/2023/05/30/minister-resigns-today"


def shown(source: str) -> Article:
    return article("urn:newsml:npa:20230530:789", title="Minister out", source=source, url=PAGE)


def kill(source: str) -> Article:
    return msgspec.structs.replace(
        shown(source), status="cancelled", text="", wording="k", raw_digest="k"
    )


async def test_a_refused_cancellation_is_told_once_however_often_it_is_shown(
    record: Record,
) -> None:
    taking = Taking(record)
    assert await taking.put([shown("npa")]) == 1
    with capture_logs() as logged:
        for _ in range(2):
            assert await taking.unseen([kill("npa-wire")]) == ["known"]
            assert await taking.put([kill("npa-wire")]) == 0
    (told,) = logged
    assert (told["log_level"], told["source"]) == ("warning", "npa-wire")
    assert "npa-wire: cancels articles that came from npa" in told["event"]


async def test_a_source_takes_back_what_came_under_its_earlier_id(record: Record) -> None:
    taking = Taking(record, earlier={"npa-wire": ("npa",)})
    await taking.put([shown("npa")])
    with capture_logs() as logged:
        assert await taking.unseen([kill("npa-wire")]) == ["changed"]
        await taking.put([kill("npa-wire")])
    assert [each["event"] for each in logged] == ["npa-wire: took 1 of its articles back"]
