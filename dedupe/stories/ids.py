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

    A name that is taken is hashed with a count.
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


def later(document: str, born: int) -> str:
    """What to hash for a story that a document founds after it has been in another.

    It may have founded one before, which lives on without it or is no longer in memory, and whose
    name must not return; the running number tells the two apart.
    """
    return f"{document}@{born}"
