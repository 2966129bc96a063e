"""Languages of headlines and texts, with and without a claim."""

import pytest

from crawler.language import detect, primary


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The drone attack on Moscow was condemned by the Russian president on Tuesday.", "en"),
        ("Der Angriff auf Moskau wurde am Dienstag vom russischen Präsidenten verurteilt.", "de"),
        ("L'attaque de drones contre Moscou a été condamnée mardi par le président russe.", "fr"),
        ("El ataque con drones contra Moscú fue condenado el martes por el presidente ruso.", "es"),
        ("O ataque com drones contra Moscovo foi condenado na terça-feira pelo presidente.", "pt"),
        ("Atak dronów na Moskwę został we wtorek potępiony przez rosyjskiego prezydenta.", "pl"),
        ("Атака беспилотников на Москву была осуждена во вторник президентом России.", "ru"),
        ("Атаку безпілотників на Москву у вівторок засудив президент Росії.", "uk"),
        ("هجوم الطائرات المسيرة على موسكو أدانه الرئيس الروسي يوم الثلاثاء", "ar"),
        ("モスクワへのドローン攻撃を火曜日にロシア大統領が非難した", "ja"),
        ("俄罗斯总统周二谴责了对莫斯科的无人机袭击", "zh"),
        ("俄羅斯首都莫斯科遭無人機襲擊", "zh"),
        ("모스크바에 대한 드론 공격을 러시아 대통령이 화요일 비난했다", "ko"),
        ("मॉस्को पर ड्रोन हमले की मंगलवार को रूसी राष्ट्रपति ने निंदा की", "hi"),
        ("Moskova'ya yapılan insansız hava aracı saldırısı salı günü kınandı.", "tr"),
    ],
)
def test_sentences(text: str, language: str) -> None:
    found, confidence = detect(text)
    assert found == language
    assert confidence > 0.3


def test_a_claim_decides_short_texts_only() -> None:
    assert detect("Trump", hint="de-DE")[0] == "de"
    assert detect("Moskva", hint="cs")[0] == "cs"
    german = (
        "Der Angriff auf Moskau wurde am Dienstag vom russischen Präsidenten scharf verurteilt."
    )
    assert detect(german, hint="en-us")[0] == "de"
    assert detect(german, hint="de")[1] >= detect(german)[1]


def test_short_texts_stay_honest() -> None:
    assert detect("Trump")[1] < 0.5
    assert detect("Trump 2024")[1] < 0.5


@pytest.mark.parametrize("text", ["", "   ", "12345 67", "!!! ???", "\U0001f680\U0001f680"])
def test_nothing_to_read_is_nothing_known(text: str) -> None:
    assert detect(text) == ("", 0.0)
    assert detect(text, hint="fr") == ("fr", 0.7)


def test_a_language_the_model_does_not_know_is_claimed() -> None:
    assert detect("Sermersooq", hint="kl") == ("kl", 0.7)


@pytest.mark.parametrize(
    ("tag", "language"),
    [("en-US", "en"), ("pt_BR", "pt"), ("DE", "de"), ("zh-Hant-TW", "zh"), ("nb-NO", "no"),
     ("iw", "he"), ("und", ""), ("", ""), ("english", ""), ("x", ""), ("中文", "")],
)  # fmt: skip
def test_primary_subtags(tag: str, language: str) -> None:
    assert primary(tag) == language


def test_odd_text_is_survived() -> None:
    detect("\ud800 lone surrogate and some words of English beside it")
    detect("A" * 1_000_000)
