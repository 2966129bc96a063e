"""Names of stories."""

import base64
import hashlib
from collections.abc import Container


def story_id(document: str, *taken: Container[str]) -> str:
    """``"s"`` and 12 base32 letters hashed from the first document's id (60 bits).

    A story that a document founded lives on when the document leaves it; if the same document
    founds another later, the second name is hashed with a count so that names stay unique.
    """
    count = 0
    while True:
        seed = f"{document}#{count}" if count else document
        digest = hashlib.blake2b(seed.encode(), digest_size=8, person=b"story").digest()
        name = "s" + base64.b32encode(digest).decode().lower()[:12]
        if not any(name in names for names in taken):
            return name
        count += 1
