"""Compiled kernels: how they are compiled, where the machine code is kept, what runs without it.

A kernel is a plain function over numpy arrays. It is compiled by numba on its first call, and the
machine code is kept on disk, so that only the first call ever on a machine waits. Where numba is
missing or switched off (``NUMBA_DISABLE_JIT=1``, numba's own switch) a numpy function with
identical results runs instead; tests hold the two together.
"""

import functools
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

numba: Any
try:
    numba = importlib.import_module("numba")
except ImportError:  # no wheel of numba for this platform or Python: slower, not broken
    numba = None

# Machine integers inside kernels; numpy's scalar types mix with int in ways mypy cannot follow.
U64 = Any
F = TypeVar("F", bound=Callable[..., Any])


def available() -> bool:
    """Whether kernels run as machine code here."""
    return numba is not None and not numba.config.DISABLE_JIT


def keep_in(directory: Path) -> None:
    """Keep machine code in ``directory``. Has effect on kernels that were not called yet.

    Without it numba keeps it beside the source or, where that is read-only, in the user's cache.
    """
    if numba is not None:
        directory.mkdir(parents=True, exist_ok=True)
        numba.config.CACHE_DIR = str(directory)


def inner(function: F) -> F:
    """Mark a function as usable from inside kernels."""
    return function if numba is None else cast("F", numba.extending.register_jitable(function))


def kernel(plain: Callable[..., Any] | None = None) -> Callable[[F], F]:
    """Make a kernel of a function. ``plain`` stands in where numba is not to be had.

    Without ``plain`` the function itself is interpreted, which suits table look-ups that touch a
    few hundred cells, not loops over all characters of a text.
    """

    def wrap(function: F) -> F:
        return cast("F", Kernel(function, _interpreted(function) if plain is None else plain))

    return wrap


class Kernel:
    """A function that is compiled when it is first called; see :func:`kernel`."""

    def __init__(self, function: Callable[..., Any], plain: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.plain = plain
        self._run: Callable[..., Any] | None = None

    def __call__(self, *args: Any) -> Any:
        run = self._run
        if run is None:
            run = self._run = _compile(self.function) if available() else self.plain
        return run(*args)


def _interpreted(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*args: Any) -> Any:
        with np.errstate(over="ignore"):  # unsigned arithmetic wraps, as it does when compiled
            return function(*args)

    return run


def _compile(function: Callable[..., Any]) -> Callable[..., Any]:
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        return cast("Callable[..., Any]", numba.njit(cache=True, **options)(function))
    except RuntimeError:
        # numba's "no locator available": neither the source's folder nor the user's cache can be
        # written. Every start compiles anew then; keep_in() names a better place.
        return cast("Callable[..., Any]", numba.njit(**options)(function))
