"""Without numba copies and stories are the same, to the last digit of the evidence."""

import os
import subprocess
import sys

from copydesk.newsroom.edition import load_edition
from dedupe.desk import Desk
from dedupe.document import Document

PLACED = """
import sys
from tests.copydesk.test_without_numba import placements
sys.stdout.write(placements())
"""


def placements() -> str:
    """What a desk decides on the invented newsroom's day, and why."""
    edition = load_edition()
    outlets = {outlet.id: outlet for outlet in edition.outlets}
    desk = Desk()
    placed = [
        desk.place(
            Document(
                id=article.key,
                title=article.title,
                text="\n".join(article.paragraphs),
                at=article.published.timestamp(),
                language=outlets[article.outlet].language,
                outlet=outlets[article.outlet].name,
                source=article.outlet,
            )
        )
        for article in sorted(edition.articles, key=lambda each: (each.published, each.key))
    ]
    return "\n".join(map(repr, [*placed, desk.settle()]))


def test_the_same_day_gives_the_same_groups_stories_and_evidence() -> None:
    other = subprocess.run(
        [sys.executable, "-c", PLACED],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=250,
    )
    assert other.stdout == placements()
