"""An archive of wires: how long importing it takes, and how much memory.

    python -m benchmarks.importing [--files 10000]

Writes so many invented NewsML-G2 files of 2.9 kB, a text of 300 words each, and has
`copydesk import --inbox-only` take them in, then once more. The processor time is that of the
command and its parsing processes, the memory that of the largest of them.
"""

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_WORDS = (
    "ferry", "island", "council", "budget", "storm", "harbour", "minister", "school", "bridge",
    "election", "court", "police", "union", "strike", "museum", "railway", "hospital", "festival",
    "weather", "farmer", "market", "prison", "river", "border", "airport",
)  # fmt: skip
_WIRE = """<?xml version="1.0" encoding="UTF-8"?>
<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/">
 <itemSet><newsItem guid="urn:newsml:npa.example:2023:{number}" version="1" xml:lang="en">
  <itemMeta><itemClass qcode="ninat:text"/><provider literal="NPA"/>
   <versionCreated>{time}</versionCreated><pubStatus qcode="stat:usable"/></itemMeta>
  <contentMeta><headline>{headline}</headline></contentMeta>
  <contentSet><inlineXML contenttype="application/xhtml+xml">
   <html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html></inlineXML></contentSet>
 </newsItem></itemSet></newsMessage>"""


def write(folder: Path, files: int) -> None:
    """The archive, a folder a day; its names say nothing of the order."""
    words = random.Random(1)
    for number in range(files):
        day, minute = number % 28 + 1, number // 28 % 1440
        paragraphs = (" ".join(words.choices(_WORDS, k=60)) for _ in range(5))
        file = folder / f"{day:02}" / f"{words.getrandbits(40):010x}.xml"
        file.parent.mkdir(exist_ok=True)
        wire = _WIRE.format(
            number=number,
            time=f"2023-05-{day:02}T{minute // 60:02}:{minute % 60:02}:00Z",
            headline=" ".join(words.choices(_WORDS, k=7)),
            body="".join(f"<p>{each}.</p>" for each in paragraphs),
        )
        file.write_text(wire, encoding="utf-8")


def take_in(folder: Path, data: Path, files: int) -> None:
    """Import the archive and print what that took."""
    command = [sys.executable, "-m", "copydesk", "--data", str(data), "import", "--inbox-only"]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        [*command, "--source", "npa", str(folder)], check=True, stdout=subprocess.PIPE, text=True
    )
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(done.stdout.splitlines()[0].removeprefix(f"{folder}: "))
    print(
        f"{seconds:.0f} s, {files / seconds:.0f} files a second, "
        f"{spent / files * 1000:.1f} ms of a processor each, "
        f"at most {after.ru_maxrss // 1024} MB in one process"
    )


def main() -> None:
    """Write and import."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    files = parser.parse_args().files
    print(f"{files} files, {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room) / "wires"
        folder.mkdir()
        write(folder, files)
        for _ in range(2):
            take_in(folder, Path(room) / "data", files)


if __name__ == "__main__":
    main()
