"""The served newsroom, once a module: its tests only read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.copydesk.api.serving import Site, fill, serving


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("site")
    with serving(folder) as site:
        fill(site.newsroom)
        site.index()
        yield site
