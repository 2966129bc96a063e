"""Embargo, correction and kill, from codes and from the words agencies use."""

import json

import pytest

from crawler.wires.model import WireItem
from crawler.wires.standing import standing
from tests.crawler.wires.samples import NOON, article, g2, nitf, only, read

EMBARGO = "<embargoed>2023-05-31T06:00:00+02:00</embargoed><pubStatus qcode='stat:usable'/>"
UNTIL = 1_685_505_600.0  # 31 May 2023, 04:00 UTC


def test_an_embargo_holds_until_its_time_and_not_longer() -> None:
    before, after = article(g2(meta=EMBARGO)), article(g2(meta=EMBARGO), now=UNTIL)
    assert (before.status, before.embargo_until) == ("embargoed", UNTIL)
    assert (after.status, after.embargo_until) == ("usable", None)
    assert before.wording == after.wording  # or its feed would seem to have changed it
    assert before.wording != article(g2()).wording


@pytest.mark.parametrize(
    ("written", "later"),
    [("2023-05-31T06:00:00", 12), ("2023-05-31", 12 - 6), ("2023-05-31T06:00:00Z", 0)],
)
def test_without_a_zone_it_holds_until_it_is_that_late_everywhere(written: str, later: int) -> None:
    held = only(g2(meta=f"<embargoed>{written}</embargoed>"))
    assert held.embargo_until == 1_685_512_800.0 + later * 3600


@pytest.mark.parametrize("written", ["Next Monday", "9999-99-99", "tomorrow 06:00"])
def test_an_embargo_that_nobody_can_read_holds_until_its_agency_says_more(written: str) -> None:
    held = article(g2(meta=f"<embargoed>{written}</embargoed>"))
    assert (held.status, held.embargo_until) == ("embargoed", None)


def test_withheld_holds_without_a_time() -> None:
    held = article(g2(meta='<pubStatus qcode="stat:withheld"/>'))
    assert (held.status, held.embargo_until) == ("embargoed", None)


def test_a_cancelled_item_names_what_it_takes_back_and_shows_nothing_of_it() -> None:
    killed = article(g2(meta='<pubStatus qcode="stat:canceled"/>'))
    assert (killed.status, killed.text, killed.summary) == ("cancelled", "", "")
    assert killed.guid == "urn:newsml:npa.example:20230530:4711"


@pytest.mark.parametrize("signal", ["sig:correction", "edStat:C"])
def test_a_signal_marks_a_correction(signal: str) -> None:
    assert article(g2(meta=f'<signal qcode="{signal}"/>')).status == "corrected"


def test_nitf_embargo_and_the_cancelling_of_another() -> None:
    released = '<date.release norm="20230531T060000+0200"/>'
    held = article(nitf(status="embargoed", docdata=released))
    assert (held.status, held.embargo_until) == ("embargoed", UNTIL)
    assert (
        article(nitf(docdata=released)).status == "usable"
    )  # when it may be released, not an order
    other = nitf().replace(
        'management-status="usable"',
        'management-status="usable" management-doc-idref="NPA.1" '
        'management-idref-status="canceled"',
    )
    stands = {item.guid: item.status for item in read(other).items}
    assert stands == {"NPA.1": "cancelled", "NPA.123.456789": "usable"}


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"pubstatus": "canceled"}, "cancelled"),
        ({"pubStatus": "withheld"}, "embargoed"),
        ({"embargoed": "2023-05-31T06:00:00+02:00"}, "embargoed"),
        ({"ednote": "Corrects the name of the ferry"}, "corrected"),
    ],
)
def test_ninjs(fields: dict[str, str], status: str) -> None:
    item = {"uri": "urn:x:40001", "headline": "Ferry", "body_text": "A ferry."} | fields
    assert article(json.dumps(item)).status == status


def test_newsml_1_embargo() -> None:
    body = """<NewsML><NewsItem><Identification><NewsIdentifier><NewsItemId>4711</NewsItemId>
    </NewsIdentifier><NameLabel>Ferry</NameLabel></Identification><NewsManagement>
    <Status FormalName="Embargoed"/><StatusWillChange><FutureStatus FormalName="Usable"/>
    <DateAndTime>20230531T040000Z</DateAndTime></StatusWillChange></NewsManagement></NewsItem>
    </NewsML>"""
    assert (article(body).status, article(body).embargo_until) == ("embargoed", UNTIL)


@pytest.mark.parametrize(
    ("headline", "expected"),
    [
        ("KILL - Ferry aground", "cancelled"),
        ("MANDATORY KILL: Ferry aground", "cancelled"),
        ("WITHDRAWN-Ferry aground", "cancelled"),
        ("HOLM-FERRY, KILL", "cancelled"),
        ("HOLM-FERRY/ (UPDATE 1, WITHDRAWN)", "cancelled"),
        ("URGENT - MANDATORY KILL", "cancelled"),
        ("WITHDRAWAL", "cancelled"),
        ("Kill Bill director stranded on ferry", "usable"),
        ("KILL-SWITCH LAW PASSED IN HOLM", "usable"),
        ("KILLED: 12 IN FERRY BLAST", "usable"),
        ("WITHDRAWAL: LAST TROOPS LEAVE HOLM", "usable"),
        ("ANNULATION : la conférence de presse de lundi", "usable"),
        ("KILL BILL DIRECTOR STRANDED ON FERRY", "usable"),
        ("Troops withdrawn from Holm", "usable"),
        ("CORRECTED-Ferry aground", "corrected"),
        ("Correction officers strike", "usable"),
        ("HOLM-FERRY/ (UPDATE 1, CORRECTED)", "corrected"),
        ("BERICHTIGUNG: Fähre auf Grund", "corrected"),
        ("Regierung will Berichtigung", "usable"),
    ],
)
def test_words_are_believed_only_as_agencies_write_them(headline: str, expected: str) -> None:
    assert standing(WireItem(headline=headline)) == expected


@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("HOLM-FERRY, KILL", "cancelled"),
        ("HOLM-FERRY,MANDATORY KILL", "cancelled"),
        ("HOLM-FERRY, WITHDRAWN", "cancelled"),
        ("WITHDRAWN", "cancelled"),
        ("HOLM-TROOPS/WITHDRAWAL", "usable"),
        ("HOLM, TROOPS, WITHDRAWAL", "usable"),
        ("HOLM-DRONES/KILL", "usable"),
        ("WITHDRAWAL", "usable"),
        ("KILL-SWITCH/", "usable"),
    ],
)
def test_a_slug_that_names_a_topic_is_no_order(slug: str, expected: str) -> None:
    assert standing(WireItem(headline="Ferry aground", slugline=slug)) == expected


def teleprinted(top: str) -> str:
    return (
        f"\x01abc062 3 i 211 ccccb   dpa 061\r\n\nHolm-ferry/\r\n\x02{top} =\r\n\n"
        "   Varnsund (dpa) - The ferry is meant that ran aground on Tuesday.\r\n"
        "\x03301105 GMT May 23 \r\n"
    )


@pytest.mark.parametrize(
    ("top", "title", "status"),
    [
        ("FLASH - BLAST KILLS 12 IN HOLM", "FLASH - BLAST KILLS 12 IN HOLM", "usable"),
        ("URGENT: 12 KILLED IN HOLM BLAST", "URGENT: 12 KILLED IN HOLM BLAST", "usable"),
        ("FLASH - BLAST KILLS 12\r\nON FERRY", "FLASH - BLAST KILLS 12 ON FERRY", "usable"),
        ("URGENT\r\nBLAST KILLS 12", "BLAST KILLS 12", "usable"),
        ("URGENT KILLS\r\nBlast on ferry", "Blast on ferry", "usable"),
        ("KILL\r\nFerry aground", "Ferry aground", "cancelled"),
        ("MANDATORY KILL\r\nFerry aground", "Ferry aground", "cancelled"),
        ("WITHDRAWAL\r\nFerry aground", "Ferry aground", "cancelled"),
        ("URGENT - KILL\r\nFerry aground", "Ferry aground", "cancelled"),
    ],
)
def test_a_teleprinter_orders_by_a_line_of_its_own(top: str, title: str, status: str) -> None:
    one = article(teleprinted(top))
    assert (one.title, one.status) == (title, status)
    assert one.text  # of news, and of a notice that is for people to read


@pytest.mark.parametrize(
    ("slug", "status"),
    [
        ("BC-Holm--Ferry, KILL,44", "cancelled"),
        ("BC-Holm--Ferry, Bulletin Kill, 1st Ld-Writethru,44", "cancelled"),
        ("BC-Holm--Ferry, Killer Whale,44", "usable"),
    ],
)
def test_anpa_orders_at_the_end_of_its_slug(slug: str, status: str) -> None:
    one = article(
        "\x16\x16\x01W2870\x1fasian\r\nu s\x13\x11 BC-Holm--Ferry     05-30 0104\r\n"
        f"\x02^{slug}<\r\n^Ferry aground off Holm<\r\n"
        "\t   EDITORS: The story slugged BC-Holm--Ferry is meant.\r\n"
        "^END<\r\n\x03AP-WF-05-30-23 1105GMT<\r\n"
    )
    assert one.status == status
    assert "EDITORS" in one.text


def test_a_kill_in_words_is_a_notice_and_keeps_its_text() -> None:
    notice = article(g2(content="<headline>KILL - Ferry aground</headline>"))
    assert notice.status == "cancelled"
    assert notice.text
    assert notice.first_seen == NOON


def test_a_notice_in_words_that_has_a_summary_only_is_one_too() -> None:
    item = {"uri": "urn:x:40001", "headline": "KILL - Ferry", "description_text": "Kill the story."}
    notice = article(json.dumps(item))
    assert (notice.status, notice.summary) == ("cancelled", "Kill the story.")
