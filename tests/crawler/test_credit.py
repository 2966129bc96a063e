"""Credits as outlets write them, in many languages, and sentences that only look like them."""

import pytest

from crawler.agencies import AGENCY_NAMES, agency_of
from crawler.credit import find_credit

BODY = "The first paragraph says what happened.\nThe second says why it matters to readers."


@pytest.mark.parametrize(
    ("start", "agency"),
    [
        ("LONDON, May 30 (Reuters) - Drones hit", "Reuters"),
        ("MOSCOW (AP) — Drones hit", "AP"),
        ("(AP) — Drones hit", "AP"),
        ("SAN JOSÉ MINE, Chile (AP) — Drones", "AP"),
        ("HAYWARD, Calif. (AP) — Drones", "AP"),
        ("Moskau (dpa) - Drohnen", "dpa"),
        ("(AP) Drones hit", "AP"),
        ("MOSCOW (AP) Drones hit", "AP"),
        ("KYIV, Ukraine (AP): Drones hit", "AP"),
        ("МОСКВА (ТАСС). Дроны", "TASS"),
        ("LONDON, May 30 (Reuters) Drones hit", "Reuters"),
        ("Moscú, 30 de mayo de 2023 (EFE). Varios drones", "EFE"),
        ("Berlin, 30. Mai (dpa): Drohnen", "dpa"),
        ("First panda is female Updated: 2013-07-07 14:43 (Xinhua)\nTAIPEI", "Xinhua"),
        ("Moskau/Kiew (dpa/lsw) – Drohnen", "dpa"),
        ("Wien (APA) - Drohnen", "APA"),
        ("Moscou (AFP) – Des drones", "AFP"),
        ("Moscú, 30 may (EFE).- Varios drones", "EFE"),
        ("Moscovo, 30 mai 2023 (Lusa) – Vários", "Lusa"),
        ("(ANSA) - MOSCA, 30 MAG - Droni", "ANSA"),
        ("AGI - Alcuni droni hanno colpito", "AGI"),
        ("MOSKOVA (AA) - Dronlar", "Anadolu"),
        ("MOSCOW, May 30. /TASS/. Drones", "TASS"),
        ("Москва. 30 мая. INTERFAX.RU - Дроны", "Interfax"),
        ("МОСКВА, 30 мая - РИА Новости. Дроны", "RIA Novosti"),
        ("МОСКВА, 30 мая. /ТАСС/. Дроны", "TASS"),
        ("موسكو 30 مايو (رويترز) - قالت", "Reuters"),
        ("新华社莫斯科5月30日电（记者 华迪）", "Xinhua"),
        ("（中央社記者張三莫斯科30日電）", "CNA"),
        ("【モスクワ共同】ロシア", "Kyodo"),
        ("[モスクワ 30日 ロイター] - ロシア", "Reuters"),
        ("(모스크바=연합뉴스) 김철수 특파원 = 드론", "Yonhap"),
        ("By Jane Doe " + "and John Roe " * 7 + "WASHINGTON, Nov 6 (Reuters) - The FBI", "Reuters"),
    ],
)  # fmt: skip
def test_datelines(start: str, agency: str) -> None:
    credit = find_credit(text=f"{start} {BODY}")
    assert credit is not None
    assert (credit.agency, credit.found_in) == (agency, "dateline")


@pytest.mark.parametrize(
    ("end", "name"),
    [
        ("Source: Stern", "Stern"),
        ("Source: Stern\n\nI have been working in the news industry for over 6 years.", "Stern"),
        ("Quelle: dpa", "dpa"),
        ("(Quelle: APA/sda/dpa)", "APA"),
        ("Fuente: EFE", "EFE"),
        ("Źródło: PAP", "PAP"),
        ("Источник: ТАСС", "TASS"),
        ("Джерело: Українська правда", "Українська правда"),
        ("Kaynak: Anadolu Ajansı", "Anadolu"),
        ("来源：新华社", "Xinhua"),
        ("المصدر: رويترز", "Reuters"),
        ("With files from The Associated Press", "AP"),
        ("mit Material der dpa", "dpa"),
        ("Avec AFP", "AFP"),
        ("(dpa)", "dpa"),
        ("/ritzau/", "Ritzau"),
        ("Das sagte der Minister am Dienstag. (dpa/jab)", "dpa"),
        ("Das sagte der Minister am Dienstag. (APA, 30.5.2023)", "APA"),
        ("© dpa-infocom, dpa:230530-99-876543/3", "dpa"),
        ("© 2023 AFP", "AFP"),
        ("Copyright 2023 The Associated Press. All rights reserved.", "AP"),
    ],
)
def test_closing_credits(end: str, name: str) -> None:
    credit = find_credit(text=f"{BODY}\n{end}")
    assert credit is not None
    assert (credit.agency, credit.found_in) == (name, "text")


@pytest.mark.parametrize(
    "text",
    [
        "A spokesman told Reuters that drones had hit the city.",
        "The ministry, Reuters reported on Tuesday, denied it.",
        "According to AFP, two people were hurt. Interfax said three.",
        "The minister said (Reuters) nothing of the kind.",
        "„Das stimmt nicht“, sagte er der dpa am Dienstag.",
        "Selon l'AFP, deux personnes ont été blessées.",
        "Sources: we asked the ministry, two neighbours and the fire brigade about this.",
        "Our source: a man who did not want to be named spoke of drones.",
        "Source: CoinMarketCap\nBitcoin rose.\nIt fell.\nIt rose.\nIt fell.\nIt rose.\nEnd.",
        "The Palestinian Authority (PA) President Mahmoud Abbas said on Tuesday.",
        "RAMALLAH. The Palestinian Authority (PA) President Mahmoud Abbas said so.",
        "The European Parliament (EP) President Roberta Metsola said.",
        "American Airlines (AA) Flight 1420 landed safely.",
        "The Moroccan Action Plan (MAP) Chairman said so.",
        "Le Parlement européen (EP): ce que change la réforme",
        "He works for the Associated Press (AP). It says nothing.",
        "The University (UNI) Board met.",
        "Sozialdemokraten (SPA) Chef",
        "The PA system failed. The map shows it. An app helped.",
        "He works with Reuters journalists in Kyiv.",
        "The prime minister speaks in Ottawa. (The Canadian Press/Justin Tang)",
        "People protest in London. (STR/JIJI Press/AFP via Getty Images)",
        "",
    ],
)
def test_quotations_are_no_credits(text: str) -> None:
    assert find_credit(text=text) is None
    assert find_credit(text=f"{BODY}\n{text}\n{BODY}") is None


@pytest.mark.parametrize(
    ("byline", "agency"),
    [
        ("Reuters", "Reuters"),
        ("TOM KRISHER, AP Auto Writer", "AP"),
        ("Felix Schröder und Jörg Soldwisch, dpa", "dpa"),
        ("Le Figaro et AFP", "AFP"),
        ("Paula Steiger/SDA", "SDA"),
        ("Adam Vidler with AP", "AP"),
        ("Konstantin Furrer, Deutsche Presse-Agentur", "dpa"),
        ("Antara Roy", None),
        ("Ani Sita, Uni Beta", None),
        ("Jane Doe", None),
        ("", None),
    ],
)
def test_bylines(byline: str, agency: str | None) -> None:
    credit = find_credit(text=BODY, byline=byline)
    assert (credit.agency if credit else None) == agency


def test_feed_source_and_metadata_name_the_supplier() -> None:
    by_feed = find_credit(text=BODY, source="Stern")
    assert by_feed is not None
    assert (by_feed.agency, by_feed.found_in) == ("Stern", "source")
    by_page = find_credit(text=BODY, provider="来源：新华网")
    assert by_page is not None
    assert (by_page.agency, by_page.found_in) == ("新华网", "jsonld")
    assert find_credit(text=BODY, provider="https://outlet.example/a") is None


def test_nobody_credits_oneself() -> None:
    assert find_credit(text=f"LONDON (Reuters) - {BODY}", outlet="Reuters") is None
    assert find_credit(text=BODY, source="Outlet Daily", outlet="The Outlet Daily") is None


@pytest.mark.parametrize(
    "outlet", ["The Japan Times", "Capital FM", "El País", "Western Mail", "新加坡联合早报", ""]
)
def test_letters_inside_words_are_not_oneself(outlet: str) -> None:
    credit = find_credit(text=f"LONDON (AP) - {BODY}", outlet=outlet)
    assert credit is not None
    assert credit.agency == "AP"
    named = find_credit(text=BODY, source="Stern", outlet=outlet)
    assert named is not None


def test_spellings_lead_to_one_name() -> None:
    assert agency_of("the associated  press") == agency_of("AP") == "AP"
    assert agency_of("Outlet") == ""
    assert all(agency_of(name) for name in AGENCY_NAMES)


def test_long_hostile_text_is_searched_in_no_time() -> None:
    for text in (
        "(" * 200_000,
        "Source: " * 50_000,
        "A" * 500_000,
        "AP, " * 100_000,
        "1. " * 99_999,
        "AAA, " + "a" * 500_000,
    ):
        find_credit(text=text, byline=text[:5000])
