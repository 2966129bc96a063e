"""Find the Java at hand, and the newest Elasticsearch that it can run."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.elasticsearch.errors import MissingError
from deploy.elasticsearch.releases import RELEASES, Release

INSTALL = "apt-get install openjdk-17-jre-headless maven"


@dataclass(frozen=True, slots=True)
class Java:
    """One Java; ``home`` is the folder that holds ``bin/java``."""

    home: Path
    major: int


def installed() -> list[Java]:
    """Every Java of JAVA_HOME, PATH and /usr/lib/jvm, the lowest version first."""
    found: dict[Path, Java] = {}
    for program in _candidates():
        real = program.resolve()
        home = real.parent.parent
        if home not in found and (major := _major(real)):
            found[home] = Java(home, major)
    return sorted(found.values(), key=lambda java: (java.major, str(java.home)))


def suitable(release: Release, javas: list[Java]) -> Java | None:
    """The lowest Java that runs the release: closest to what it was made for."""
    return next((java for java in javas if java.major >= release.java), None)


def runnable() -> list[tuple[Release, Java]]:
    """The releases that can run here, the newest first."""
    javas = installed()
    return [(r, java) for r in RELEASES if (java := suitable(r, javas)) is not None]


def choose(major: int | None = None) -> tuple[Release, Java]:
    """The newest release that can run, or that of ``major``; MissingError says what to install."""
    for release, java in runnable():
        if major in (None, release.major):
            return release, java
    wanted = next((r for r in RELEASES if r.major == major), RELEASES[-1])
    have = ", ".join(str(java.major) for java in installed()) or "none"
    raise MissingError(
        f"Elasticsearch {wanted.version} needs Java {wanted.java} or newer; found: {have}",
        next_step=INSTALL if wanted.java == RELEASES[-1].java else f"Install Java {wanted.java}.",
    )


def _candidates() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if program := shutil.which("java"):
        yield Path(program)
    yield from sorted(Path("/usr/lib/jvm").glob("*/bin/java"))


def _major(program: Path) -> int | None:
    """What the program says of itself; ``None`` if it does not run."""
    try:
        done = subprocess.run(  # noqa: S603 - a java found in the usual places
            [program, "-version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    said = re.search(r'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    return int(said[1]) if said else None
