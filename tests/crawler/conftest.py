"""What several tests of the crawler share."""

from collections.abc import AsyncIterator

import pytest_asyncio

from crawler.workers import Workers


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def workers() -> AsyncIterator[Workers]:
    """One pool of parsing processes for all tests: starting one takes seconds."""
    async with Workers(count=1, deadline=20.0) as pool:
        yield pool
