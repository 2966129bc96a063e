"""Headlines of the same happenings in many languages, written for this benchmark."""

import random
from pathlib import Path

from benchmarks.stories_corpus import DAY, START, Half, half_of
from dedupe.document import Document

_FILE = Path(__file__).with_name("stories_headlines.txt")


def headlines(
    *, half: Half | None = None, seed: int = 1, start: float = START, days: float = 2.0
) -> tuple[list[Document], dict[str, str]]:
    """Documents laid into ``days`` days from ``start``, and the event of each."""
    draw = random.Random(seed)
    documents: list[Document] = []
    gold: dict[str, str] = {}
    event, began = "", start
    for line in _FILE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        language, text = line.split(maxsplit=1)
        if language == "=":
            event, began = text, start + draw.uniform(0, days) * DAY
            continue
        if half is not None and half_of(event) != half:
            continue
        name = f"{event}-{len(documents)}"
        gold[name] = event
        documents.append(
            Document(
                id=name,
                title=text,
                language=language,
                source=name,
                outlet=name,
                at=began + draw.expovariate(4) * DAY,
            )
        )
    documents.sort(key=lambda d: (d.at, d.id))
    return documents, gold
