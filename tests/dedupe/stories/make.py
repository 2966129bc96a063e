"""Documents for the tests of stories."""

from dedupe.document import CopyEvidence, CopyPlacement, Document
from dedupe.stories.desk import StoryDesk

START = 1_685_430_000.0
"""30 May 2023, 07:00 UTC."""
HOUR = 3600.0

# Title and text, a pair of lines each.
_MOSCOW = """\
Drones hit Moscow apartment blocks
Eight drones struck residential buildings in Moscow early on Tuesday, the ministry said. \
Mayor Sergei Sobyanin reported slight damage and two injured residents.
Moscow wakes to drone attack
Moscow mayor Sobyanin said several residential buildings were damaged when drones were \
shot down over the capital. The defence ministry blamed Ukraine for the drones.
Russia accuses Ukraine of drone strike on Moscow
Russia's defence ministry said eight drones were aimed at Moscow, five shot down by \
Pantsir systems, three jammed. Residential buildings were damaged slightly.
"""
_CHESS = """\
Norwegian wins chess title in Stavanger
The grandmaster secured the chess trophy in Stavanger with a queen sacrifice in the final round.
Queen sacrifice decides Stavanger chess tournament
A queen sacrifice gave the Norwegian grandmaster the chess trophy in the last round at Stavanger.
"""


def _pairs(lines: str) -> list[tuple[str, str]]:
    rows = lines.splitlines()
    return list(zip(rows[::2], rows[1::2], strict=True))


MOSCOW = _pairs(_MOSCOW)
CHESS = _pairs(_CHESS)


def document(
    id: str,  # noqa: A002 - named as the field is
    title: str,
    text: str = "",
    *,
    hours: float = 0.0,
    language: str = "en",
    outlet: str = "",
    source: str = "",
) -> Document:
    """A document ``hours`` after the start."""
    return Document(
        id=id,
        title=title,
        text=text,
        at=START + hours * HOUR,
        language=language,
        outlet=outlet or f"outlet-{id}",
        source=source or f"source-{id}",
    )


def alone(document: Document) -> CopyPlacement:
    """The placement of a document that is no copy."""
    return CopyPlacement(group=f"c{document.id}", evidence=CopyEvidence(method="first"))


def place(desk: StoryDesk, document: Document, twin: str | None = None) -> str:
    """Place and return the story."""
    return desk.place(document, alone(document), twin=twin)[0].story


def day() -> list[Document]:
    """Moscow and chess, interleaved."""
    rows = [row for pair in zip(MOSCOW, [*CHESS, ("", "")], strict=True) for row in pair if row[0]]
    return [document(f"d{i}", title, text, hours=i / 2) for i, (title, text) in enumerate(rows)]
