"""The configuration with which Copydesk reads loopback outlets, and nothing else."""

from collections.abc import Sequence
from typing import Protocol

import tomli_w

from config.sources import Source


class Outlets(Protocol):
    """What serves outlets on the loopback: the newsroom, a replay."""

    def sources(self) -> Sequence[Source]:
        """Their feeds."""

    def addresses(self) -> tuple[str, ...]:
        """``address:port`` of each, to be allowed by the public-address guard."""


def configuration(
    outlets: Outlets, *, min_interval: int = 5, max_interval: int = 60, banner: str = ""
) -> str:
    """TOML for a data directory of its own; intervals are seconds between two fetches of a feed."""
    return tomli_w.dumps(
        {
            "crawl": {
                "catalogue": "none",
                "allowed_addresses": list(outlets.addresses()),
                "min_interval": min_interval,
                "max_interval": max_interval,
            },
            "serve": {"banner": banner},
            "source": [
                {
                    "id": source.id,
                    "url": source.url,
                    "outlet": source.outlet,
                    "country": source.country,
                    "language": source.language,
                    "fetch_pages": source.fetch_pages,
                    "tags": list(source.tags),
                }
                for source in outlets.sources()
            ],
        }
    )
