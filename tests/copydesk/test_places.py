"""Countries and cities are found in many languages, and only where they are sure."""

from importlib.resources import files

import pytest

from copydesk.places import CITY_COUNTRY, Place, place_of, places


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "Drones hit Moscow; the U.S. and UK react, Russia's army silent",
            "en-GB",
            ["Moscow RU", "United States US", "United Kingdom GB", "Russia RU"],
        ),
        ("Großbrand in der Türkei, Russland schweigt", "de", ["Türkiye TR", "Russia RU"]),
        ("Дроны атаковали Москву, власти России молчат", "ru", ["Moscow RU", "Russia RU"]),
        ("Drony nad Moskwą, Rosja oskarża", "pl", ["Moscow RU", "Russia RU"]),
        ("طائرات مسيرة تهاجم موسكو وأوكرانيا تنفي", "ar", ["Moscow RU", "Ukraine UA"]),
        ("无人机袭击莫斯科 俄罗斯", "zh", ["Moscow RU", "Russia RU"]),
        ("モスクワにドローン攻撃 ロシア国防省", "ja", ["Moscow RU", "Russia RU"]),
        ("드론이 모스크바를 공격", "ko", ["Moscow RU"]),
        ("Rio de Janeiro and New York", "en", ["Rio de Janeiro BR", "New York US"]),
        ("O Brasil e os Estados Unidos", "pt-BR", ["Brazil BR", "United States US"]),
        ("Manchester United beat Chelsea, says Michael Jordan", "en", []),
        ("Northern Ireland, New Mexico and the South China Sea", "en", ["Northern Ireland GB"]),
        ("Paris Hilton sails the Gulf of Mexico to Paris", "en", ["Paris FR"]),
        (
            "Prezydent Stanów Zjednoczonych o Korei Północnej i Republice Południowej Afryki",
            "pl",
            ["United States US", "North Korea KP", "South Africa ZA"],
        ),
        ("W Polsce, Niemczech i Irlandii Północnej", "pl",
         ["Poland PL", "Germany DE", "Northern Ireland GB"]),
        (
            "Президент Соединенных Штатов и Северной Кореи",
            "ru",
            ["United States US", "North Korea KP"],
        ),
        ("Nowej ustawy nie ma", "pl", []),
        ("In turkey farms, he wants us to eat chicken", "en", []),
        ("Moscow", "", ["Moscow RU"]),
        ("Xyzzy", "tlh-x-none", []),
        ("", "en", []),
    ],
)  # fmt: skip
def test_places_are_found(text: str, language: str, expected: list[str]) -> None:
    assert [f"{place.name} {place.country}" for place in places(text, language)] == expected


def test_a_name_is_a_place_only_as_a_whole() -> None:
    assert place_of("Москву", "ru") == Place("Moscow", "city", "RU")
    assert place_of("Kenya", "en") == Place("Kenya", "country", "KE")
    assert place_of("New York Times", "en") is None
    assert place_of("Paris Hilton", "en") is None
    assert place_of("", "en") is None


def test_every_city_that_keeps_stories_apart_has_its_country() -> None:
    lines = files("dedupe.stories").joinpath("cities.txt").read_text("utf-8").splitlines()
    cities = {line.split()[0] for line in lines if not line.startswith("#")}
    assert cities - {"club"} == set(CITY_COUNTRY)
