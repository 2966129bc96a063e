"""Silver check on real feeds: headlines that appeared on several domains within 72 hours.

    python -m benchmarks.copies_silver --data ../shared/data [--month 03] [--show 20]

A group of the silver file counts as found by the share of its pairs that land in one copy group;
only groups of items that all appear in the month's stream, as it is replayed here, are counted.
Precision has no silver label: of the claimed pairs, those with the same headline, and those on
different outlets with another headline, are counted and can be shown for the eye.
"""

import argparse
import gzip
import html
import json
import random
import re
from collections import Counter, defaultdict
from datetime import datetime
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

from dedupe.copies import CopyFinder
from dedupe.document import Document

_TAG = re.compile(r"<[^>]+>")


def clean(text: str | None) -> str:
    """Without tags and entities, as the crawler hands text on."""
    return " ".join(_TAG.sub(" ", html.unescape(text or "")).split())


def month(data: Path, number: str) -> list[Document]:
    """The items of one month in order of time, one per link."""
    found = {}
    path = data / "stream" / f"entries-2023-{number}.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            link = row["link"]
            if link in found or not row["date_published"]:
                continue
            found[link] = Document(
                id=link,
                title=clean(row["title"]),
                text=clean(row["description"]),
                source=row["source"],
                outlet=(urlsplit(link).hostname or "").removeprefix("www."),
                at=datetime.fromisoformat(row["date_published"]).timestamp(),
            )
    return sorted(found.values(), key=lambda document: (document.at, document.id))


def main() -> None:
    """Print recall on the silver groups and what was claimed besides."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--month", default="03")
    parser.add_argument("--show", type=int, default=0, help="claimed pairs with other headlines")
    options = parser.parse_args()
    documents = {document.id: document for document in month(options.data, options.month)}
    finder = CopyFinder()
    placed = {name: finder.place(document) for name, document in documents.items()}
    methods = Counter(placement.evidence.method for placement in placed.values())
    print(len(documents), "documents", dict(methods))

    found = true = whole = groups = 0
    path = options.data / "stream" / "syndication_groups-2023-02-04.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            links = {item["link"] for item in json.loads(line)["items"]}
            if len(links) < 2 or not all(link in documents for link in links):
                continue
            pairs = [placed[a].group == placed[b].group for a, b in combinations(sorted(links), 2)]
            groups += 1
            found += sum(pairs)
            true += len(pairs)
            whole += all(pairs)
    print(
        f"silver: {groups} groups, {whole / groups:.3f} whole; pairs {found / true:.3f} of {true}"
    )

    members: defaultdict[str, list[Document]] = defaultdict(list)
    for name, placement in placed.items():
        members[placement.group].append(documents[name])
    same = apart = within = 0
    others = []
    for inside in members.values():
        for left, right in combinations(inside[:100], 2):
            if left.title.casefold() == right.title.casefold():
                same += 1
            elif left.outlet == right.outlet:
                within += 1
            else:
                apart += 1
                others.append((left, right))
    print(f"claimed pairs: same headline {same}, other headline: one outlet {within}, two {apart}")
    print(
        "largest groups:", sorted((len(inside) for inside in members.values()), reverse=True)[:10]
    )
    for left, right in random.Random(1).sample(others, min(options.show, len(others))):
        print(f"{left.outlet} | {left.title[:80]} | {left.text[:140]}")
        print(f"{right.outlet} | {right.title[:80]} | {right.text[:140]}\n")


if __name__ == "__main__":
    main()
