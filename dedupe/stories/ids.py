"""Names of stories."""

import hashlib
from collections.abc import Container
from itertools import product
from typing import Final

_PAIRS: Final = ["".join(two) for two in product("abcdefghijklmnopqrstuvwxyz234567", repeat=2)]
"""Of base32 letters; the standard library makes them one by one, which is half of naming."""
_SHIFTS: Final = (54, 44, 34, 24, 14, 4)


def story_id(document: str, *taken: Container[str]) -> str:
    """``"s"`` and 12 base32 letters hashed from the first document's id (60 bits).

    A story that a document founded lives on when the document leaves it; if the same document
    founds another later, the second name is hashed with a count so that names stay unique.
    """
    count = 0
    while True:
        seed = f"{document}#{count}" if count else document
        digest = hashlib.blake2b(seed.encode(), digest_size=8, person=b"story").digest()
        bits = int.from_bytes(digest, "big")
        name = "s" + "".join([_PAIRS[bits >> shift & 1023] for shift in _SHIFTS])
        if not any(name in names for names in taken):
            return name
        count += 1
