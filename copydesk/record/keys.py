"""What indexes hold: identity keys, long ones as a digest, and texts that fit."""

import base64
from hashlib import blake2b

# Most keys hold an address of a hundred bytes and more, and each is kept twice (table and index).
LONGEST = 48
# 120 bits: nobody makes two addresses that share them.
_DIGEST_BYTES = 15
# Bytes; PostgreSQL takes 2,704 with all that an entry of an index has. One hostile address of more
# would keep the batch that it is in from ever being written.
_LONGEST_TEXT = 2000
_SURE = _LONGEST_TEXT // 4  # Characters, of up to four bytes.


def kept(key: str) -> str:
    """The key as it is kept: itself, or its kind and a digest. The same for what is kept already.

    >>> kept("guid:wire:1")
    'guid:wire:1'
    >>> kept("link:news.example/2023/05/30/ferry-runs-aground-off-the-island-of-holm")
    'link:#rtxjbe43skmh5ertuyataooz'
    """
    if len(key) <= LONGEST:
        return key
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()
    return f"{key.partition(':')[0]}:#{base64.b32encode(digest).decode('ascii').lower()}"


def fits(text: str) -> bool:
    """Whether an index takes the text whole."""
    return len(text) <= _SURE or len(text.encode("utf-8", "ignore")) <= _LONGEST_TEXT


def fitting(text: str) -> str:
    """As much of the text as an index takes.

    >>> fitting("news"), len(fitting("é" * 3000))
    ('news', 1000)
    """
    if fits(text):
        return text
    return text.encode("utf-8", "ignore")[:_LONGEST_TEXT].decode("utf-8", "ignore")
