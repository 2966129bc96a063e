"""A real Elasticsearch with security on, to see what least privileges really allow."""

import json
import shutil
import tempfile
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.elasticsearch import node
from deploy.elasticsearch.archive import fetch
from deploy.elasticsearch.cluster import free_ports
from deploy.elasticsearch.errors import ServerError
from deploy.elasticsearch.java import choose

ADMIN, PASSWORD = "admin", "test-password-1"
# bcrypt of PASSWORD, as the file realm keeps it.
_HASH = "$2a$10$abcdefghijklmnopqrstuuiSfxhepff8nEUKE4jrsaAMG1OS7a3J6"
_SECONDS = 300


@contextmanager
def secured(major: int) -> Iterator[str]:
    """The address of one node that asks for a login; ``ADMIN`` may do everything."""
    release, java = choose(major)
    home = fetch(release)
    folder = Path(tempfile.mkdtemp(prefix="copydesk-es-"))
    folder.chmod(0o755)
    http, transport = free_ports(2)
    plan = node.Plan(
        "node-1",
        folder / "node-1",
        folder / "data",
        http,
        transport,
        (transport,),
        ("node-1",),
        512,
    )
    node.write_files(plan)
    conf = plan.folder / "config"
    settings = conf / "elasticsearch.yml"
    on = settings.read_text().replace("security.enabled: false", "security.enabled: true")
    settings.write_text(on)
    (conf / "users").write_text(f"{ADMIN}:{_HASH}\n")
    (conf / "users_roles").write_text(f"superuser:{ADMIN}\n")
    process = node.launch(plan, home, release, java)
    try:
        url = f"http://127.0.0.1:{http}"
        until = time.monotonic() + _SECONDS
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > until:
                raise ServerError(f"it did not start: {node.last_words(plan)}", where=url)
            time.sleep(0.3)
        yield url
    finally:
        node.stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(url: str) -> bool:
    login = b64encode(f"{ADMIN}:{PASSWORD}".encode()).decode()
    request = urllib.request.Request(
        f"{url}/_cluster/health", headers={"Authorization": f"Basic {login}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)["status"] in ("green", "yellow")
    except (OSError, urllib.error.URLError, ValueError):
        return False
