"""Real Elasticsearch servers for the tests, one of each version that the Java at hand can run."""

import os
from collections.abc import Iterator

import pytest

from deploy.elasticsearch.cluster import Cluster, start
from deploy.elasticsearch.errors import MissingError
from deploy.elasticsearch.java import runnable
from deploy.elasticsearch.node import Security
from deploy.elasticsearch.releases import RELEASES
from tests.indexer.certificates import Authority, security


def majors() -> list[int]:
    """The versions to test against: on CI all that can run, elsewhere the newest of them.

    If none can run, the oldest: it is then skipped with its reason.
    """
    found = [release.major for release, _ in runnable()] or [RELEASES[-1].major]
    return found if os.environ.get("CI") == "true" else found[:1]


def started(major: int, *, nodes: int = 1, security: Security | None = None) -> Cluster:
    """A running cluster. What is missing skips the test, on CI it fails it."""
    try:
        return start(major=major, nodes=nodes, heap_mb=512, security=security, compiler="C1")
    except MissingError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


class Servers:
    """One cluster at a time, since each takes a gigabyte: the next one ends the one before."""

    def __init__(self) -> None:
        self._cluster: Cluster | None = None

    def of(self, major: int, security: Security | None = None) -> Cluster:
        """The one that runs if it is of this make, else a new one."""
        if (
            self._cluster is None
            or self._cluster.release.major != major
            or self._cluster.security != security
        ):
            self.stop()
            self._cluster = started(major, security=security)
        return self._cluster

    def any(self) -> Cluster:
        """One without security, of any version: that which runs, or the newest."""
        running = self._cluster
        return running if running and not running.security else self.of(majors()[0])

    def stop(self) -> None:
        if self._cluster is not None:
            self._cluster.stop()
        self._cluster = None


@pytest.fixture(scope="session")
def elasticsearch_servers() -> Iterator[Servers]:
    """Starts servers as they are asked for, and ends the last one with the session."""
    running = Servers()
    yield running
    running.stop()


@pytest.fixture(scope="session", params=majors(), ids=lambda major: f"elasticsearch{major}")
def elasticsearch_cluster(
    request: pytest.FixtureRequest, elasticsearch_servers: Servers
) -> Cluster:
    """A running Elasticsearch of each version; tests that use it carry the marker."""
    return elasticsearch_servers.of(request.param)


@pytest.fixture
def elasticsearch_url(elasticsearch_cluster: Cluster) -> str:
    """The address of a running Elasticsearch."""
    return elasticsearch_cluster.urls[0]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Signed the certificates of servers with security."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def secured(authority: Authority) -> Security:
    """HTTPS, and a superuser."""
    return security(authority)


@pytest.fixture
def secured_cluster(secured: Security, elasticsearch_servers: Servers) -> Cluster:
    """One node of the newest version with security on, shared by all who ask in a row."""
    return elasticsearch_servers.of(majors()[0], secured)
