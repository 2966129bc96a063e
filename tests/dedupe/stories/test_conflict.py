"""Scenes, templates, and what they do to joins, merges and snapshots."""

from itertools import permutations

import numpy as np
import pytest

from dedupe.stories.conflict import (
    Told,
    scene,
    scene_features,
    template_conflict,
    template_slots,
)
from dedupe.stories.desk import StoryDesk
from dedupe.stories.merging import late_features
from dedupe.stories.scorer import scenes
from dedupe.stories.sparse import EMPTY, Vector
from tests.dedupe.stories.make import HOUR, START, alone, document, place


@pytest.mark.parametrize(
    ("title", "text", "city"),
    [
        ("Drones strike Moscow; Russia blames Kyiv", "", "moscow"),
        ("Russia points to Kyiv after drones reach Moscow", "", "moscow"),
        ("Drohnenangriff auf Moskau: Russland beschuldigt Kiew", "", "moscow"),
        ("Дроны над Москвой: в Офисе президента отрицают причастность Киева", "", "moscow"),
        ("Russian capital wakes up to drone attack", "", "moscow"),
        ("Hochhaus in der ukrainischen Hauptstadt brennt", "", "kyiv"),
        ("Ночная атака на Киев", "", "kyiv"),
        ("莫斯科遭无人机袭击", "", "moscow"),
        ("High-rise burns", "KYIV, May 30 (Wire) - A drone hit a tower in Kyiv.", "kyiv"),
        ("High-rise burns", "KYIV, May 30 (Wire) - A drone hit a tower.", ""),
        ("UK backs Ukraine after Moscow raid", "TALLINN - A minister said.", "moscow"),
        ("War roundup: Kyiv, Kharkiv and Odesa under fire", "", ""),
        ("German tanks now in Ukraine, Berlin confirms", "", ""),
        ("Pittsburgh Steelers beat Houston Texans", "", ""),
        ("New York Times wins a prize", "", ""),
        ("Moscow's pundits rage at the visit", "", ""),
        ("московские дома", "", ""),
        ("", "", ""),
    ],
)
def test_the_scene_is_the_city_that_is_hit(title: str, text: str, city: str) -> None:
    assert scene(title, text) == city


def test_scenes_conflict_by_how_few_reports_they_share() -> None:
    conflict = (1.0, 0.0)
    assert scene_features({"moscow": 1}, {"kyiv": 3}) == conflict
    assert scene_features({"moscow": 1}, {"moscow": 3}) == (0.0, 1.0)
    mixed = scene_features({"moscow": 1}, {"kyiv": 2, "moscow": 1})
    assert 0.0 < mixed[0] < 1.0
    several = {"kyiv": 1, "kharkiv": 1}
    assert scene_features(several, {"kyiv": 1, "odesa": 1})[0] == 0.0
    assert scene_features({}, {"kyiv": 1})[0] == 0.0
    assert scene_features({"moscow": 0}, {"kyiv": 1})[0] == 0.0


@pytest.mark.parametrize(
    ("one", "other", "slots"),
    [
        (
            "Norvik Foods Q1 profit falls 8%",
            "Halden Semiconductor Q1 profit rises 12%",
            ({"norvik", "foods"}, {"halden", "semiconductor"}),
        ),
        ("North County forecast: Warm", "South County forecast: Foggy", ({"north"}, {"south"})),
        (
            "Norvik had some 5.32 m of net profit in Q4",
            "Halden has 577.9 m of net profit, 766 m of sales in 2022",
            ({"norvik"}, {"halden"}),
        ),
        ("Norvik plans 9 m of net profit in Q4", "Norvik had 8 m of net profit in Q3", None),
        (
            "At least 10 killed in 7.8 magnitude quake in the south",
            "Video shows a tower fall in the 7.8 magnitude quake in the south",
            None,
        ),
        ("Sudoku puzzle 204", "Sudoku puzzle 711", ({"204"}, {"711"})),
        ("Quake toll passes 5,000", "Quake toll passes 7,800", None),
        ("Did you solve it?", "Can you solve it?", None),
        ("Moscow drones: what we know", "Kyiv raid kills one", None),
        ("", "Norvik", None),
    ],
)
def test_a_template_is_one_slot_filled_twice(
    one: str, other: str, slots: tuple[set[str], set[str]] | None
) -> None:
    found = template_slots(one, other, frozenset({"did", "can", "you"}))
    assert (found and tuple(map(set, found))) == slots


def test_no_template_where_a_report_tells_of_the_others_filler() -> None:
    terms = ["gunman", "shooter"]
    one, other = "Gunman kills six at school", "Shooter kills six at school"
    body = Vector(np.array([0], np.int32), np.array([1.0], np.float32))
    both = Vector(np.array([0, 1], np.int32), np.array([1.0, 1.0], np.float32))
    assert template_conflict(Told(one, body), Told(other, EMPTY), terms, "en") == 1.0
    assert template_conflict(Told(one, both), Told(other, EMPTY), terms, "en") == 0.0


_NIGHT = [
    document(
        "k1",
        "Woman killed as drones attack Kyiv for third time in a day",
        "KYIV, May 30 - Russia launched another wave of drones at Kyiv before dawn, killing a "
        "woman on her balcony and setting a high-rise on fire, the mayor of the capital said.",
    ),
    document(
        "m1",
        "Russian capital wakes up to drone attack",
        "MOSCOW, May 30 - A swarm of drones attacked Moscow at dawn, damaging several blocks of "
        "flats in the capital. Russia said Kyiv was behind the attack; two people were hurt.",
    ),
    document(
        "m2",
        "Drones hit Moscow blocks of flats; Russia blames Kyiv",
        "MOSCOW, May 30 - Several drones damaged blocks of flats in Moscow at dawn, in what the "
        "defence ministry called an attack by Kyiv. Two people were hurt, the mayor said.",
    ),
]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_another_city_is_another_story_on_arrival_in_any_order(order: tuple[int, ...]) -> None:
    desk = StoryDesk()
    homes = {_NIGHT[i].id: place(desk, _NIGHT[i]) for i in order}
    assert homes["m1"] == homes["m2"] != homes["k1"]


def test_one_scene_among_many_reports_hardly_speaks_for_the_story() -> None:
    desk = StoryDesk()
    for i in range(40):
        title = "Drones hit Moscow" if i % 20 == 0 else "Drones hit many cities"
        desk.adopt(document(f"d{i}", title, hours=i / 40), f"c{i}", "swide")
    desk.adopt(document("k1", "Drones hit Kyiv"), "k1", "skyiv")
    wide, kyiv = desk._memory.by_id["swide"], desk._memory.by_id["skyiv"]
    assert wide.scenes == {"moscow": 2}
    assert scenes(wide, kyiv.members["k1"]) == (0.5, 0.0)
    assert late_features(wide, kyiv)[1] == late_features(kyiv, wide)[1] == 0.5
    for i in range(4):
        desk.adopt(document(f"m{i}", "Drones hit Moscow"), f"m{i}", "swide")
    assert scenes(wide, kyiv.members["k1"]) == (1.0, 0.0)


def test_the_evidence_names_the_conflict() -> None:
    desk = StoryDesk()
    for report in _NIGHT[1:]:
        placement, _ = desk.place(report, alone(report), twin=None)
    assert placement.evidence.features["scene_same"] == 1.0
    assert placement.evidence.features["scene_conflict"] == 0.0
    assert "template_conflict" in placement.evidence.features


def test_results_of_two_companies_in_one_outlet_stay_apart() -> None:
    desk = StoryDesk()
    rows = [("Norvik Foods", "167", "cocoa"), ("Halden Semiconductor", "412", "car chips")]
    homes = {
        place(
            desk,
            document(
                name,
                f"{name} Q1 profit moves on {good}",
                f"{name} reported a first-quarter net profit of {sum_} million euros, against the "
                "average estimate of analysts. Revenue rose and the margin widened by a percent.",
                outlet="ledger",
            ),
        )
        for name, sum_, good in rows
    }
    assert len(homes) == 2


def test_a_snapshot_keeps_scenes_and_titles() -> None:
    desk = StoryDesk()
    for report in _NIGHT:
        place(desk, report)
    desk.withdraw("m1")
    again = StoryDesk.restore(desk.snapshot())
    assert again.snapshot() == desk.snapshot()
    report = document("m3", "Moscow hit by drones", "Drones over Moscow.", hours=1)
    assert desk.place(report, alone(report), twin=None) == again.place(
        report, alone(report), twin=None
    )
    assert report.at == START + HOUR
