"""Each format gives the same article: who, when, what, by whom, in paragraphs."""

import json
from datetime import UTC, datetime

import pytest

from crawler.feeds import NotAFeedError
from crawler.identity import identity_keys
from tests.crawler.wires.samples import article, g2, nitf, only, read


def at(year: int, month: int, day: int, hour: int, minute: int) -> float:
    return datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()


def test_newsml_g2() -> None:
    one = article(g2())
    assert one.guid == "urn:newsml:npa.example:20230530:4711"
    assert (one.title, one.byline, one.language) == ("Ferry aground off Holm", "Ada Berg", "en")
    assert one.text == "VARNSUND (NPA) - A ferry ran aground.\nNobody was hurt."
    assert (one.published, one.updated) == (at(2023, 5, 30, 10, 50), at(2023, 5, 30, 11, 5))
    assert one.section == "disaster and accident"
    assert one.keywords == ("HOLM-FERRY", "transport accident", "Varnsund", "urgency 2")
    assert one.credit is not None
    assert one.credit.agency == "NPA"
    assert one.rights == "(c) NPA 2023 No archive"
    assert (one.status, one.extraction.method, one.extraction.origin) == ("usable", "wire", "feed")


def test_newsml_g2_of_any_namespace_and_prefix() -> None:
    plain = g2().replace(' xmlns="http://iptc.org/std/nar/2006-10-01/"', "")
    assert only(plain).title == "Ferry aground off Holm"
    prefixed = '<n:newsItem xmlns:n="urn:x" guid="g-40001"><n:contentMeta><n:headline>One</n:headline></n:contentMeta></n:newsItem>'  # noqa: E501
    assert (only(prefixed).guid, only(prefixed).title) == ("g-40001", "One")


def test_newsml_g2_takes_the_nitf_inside_and_leaves_pictures_packages_and_plans() -> None:
    feed = read(
        """<newsMessage><itemSet><packageItem guid="p"/><planningItem guid="q"/>
        <newsItem guid="pic"><itemMeta><itemClass qcode="ninat:picture"/></itemMeta>
         <contentMeta><headline>A caption</headline></contentMeta></newsItem>
        <newsItem guid="txt"><itemMeta><itemClass qcode="ninat:text"/></itemMeta><contentSet>
         <inlineXML><nitf><body><body.head><hedline><hl1>Inside</hl1></hedline>
         <byline>By Ada Berg</byline></body.head><body.content><p>By Ada Berg</p>
         <p>One.</p><media><media-caption>no</media-caption></media></body.content></body></nitf>
         </inlineXML></contentSet></newsItem></itemSet></newsMessage>"""
    )
    (item,) = feed.items
    assert (item.title, item.text, item.authors) == ("Inside", "One.", ("Ada Berg",))
    assert feed.problem == "left out what is no article: 1 package, 1 picture, 1 planningitem"


def test_of_several_revisions_in_one_message_the_last_counts() -> None:
    first, second = (
        f'<newsItem guid="g-40001" version="{n}"><itemMeta><versionCreated>2023-05-30T1{n}:00:00Z'
        f"</versionCreated></itemMeta><contentMeta><headline>Version {n}</headline></contentMeta>"
        "</newsItem>"
        for n in (1, 2)
    )
    assert (
        only(f"<newsMessage><itemSet>{second}{first}</itemSet></newsMessage>").title == "Version 2"
    )


def test_nitf() -> None:
    one = article(nitf(content="<p>A <b>late</b> goal\n  decided it.</p><hl2>Cup</hl2><p>2:1</p>"))
    assert (one.guid, one.title) == ("NPA.123.456789", "Holm win the cup")
    assert one.byline == "Ada Berg, Chief Reporter"
    assert one.text == "A late goal decided it.\nCup\n2:1"
    assert one.summary == "Late goal decides."
    assert (one.section, one.keywords) == ("sport", ("Sport", "Soccer", "Varnsund"))
    assert one.rights == "© 2023 Nordic Press Agency"
    assert one.published == at(2023, 5, 30, 11, 5)
    assert one.credit is not None
    assert (one.credit.agency, one.credit.found_in) == ("NPA", "source")


def test_lines_broken_to_a_width_are_one_paragraph() -> None:
    broken = (
        "<p>   The ferry with two hundred people aboard had left <br />Varnsund in the morning "
        "and was to be in Holm at noon, <br />the coast guard said.</p>"
    )
    assert only(nitf(content=broken)).text.count("\n") == 0
    table = "<p>Holm 2<br/>Varnsund 1<br/>Talca 0</p>"
    assert only(nitf(content=table)).text == "Holm 2\nVarnsund 1\nTalca 0"


def test_characters_that_only_a_dtd_knows() -> None:
    assert only(nitf(content="<p>caf&eacute; &nosuch; &amp; bar</p>")).text == "café & bar"


@pytest.mark.parametrize("style", ["1.x", "2.x", "3.x"])
def test_ninjs(style: str) -> None:
    html = "<p>A ferry ran aground.</p><p>Nobody was hurt.</p>"
    item: dict[str, object] = {
        "uri": "urn:ninjs:npa:4711", "type": "text", "version": "2", "language": "en",
        "versioncreated": "2023-05-30T13:05:00+02:00", "pubstatus": "usable", "urgency": 1,
        "copyrightnotice": "(c) NPA", "usageterms": "No archive", "located": "Varnsund",
    }  # fmt: skip
    if style == "1.x":
        item |= {"headline": "Ferry aground", "body_html": html, "byline": "By Ada Berg",
                 "description_text": "In short.", "infosource": [{"name": "NPA"}],
                 "subject": [{"code": "03010000", "name": "transport accident"}]}  # fmt: skip
    else:
        item |= {"headlines": [{"role": "main", "value": "Ferry aground"}], "by": "Ada Berg",
                 "bodies": [{"role": "html", "contenttype": "text/html", "value": html}],
                 "descriptions": [{"role": "summary", "value": "In short."}],
                 "infosources": [{"name": "NPA"}],
                 "subjects": [{"literal": "03010000", "name": "transport accident"}]}  # fmt: skip
    if style == "3.x":
        camel = {"versioncreated": "versionCreated", "pubstatus": "pubStatus",
                 "infosources": "infoSources", "copyrightnotice": "copyrightNotice"}  # fmt: skip
        item = {camel.get(key, key): value for key, value in item.items()}
    for document in (item, [item], {"data": {"items": [{"meta": {}, "item": item}]}}):
        one = article(json.dumps(document))
        assert (one.guid, one.title, one.byline) == (
            "urn:ninjs:npa:4711",
            "Ferry aground",
            "Ada Berg",
        )
        assert one.text == "A ferry ran aground.\nNobody was hurt."
        assert (one.summary, one.section) == ("In short.", "disaster and accident")
        assert one.published == at(2023, 5, 30, 11, 5)
        assert one.keywords == ("transport accident", "Varnsund", "urgency 1")
        assert one.credit is not None
        assert (one.credit.agency, one.rights) == ("NPA", "(c) NPA No archive")


def test_json_that_is_no_wire_stays_a_feed_or_nothing() -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "t",
            "items": [{"id": "1", "url": "https://a.example/2023/one-two-three", "title": "One",
                       "uri": "x", "headline": "y"}]}  # fmt: skip
    assert read(json.dumps(feed)).format == "json"
    with pytest.raises(NotAFeedError):
        read('{"hello": {"uri": "x"}}')


def test_newsml_1() -> None:
    body = """<?xml version="1.0" encoding="utf-8"?><NewsML Version="1.2"><NewsItem xml:lang="fr">
    <Identification><NewsIdentifier><ProviderId>npa.example</ProviderId><DateId>20230530</DateId>
    <NewsItemId>TX-4711</NewsItemId><RevisionId PreviousRevision="1" Update="N">2</RevisionId>
    <PublicIdentifier>urn:newsml:npa.example:20230530:TX-4711:2</PublicIdentifier>
    </NewsIdentifier><NameLabel>Holm-ferry</NameLabel></Identification><NewsManagement>
    <NewsItemType FormalName="News"/><FirstCreated>20230530T105000+0000</FirstCreated>
    <ThisRevisionCreated>20230530T110500+0000</ThisRevisionCreated><Status FormalName="Usable"/>
    <Urgency FormalName="4"/></NewsManagement><NewsComponent><NewsLines>
    <HeadLine>Un ferry échoué</HeadLine><DateLine>HOLM, 30 mai 2023 (AFP) -</DateLine></NewsLines>
    <AdministrativeMetadata><Provider><Party FormalName="AFP"/></Provider></AdministrativeMetadata>
    <DescriptiveMetadata><Language FormalName="fr"/><SubjectCode>
    <SubjectMatter FormalName="03010000"/></SubjectCode><Location><Property FormalName="City"
    Value="Holm"/></Location></DescriptiveMetadata><NewsComponent><ContentItem>
    <MediaType FormalName="Text"/><DataContent><p>Un ferry s'est échoué.</p><p>Fin.</p><p>ab/cd</p>
    </DataContent></ContentItem></NewsComponent></NewsComponent></NewsItem></NewsML>"""
    one = article(body)
    assert one.guid == "urn:newsml:npa.example:20230530:TX-4711"  # without the revision
    assert one.title == "Un ferry échoué"
    assert one.text == "HOLM, 30 mai 2023 (AFP) - Un ferry s'est échoué.\nFin."
    assert (one.published, one.updated) == (at(2023, 5, 30, 10, 50), at(2023, 5, 30, 11, 5))
    assert (one.section, one.keywords) == ("disaster and accident", ("Holm-ferry", "Holm"))
    assert one.credit is not None
    assert (one.credit.agency, one.credit.found_in) == ("AFP", "dateline")


IPTC = (
    "\x01abc062 3 s 211 ccccb   dpa 061\r\n\nHolm-football/Cup/\r\n\x021ST LEAD\r\n"
    "Holm win the cup\r\nBy Ada Berg, dpa =\r\n\n   Varnsund (dpa) - Holm have won the cup for the "
    "first time since\r\nthey were founded in a garage by the harbour a hundred years ago.\r\n\n"
    "   The captain cried.\r\n\n# Notebook\r\n\n## Contacts\r\n- Reporting by: Ada Berg\r\n\n"
    "dpa ab cd\r\n\x03301105 GMT May 23 \r\n\x7f\x04"
)


def test_iptc_7901() -> None:
    one = article(IPTC)
    assert (one.title, one.byline) == ("Holm win the cup", "Ada Berg, dpa")
    assert one.guid == "iptc7901:abc062:2023-05-30"
    first, last = one.text.split("\n")
    assert first.startswith("Varnsund (dpa) - Holm have won")
    assert first.endswith("a hundred years ago.")
    assert last == "The captain cried."
    assert (one.published, one.section) == (at(2023, 5, 30, 11, 5), "sport")
    assert one.keywords == ("Holm-football/Cup", "urgency 3")


def test_several_messages_of_one_transmission_are_several_articles() -> None:
    feed = read(IPTC + IPTC.replace("abc062", "abc063").replace("1ST LEAD", "CORRECTION"))
    assert {(item.guid, item.status) for item in feed.items} == {
        ("iptc7901:abc062:2023-05-30", "usable"),
        ("iptc7901:abc063:2023-05-30", "corrected"),
    }


def test_anpa_1312() -> None:
    one = article(
        "\x16\x16\x01W2870\x1fasian\r\nu s\x13\x11 BC-Holm--Cup     05-30 0104\r\n"
        "\x02^BC-Holm--Cup, 1st Ld-Writethru,44<\r\n^Holm win the cup<\r\n^AP Photo XYZ101<\r\n"
        "^Eds: With photos.<\r\n^By ADA BERG=\r\n^Associated Press=\r\n"
        "\t   VARNSUND (AP) _ Holm won ``at last,'' the captain said.\r\n \r\n\t   He cried.\r\n"
        "^END<\r\n\x03AP-WF-05-30-23 1105GMT<\r\n"
    )
    assert (one.title, one.byline) == ("Holm win the cup", "ADA BERG")
    assert one.text == "VARNSUND (AP) — Holm won “at last,” the captain said.\nHe cried."
    assert (one.guid, one.section) == ("anpa1312:W2870:2023-05-30", "sport")
    assert one.keywords == ("BC-Holm--Cup, 1st Ld-Writethru",)
    assert one.published == at(2023, 5, 30, 11, 5)
    assert one.credit is not None
    assert one.credit.agency == "AP"


def test_what_has_neither_headline_nor_text_is_counted_and_left_out() -> None:
    feed = read('<newsItem guid="g-40001"><itemMeta/></newsItem>')
    assert feed.items == ()
    assert feed.problem == "left out what is no article: 1 without headline and text"


def test_an_agencys_identifier_is_all_that_makes_two_items_one() -> None:
    long = f"<p>{'A ferry ran aground off Holm. ' * 30}</p>"
    keys = identity_keys(article(g2(body=long)))
    assert keys == ("guid:wire:urn:newsml:npa.example:20230530:4711",)


def test_initials_are_no_byline_and_no_text() -> None:
    signed = nitf(content="<p>A ferry.</p><p>ab/cd</p><p>ends</p>")
    one = article(
        signed.replace("By<person>Ada Berg</person><byttl>Chief Reporter</byttl>", "ab/cd")
    )
    assert (one.byline, one.text) == ("", "A ferry.")
