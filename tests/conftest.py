"""What all tests share."""

import os
from pathlib import Path

import pytest

pytest_plugins = ("tests.postgres",)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The development corpus; tests that use it carry the marker ``corpus``."""
    place = Path(os.environ.get("COPYDESK_CORPUS") or ROOT.parent / "shared" / "data")
    if not place.is_dir():
        pytest.skip(f"no development corpus at {place}; COPYDESK_CORPUS names another place")
    return place


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own COPYDESK_* variables must not change what is tested."""
    for name in list(os.environ):
        if name.startswith("COPYDESK_") and name != "COPYDESK_CORPUS":
            monkeypatch.delenv(name)
