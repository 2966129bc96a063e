"""E-mail: one article of what a press office sends, none of what machines answer."""

import random
import time
from base64 import b64encode

import pytest

from crawler.article import Article
from crawler.errors import CrawlError
from crawler.wires.mime import is_letter
from tests.crawler.wires.samples import article, g2, nitf, only, read

HEADERS = {
    "Received": "from mx.npa.example by mail.example.org; Tue, 30 May 2023 11:41:00 +0200",
    "From": "Ada Berg <ada.berg@npa.example>",
    "Subject": "Ferry aground off Holm",
    "Date": "Tue, 30 May 2023 11:40:00 +0200",
    "Message-ID": "<20230530.4711@npa.example>",
    "MIME-Version": "1.0",
}
TEXT = "A ferry ran aground off Holm on Tuesday.\n\nNobody was hurt, the police said.\n"
PARAGRAPHS = "A ferry ran aground off Holm on Tuesday.\nNobody was hurt, the police said."


def mail(body: str | bytes = TEXT, **headers: str) -> bytes:
    """An e-mail; a header that is "" is left out."""
    told = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value)
    data = body.encode() if isinstance(body, str) else body
    return head.encode("utf-8", "surrogateescape") + b"\r\n" + data


def parts(*each: tuple[str, str | bytes], kind: str = "alternative") -> bytes:
    """A multipart of parts of (headers, body)."""
    pieces = b""
    for head, body in each:
        data = body.encode() if isinstance(body, str) else body
        pieces += b"--XX\r\n" + head.encode() + b"\r\n\r\n" + data + b"\r\n"
    return mail(pieces + b"--XX--\r\n", Content_Type=f'multipart/{kind}; boundary="XX"')


def test_headers_and_text_become_the_article() -> None:
    one = article(mail(Content_Language="en", Organization="Northern Press Agency"))
    assert one.guid == "20230530.4711@npa.example"
    assert (one.title, one.byline, one.text) == ("Ferry aground off Holm", "Ada Berg", PARAGRAPHS)
    assert (one.published, one.published_origin) == (1_685_439_600.0, "feed")
    assert one.credit is not None
    assert (one.credit.agency, one.credit.found_in) == ("Northern Press Agency", "source")
    assert (one.status, one.extraction.method) == ("usable", "wire")


@pytest.mark.parametrize(
    ("sender", "byline", "agency"),
    [
        ("Ada Berg <ada@npa.example>", "Ada Berg", ""),
        ("Holm Port Authority <press@holm.example>", "", "Holm Port Authority"),
        ('"Holm Port" <news-desk@holm.example>', "", "Holm Port"),
        ('"Ada Berg via NPA Newswire" <noreply@npa.example>', "Ada Berg", "NPA Newswire"),
        ("=?iso-8859-1?Q?J=F6rg_M=FCller?= <jm@npa.example>", "Jörg Müller", ""),
        ("ada@npa.example", "", ""),
        ('"ada@npa.example" <ada@npa.example>', "", ""),
        ("Pressley Infox <pressley@npa.example>", "Pressley Infox", ""),
    ],
)
def test_a_person_is_the_byline_and_an_office_the_source(
    sender: str, byline: str, agency: str
) -> None:
    one = only(mail(From=sender))
    assert (", ".join(one.authors), one.source_title) == (byline, agency)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("=?utf-8?Q?F=C3=A4hre?= =?utf-8?Q?_auf_Grund?=", "Fähre auf Grund"),
        ("=?utf-8?B?RsOk?=\r\n =?utf-8?B?aHJl?=", "Fähre"),
        ("=?utf-8?Q?F=C3?= =?utf-8?Q?=A4hre?=", "Fähre"),
        ("=?windows-1252?Q?Holm\u2019s_ferry?=", "Holm\u2019s ferry"),
        ("=?x-unheard-of?Q?Ferry?= aground", "Ferry aground"),
        ("=?utf-8?B?!!!?= ferry", "ferry"),
        ("Fähre auf Grund", "Fähre auf Grund"),
        ("F\udce4hre auf Grund", "Fähre auf Grund"),
        ("Fwd: WG: [EXTERNAL] Ferry aground", "Ferry aground"),
        ("Recovery: a plan", "Recovery: a plan"),
    ],
)
def test_subjects_of_all_charsets(written: str, title: str) -> None:
    assert only(mail(Subject=written)).title == title


def test_the_name_of_a_list_is_no_part_of_a_subject() -> None:
    assert only(mail(Subject="[press] Ferry")).title == "[press] Ferry"
    assert only(mail(Subject="[press] Ferry", List_Id="<press.holm.example>")).title == "Ferry"


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-8", "utf-16"])
@pytest.mark.parametrize("told", ["charset", "us-ascii", "x-unheard-of"])
def test_texts_of_all_charsets(charset: str, told: str) -> None:
    said = charset if told == "charset" else told
    coded = b64encode("Das Schiff fährt über die Straße.".encode(charset))
    one = only(
        mail(
            coded,
            Content_Type=f"text/plain; charset={said}",
            Content_Transfer_Encoding="base64",
        )
    )
    assert one.text == "Das Schiff fährt über die Straße."


def test_quoted_printable_and_flowed_lines_are_joined() -> None:
    quoted = mail(
        "A ferry ran =\r\naground off Holm=2E \r\nNobody was hurt.\r\n\r\nSecond.",
        Content_Type="text/plain; format=flowed",
        Content_Transfer_Encoding="quoted-printable",
    )
    assert only(quoted).text == "A ferry ran aground off Holm. Nobody was hurt.\nSecond."


def test_the_plain_text_is_taken_and_html_where_it_is_a_stub() -> None:
    rich = "<html><head><style>p{}</style></head><body><p>" + TEXT.replace("\n\n", "</p><p>")
    for plain, text in ((TEXT, PARAGRAPHS), ("See the HTML.", PARAGRAPHS)):
        one = only(parts(("Content-Type: text/plain", plain), ("Content-Type: text/html", rich)))
        assert one.text == text
    assert only(parts(("Content-Type: text/html", rich))).text == PARAGRAPHS


@pytest.mark.parametrize(
    "below",
    [
        "-- \nAda Berg\n+47 555 0100\n",
        "--\nAda Berg\n",
        "_______________________________________________\npress mailing list\nhttps://x.example\n",
        "You get this because you asked for it. Unsubscribe here: https://x.example/u\n\nHolm 1\n",
        "Sie möchten keine Mails mehr? Hier abmelden.\n",
        "You are receiving this e-mail because you opted in. You can unsubscribe at any time.\n",
        "To unsubscribe, answer with REMOVE as the subject.\n",
        "Opt out\n\nHolm 1\n",
        "Wenn Sie unseren Newsletter nicht mehr erhalten möchten, können Sie ihn abbestellen.\n",
        "Pour ne plus recevoir nos e-mails, cliquez ici pour vous désabonner.\n",
        "Uitschrijven\n",
        "If you would like to opt out please click the link.\n",
        "You may unsubscribe from all that we send at any time here\n",
        "Wypisz się\n",
    ],
)
def test_signatures_and_footers_are_left_out(below: str) -> None:
    assert only(mail(f"{TEXT}\n{below}")).text == PARAGRAPHS


@pytest.mark.parametrize(
    "above",
    [
        "View this email in your browser",
        "View online",
        "A ferry and more\n\nView web version",
        "Trouble reading this? View it in your browser: https://x.example/1",
        "Newsletter im Browser ansehen",
        "Voir cet e-mail dans votre navigateur",
        "¿No puede leer este correo? Véalo en su navegador",
    ],
)
def test_what_is_said_of_browsers_on_top_is_left_out(above: str) -> None:
    assert only(mail(f"{above}\n\n{TEXT}")).text == PARAGRAPHS


def test_a_lede_above_what_is_said_of_browsers_stays() -> None:
    lede = (
        "The harbour office of Holm, which is open again, tells of what became of the ferry today."
    )
    read_it = f"{lede}\n\nView in browser\n\n{TEXT}"
    assert only(mail(read_it)).text == f"{lede}\n{PARAGRAPHS}"


@pytest.mark.parametrize(
    "paragraph",
    [
        "The report on the harbour is already available online.",
        "Half of all children see harm online before they are twelve, the report says.",
        "Readers who read the report online may open a ton of browser tabs.",
        "From January everybody over 18 is a donor, unless they opt out in the new register.",
        "She was told that her son could not opt out of the event in Holm.",
        "Ceux qui vont se désabonner du ferry paieront moins, dit le port.",
        "Wer sein Boot abmelden will, kann das ab Juni im Hafenamt von Holm tun.",
        "De koning wil in juni nieuwe verkiezingen voor de raad uitschrijven, zei hij dinsdag.",
        "Users of the ferry's service cannot unsubscribe, the harbour office of Holm says.",
    ],
)
@pytest.mark.parametrize("place", ["first", "last"])
def test_news_of_browsers_and_of_leaving_lists_stays(paragraph: str, place: str) -> None:
    told = [paragraph, TEXT] if place == "first" else [TEXT, paragraph, "The captain cried."]
    text = only(mail("\n\n".join(told))).text
    assert paragraph in text
    assert len(text.split("\n")) == len("\n\n".join(told).strip().split("\n\n"))


def test_a_signature_in_the_middle_of_a_long_text_is_not_one() -> None:
    long = "\n\n".join(["First.", "--", *["A paragraph of the text."] * 12])
    assert only(mail(long)).text.endswith("text.")


def test_wires_in_an_e_mail_are_read_in_its_place() -> None:
    coded = b64encode(g2().encode()).decode()
    feed = read(
        parts(
            ("Content-Type: text/plain", "Please find our story attached."),
            ('Content-Type: text/xml; name="s.xml"\r\nContent-Transfer-Encoding: base64', coded),
            ('Content-Type: application/octet-stream; name="n.xml"', nitf()),
            ('Content-Type: image/jpeg; name="cow.jpg"', b"\xff\xd8\xff\xe0"),
            kind="mixed",
        )
    )
    assert feed.format == "newsml-g2"
    assert {item.guid for item in feed.items} == {
        "urn:newsml:npa.example:20230530:4711", "NPA.123.456789",
    }  # fmt: skip
    assert only(mail('{"uri": "urn:npa:1", "headline": "Ferry aground"}')).guid == "urn:npa:1"


def test_a_wire_that_cannot_be_read_leaves_the_e_mail_and_says_so() -> None:
    feed = read(
        parts(
            ("Content-Type: text/plain", TEXT),
            ('Content-Type: text/xml; name="s.xml"', "<nitf>" + "<b>" * 5000),
            kind="mixed",
        )
    )
    assert (feed.format, feed.items[0].text) == ("e-mail", PARAGRAPHS)
    assert feed.problem.startswith("s.xml: expected a feed, got elements nested")


@pytest.mark.parametrize(
    ("headers", "what"),
    [
        ({"Content_Type": "multipart/report; report-type=delivery-status; boundary=X"},
         "delivery report"),
        ({"From": "Mail Delivery System <MAILER-DAEMON@npa.example>"}, "delivery report"),
        ({"Auto_Submitted": "auto-replied"}, "automatic reply"),
        ({"Precedence": "auto_reply"}, "automatic reply"),
        ({"X_Autoreply": "yes"}, "automatic reply"),
        ({"Content_Type": "application/pkcs7-mime; name=smime.p7m"}, "encrypted e-mail"),
    ],
)  # fmt: skip
def test_what_machines_answer_is_no_article(headers: dict[str, str], what: str) -> None:
    feed = read(mail(**headers))
    assert feed.items == ()
    assert feed.problem == f"left out what is no article: 1 {what}"


def test_what_programs_send_is_news() -> None:
    assert only(mail(Auto_Submitted="auto-generated")).text == PARAGRAPHS


@pytest.mark.parametrize(
    ("headers", "published"),
    [
        ({"Date": ""}, 1_685_439_660.0),
        ({"Date": "soon"}, 1_685_439_660.0),
        ({"Date": "", "Received": ""}, None),
        ({"Message_ID": "", "Subject": ""}, 1_685_439_600.0),
    ],
)
def test_missing_headers(headers: dict[str, str], published: float | None) -> None:
    one = article(mail(**headers))
    assert one.published == published
    assert one.title
    assert one.text == PARAGRAPHS


def test_an_e_mail_forwarded_as_an_attachment_is_read() -> None:
    inner = mail("Inner text of the forwarded message.", Subject="Inner")
    one = only(parts(("Content-Type: message/rfc822", inner), kind="mixed"))
    assert one.text == "Inner text of the forwarded message."
    both = parts(("Content-Type: text/plain", TEXT), ("Content-Type: message/rfc822", inner))
    assert only(both).text == PARAGRAPHS


@pytest.mark.parametrize(
    ("subject", "text", "until"),
    [
        ("EMBARGOED UNTIL 31 May 2023 12:00 GMT - Ferry", TEXT, 1_685_534_400.0),
        ("Ferry", f"EMBARGO: 31 May 2023 12:00 GMT\n\n{TEXT}", 1_685_534_400.0),
        ("Ferry", f"EMBARGOED UNTIL THE MINISTER SPEAKS\n\n{TEXT}", None),
    ],
)
def test_an_embargo_on_top_holds_it(subject: str, text: str, until: float | None) -> None:
    one: Article = article(mail(text, Subject=subject))
    assert (one.status, one.embargo_until) == ("embargoed", until)


def test_an_embargo_on_wheat_is_news() -> None:
    assert article(mail(Subject="Embargo on wheat ends")).status == "usable"


@pytest.mark.parametrize(
    "body",
    [b"", b"From: a\n", b"Hello: world\nFrom: me\n\nx", b"<rss/>", b"Dear all,\nFrom: x\nDate: y",
     b"From here on\nSubject: x\n", b"{}"],
)  # fmt: skip
def test_other_bytes_are_no_e_mail(body: bytes) -> None:
    assert not is_letter(body)


def test_a_mailbox_file_begins_like_an_e_mail_with_a_line_before_it() -> None:
    assert only(b"From ada@npa.example Tue May 30 11:40:00 2023\n" + mail()).text == PARAGRAPHS


def nested(deep: int) -> bytes:
    head = b"From: a\nDate: x\n"
    for number in range(deep):
        head += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number)
    return head + b"\n" + b"x\n" * 10_000


@pytest.mark.parametrize(
    "body",
    [
        nested(5000),
        b"From: a\nContent-Type: multipart/digest; boundary=b\nDate: x\n\n"
        + b"--b\nContent-Type: message/rfc822\n\nFrom: x\n\n" * 5000,
    ],
)
def test_a_message_that_is_all_boundaries_is_refused(body: bytes) -> None:
    with pytest.raises(CrawlError, match="too many parts"):
        read(body)


@pytest.mark.parametrize(
    "value",
    ["(" * 500_000, '"' * 500_000, "=?utf-8?q?a?= " * 100_000, "a@b.c, " * 100_000, "\\" * 500_000,
     "; charset=x" * 50_000, "\r\n x" * 100_000, "<" * 500_000],
)  # fmt: skip
def test_headers_made_to_hurt_cost_little(value: str) -> None:
    names = ("Subject", "From", "Date", "Content_Type", "Content_Disposition", "Message_ID")
    started = time.process_time()
    for name in names:
        assert article(mail(**{name: value})).text
    # Python's own policy takes a minute for one of these; the limit is for slow machines.
    assert time.process_time() - started < 10


def test_many_headers_and_long_bodies() -> None:
    many = {f"X-{number}": "y" for number in range(50_000)}
    assert only(mail(**many)).text == PARAGRAPHS
    assert len(only(mail("word " * 400_000)).text) <= 400_000
    assert len(only(mail(b"x" * 5_000_000)).text) <= 400_000


def test_broken_anywhere_it_is_read_or_refused() -> None:
    whole = parts(
        ("Content-Type: text/plain; charset=utf-8", TEXT),
        ("Content-Type: text/html; charset=iso-8859-1", f"<p>{TEXT}"),
        ('Content-Type: text/xml; name="x.xml"', nitf()),
    )
    chance = random.Random(5322)
    for _ in range(500):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 20)):
            at = chance.randrange(len(broken))
            broken[at : at + chance.randint(0, 3)] = chance.choice(
                [b"=?", b"\xff", b'"', b"\n", b";"]
            )
        try:
            read(bytes(broken))
        except CrawlError:
            continue
