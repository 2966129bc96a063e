"""What the API and the web page stand on."""

from collections.abc import Callable
from dataclasses import dataclass, field

from litestar.params import SkipValidation

from copydesk.api.turns import Turns
from copydesk.record.database import Record
from crawler.fetch.addresses import AddressGuard
from indexer.engines.protocol import Reader


@dataclass(frozen=True, kw_only=True)
class ServeContext:
    """Everything a request needs; the ``serve`` role makes one and closes its parts.

    ``now`` gives epoch seconds; ``banner`` is plainly shown on every page (the demo's marking),
    ``base_url`` is the address people use, without a slash at its end; ``started`` is when this
    process began to serve, in epoch seconds. ``write_token`` lets its holder change something;
    ``receivers`` says which addresses inside may be told of matches;
    ``proxied`` is 1 when a proxy stands before the server, so that nobody is known to be here;
    ``turns`` are those of searches.
    """

    record: Record
    engine: Reader
    now: Callable[[], float]
    banner: str
    base_url: str
    started: float
    write_token: str = field(repr=False, default="")
    receivers: AddressGuard = field(default_factory=AddressGuard)
    proxied: int = 0
    turns: Turns = field(default_factory=Turns)


# Handlers receive it by this annotation; it is ours, so nothing about it needs validation.
Context = SkipValidation[ServeContext]
