"""What a run of capitals holds beside the name."""

import pytest

from copydesk.name_parts import is_of_a_country, parted


@pytest.mark.parametrize(
    ("run", "language", "name", "office"),
    [
        ("Norwegian House Speaker Ada Lovelace", "en", "Ada Lovelace", "speaker"),
        ("Tern CEO Lovelace", "en", "Lovelace", "ceo"),
        ("Secretary of State Ada Lovelace", "en", "Ada Lovelace", "secretary"),
        ("Holm DA Lovelace", "en", "Lovelace", "da"),
        ("Secretary of State", "en", "", ""),
        ("CEO of the Holm Works", "en", "Holm Works", ""),
        ("Speaker of the House Ada Lovelace", "en", "Ada Lovelace", "speaker"),
        ("R-Calif", "en", "", ""),
        ("Supreme Leader", "en", "", ""),
        ("Justice Department", "en", "Justice Department", ""),
        ("Pope Linus", "en", "Pope Linus", ""),
        ("Prince of Holm", "en", "Prince of Holm", ""),
        ("Attorney General Lovelace", "en", "Lovelace", ""),
        ("Attorney General Ada Lovelace", "en", "Ada Lovelace", ""),
        ("Tuesday Ada Lovelace", "en", "Ada Lovelace", ""),
        ("Ada Lovelace Tuesday", "en", "Ada Lovelace", ""),
        ("Good Friday", "en", "Good Friday", ""),
        ("Good Friday Agreement", "en", "Good Friday Agreement", ""),
        ("Fourth of July", "en", "Fourth", ""),
        ("Jan", "en", "", ""),
        ("Jan Kowalski", "pl", "Jan Kowalski", ""),
        ("Norwegii Andrzejem Nowakiem", "pl", "Andrzejem Nowakiem", ""),
        ("Obywatele Korei Północnej", "pl", "", ""),
        ("Bank Norwegii", "pl", "Bank Norwegii", ""),
        ("Norwegia Polarna Flota", "pl", "Norwegia Polarna Flota", ""),
        ("Storm Ada New Zealand", "en", "Storm Ada", ""),
        ("Bank of New Zealand", "en", "Bank of New Zealand", ""),
        ("New Zealand", "en", "New Zealand", ""),
    ],
)
def test_offices_days_and_countries_are_taken_off(
    run: str, language: str, name: str, office: str
) -> None:
    assert parted(run, language) == (name, office)


def test_peoples_are_named_by_their_country() -> None:
    assert [each for each in ("North Korean", "Irish", "Kremlin") if is_of_a_country(each)] == [
        "North Korean",
        "Irish",
    ]
