"""How well pages are read: text, title, date and author on the development corpus.

``python -m benchmarks.pages`` prints our figures beside plain trafilatura's on the same pages.
Text is scored as in Zyte's article extraction benchmark: F1 over the multiset of 4-word shingles,
each page counting once; characters are the words of scripts that do not separate words.
"""

import gzip
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import msgspec
import trafilatura

from crawler.pages import Page, extract

_TOKEN = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|\w+")


class Sample(msgspec.Struct, frozen=True):
    """A page with what people say is on it; ``published`` in epoch seconds, if known."""

    name: str
    set: str
    url: str
    body: bytes
    text: str
    title: str = ""
    published: float | None = None
    authors: tuple[str, ...] = ()


class Score(msgspec.Struct, frozen=True):
    """One page: F1 of the text, and whether title, day and authors are right (None: unknown)."""

    name: str
    f1: float
    precision: float
    recall: float
    title: bool | None
    day: bool | None
    hour: bool | None
    author: bool | None


def corpus() -> Path:
    """Where the corpus should be; it may be absent."""
    beside = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    return Path(os.environ.get("COPYDESK_CORPUS", beside))


def samples(root: Path) -> Iterator[Sample]:
    """All pages with a gold text, of both sets."""
    yield from _zyte(root / "pages" / "article_extraction_benchmark")
    yield from _fundus(root / "pages/fundus_test_data/tests/resources/parser/test_data")


def shingles(text: str, width: int = 4) -> Counter[tuple[str, ...]]:
    """The multiset of runs of ``width`` words; a shorter text is one shingle."""
    words = _TOKEN.findall(text.casefold())
    runs = range(max(1, len(words) - width + 1)) if words else range(0)
    return Counter(tuple(words[start : start + width]) for start in runs)


def text_score(gold: str, found: str) -> tuple[float, float, float]:
    """F1, precision and recall over shingles."""
    want, got = shingles(gold), shingles(found)
    shared = (want & got).total()
    precision = shared / got.total() if got else float(not want)
    recall = shared / want.total() if want else float(not got)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return f1, precision, recall


def score(sample: Sample, page: Page) -> Score:
    """Compare what was extracted with what people found."""
    f1, precision, recall = text_score(sample.text, page.text)
    distance = (
        abs(page.published - sample.published)
        if sample.published is not None and page.published is not None
        else float("inf")
    )
    dated = sample.published is not None
    return Score(
        name=sample.name,
        f1=f1,
        precision=precision,
        recall=recall,
        title=_plain(sample.title) == _plain(page.title) if sample.title else None,
        day=distance <= 86400 if dated else None,
        hour=distance <= 3600 if dated else None,
        author=_same_people(sample.authors, page.byline) if sample.authors else None,
    )


def mean(scores: list[Score], field: str) -> float:
    """The mean of one field over the pages where it is known."""
    return fmean(float(v) for s in scores if (v := getattr(s, field)) is not None)


def ours(sample: Sample) -> Page:
    """Our extraction."""
    return extract(sample.body, url=sample.url, content_type="text/html")


def plain_trafilatura(sample: Sample) -> Page:
    """trafilatura as its documentation uses it."""
    found = trafilatura.bare_extraction(
        sample.body, url=sample.url or None, include_comments=False, with_metadata=True
    )
    if found is None or isinstance(found, dict):
        return Page()
    date = datetime.fromisoformat(f"{found.date}T12:00:00+00:00") if found.date else None
    return Page(
        text=found.text or "",
        title=found.title or "",
        byline=found.author or "",
        published=date.timestamp() if date else None,
    )


def _zyte(folder: Path) -> Iterator[Sample]:
    gold = json.loads((folder / "ground-truth.json").read_text())
    for key, truth in sorted(gold.items()):
        body = gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes())
        yield Sample(key[:12], "zyte", truth["url"], body, truth["articleBody"])


def _fundus(folder: Path) -> Iterator[Sample]:
    for file in sorted(folder.glob("*/*.json")):
        about = json.loads((file.parent / "meta.info").read_text())
        pages = sorted(file.parent.glob(f"{file.stem}_[0-9]*.html.gz"))
        for (_, truth), page in zip(
            sorted(json.loads(file.read_text()).items()), pages, strict=False
        ):
            body = gzip.decompress(page.read_bytes())
            published = datetime.fromisoformat(truth["publishing_date"]).timestamp()
            yield Sample(
                f"{file.parent.name}/{page.name.removesuffix('.html.gz')}",
                "fundus",
                about[page.name]["url"],
                body,
                _body(truth["body"]),
                truth.get("title") or "",
                published,
                tuple(truth.get("authors") or ()),
            )


def _body(body: dict[str, Any]) -> str:
    parts: list[str] = list(body["summary"])
    for section in body["sections"]:
        parts += [*section["headline"], *section["paragraphs"]]
    return "\n".join(parts)


def _plain(text: str) -> str:
    return " ".join(_TOKEN.findall(text.casefold()))


def _same_people(gold: tuple[str, ...], found: str) -> bool:
    names = _plain(found)
    return all(_plain(name) in names for name in gold)


def run(read: Callable[[Sample], Page], pages: list[Sample]) -> tuple[list[Score], float]:
    """Scores of all pages, and the seconds it took."""
    started = time.perf_counter()
    found = [read(page) for page in pages]
    elapsed = time.perf_counter() - started
    return [score(page, result) for page, result in zip(pages, found, strict=True)], elapsed


def main() -> None:
    """Print the table; with ``--differences`` also the pages where the two differ most."""
    for name in ("zyte", "fundus"):
        pages = [page for page in samples(corpus()) if page.set == name]
        results = {who.__name__: run(who, pages) for who in (ours, plain_trafilatura)}
        for who, (scores, elapsed) in results.items():
            fields = ["f1", "precision", "recall"]
            fields += ["title", "day", "hour", "author"] if name == "fundus" else []
            figures = "  ".join(f"{field} {mean(scores, field):.3f}" for field in fields)
            cost = f"{1000 * elapsed / len(pages):.0f} ms/page"
            print(f"{name:7} {who:18} {len(pages)} pages  {figures}  {cost}")
        if "--differences" in sys.argv:
            mine, theirs = results["ours"][0], results["plain_trafilatura"][0]
            for a, b in sorted(zip(mine, theirs, strict=True), key=lambda p: p[0].f1 - p[1].f1):
                if abs(a.f1 - b.f1) > 0.03:
                    print(f"  {a.name:50} ours {a.f1:.2f}  trafilatura {b.f1:.2f}")


if __name__ == "__main__":
    main()
