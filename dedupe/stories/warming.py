"""Compile the kernels of stories ahead of time, so that no article waits for them."""

from itertools import cycle

import numpy as np

from dedupe.document import CopyEvidence, CopyPlacement, Document
from dedupe.stories.desk import StoryDesk
from dedupe.stories.sparse import EMPTY, unit
from dedupe.stories.vocabulary import Vocabulary
from dedupe.stories.wordbook import Wordbook, note
from dedupe.stories.words import Stemmer

_HEADLINES = (
    ("en", "Drones hit Moscow apartment blocks, mayor says"),
    ("en", "Moscow apartment blocks hit by drones, mayor Sobyanin says"),
    ("ru", "Дроны атаковали Москву, сообщил мэр Собянин"),
    ("de", "Drohnen treffen Moskau, sagt Bürgermeister Sobjanin"),
    ("en", "Chess title decided in Stavanger on 3 March by a queen sacrifice"),
    ("fr", "Moscou : le musée Pouchkine expose Matisse"),
)
_FOUR_EACH = 4 * len(_HEADLINES) - 1


def warm() -> None:
    """Use every kernel once: places, merges, splits, forgets."""
    desk = StoryDesk()
    alone = CopyPlacement(group="", evidence=CopyEvidence(method="first"))
    for number, (language, title) in zip(range(40), cycle(_HEADLINES), strict=False):
        document = Document(
            id=str(number), title=title, language=language, outlet=str(number), at=3600.0 * number
        )
        desk.place(document, alone, twin=None)
        if number == _FOUR_EACH:
            desk.settle()  # a story of four reports is looked at for its halves
    desk.settle()
    again = StoryDesk.restore(desk.snapshot())
    for number in range(40):
        again.withdraw(str(number))
    unit(EMPTY)  # of a story's facts
    book = Wordbook(Vocabulary(), Stemmer())
    note.run(book.memory.given, np.zeros(0, np.int32))  # what words a text brings
