"""Labelled streams of news for measuring and training stories.

Everything is read from the development corpus (``COPYDESK_CORPUS`` or ``../shared/data``); nothing
of it is kept here but ids and labels.
"""

import gzip
import hashlib
import html
import json
import os
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from dedupe.document import Document

DAY = 86_400.0
START = datetime(2023, 2, 1, tzinfo=UTC).timestamp()
Length = Literal["full", "brief", "title"]
Half = Literal["dev", "test"]
Tongues = Half | Literal["hard"]
LENGTHS: dict[str, tuple[Length, ...]] = {
    "full": ("full",),
    "brief": ("brief",),
    "title": ("title",),
    "mixed": ("full", "brief", "title"),
}

_WORLD = Path(__file__).with_name("stories_world")
_TONGUES = Path(__file__).with_name("stories_tongues")

# The same happening under two names in two sets.
_SAME = {
    "tram": "croydon_tram_trash",
    "tram victims": "croydon_tram_trash",
    "f1": "f1_crash",
    "cubs win championship": "cubs_win_championship",
    "Malaysian Airlines Flight MH17 crashes near Torez, Ukraine": (
        "Malaysia Airlines Flight 17 shot down over eastern Ukraine, killing 298"
    ),
}


def corpus() -> Path | None:
    """Where the development corpus is, if it is anywhere."""
    beside = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    path = Path(os.environ.get("COPYDESK_CORPUS", beside))
    return path if (path / "events").is_dir() else None


def _time(text: str | None) -> float | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def half_of(event: str) -> Half:
    """Every event is in one half, by a hash of its name."""
    digest = hashlib.blake2b(event.encode(), digest_size=2, person=b"half").digest()
    return "dev" if digest[0] & 1 else "test"


def events(root: Path) -> dict[str, list[dict[str, Any]]]:
    """Gold events and their articles, in a fixed order."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for name in ("wikinews", "giveme5w1h", "giveme5w1h_gold", "newswcl50"):
        for row in (root / "events" / f"{name}.jsonl").read_text("utf-8").splitlines():
            article = json.loads(row)
            found[_SAME.get(article["event"], article["event"])].append(article)
    return dict(sorted(found.items()))


def cut(title: str, text: str, length: Length) -> tuple[str, str]:
    """Title and text as a feed would give them."""
    if not title:
        title, _, text = text.partition("\n") if "\n" in text[:300] else text.partition(". ")
    if length == "title":
        return title, ""
    if length == "brief":
        return title, " ".join(text.split()[:40])
    return title, text


def labelled(
    root: Path, half: Half | None, lengths: Sequence[Length], *, seed: int = 1, days: float = 8.0
) -> tuple[list[Document], dict[str, str]]:
    """All events of a half laid into ``days`` days, and the event of each document.

    Times within an event are the real ones where they span less than four days, else drawn:
    most reports come in the first hours.
    """
    draw = random.Random(seed)
    documents: list[Document] = []
    gold: dict[str, str] = {}
    for event, articles in events(root).items():
        if half is not None and half_of(event) != half:
            continue
        start = START + draw.uniform(0, days) * DAY
        times = [_time(a["published"]) for a in articles]
        known = [t for t in times if t is not None]
        real = (
            len(known) == len(times) and len(set(known)) > 1 and max(known) - min(known) < 4 * DAY
        )
        for article, moment in zip(articles, times, strict=True):
            offset = draw.expovariate(1 / (0.4 * DAY))
            if real and moment is not None:
                offset = moment - min(known)
            title, text = cut(article["title"] or "", article["text"] or "", draw.choice(lengths))
            name = f"{article['set']}:{article['id']}"
            gold[name] = event
            documents.append(
                Document(
                    id=name,
                    title=title,
                    text=text,
                    language="en",
                    outlet=article["domain"] or "",
                    source=article["domain"] or "",
                    at=start + offset,
                )
            )
    documents.sort(key=lambda d: (d.at, d.id))
    return documents, gold


def world(half: Half | None = None) -> tuple[list[Document], dict[str, str]]:
    """Headlines of the world (``stories_world/``) in order of time, and the event of each."""
    rows = [
        (name, row)
        for name, row in _told(sorted(_WORLD.glob("*.tsv")))
        if half is None or half_of(row[0]) == half
    ]
    return _invented(rows)


def tongues(half: Tongues) -> dict[str, tuple[list[Document], dict[str, str]]]:
    """By language (the second set of one is ``ru-2``): headlines of happenings that are told in it
    alone (``stories_tongues/``); in the hard sets reports of one happening share few words."""
    files = sorted((_TONGUES / half).glob("*.tsv"))
    return {file.stem: _invented(_told([file])) for file in files}


def _told(files: Iterable[Path]) -> Iterator[tuple[str, list[str]]]:
    for file in files:
        for number, line in enumerate(file.read_text("utf-8").splitlines()):
            if not line.startswith("event\t"):
                yield f"{file.stem}-{number}", line.split("\t")


def _invented(rows: Iterable[tuple[str, list[str]]]) -> tuple[list[Document], dict[str, str]]:
    documents: list[Document] = []
    gold: dict[str, str] = {}
    for name, (event, moment, language, outlet, title, summary) in rows:
        gold[name] = event
        documents.append(
            Document(
                id=name,
                title=title,
                text=summary,
                language=language,
                outlet=outlet,
                source=outlet,
                at=datetime.fromisoformat(moment).timestamp(),
            )
        )
    documents.sort(key=lambda d: (d.at, d.id))
    return documents, gold


def replay(root: Path, first: str, last: str) -> Iterator[Document]:
    """Real feed items published from ``first`` to ``last`` (ISO dates, inclusive), by time."""
    rows = []
    for month in sorted({first[:7], last[:7]}):
        with gzip.open(
            root / "stream" / f"entries-{month}.jsonl.gz", "rt", encoding="utf-8"
        ) as file:
            rows += [
                row
                for row in map(json.loads, file)
                if first <= (row["date_published"] or "")[:10] <= last
            ]
    rows.sort(key=lambda row: (row["date_published"], row["source"], row["link"]))
    yield from _documents(rows)


_TAG = re.compile(r"<[^>]{0,2000}>")


def plain(markup: str) -> str:
    """The text of a feed's description, as the crawler would hand it on."""
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())


def _documents(rows: Iterable[dict[str, Any]]) -> Iterator[Document]:
    seen: set[str] = set()
    for row in rows:
        digest = hashlib.blake2b(f"{row['source']} {row['link']}".encode(), digest_size=6)
        name = digest.hexdigest()
        at = _time(row["date_published"])
        if name in seen or at is None:
            continue
        seen.add(name)
        yield Document(
            id=name,
            title=html.unescape(row["title"] or ""),
            text=plain(row["description"] or ""),
            language=(row["language"] or "")[:2],
            source=row["source"],
            outlet=urlsplit(row["link"] or row["source"]).netloc.removeprefix("www."),
            at=at,
        )
