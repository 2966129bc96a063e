"""Build the wheel, install it into a clean environment and use it there, far from the checkout.

``python -m deploy.wheel``, called by ``make wheel-test``.
"""

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Fails with the output of the first command that does not do what it should."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _run([sys.executable, "-m", "build", "--wheel", "--outdir", str(place), str(ROOT)], place)
        wheel = next(place.glob("*.whl"))
        venv.create(place / "venv", with_pip=True)
        python = str(place / "venv" / "bin" / "python")
        copydesk = str(place / "venv" / "bin" / "copydesk")
        _run([python, "-m", "pip", "install", "--quiet", str(wheel)], place)
        data = str(place / "data")
        _run([copydesk, "--help"], place)
        _run([copydesk, "--data", data, "init"], place)
        _run([copydesk, "--data", str(place / "demo"), "demo", "--once"], place)
        answer = _run(
            [copydesk, "--data", str(place / "demo"), "search", "Moscow", "--json"], place
        )
        found = json.loads(answer)["total"]
        if not found:
            sys.exit("the wheel's demo finds nothing about Moscow")
        print(f"The wheel works: its demo finds {found} articles about Moscow.")  # noqa: T201


def _run(command: list[str], folder: Path) -> str:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COPYDESK_", "PYTHON", "VIRTUAL_ENV", "COV"))
    }
    done = subprocess.run(  # noqa: S603 - our own commands
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
