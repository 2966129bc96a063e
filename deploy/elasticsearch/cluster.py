"""A cluster of one or more nodes on the loopback, for tests and for trying out."""

import base64
import json
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from deploy.elasticsearch import node
from deploy.elasticsearch.archive import fetch
from deploy.elasticsearch.errors import ServerError
from deploy.elasticsearch.java import Java, choose
from deploy.elasticsearch.releases import Release

_UP_SECONDS = 300  # Alone on two cores it takes 12 s; beside other work, 110 s were seen.


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody has now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


@dataclass
class Cluster:
    """Started by :func:`start`; a context manager that stops it."""

    release: Release
    java: Java
    home: Path
    folder: Path
    plans: tuple[node.Plan, ...]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def urls(self) -> tuple[str, ...]:
        scheme = "https" if self.security else "http"
        return tuple(f"{scheme}://127.0.0.1:{plan.http}" for plan in self.plans)

    @property
    def security(self) -> node.Security | None:
        """That of all nodes."""
        return self.plans[0].security

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start_node(self, name: str) -> None:
        """Start one node, or start it again; :meth:`wait` tells when the cluster is up."""
        plan = self._plan(name)
        self.processes[name] = node.launch(plan, self.home, self.release, self.java)

    def stop_node(self, name: str) -> None:
        node.stop(self.processes.pop(name))

    def kill_node(self, name: str) -> None:
        """End it without notice, as a power cut would."""
        process = self.processes.pop(name)
        node.kill_group(process.pid)
        process.wait()

    def wait(self) -> None:
        """Until all started nodes have joined; ServerError with the log's words if one ended."""
        until = time.monotonic() + _UP_SECONDS
        while time.monotonic() < until:
            for name, process in self.processes.items():
                if process.poll() is not None:
                    said = node.last_words(self._plan(name))
                    raise ServerError(f"Elasticsearch ended at once: {said}", where=name)
            if self._joined():
                return
            time.sleep(0.3)
        raise ServerError(
            f"Elasticsearch was not up in {_UP_SECONDS} s: {node.last_words(self.plans[0])}",
            next_step="Give the machine more memory, or start fewer nodes.",
        )

    def stop(self) -> None:
        """End all nodes and delete all folders, but not a data folder that was given."""
        for name in list(self.processes):
            self.stop_node(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _plan(self, name: str) -> node.Plan:
        return next(plan for plan in self.plans if plan.name == name)

    def _joined(self) -> bool:
        running = [
            url
            for plan, url in zip(self.plans, self.urls, strict=True)
            if plan.name in self.processes
        ]
        for url in running:
            health = ask(url, "/_cluster/health?timeout=1s", self.security)
            if health is None or health.get("number_of_nodes") != len(running):
                return False
            if health.get("status") == "red":
                return False
        return True


def ask(url: str, path: str, security: node.Security | None = None) -> dict[str, Any] | None:
    """One GET of a node's JSON; ``None`` while it does not answer."""
    request = urllib.request.Request(url + path)  # noqa: S310 - our loopback
    context = None
    if security:
        context = ssl.create_default_context(cafile=str(security.authority))
        name = base64.b64encode(f"{security.user}:{security.password}".encode()).decode()
        request.add_header("Authorization", f"Basic {name}")
    try:
        with urllib.request.urlopen(request, timeout=5, context=context) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found
    except (OSError, urllib.error.URLError, ValueError):
        return None


def start(
    *,
    major: int | None = None,
    nodes: int = 1,
    port: int | None = None,
    data: Path | None = None,
    heap_mb: int | None = None,
    security: node.Security | None = None,
    stays: bool = False,
    collector: node.Collector = "Serial",
    compiler: node.Compiler = "C2",
) -> Cluster:
    """Fetch if needed, start, and wait until it answers.

    ``major`` 8 or 9 (else the newest that the Java at hand runs); ``port`` of the first node
    (else free ones); ``data`` a folder that outlives the cluster (else a temporary one);
    ``heap_mb`` per node; ``security`` is off unless given; one that ``stays`` outlives this
    process; ``collector`` of garbage; the last ``compiler`` of what runs often. MissingError and
    ServerError say what to do.
    """
    release, java = choose(major)
    home = fetch(release)
    folder = Path(tempfile.mkdtemp(prefix="copydesk-es-"))
    folder.chmod(0o755)
    found = free_ports(2 * nodes)
    https, transports = found[:nodes], tuple(found[nodes:])
    if port is not None:
        https = list(range(port, port + nodes))
    names = tuple(f"node-{number}" for number in range(1, nodes + 1))
    cluster = Cluster(
        release,
        java,
        home,
        folder,
        tuple(
            node.Plan(
                name=name,
                folder=folder / name,
                data=(data.absolute() if data else folder / "data") / name,
                http=https[number],
                transport=transports[number],
                transports=transports,
                names=names,
                # 1 GB for one node, 512 MB each for several: measured to be enough.
                heap_mb=heap_mb or (1024 if nodes == 1 else 512),
                security=security,
                stays=stays,
                collector=collector,
                compiler=compiler,
            )
            for number, name in enumerate(names)
        ),
    )
    try:
        for plan in cluster.plans:
            node.write_files(plan)
            cluster.start_node(plan.name)
        cluster.wait()
    except BaseException:
        cluster.stop()
        raise
    return cluster


def started_at(pid: int) -> str:
    """When a process began, in ticks since boot; empty if it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]
