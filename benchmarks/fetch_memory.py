"""Whether memory stays flat over 100,000 fetches.

``python -m benchmarks.fetch_memory [FETCHES]`` fetches pages of 1,000 loopback hosts, one process,
every guard on, and prints the resident memory at a tenth, a half and the whole of it. It fails when
the second half grows the process by more than a tenth.
"""

import asyncio
import sys
from itertools import count
from pathlib import Path

from benchmarks.fetch_site import PAGES, site
from benchmarks.fetch_speed import settings
from crawler.fetch.client import Client

HOSTS = 1000
MOST_GROWTH = 1.10
_AT_ONCE = 32


def resident() -> float:
    """Resident memory of this process in MiB."""
    status = Path("/proc/self/status").read_text()
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]
    return int(kilobytes) / 1024


async def measure(port: int, fetches: int) -> dict[int, float]:
    """Resident memory after so many fetches."""
    client = Client(settings())
    await client.start()
    marks = (fetches // 10, fetches // 2, fetches)
    found: dict[int, float] = {}
    numbers = count()

    async def fetch() -> None:
        while (n := next(numbers)) < fetches:
            host = f"127.2.{n % HOSTS // 200}.{n % 200 + 1}:{port}"
            fetched = await client.get(f"http://{host}/page/{n % PAGES}", kind="page")
            assert fetched.answer.status == 200  # noqa: S101
            if n + 1 in marks:
                found[n + 1] = resident()
                print(f"{n + 1:8d} fetches {found[n + 1]:8.1f} MiB resident", flush=True)

    await asyncio.gather(*(fetch() for _ in range(_AT_ONCE)))
    await client.stop()
    return found


def main() -> None:
    """Print the memory; exit code 1 when it grows."""
    fetches = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with site() as port:
        found = asyncio.run(measure(port, fetches))
    growth = found[fetches] / found[fetches // 2]
    print(f"growth in the second half {growth:.3f} (at most {MOST_GROWTH})")
    sys.exit(growth > MOST_GROWTH)


if __name__ == "__main__":
    main()
