"""Identity keys as the record keeps them: long ones as a digest, which is looked up as well."""

import base64
from hashlib import blake2b

# Most keys hold an address of a hundred bytes and more, and each is kept twice (table and index).
LONGEST = 48
# 120 bits: nobody makes two addresses that share them.
_DIGEST_BYTES = 15


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
