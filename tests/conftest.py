"""What all tests share."""

import os
from pathlib import Path

import pytest

pytest_plugins = ("tests.postgres", "tests.servers", "tests.sharing")

ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("COPYDESK_CORPUS") or ROOT.parent / "shared" / "data")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The development corpus; tests that use it carry the marker ``corpus``."""
    if not CORPUS.is_dir():
        pytest.skip(f"no development corpus at {CORPUS}; COPYDESK_CORPUS names another place")
    return CORPUS


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own COPYDESK_* variables must not change what is tested."""
    for name in list(os.environ):
        if name.startswith("COPYDESK_"):
            monkeypatch.delenv(name)
