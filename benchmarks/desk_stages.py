"""Where the desk's time goes: microseconds of CPU per article and stage, and bytes kept of each.

    python -m benchmarks.desk_stages [--articles 3000] [--day 2023-03-01]

The articles are those of :mod:`benchmarks.desk`. A stage's figure is its own, without the stages
inside it. Threads of the index count too, so the stages can add up to less than the whole.
"""

import argparse
import sqlite3
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.desk import CORPUS, day_of, generated, through_desk
from copydesk.record import changelog, inbox, journal, placing
from copydesk.roles import desk, indexing
from copydesk.story_facts import Tally
from dedupe.copies import CopyFinder
from dedupe.stories import StoryDesk
from indexer.engines.embedded import EmbeddedEngine

_STAGES: tuple[tuple[str, Any, str], ...] = (
    ("inbox: take", inbox, "take"),
    ("inbox: discard", inbox, "discard"),
    ("dedupe: copies", CopyFinder, "place"),
    ("dedupe: stories", StoryDesk, "place"),
    ("record: articles", placing, "_store_articles"),
    ("record: article rows", placing, "_row"),
    ("record: copy groups", placing, "_refresh_groups"),
    ("record: stories", placing, "refresh_stories"),
    ("record: story facts", Tally, "facts"),
    ("record: story tallies", Tally, "add"),
    ("record: log", changelog, "append"),
    ("record: numbers", placing, "_stamp"),
    ("record: journal", journal, "note"),
    ("record: the rest and commit", desk.DeskWork, "_write"),
    ("index: documents", indexing, "engine_writes"),
    ("index: engine", EmbeddedEngine, "write"),
    ("index: commit", EmbeddedEngine, "refresh"),
    ("index: the rest", desk, "catch_up"),
    ("memory: save", desk.DeskWork, "save"),
)


class Clockwork:
    """Own CPU seconds of each stage."""

    def __init__(self) -> None:
        self.own: defaultdict[str, float] = defaultdict(float)
        self._inside: list[float] = []

    def watch(self, stage: str, place: Any, name: str) -> None:
        """Put a clock around ``place.name``."""
        plain = getattr(place, name)

        def clocked(*arguments: Any, **named: Any) -> Any:
            self._inside.append(0.0)
            started = time.process_time()
            try:
                return plain(*arguments, **named)
            finally:
                lasted = time.process_time() - started
                self.own[stage] += lasted - self._inside.pop()
                if self._inside:
                    self._inside[-1] += lasted

        setattr(place, name, clocked)


def kept(file: Path) -> dict[str, float]:
    """Bytes of each table and index of the record."""
    with sqlite3.connect(file) as database:
        try:
            rows = database.execute("SELECT name, SUM(pgsize) FROM dbstat GROUP BY name").fetchall()
        except sqlite3.OperationalError:  # this SQLite was built without the table
            return {"record": float(file.stat().st_size)}
    return dict(rows)


def main() -> None:
    """Print the stages and the tables, the greatest first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=3000)
    parser.add_argument("--day", default="2023-03-01")
    options = parser.parse_args()
    articles = (
        day_of(CORPUS, options.day, options.articles)
        if CORPUS.is_dir()
        else generated(options.articles)
    )
    with tempfile.TemporaryDirectory() as folder:
        through_desk(articles[:200], Path(folder))  # compiles
    clockwork = Clockwork()
    for stage in _STAGES:
        clockwork.watch(*stage)
    with tempfile.TemporaryDirectory() as folder:
        seconds = through_desk(articles, Path(folder))
        tables = kept(Path(folder) / "record.sqlite")
    count = len(articles)
    text = sum(len((each.text or each.summary).encode()) for each in articles)
    print(
        f"{count} articles, {seconds / count * 1e6:,.0f} us each, {count / seconds:,.0f} a second"
    )
    for name, own in sorted(clockwork.own.items(), key=lambda item: -item[1]):
        print(f"{own / count * 1e6:8,.0f} us  {name}")
    print(f"{text / count:,.0f} bytes of text each; {sum(tables.values()) / count:,.0f} kept:")
    for name, size in sorted(tables.items(), key=lambda item: -item[1])[:16]:
        print(f"{size / count:8,.0f} bytes  {name}")


if __name__ == "__main__":
    main()
