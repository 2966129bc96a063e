"""Compiled kernels: how they are compiled, where the machine code is kept, what runs without it.

A kernel is a plain function over numpy arrays. It is compiled by numba on its first call, and the
machine code is kept on disk, so that only the first call ever on a machine waits (about ten
seconds for all of them; ``python -m dedupe.kernels`` does it ahead of time). Where numba is
missing or switched off (``NUMBA_DISABLE_JIT=1``, numba's own switch) a numpy function with
identical results runs instead; tests hold the two together.
"""

import contextlib
import functools
import importlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import xxhash

numba: Any
try:
    numba = importlib.import_module("numba")
except ImportError:  # no wheel of numba for this platform or Python: slower, not broken
    numba = None

# Machine integers inside kernels; numpy's scalar types mix with int in ways mypy cannot follow.
U64 = Any
F = TypeVar("F", bound=Callable[..., Any])

_HERE = Path(__file__).parent
_FORGOTTEN = 7 * 86400.0  # seconds
_chosen: list[Path] = []


def available() -> bool:
    """Whether kernels run as machine code here."""
    return numba is not None and not numba.config.DISABLE_JIT


def keep_in(directory: Path) -> None:
    """Keep machine code in ``directory``. Has effect on kernels that were not called yet.

    Without it: ``NUMBA_CACHE_DIR``, or beside the source, or the user's cache, the first of them
    that can be written.
    """
    _chosen[:] = [directory]
    _cache_directory.cache_clear()


def inner(function: F) -> F:
    """Mark a function as usable from inside kernels."""
    return function if numba is None else cast("F", numba.extending.register_jitable(function))


def kernel(plain: Callable[..., Any] | None = None) -> "Callable[[Callable[..., Any]], Kernel]":
    """Make a kernel of a function. ``plain`` stands in where numba is not to be had.

    Without ``plain`` the function itself is interpreted, which suits table look-ups that touch a
    few hundred cells, not loops over all characters of a text.
    """

    def wrap(function: Callable[..., Any]) -> Kernel:
        return Kernel(function, _interpreted(function) if plain is None else plain)

    return wrap


def fixed_kernel(
    plain: Callable[..., Any] | None = None,
) -> "Callable[[Callable[..., Any]], FixedKernel]":
    """As :func:`kernel`, for a :class:`FixedKernel`."""

    def wrap(function: Callable[..., Any]) -> FixedKernel:
        return FixedKernel(function, _interpreted(function) if plain is None else plain)

    return wrap


class Kernel:
    """A function that is compiled when it is first called; see :func:`kernel`.

    ``run`` is what runs: from the second call on, the machine code itself.
    """

    def __init__(self, function: Callable[..., Any], plain: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.plain = plain
        self.run: Callable[..., Any] = self._first

    def __call__(self, *args: Any) -> Any:
        return self.run(*args)

    def _first(self, *args: Any) -> Any:
        self.run = _compile(self.function) if available() else self.plain
        return self.run(*args)


class FixedKernel(Kernel):
    """A kernel whose every call has arguments of the types of the first.

    numba then need not find out which of its compiled versions is meant, which for a dozen
    arguments takes 1 µs, and for a string 4 µs.
    """

    def _first(self, *args: Any) -> Any:
        answer = super()._first(*args)
        if available():
            made: Any = self.run
            self._made = made  # owns the machine code
            self.run = made.get_overload(made.signatures[0])
        return answer


def _interpreted(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*args: Any) -> Any:
        with np.errstate(over="ignore"):  # unsigned arithmetic wraps, as it does when compiled
            return function(*args)

    return run


def _compile(function: Callable[..., Any]) -> Callable[..., Any]:
    directory = _cache_directory()
    with _numba_cache(directory):
        made = numba.njit(cache=directory is not None, nogil=True, error_model="numpy")(function)
    return cast("Callable[..., Any]", made)


@contextlib.contextmanager
def _numba_cache(directory: Path | None) -> Iterator[None]:
    """numba reads its setting when a function is decorated; others' functions keep theirs."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(directory or "")
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before


@functools.cache
def _cache_directory() -> Path | None:
    """The first place that can be written; None when there is none, and every start compiles.

    It carries a fingerprint of all kernels' sources: numba notices a change only in the file of
    the kernel itself, not in what it calls.
    """
    name = f"kernels-{_fingerprint()}"
    beside = _HERE / "__pycache__" / name
    places = [beside]
    if (cache := _user_cache()).is_absolute():
        places.append(cache / "copydesk" / name)
    if environment := os.environ.get("NUMBA_CACHE_DIR"):
        places.insert(0, Path(environment) / name)
    places[:0] = [directory / name for directory in _chosen]
    for place in places:
        if _writable(place):
            _prune(place)
            return place
    if beside.is_dir():  # compiled when the image was built, and read-only now
        copy = Path(tempfile.mkdtemp(prefix="copydesk-")) / name
        shutil.copytree(beside, copy)
        return copy
    return None


def _user_cache() -> Path:
    """Where the user's cache is; not absolute (and not to be used) for a user without a home."""
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))  # noqa: PTH111


def _writable(place: Path) -> bool:
    """Only a place of our own: numba's cache is code, and code is loaded from it."""
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return place.stat().st_uid == os.getuid()
    except OSError:
        return False


def _prune(place: Path) -> None:
    """Mark a place as used, and remove what other versions left there and no start used lately."""
    now = time.time()
    os.utime(place, (now, now))
    for other in place.parent.glob("kernels-*"):
        try:
            if other.stat().st_mtime < now - _FORGOTTEN:
                shutil.rmtree(other)
        except OSError:  # another start removes it at this moment, or another user made it
            continue


def _fingerprint() -> str:
    digest = xxhash.xxh3_64()
    for source in sorted(_HERE.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def main() -> None:
    """Compile everything ahead of time, and say where it is kept."""
    from dedupe.copies import warm  # the finder imports this module
    from dedupe.stories.warming import warm as warm_stories

    warm()
    warm_stories()
    place = _cache_directory() if available() else None
    sys.stdout.write(f"kernels: {place or 'not kept (numba is off, or no place to write)'}\n")


if __name__ == "__main__":
    main()
