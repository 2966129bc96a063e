"""The demo newsroom's day as the record has it, and what each panel must say of it.

Everything here is counted in Python from the record's own tables, by other code than the panels'.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from sqlalchemy import select

from copydesk.names import names
from copydesk.record.codec import unpack
from copydesk.record.database import Record
from copydesk.record.schema import (
    articles,
    copy_groups,
    dead_letters,
    fetches,
    source_state,
    sources,
    stories,
)

Row = tuple[Any, ...]
Rows = list[Row]
HOUR = 3600


@dataclass(frozen=True)
class Day:
    """Rows of the record, articles and stories each with what follows from them."""

    now: float
    articles: list[dict[str, Any]]
    stories: list[dict[str, Any]]
    fetches: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    letters: list[dict[str, Any]]

    @property
    def usable(self) -> list[dict[str, Any]]:
        return [article for article in self.articles if article["status"] == "usable"]


def read(record: Record, now: float) -> Day:
    with record.reading() as connection:

        def every(statement: Any) -> list[dict[str, Any]]:
            return [dict(row._mapping) for row in connection.execute(statement)]

        groups = {row["id"]: row for row in every(select(copy_groups))}
        found = every(select(articles))
        for article in found:
            group, body = groups[article["copy_group"]], unpack(article["body"])
            evidence = json.loads(article["copy_evidence"])
            article.update(
                copies=group["size"],
                reprint=int(group["first_article"] != article["id"]),
                similarity=evidence.get("similarity", 0.0) if evidence.get("matched") else None,
                section=body.section,
                names=names(body.text or body.summary, article["language"]),
            )
        told = every(select(stories).where(stories.c.articles > 0))
        for story in told:
            recent = story["last_report"] - 3 * HOUR
            times = [a["at"] for a in found if a["story"] == story["id"] and a["at"] > recent]
            story["velocity"] = len(times) / 3
        return Day(
            now=now,
            articles=found,
            stories=told,
            fetches=every(select(fetches)),
            sources=every(select(sources, source_state).join(source_state, isouter=True)),
            letters=every(select(dead_letters)),
        )


def top(values: Iterable[tuple[Any, float]], size: int) -> list[Any]:
    """Keys by value, largest first, then by key."""
    return [key for key, _ in sorted(values, key=lambda pair: (-pair[1], pair[0]))[:size]]


def counted(keys: Iterable[Any], size: int) -> Rows:
    counts = Counter(key for key in keys if key)
    return [(key, counts[key]) for key in top(counts.items(), size)]


def hour(at: float) -> int:
    return int(at // HOUR * HOUR * 1000)


def over_time(things: list[dict[str, Any]], field: str, time: str, size: int) -> Rows:
    rows: Rows = []
    for key, _ in counted((thing[field] for thing in things), size):
        hours = Counter(hour(thing[time]) for thing in things if thing[field] == key)
        rows += [(key, at, count) for at, count in sorted(hours.items())]
    return rows


def _stories(day: Day, size: int, by: str, wanted: Callable[[dict[str, Any]], bool]) -> list[Any]:
    found = {story["id"]: story for story in day.stories if wanted(story)}
    return [found[id_] for id_ in top(((id_, s[by]) for id_, s in found.items()), size)]


def desk_velocity(day: Day) -> Rows:
    found = _stories(day, 15, "velocity", lambda story: story["articles"] >= 2)
    return [(s["id"], s["velocity"], s["articles"], s["copy_groups"], s["headline"]) for s in found]


def desk_single_source(day: Day) -> Rows:
    found = _stories(
        day, 15, "articles", lambda story: story["articles"] >= 2 and story["copy_groups"] == 1
    )
    return [(s["id"], s["articles"], s["headline"]) for s in found]


def desk_sizes(day: Day) -> Rows:
    rows: Rows = []
    for name, low, high in (
        ("1", 1, 2),
        ("2 to 4", 2, 5),
        ("5 to 19", 5, 20),
        ("20 or more", 20, 1e9),
    ):
        hours = Counter(hour(s["last_report"]) for s in day.stories if low <= s["articles"] < high)
        rows += [(name, at, count) for at, count in sorted(hours.items())]
    return rows


def desk_languages(day: Day) -> Rows:
    return counted((article["language"].lower() for article in day.usable), 12)


def desk_countries(day: Day) -> Rows:
    return counted((article["country"].lower() for article in day.usable), 12)


def coverage_volume(day: Day) -> Rows:
    return over_time(day.usable, "outlet", "first_seen", 10)


def coverage_topics(day: Day) -> Rows:
    return over_time(day.usable, "section", "first_seen", 10)


def coverage_outlets(day: Day) -> Rows:
    return counted((article["outlet"] for article in day.usable), 15)


def coverage_topic_share(day: Day) -> Rows:
    return counted((article["section"] for article in day.usable), 15)


def coverage_exclusive(day: Day) -> Rows:
    rows: Rows = []
    for outlet, _ in coverage_outlets(day):
        copies = [article["copies"] for article in day.usable if article["outlet"] == outlet]
        alone = sum(size == 1 for size in copies)
        rows += [(outlet, "exclusive", alone), (outlet, "reprinted", len(copies) - alone)]
    return rows


def copies_rate(day: Day) -> Rows:
    by_outlet: dict[str, list[int]] = defaultdict(list)
    for article in day.usable:
        by_outlet[article["outlet"]].append(article["reprint"])
    rates = {outlet: sum(found) / len(found) for outlet, found in by_outlet.items()}
    return [(outlet, rates[outlet]) for outlet in top(rates.items(), 20)]


def copies_agencies(day: Day) -> Rows:
    credited: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for article in day.usable:
        if article["credit"]:
            credited[article["credit"]].append(article)
    reach = {agency: len({a["outlet"] for a in found}) for agency, found in credited.items()}
    return [
        (agency, reach[agency], len(credited[agency]),
         len({a["copy_group"] for a in credited[agency]}))
        for agency in top(reach.items(), 20)
    ]  # fmt: skip


def copies_sizes(day: Day) -> Rows:
    sizes = [article["copies"] for article in day.articles if not article["reprint"]]
    edges = ((1, 2, "1"), (2, 3, "2"), (3, 5, "3 to 4"), (5, 10, "5 to 9"), (10, 20, "10 to 19"),
             (20, 10**9, "20 or more"))  # fmt: skip
    return [(name, sum(low <= size < high for size in sizes)) for low, high, name in edges]


def copies_similarity(day: Day) -> Rows:
    # The index holds single precision.
    found = [np.float32(a["similarity"]) for a in day.articles if a["similarity"] is not None]
    edges = [np.float32(tenth / 10) for tenth in range(10)] + [np.float32(np.inf)]
    return [
        (f"{low:.1f}", sum(bool(low <= value < high) for value in found))
        for low, high in pairwise(edges)
    ]


def operations_delay(day: Day) -> Rows:
    # The first article was there before measuring began.
    known = {source["id"] for source in day.sources}
    delays = [
        day.now - a["published"]
        for a in day.articles
        if a["number"] > 1 and a["published"] is not None and a["source"] in known
    ]
    middle, late = np.percentile(delays, [50, 95])
    return [(hour(day.now), float(middle), float(late))]


def operations_fetches(day: Day) -> Rows:
    return over_time(day.fetches, "outcome", "at", 10)


def operations_stale(day: Day) -> Rows:
    rows: list[Row] = []
    for source in day.sources:
        silent = day.now - (source["last_success"] or source["added_at"])
        if source["paused"] or source["retired"]:
            continue
        if silent > max(86_400, 3 * (source["interval"] or 0)):
            outcome = source["last_outcome"] or "never"
            rows.append((source["id"], silent / HOUR, source["failures"] or 0, outcome))
    return sorted(rows, key=lambda row: (-row[1], row[0]))[:20]


def operations_dead_letters(day: Day) -> Rows:
    rows: Rows = []
    for stage, _ in counted((letter["stage"] for letter in day.letters), 5):
        reasons = (letter["reason"] for letter in day.letters if letter["stage"] == stage)
        rows += [(stage, reason, count) for reason, count in counted(reasons, 10)]
    return rows


def unusual_names(day: Day, during: tuple[float, float]) -> dict[str, tuple[int, float]]:
    """Articles by name in the range, and the JLH score against all articles (Elasticsearch's
    default for significant terms: absolute times relative change of the share)."""
    inside = [a for a in day.usable if during[0] <= a["first_seen"] <= during[1]]
    now = Counter(name for article in inside for name in article["names"])
    always = Counter(name for article in day.articles for name in article["names"])
    scored: dict[str, tuple[int, float]] = {}
    for name, count in now.items():
        share, usual = count / len(inside), always[name] / len(day.articles)
        if count >= 3 and share > usual:
            scored[name] = (count, (share - usual) * (share / usual))
    return scored


EXPECTED: dict[str, Callable[[Day], Rows]] = {
    "desk-velocity": desk_velocity,
    "desk-single-source": desk_single_source,
    "desk-sizes": desk_sizes,
    "desk-languages": desk_languages,
    "desk-countries": desk_countries,
    "coverage-volume": coverage_volume,
    "coverage-exclusive": coverage_exclusive,
    "coverage-outlets": coverage_outlets,
    "coverage-topics": coverage_topics,
    "coverage-topic-share": coverage_topic_share,
    "copies-rate": copies_rate,
    "copies-agencies": copies_agencies,
    "copies-sizes": copies_sizes,
    "copies-similarity": copies_similarity,
    "operations-delay": operations_delay,
    "operations-fetches": operations_fetches,
    "operations-stale": operations_stale,
    "operations-dead-letters": operations_dead_letters,
}
