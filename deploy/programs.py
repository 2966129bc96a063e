"""The programs that tests use and how they are found."""

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Program:
    """A program under any of ``commands`` (on the PATH) or ``patterns`` (files on Debian)."""

    name: str
    package: str
    commands: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    def find(self) -> Path | None:
        """The program's file; the newest version where there are several."""
        for command in self.commands:
            found = shutil.which(command)
            if found:
                return Path(found)
        for pattern in self.patterns:
            files = sorted(Path("/").glob(pattern.lstrip("/")))
            if files:
                return files[-1]
        return None

    def found(self) -> bool:
        """Whether it is there."""
        return self.find() is not None


CHROMIUM = Program("Chromium", "chromium", commands=("chromium", "chromium-browser"))
POSTGRESQL = Program("PostgreSQL", "postgresql", patterns=("/usr/lib/postgresql/*/bin/postgres",))
JAVA = Program(
    "Java",
    "default-jre-headless",
    commands=("java",),
    patterns=("/usr/lib/jvm/*/bin/java",),
)
MAVEN = Program("Maven", "maven", commands=("mvn",))

PROGRAMS = (CHROMIUM, POSTGRESQL, JAVA, MAVEN)
