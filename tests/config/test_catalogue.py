"""The shipped catalogue: large, worldwide, many-voiced, and free of slips."""

from collections import Counter
from urllib.parse import urlsplit

from config.sources import combine, load_catalogue

SOURCES = load_catalogue()

# Countries of the catalogue by continent (UN geoscheme, Americas divided).
CONTINENTS = {
    "Africa": "CG DZ ET GH KE MA MU NG ZA",
    "Asia": "BD CN HK ID IL IN IR JP KR MM NP PH PK QA SG TH TR TW VN",
    "Europe": "AT BA BE BG CH CZ DE DK ES FI FR GB GR HR HU IE IS IT LV NL NO PL PT RO RS RU SE SI"
    " SK UA",
    "North America": "CA CR GT JM MX US",
    "South America": "AR BR CL CO PE UY",
    "Oceania": "AU FJ NZ PG",
}


def test_it_is_large_and_every_source_is_complete() -> None:
    assert len(SOURCES) >= 100
    for source in SOURCES:
        assert source.outlet, source.id
        assert source.country, source.id
        assert source.language, source.id
        assert source.kind == "feed"
        assert source.tags, source.id
        assert source.paused == "no"


def test_every_continent_has_a_voice_of_its_own() -> None:
    by_country = Counter(source.country for source in SOURCES)
    assert set(by_country) == {
        country for codes in CONTINENTS.values() for country in codes.split()
    }
    for continent, codes in CONTINENTS.items():
        count = sum(by_country[country] for country in codes.split())
        assert count >= 7, continent


def test_it_speaks_many_languages() -> None:
    languages = Counter(source.language.partition("-")[0] for source in SOURCES)
    assert len(languages) >= 20
    # English must not be more than half, or the catalogue is one country's view of the world.
    assert languages["en"] <= len(SOURCES) / 2


def test_agencies_are_well_represented() -> None:
    assert sum("agency" in source.tags for source in SOURCES) >= 12


def test_no_feed_is_there_twice() -> None:
    for key in ("id", "url"):
        counts = Counter(getattr(source, key).lower() for source in SOURCES)
        assert [value for value, count in counts.items() if count > 1] == []


def test_https_where_the_outlet_has_it() -> None:
    plain = {source.id for source in SOURCES if urlsplit(source.url).scheme == "http"}
    # Public lists know Xinhua's feed by plain http only.
    assert plain <= {"xinhua-en"}


def test_a_persons_source_replaces_the_shipped_one() -> None:
    own = [source for source in SOURCES if source.id == "dawn"]
    assert len(combine(SOURCES, own)) == len(SOURCES)
