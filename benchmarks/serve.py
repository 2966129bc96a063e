"""Times of the served pages and lists: ``python -m benchmarks.serve [ARTICLES]``.

Fills a record with stories of Zipf-like size, serves it over real HTTP and asks each address many
times, one after another, while another thread keeps adding reports. The numbers are of this
machine and mean something only beside others of the same machine.
"""

import random
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from sqlalchemy import insert

from copydesk.record import changelog
from copydesk.record.codec import pack
from copydesk.record.schema import articles, copy_groups, stories
from crawler.article import Article, Extraction
from tests.copydesk.api.newsroom import MORNING
from tests.copydesk.api.serving import Site, serving

ROUNDS = 40
ADDRESSES = {
    "front page": "/",
    "story page": "/story/s1",
    "articles": "/v1/articles",
    "articles of a rare outlet": "/v1/articles?outlet=outlet399",
    "stories, newest": "/v1/stories",
    "stories, biggest": "/v1/stories?order=biggest",
    "stories in a language": "/v1/stories?language=de&min_outlets=3",
    "one story": "/v1/stories/s1",
    "search": "/v1/search?q=title",
    "metrics": "/metrics",
    "liveness (the floor)": "/healthz",
}


def fill(site: Site, count: int) -> None:
    """``count`` articles in about a fifth as many stories, over ten days."""
    dice = random.Random(3)
    body = pack(
        Article(
            source="x",
            title="t",
            text="word " * 300,
            first_seen=MORNING,
            extraction=Extraction(method="bench", quality=1, origin="page"),
        )
    )
    rows: list[dict[str, object]] = []
    members: dict[str, list[tuple[float, str, str]]] = {}
    for number in range(1, count + 1):
        story = f"s{int(dice.paretovariate(0.6)) % (count // 5 + 1)}"
        at = MORNING + dice.random() * 864_000
        outlet, language = (
            f"outlet{int(dice.paretovariate(0.8)) % 400}",
            dice.choice(["en", "de", "fr"]),
        )
        members.setdefault(story, []).append((at, outlet, language))
        rows.append(
            {
                "id": f"a{number}",
                "number": number,
                "source": outlet,
                "outlet": outlet,
                "language": language,
                "title": f"Title of report {number}",
                "published": at,
                "first_seen": at,
                "at": at,
                "copy_group": f"g{number}",
                "story": story,
                "copy_evidence": '{"method":"first"}',
                "story_evidence": '{"method":"first"}',
                "placed": at,
                "changed": number,
                "body": body,
            }
        )
    with site.record.writing() as connection:
        connection.execute(insert(articles), rows)
        connection.execute(
            insert(copy_groups),
            [
                {"id": row["copy_group"], "first_article": row["id"], "size": 1, "created": 0}
                for row in rows
            ],
        )
        connection.execute(
            insert(stories), [_story(name, reports) for name, reports in members.items()]
        )
        changelog.append(
            connection, [("article", str(row["id"]), "put") for row in rows], at=MORNING
        )
    while site.engine.position() < count:
        site.index()


def _story(name: str, reports: list[tuple[float, str, str]]) -> dict[str, object]:
    quoted = [f'"{outlet}"' for outlet in sorted({outlet for _, outlet, _ in reports})]
    return {
        "id": name,
        "headline": f"Headline of {name}",
        "first_report": min(at for at, _, _ in reports),
        "last_report": max(at for at, _, _ in reports),
        "articles": len(reports),
        "copy_groups": len(reports),
        "outlets": f"[{','.join(quoted)}]",
        "created": 0.0,
        "changed": 1,
    }


def measure(site: Site) -> None:
    """Print the median and the 95th percentile of each address in milliseconds."""
    for name, address in ADDRESSES.items():
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            site.client.get(address).raise_for_status()
            times.append((time.perf_counter() - began) * 1000)
        p95 = statistics.quantiles(times, n=20)[-1]
        print(f"{name:28} median {statistics.median(times):8.1f} ms   p95 {p95:8.1f} ms")


def main() -> None:
    """Fill, then measure while reports arrive."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as site:
        fill(site, count)
        stop = threading.Event()

        def arrive() -> None:
            number = 0
            while not stop.wait(0.05):
                number += 1
                site.newsroom.report(f"new{number % 50}", f"n{number}", at=MORNING + 864_000)

        writer = threading.Thread(target=arrive)
        writer.start()
        try:
            measure(site)
        finally:
            stop.set()
            writer.join()


if __name__ == "__main__":
    main()
