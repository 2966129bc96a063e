"""How ``make test`` shares the tests out between two processes: pytest-xdist, by whole files.

Tests of a file share what they made. All files that ask a real Elasticsearch go to one process, as
each server takes a gigabyte and half a minute to start; it waits for them while the other computes.

xdist's own groups (``--dist loadgroup``) have no effect with pytest 9.2, which builds the names
that they are read from in another way (pytest-xdist issue 1386).
"""

from functools import cache

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.conftest import ROOT


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """What is given to a process as a whole."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid.partition("::")[0])


@cache
def group(file: str) -> str:
    """The name of what is kept together with this file of tests."""
    path = ROOT / file
    told = [each.read_text() for each in (path, path.with_name("conftest.py")) if each.exists()]
    return "elasticsearch" if any("mark.elasticsearch" in text for text in told) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    """Asked once by the process that hands out the tests."""
    return ByFile(config, log)
