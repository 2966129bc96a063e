"""When a poll is conditional, and how a server that falsely says "nothing new" is caught. Pure.

Some servers and content networks answer 304 to whatever validators they are sent, or keep one
ETag over changing bodies; a crawler that believes them sees no news and no error. So a small
share of polls goes without validators, and what these bring is compared with what was said.
"""

import math
from collections.abc import Iterable

import msgspec
import xxhash

from crawler.job import Validators

NOTHING = Validators()
# Items are written an hour before they appear, not seldom; two older than that are no accident.
_EARLIER = 3600.0
_ENOUGH = 2
# The share of polls in which a server that lied may show that it does so no more.
_PROBATION = 0.02
# A server that lies at every poll for a year is mended one day as well.
_MOST_LIES = 8


def sent(validators: Validators, *, source: str, at: float, share: float) -> Validators:
    """The validators that a poll of ``source`` at ``at`` (epoch seconds) sends.

    None in the given share of polls, and hardly ever any to a server that lied. Which polls these
    are is decided by a hash, so that a repetition decides the same.
    """
    lot = xxhash.xxh3_64_intdigest(f"{source}\n{int(at)}".encode()) / 2**64
    in_full = lot < share or (validators.lies > 0 and lot < 1.0 - _PROBATION)
    return NOTHING if in_full else validators


def learnt(
    before: Validators,
    after: Validators,
    *,
    asked: Validators,
    new_items: Iterable[float | None],
    newest_item: float | None,
    not_modified_at: float | None,
) -> Validators:
    """The validators of an answer that was read, with the lies of its server counted.

    ``before`` was known, ``asked`` was sent; ``new_items`` are the times of the items that are new
    or changed, ``newest_item`` that of the newest one known before: what is dated earlier may have
    been corrected, and proves nothing. It is a lie when the body brings news under the very
    validators that we had, or items that were there long before ``not_modified_at``, when the
    server last said 304. Who brings news although he was sent validators, and so could have said
    304, takes one lie back.
    """
    known = -math.inf if newest_item is None else newest_item
    news = [at for at in new_items if at is None or at > known]
    conditional = asked.etag or asked.last_modified
    had = before.etag or before.last_modified
    same = (before.etag, before.last_modified) == (after.etag, after.last_modified)
    lies = before.lies
    if news and conditional:
        lies = max(lies - 1, 0)
    elif news and had:
        earlier = (not_modified_at or 0.0) - _EARLIER
        old = sum(at is not None and at < earlier for at in news)
        lies += same or old >= _ENOUGH
    return msgspec.structs.replace(after, lies=min(lies, _MOST_LIES))
