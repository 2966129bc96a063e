"""Where machine code is kept, and that nothing depends on it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dedupe import kernels

ROOT = Path(__file__).parents[2]
SCRIPT = """
import random
from dedupe.copies import CopyFinder
from dedupe.document import Document
from dedupe.kernels import available
import xxhash
rng = random.Random(1)
finder = CopyFinder(bits=16)
words = [chr(97 + i % 26) * (1 + i % 7) + str(i) for i in range(400)] + ["é", "İ", "北京市今天"]
texts = []
for number in range({count}):
    if texts and rng.random() < 0.5:
        text = list(rng.choice(texts))[rng.randint(0, 30):]
        for at in rng.sample(range(len(text)), len(text) // 9):
            text[at] = "Edited"
    else:
        text = [rng.choice(words).title() for _ in range(rng.randint(5, 150))]
    texts.append(text)
    placed = finder.place(Document(id=str(number), title=" ".join(text[:7]), text=" ".join(text),
                                   source=str(number % 9), at=number * 900.0))
    print(placed)
    if number % 50 == 49:
        finder.withdraw(str(number - 20))
print(xxhash.xxh3_128_hexdigest(finder.snapshot()))
print("kernels", available())
"""


def run(count: int, **environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT.replace("{count}", str(count))],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_numpy_places_and_remembers_to_the_bit_what_the_kernels_do() -> None:
    compiled, plain = run(120), run(120, NUMBA_DISABLE_JIT="1")
    assert compiled.pop() == f"kernels {kernels.available()}"
    assert plain.pop() == "kernels False"
    assert compiled == plain
    assert any("containment" in line or "minhash" in line for line in compiled)


def test_machine_code_is_kept_where_it_is_told(tmp_path: Path) -> None:
    kernels.keep_in(tmp_path / "deep")
    try:
        directory = kernels._cache_directory()
        assert directory is not None
        assert directory.parent == tmp_path / "deep"
        assert directory.name.startswith("kernels-")
        assert directory.stat().st_mode & 0o077 == 0
    finally:
        kernels._chosen.clear()
        kernels._cache_directory.cache_clear()


def test_what_old_versions_left_is_removed_once_no_start_uses_it(tmp_path: Path) -> None:
    place, old, other = (tmp_path / f"kernels-{name}" for name in ("now", "old", "other"))
    for directory in (place, old, other):
        directory.mkdir()
    (old / "code.nbc").write_bytes(b"x")
    for directory in (place, old):
        os.utime(directory, (0.0, 0.0))
    kernels._prune(place)
    assert sorted(tmp_path.iterdir()) == [place, other]


def test_what_cannot_be_removed_stays(tmp_path: Path) -> None:
    place, old = tmp_path / "kernels-now", tmp_path / "kernels-old"
    place.mkdir()
    old.write_text("no directory")
    os.utime(old, (0.0, 0.0))
    kernels._prune(place)
    assert old.exists()


def test_code_is_compiled_anew_when_any_source_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kernels of stories have numbers from the modules beside theirs compiled in."""
    shutil.copytree(
        ROOT / "dedupe", tmp_path / "dedupe", ignore=shutil.ignore_patterns("*pycache*")
    )
    monkeypatch.setattr(kernels, "_HERE", tmp_path / "dedupe")
    before = kernels._fingerprint()
    columns = tmp_path / "dedupe" / "stories" / "columns.py"
    columns.write_text(columns.read_text() + "\nFIELDS = 5\n")
    assert kernels._fingerprint() != before


@pytest.mark.parametrize("cache", ["", "relative"])
def test_a_user_without_a_home_has_no_cache(
    cache: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "__pycache__").write_text("in the way")
    monkeypatch.setattr(kernels, "_HERE", tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", cache)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(os.path, "expanduser", str)  # as for a user whom the system does not know
    monkeypatch.chdir(tmp_path)
    kernels._cache_directory.cache_clear()
    try:
        assert kernels._cache_directory() is None
        assert [file.name for file in tmp_path.iterdir()] == ["__pycache__"]
    finally:
        kernels._cache_directory.cache_clear()


def test_code_that_was_compiled_with_the_image_serves_where_nothing_can_be_written(
    tmp_path: Path,
) -> None:
    if not kernels.available():
        pytest.skip("needs numba")
    for package in ("config", "dedupe"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    script = (
        "from dedupe import kernels; from dedupe.tokens import _tokenise, tokenise;"
        "tokenise('one two'); print(kernels._cache_directory());"
        "print(sum(_tokenise.run.stats.cache_hits.values()))"
    )

    def start() -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            env={**os.environ, "XDG_CACHE_HOME": "/proc/none", "NUMBA_CACHE_DIR": "/proc/none"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.split()

    place, hits = start()
    assert Path(place).is_relative_to(tmp_path)
    assert hits == "0"
    if os.getuid() == 0:
        os.chown(place, 65534, -1)  # of another user, who built the image
    else:
        Path(place).chmod(0o555)
    elsewhere, hits = start()
    assert not Path(elsewhere).is_relative_to(tmp_path)
    assert hits == "1"


def test_a_place_that_cannot_be_written_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    assert not kernels._writable(file / "kernels")
    kernels.keep_in(file)
    try:
        directory = kernels._cache_directory()
        assert directory is None or file not in directory.parents
    finally:
        kernels._chosen.clear()
        kernels._cache_directory.cache_clear()


def test_without_any_place_to_write_every_start_compiles(tmp_path: Path) -> None:
    for package in ("config", "dedupe"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    (tmp_path / "dedupe" / "__pycache__").write_text("in the way")
    script = (
        "from dedupe import kernels; from dedupe.tokens import tokenise;"
        "print(len(tokenise('one two three').hashes), kernels._cache_directory())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "XDG_CACHE_HOME": "/proc/none", "NUMBA_CACHE_DIR": "/proc/none"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["3", "None"]


WARMED = """
import importlib
import pkgutil

import dedupe.stories
from dedupe.kernels import Kernel
from dedupe.stories.warming import warm

warm()
for found in pkgutil.iter_modules(dedupe.stories.__path__, "dedupe.stories."):
    for value in vars(importlib.import_module(found.name)).values():
        if isinstance(value, Kernel) and value.run == value._first:
            print(value.function.__name__)
"""


def test_no_article_waits_for_a_kernel_of_stories() -> None:
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}  # what is called counts, not how fast
    run = subprocess.run(
        [sys.executable, "-c", WARMED], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    assert run.stdout.decode() == ""
