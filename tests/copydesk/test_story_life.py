"""What a story is about and how it went on, by hand-made texts and the invented newsroom's."""

import random
from collections.abc import Sequence

from copydesk.newsroom.edition import load_edition
from copydesk.story_life import HOUR, LEDE, StoryLife, story_life
from copydesk.story_names import Told

_NOON = 1_685_448_000.0


def told(hours: float, title: str, lede: str = "", language: str = "en", outlet: str = "") -> Told:
    at = _NOON + hours * HOUR
    id_ = f"a{hours}-{title}"
    return Told(
        id=id_,
        at=at,
        title=title,
        lede=lede,
        language=language,
        outlet=outlet or f"Outlet of {id_}",
    )


def names(*texts: Told) -> dict[str, int]:
    return {each.name: each.texts for each in story_life(texts).names}


def newsroom(story: str) -> StoryLife:
    """The life of a story of the invented newsroom, of each text its first print."""
    edition = load_edition()
    outlets = {outlet.id: outlet for outlet in edition.outlets}
    firsts = {a.copy: a for a in reversed(edition.articles) if a.story == story}
    return story_life(
        tuple(
            Told(
                id=a.key,
                at=a.published.timestamp(),
                title=a.title,
                lede=" ".join(a.paragraphs)[:LEDE],
                language=outlets[a.outlet].language,
                outlet=outlets[a.outlet].name,
            )
            for a in firsts.values()
        )
    )


def test_the_strike_on_moscow_names_its_mayor_its_places_and_who_was_blamed() -> None:
    life = newsroom("moscow-drones")
    assert "Sergei Sobyanin" in [each.name for each in life.names]
    first = life.places[0]
    assert (first.name, first.kind, first.country) == ("Moscow", "city", "RU")
    assert {"Russia", "Ukraine"} <= {each.name for each in life.places}
    (moment,) = life.moments
    assert moment.headline.endswith("Russia blames Kyiv")
    assert moment.new == ("Kyiv", "Russia", "Ukraine")


def test_one_name_in_three_alphabets_and_cases_is_one() -> None:
    found = names(
        told(0, "Ferry burns", "The captain, Igor Ladogin, was safe, says Igor Ladogin."),
        told(1, "Fähre brennt", "Der Kapitän Igor Ladogin ist in Sicherheit.", "de"),
        told(2, "Горит паром", "Спасатели сняли капитана Игоря Ладогина с борта.", "ru"),
        told(3, "Ladogin rescued", "All are safe after Ladogin was found, police said."),
    )
    assert found == {"Igor Ladogin": 4}


def test_german_nouns_are_no_names() -> None:
    found = names(
        told(0, "Drohnen treffen Gebäude", "Am Morgen trafen Drohnen mehrere Gebäude.", "de"),
        told(1, "Schäden nach Angriff", "Der Angriff traf Gebäude, sagt Olaf Scholz.", "de"),
        told(2, "Kanzler verurteilt Angriff", "Kanzler Olaf Scholz verurteilt den Angriff.", "de"),
    )
    assert found == {"Olaf Scholz": 2}


def test_capitals_on_every_word_of_a_headline_name_nothing() -> None:
    found = names(
        told(0, "Drones Strike Apartment Buildings Early Today", "It was seen by Ada Lovelace."),
        told(1, "Drones Strike Apartment Buildings Again", "Nobody, said Ada Lovelace, was hurt."),
    )
    assert found == {"Ada Lovelace": 2}


def test_titles_weekdays_publishers_and_peoples_are_no_names() -> None:
    found = names(
        told(0, "A", "In a talk on Tuesday, Israeli Prime Minister Ada Lovelace met Russian men."),
        told(1, "B", "It was, President Ada Lovelace told Daily Meridian on Tuesday in Russian."),
        told(2, "C", "It was, said Daily Meridian, on Tuesday.", outlet="Daily Meridian"),
    )
    assert found == {"Ada Lovelace": 2}


def test_a_part_of_a_longer_name_does_not_count_beside_it() -> None:
    found = names(
        told(0, "A", "Police blamed the Gulf Cartel, and the Gulf was closed."),
        told(1, "B", "They say the Gulf Cartel did it."),
        told(2, "C", "They say the Gulf Cartel did it."),
    )
    assert found == {"Gulf Cartel": 3}


def test_a_publisher_is_named_where_others_have_it_in_their_headline() -> None:
    texts = [told(n, "A", "It was, he told Tern News, a lie.", outlet=f"o{n}") for n in range(3)]
    own = told(3, "Here is Tern News", outlet="ternnews.example")
    assert names(*texts, own) == {}
    above = [told(4 + n, "A row at Tern News", outlet=f"p{n}") for n in range(2)]
    assert names(*texts, own, *above) == {"Tern News": 2}


def test_what_is_written_in_lower_case_too_is_no_name() -> None:
    found = names(
        told(0, "A", "It was the Lagoon where Norvik said it."),
        told(1, "B", "It was the Lagoon that Norvik knew. #norvik"),
        told(2, "C", "It was in the lagoon, near the lagoon."),
    )
    assert found == {"Norvik": 2}


def test_two_names_that_stand_alone_as_often_as_together_are_two() -> None:
    found = names(
        told(0, "A", "They say Norvik Dorsal is new. They say Norvik sells the Dorsal."),
        told(1, "B", "They say Norvik has it, and the Dorsal is small."),
    )
    assert found == {"Norvik": 2, "Dorsal": 2}


def test_a_hyphen_makes_no_other_name() -> None:
    found = names(
        told(0, "A", "It was seen by Tan Ol-min, said Tan Ol-min."),
        told(1, "B", "It was Tan Ol-min with an F-35 and an F-16."),
        told(2, "C", "It was said by Tan Ol Min of an F-35."),
    )
    assert found == {"Tan Ol-min": 3, "F-35": 2}


def test_what_a_name_is_of_is_not_short_for_it() -> None:
    found = names(
        told(0, "A", "They met the Keeper of the Lagoona and went to Lagoona."),
        told(1, "B", "They met the Keeper of the Lagoona, and Lagoona was quiet."),
        told(2, "C", "They went to Lagoona, says Norwegian House Speaker Tan Ol Min."),
    )
    assert found == {"Lagoona": 3, "Keeper of the Lagoona": 2}


def test_a_first_name_alone_is_the_one_person_with_it() -> None:
    found = names(
        told(0, "A", "It was seen by Ada Lovelace, says President Tarn Ol-min."),
        told(1, "B", "It was Ada, and Tarn was there, said President Tarn Ol-min."),
        told(2, "C", "It was Ada, he said, Ada Lovelace."),
    )
    assert found == {"Ada Lovelace": 3, "Tarn Ol-min": 2}


def test_scripts_without_capitals_have_places_and_no_names() -> None:
    for language, title in (("ar", "انفجارات في موسكو"), ("zh", "无人机袭击莫斯科")):
        life = story_life((told(0, title, language=language), told(1, title, language=language)))
        assert life.names == ()
        assert [(each.name, each.texts) for each in life.places] == [("Moscow", 2)]


def test_a_country_that_is_also_a_name_is_sure_where_other_languages_say_so() -> None:
    alone = [told(n, "Law dropped", "The government of Georgia withdrew it.") for n in range(2)]
    assert story_life(tuple(alone)).places == ()
    french = [told(n, "Loi", "La Géorgie retire la loi.", "fr") for n in range(2)]
    english = [told(3, "Law dropped", "The government of Georgia withdrew it.")]
    (place,) = story_life((*french, *english)).places
    assert (place.name, place.country, place.texts) == ("Georgia", "GE", 3)


def _growing() -> list[Told]:
    opening = [told(n / 10, f"Ferry aground off Holm {n}") for n in range(5)]
    later = [
        told(5 + n / 5, "Captain of ferry arrested", "Ada Lovelace, he said.") for n in range(5)
    ]
    return [*opening, *later]


def test_a_moment_is_when_several_texts_bring_what_was_not_there() -> None:
    (moment,) = story_life(tuple(_growing())).moments
    assert (moment.at, moment.headline) == (_NOON + 5 * HOUR, "Captain of ferry arrested")
    assert moment.texts == 5
    assert moment.new[:1] == ("Ada Lovelace",)
    assert {"captain", "arrested"} <= set(moment.new)


def test_what_one_outlet_or_few_texts_bring_is_no_moment() -> None:
    texts = _growing()
    assert story_life(tuple(texts[:6])).moments == ()
    alone = [*texts[:5], *(told(5 + n, "Captain arrested again", outlet="One") for n in range(5))]
    assert story_life(tuple(alone)).moments == ()


def test_the_first_texts_of_another_language_bring_no_new_words() -> None:
    french = [told(5 + n / 5, "Un ferry échoué au large", language="fr") for n in range(5)]
    assert story_life((*_growing()[:5], *french)).moments == ()


def test_at_most_so_many_of_each_are_shown() -> None:
    people = "Ada Aman, Bob Benter, Cid Corlin, Dan Dorman, Eve Erlin, Fay Forman, Gus Girlan"
    lede = f"It was {people}, Hal Horman, Ivo Irman."
    events = [told(10 * hour + n / 5, f"Ferry {word} {word}ing") for hour in range(1, 12)
              for n in range(5) for word in [f"q{'xz' * hour}"]]  # fmt: skip
    life = story_life((told(0, "A", lede), told(0.1, "B", lede), *_growing()[:5]))
    assert len(life.names) == 8
    assert len(story_life((*_growing()[:5], *events)).moments) == 6


def test_order_does_not_matter_and_no_text_is_no_life() -> None:
    texts: Sequence[Told] = _growing()
    shuffled = list(texts)
    random.Random(1).shuffle(shuffled)
    assert story_life(tuple(shuffled)) == story_life(tuple(texts))
    assert story_life(()) == StoryLife()
