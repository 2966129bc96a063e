"""One story says what it is about and how fast it runs."""

from tests.copydesk.api.serving import Site


def test_a_story_has_its_places_and_its_pace(site: Site) -> None:
    answer = site.client.get("/v1/stories/moscow")
    assert answer.json()["life"] == {
        "velocity": 1.0,
        "last_hour": 3,
        "names": [],
        "places": [{"name": "Moscow", "kind": "city", "country": "RU", "texts": 2}],
        "moments": [],
    }
