"""Copy groups, from the outside: what is a copy, what is not, and what is said about it."""

import random

import pytest

from dedupe.copies import CopyFinder
from dedupe.document import CopyPlacement, Document
from dedupe.errors import DedupeError, SnapshotError
from dedupe.groups import group_id

# ruff: noqa: ISC004 - texts run over several lines

TEXT = (
    "The harbour of Varna was closed on Monday after a storm tore two freighters from their "
    "moorings and pushed them across the fairway, the port authority said. Nobody was hurt, "
    "but eleven ships are waiting outside the breakwater for the wind to drop."
)
OTHER = (
    "A court in Lima has ordered the release of the former minister, saying that prosecutors "
    "failed to show in eighteen months of detention that he had taken money from builders. "
    "His lawyers said that he would return to politics; the prosecution will appeal."
)
DAY = 86400.0


def finder() -> CopyFinder:
    return CopyFinder(bits=20)


def document(name: str, text: str, title: str = "", at: float = 0.0, source: str = "") -> Document:
    source = source or f"{name}.example"
    return Document(
        id=name, title=title or f"Title of {name}", text=text, source=source, outlet=source, at=at
    )


def long_text(seed: int, words: int = 400) -> str:
    rng = random.Random(seed)
    made = [
        "".join(rng.choice("abcdefghijklmnoprstuvw") for _ in range(rng.randint(3, 9)))
        for _ in range(words)
    ]
    return " ".join(word.capitalize() if rng.random() < 0.1 else word for word in made)


def place_all(desk: CopyFinder, *documents: Document) -> list[CopyPlacement]:
    return [desk.place(one) for one in documents]


def test_a_reprint_joins_and_says_why_and_another_text_does_not() -> None:
    first, copy, other = place_all(
        finder(),
        document("a", TEXT),
        document("b", "Advertisement. " + TEXT.replace("Monday", "Tuesday")),
        document("c", OTHER),
    )
    assert first.evidence.method == "first"
    assert first.evidence.matched == ""
    assert copy.group == first.group
    assert copy.evidence.method == "minhash"
    assert copy.evidence.matched == "a"
    assert copy.evidence.similarity > copy.evidence.threshold > 0
    assert 30 < copy.evidence.shared_shingles <= 43
    assert other.group != first.group
    assert first.group.startswith("c")
    assert len(first.group) == 13


@pytest.mark.parametrize(
    "name",
    ["", "a", "abc", "a" * 8, "é", "\ud800", "北" * 30, "x1" * 8, "x1" * 16, "x1" * 32, "x1" * 33],
)
def test_a_group_is_named_after_its_first_document(name: str) -> None:
    desk = finder()
    assert desk.place(document(name, TEXT, source="s")).group == group_id(name)
    with pytest.raises(DedupeError, match="already placed"):
        desk.place(document(name, OTHER, source="s"))


def test_group_names_are_sixty_bits_in_base_32() -> None:
    assert group_id("a") == "c43ddfnq6szhb"


def test_a_time_may_be_a_whole_number_and_is_none_the_less_exact() -> None:
    desk = finder()
    desk.place(document("a", TEXT, at=0))
    assert desk.place(document("b", TEXT, at=90 * DAY + 0.25)).evidence.method == "first"
    assert desk.place(document("c", OTHER, at=0.25)).evidence.method == "first"
    assert desk.place(document("d", OTHER, at=90 * 86400)).evidence.method == "minhash"


def test_an_excerpt_and_an_embedding_are_found_by_containment() -> None:
    text = long_text(1, 900)
    words = text.split()
    excerpt = " ".join(words[300:420])
    page = f"{long_text(2, 3000)} {text} {long_text(3, 3500)}"
    first, cut, embedded = place_all(
        finder(), document("a", text), document("b", excerpt), document("c", page)
    )
    assert cut.group == first.group == embedded.group
    assert cut.evidence.method == embedded.evidence.method == "containment"
    assert cut.evidence.containment > 0.8
    assert cut.evidence.similarity < 0.2


def test_a_heavily_edited_text_is_a_copy() -> None:
    rng = random.Random(4)
    text = long_text(5, 600)
    edited = " ".join(
        rng.choice(("rather", "said", "x")) if rng.random() < 0.3 else word for word in text.split()
    )
    first, copy = place_all(finder(), document("a", text), document("b", edited))
    assert copy.group == first.group


def test_a_shared_quote_and_background_are_no_copy() -> None:
    quote, background = long_text(6, 50), long_text(7, 70)
    placements = place_all(
        finder(),
        *(
            document(
                str(n), f"{long_text(20 + n, 200)} {quote} {long_text(40 + n, 80)} {background}"
            )
            for n in range(4)
        ),
    )
    assert len({placement.group for placement in placements}) == 4


def test_furniture_is_learned_and_then_not_heard() -> None:
    furniture = long_text(8, 60)
    placements = place_all(
        finder(),
        *(document(str(n), f"{long_text(60 + n, 90)} {furniture}") for n in range(12)),
        document("only", furniture),
        document("again", furniture),
    )
    assert len({placement.group for placement in placements}) == 14


def test_one_sources_standing_summary_is_furniture() -> None:
    summary = "All the latest football news, scores and transfer rumours from our reporters."
    placements = place_all(
        finder(),
        *(
            document(str(n), summary, title=long_text(80 + n, 8), source="sport.example")
            for n in range(8)
        ),
        document("x", summary, title=long_text(99, 8), source="other.example"),
    )
    assert len({placement.group for placement in placements}) == 9


def test_an_agencys_summary_in_two_outlets_is_a_copy_under_any_title() -> None:
    summary = "Iranian teachers have protested in several cities over suspected poisonings of girls"
    first, copy = place_all(
        finder(),
        document("a", summary, title="Teachers protest over suspected Iran schoolgirl poisonings"),
        document("b", summary, title="Anger grows in Iran"),
    )
    assert copy.group == first.group


@pytest.mark.parametrize(
    "template",
    [
        "Looking for the answer to puzzle number {n}? We have hints and the solution below, so "
        "stop scrolling now if you would rather find it out yourself. The rules have not changed: "
        "five letters, six tries. Our first guess was {a}, then {b}. The answer is {c}. See also "
        "puzzle {m}.",
        "Net profit of {a} rose {n} percent to {m} million in the quarter, compared with {k} "
        "million in the same quarter a year earlier. Revenue from operations of {b} stood at {o} "
        "million. Shares of {a} closed at {p} on the exchange, in line with the broader market. "
        "The board of {c} recommended a dividend, subject to the approval of shareholders.",
        "The day in {a} starts with clouds and a light wind from the west. Temperatures reach "
        "{n} degrees in {b} and {m} degrees in the hills near {c}. At night it falls to {k} "
        "degrees with a chance of rain of {o} percent, and gusts of {p} kilometres an hour.",
    ],
)
def test_instances_of_a_template_are_no_copies(template: str) -> None:
    rng = random.Random(9)
    desk = finder()
    groups = set()
    for number in range(10):
        names = {key: f"Name{rng.randint(100, 999)}" for key in "abc"}
        numbers = {key: str(rng.randint(1000, 9999)) for key in "nmkop"}
        text = template.format(**names, **numbers)
        placed = desk.place(document(str(number), text, at=number * DAY))
        groups.add(placed.group)
    assert len(groups) == 10


def test_a_daily_series_of_one_source_is_no_copy_but_a_correction_is() -> None:
    hint = "Some hints and the solution for today's puzzle are just ahead of you, as every morning."
    first, later, same_day = place_all(
        finder(),
        document("a", hint, title="Today's puzzle answers for Wednesday", source="p.example"),
        document("b", hint, "Today's puzzle answers for Thursday", DAY, "p.example"),
        document("c", hint, "Today's puzzle answers for Wednesday morning", 600.0, "p.example"),
    )
    assert later.group != first.group
    assert same_day.group == first.group


def test_a_long_headline_without_text_is_a_reprint_and_a_short_one_is_not() -> None:
    desk = finder()
    long = "US charges four key suspects in killing of Haiti's president"
    first, again, late, live, live_too, within = place_all(
        desk,
        document("a", "", title=long),
        document("b", "", title=long.upper().replace("'", "’"), at=3600.0),
        document("c", "", title=long, at=30 * DAY),
        document("d", "", title="Live updates"),
        document("e", "", title="Live updates"),
        document("f", "", title=long, at=60.0, source="a.example"),
    )
    assert again.group == first.group
    assert again.evidence.method == "title"
    assert again.evidence.matched == "a"
    assert late.group != first.group
    assert live.group != live_too.group
    assert within.evidence.matched in ("", "b")


def test_a_headline_that_recurs_tells_nothing() -> None:
    title = "Watch live as the White House holds its press briefing"
    placements = place_all(
        finder(), *(document(str(n), "", title=title, at=n * 4 * DAY) for n in range(4))
    )
    assert len({placement.group for placement in placements}) == 4


def test_the_same_headline_over_two_full_texts_is_no_copy() -> None:
    title = "US charges four key suspects in killing of Haiti's president"
    first, other = place_all(
        finder(), document("a", long_text(10), title), document("b", long_text(11), title)
    )
    assert other.group != first.group


@pytest.mark.parametrize(
    "text",
    [
        "北京市政府星期一宣布，由于暴风雨袭击港口，两艘货船脱离系泊，漂过航道，港务局表示没有人员受伤，但仍有"
        "十一艘船在防波堤外等待风力减弱后才能进港，预计港口最早将于星期三上午恢复正常运作。",
        "ท่าเรือถูกปิดในวันจันทร์หลังจากพายุพัดเรือบรรทุกสินค้าสองลำหลุดจากท่าและลอยข้ามร่องน้ำ"
        "เจ้าหน้าที่ท่าเรือกล่าวว่าไม่มีผู้ได้รับบาดเจ็บแต่ยังมีเรือสิบเอ็ดลำรออยู่นอกเขื่อนกันคลื่น",
        "أغلق ميناء فارنا يوم الاثنين بعد أن اقتلعت عاصفة سفينتي شحن من مراسيهما ودفعتهما عبر "
        "الممر الملاحي، وقالت سلطة الميناء إن أحدا لم يصب بأذى لكن إحدى عشرة سفينة تنتظر خارج "
        "كاسر الأمواج حتى تهدأ الرياح.",
    ],
    ids=["chinese", "thai", "arabic"],
)
def test_reprints_in_other_scripts_are_found(text: str) -> None:
    first, copy, other = place_all(
        finder(),
        document("a", text),
        document("b", text[: len(text) * 4 // 5] + "。"),
        document("c", text[::-1]),
    )
    assert copy.group == first.group
    assert other.group != first.group


def test_texts_far_apart_in_time_are_not_copies_and_late_arrivals_are() -> None:
    first, far, late = place_all(
        finder(),
        document("a", TEXT, at=100 * DAY),
        document("b", TEXT, at=195 * DAY),
        document("c", TEXT, at=99 * DAY),
    )
    assert far.group != first.group
    assert late.group == first.group


def test_what_is_out_of_the_window_is_forgotten_but_not_for_a_wrong_date() -> None:
    desk = finder()
    desk.place(document("wrong", long_text(0, 40), at=9_999 * DAY))
    for number in range(4096 * 2 + 1):
        desk.place(
            document(f"d{number}", f"{number} {number + 1} {number + 2}", at=number * DAY / 40)
        )
    assert "d10" not in desk
    assert "d8000" in desk
    assert "wrong" in desk
    assert len(desk) < 4700
    restored = CopyFinder.restore(desk.snapshot())
    assert len(restored) == len(desk)


@pytest.mark.parametrize("restarted", [False, True])
def test_wrong_dates_that_went_by_make_nothing_forgotten(restarted: bool) -> None:
    """An outlet with a wrong year sends more than a few."""
    desk = finder()
    desk.place(document("first", TEXT, at=DAY))
    for number in range(300):
        desk.place(document(f"wrong{number}", f"{number} a b c", at=9_999 * DAY))
    for number in range(4096 * 2):
        if number == 4000 and restarted:
            desk = CopyFinder.restore(desk.snapshot())
        desk.place(document(f"d{number}", f"{number} {number + 1} {number + 2}", at=2 * DAY))
    assert len(desk) == 1 + 300 + 4096 * 2
    assert desk.place(document("late", TEXT, at=3 * DAY)).evidence.matched == "first"


def test_revise_moves_a_document_and_keeps_the_name_of_a_group_of_one() -> None:
    desk = finder()
    first, copy = place_all(desk, document("a", TEXT), document("b", TEXT))
    moved = desk.revise(document("a", OTHER))
    assert moved.group not in (first.group, "")
    assert desk.revise(document("b", long_text(12))).group == copy.group
    back = desk.revise(document("a", long_text(12)))
    assert back.group == copy.group
    with pytest.raises(DedupeError, match="document z is not here"):
        desk.revise(document("z", TEXT))


def test_a_text_that_is_revised_again_and_again_does_not_become_boilerplate() -> None:
    desk = finder()
    text = long_text(13)
    first = desk.place(document("a", text))
    for number in range(12):
        desk.revise(document("a", f"{text} Update {number}: {long_text(200 + number, 20)}"))
    copy = desk.place(document("b", text))
    assert copy.group == first.group
    assert copy.evidence.shared_shingles > 300


def test_a_withdrawn_text_is_not_matched() -> None:
    desk = finder()
    place_all(desk, document("a", TEXT), document("b", "", title="One two three four five six"))
    desk.withdraw("a")
    desk.withdraw("b")
    again, title = place_all(
        desk, document("c", TEXT), document("d", "", title="One two three four five six")
    )
    assert again.evidence.method == title.evidence.method == "first"
    assert len(desk) == 2
    with pytest.raises(DedupeError, match="document a is not here"):
        desk.withdraw("a")


def test_what_comes_and_goes_again_and_again_does_not_become_boilerplate() -> None:
    desk = finder()
    text = long_text(14)
    for number in range(12):
        desk.place(document("a", f"{text} Update {number}"))
        desk.withdraw("a")
        desk = CopyFinder.restore(desk.snapshot()) if number == 5 else desk
    assert desk.place(document("a", text)).evidence.method == "first"
    copy = desk.place(document("b", text))
    assert copy.evidence.matched == "a"
    assert copy.evidence.shared_shingles > 300


def test_what_is_adopted_again_and_again_does_not_become_boilerplate() -> None:
    desk = finder()
    text = long_text(15)
    for number in range(12):
        desk.adopt(document("a", f"{text} Update {number}"), "crecorded")
        desk.withdraw("a")
    desk.adopt(document("a", text), "crecorded")
    copy = desk.place(document("b", text))
    assert copy.group == "crecorded"
    assert copy.evidence.shared_shingles > 300


@pytest.mark.parametrize("at", [float("nan"), float("inf"), float("-inf")])
def test_a_document_without_a_time_is_refused(at: float) -> None:
    desk = finder()
    with pytest.raises(DedupeError, match="document a has no time"):
        desk.place(document("a", TEXT, at=at))
    desk.place(document("a", TEXT))
    with pytest.raises(DedupeError, match="has no time"):
        desk.revise(document("a", OTHER, at=at))
    assert desk.place(document("b", TEXT)).evidence.matched == "a"


def test_a_recorded_placement_is_adopted_whatever_the_text_says() -> None:
    desk = finder()
    desk.adopt(document("a", TEXT), "cfromaperson")
    desk.adopt(document("b", OTHER), "cfromaperson")
    assert desk.place(document("c", OTHER)).group == "cfromaperson"
    with pytest.raises(DedupeError, match="document a is already placed"):
        desk.adopt(document("a", TEXT), "cx")


def test_a_restored_finder_goes_on_to_the_bit() -> None:
    desk = finder()
    for number in range(1500):  # beyond the first growth
        desk.place(document(f"d{number}", long_text(number % 700, 30), at=number * 60.0))
    desk.withdraw("d3")
    restored = CopyFinder.restore(desk.snapshot())
    assert restored.snapshot() == desk.snapshot()
    late = [document(f"e{n}", long_text(n, 30), at=1e5) for n in range(50)]
    assert place_all(restored, *late) == place_all(desk, *late)
    assert restored.snapshot() == desk.snapshot()
    with pytest.raises(SnapshotError, match="damaged"):
        CopyFinder.restore(desk.snapshot()[:-1] + b"x")


def test_hostile_texts_are_placed() -> None:
    desk = finder()
    for number, text in enumerate(
        [
            "",
            "\ud800" * 50,
            "\x00" * 1000,
            "a " * 100_000,
            "=" * 100_000,
            "🧨" * 500,
            "\u0301" * 9999,
            "x" * 1_000_000,
            "\ufdfa" * 20_000,
            "市" * 30_000,
        ]
    ):
        desk.place(document(str(number), text, title=text[:5000]))
    assert len(desk) == 10
