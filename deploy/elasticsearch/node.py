"""One node: its folders, its configuration and its process."""

import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from deploy.elasticsearch.errors import MissingError, ServerError
from deploy.elasticsearch.java import Java
from deploy.elasticsearch.releases import Release

USER = "copydesk-elasticsearch"  # Elasticsearch refuses to run as root.
_STOP_SECONDS = 30

_LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""
Collector = Literal["Serial", "G1"]
Compiler = Literal["C1", "C2"]


@dataclass(frozen=True, slots=True)
class Security:
    """HTTPS, and one superuser of the file realm. All but the names are PEM or bcrypt text.

    ``authority`` is the file that clients trust; ``hashed`` is the password as ``$2a$``.
    """

    certificate: str
    key: str
    authority: Path
    user: str
    password: str
    hashed: str

    @property
    def settings(self) -> tuple[str, ...]:
        return (
            "xpack.security.enabled: true",
            "xpack.security.http.ssl.enabled: true",
            "xpack.security.http.ssl.certificate: http.crt",
            "xpack.security.http.ssl.key: http.key",
            "xpack.security.authc.realms.file.users.order: 0",
        )

    @property
    def files(self) -> dict[str, str]:
        return {
            "http.crt": self.certificate,
            "http.key": self.key,
            "users": f"{self.user}:{self.hashed}\n",
            "users_roles": f"superuser:{self.user}\n",
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What a node needs to know. ``transports`` are the transport ports of all nodes.

    A node that ``stays`` outlives who started it; any other is ended with it, however it ends.
    The serial ``collector`` takes the least memory; a server in use has G1, which also makes room
    before the heap's circuit breaker answers 429. What lives for minutes never earns back what the
    second ``compiler`` takes: without it a start costs 13 s of CPU instead of 22.
    """

    name: str
    folder: Path
    data: Path
    http: int
    transport: int
    transports: tuple[int, ...]
    names: tuple[str, ...]
    heap_mb: int
    security: Security | None = None
    stays: bool = False
    collector: Collector = "Serial"
    compiler: Compiler = "C2"


def configuration(plan: Plan) -> str:
    """``elasticsearch.yml``: nothing of the modules that SonarQube's build lacks, each fatal."""
    lines = [
        "cluster.name: copydesk-test",
        f"node.name: {plan.name}",
        f"path.data: {plan.data}",
        f"path.logs: {plan.folder / 'logs'}",
        "network.host: 127.0.0.1",
        f"http.port: {plan.http}",
        f"transport.port: {plan.transport}",
        *(plan.security.settings if plan.security else ("xpack.security.enabled: false",)),
        "xpack.security.autoconfiguration.enabled: false",
        "cluster.routing.allocation.disk.threshold_enabled: false",
    ]
    if len(plan.names) == 1:
        lines.append("discovery.type: single-node")
    else:
        seeds = ", ".join(f'"127.0.0.1:{port}"' for port in plan.transports)
        lines += [
            f"discovery.seed_hosts: [{seeds}]",
            f"cluster.initial_master_nodes: [{', '.join(plan.names)}]",
        ]
    return "\n".join(lines) + "\n"


def jvm_options(plan: Plan) -> str:
    """The file of that name; the one that is shipped would write a log into the program's home."""
    lines = [f"-XX:+Use{plan.collector}GC", "-XX:-UsePerfData", "-Djava.io.tmpdir=${ES_TMPDIR}"]
    if plan.compiler == "C1":
        lines.append("-XX:TieredStopAtLevel=1")
    return "\n".join(lines) + "\n"


def write_files(plan: Plan) -> None:
    """The node's folders and files, owned by the user that runs it."""
    conf = plan.folder / "config"
    for folder in (conf, plan.folder / "logs", plan.folder / "tmp", plan.data):
        folder.mkdir(parents=True, exist_ok=True)
    (conf / "elasticsearch.yml").write_text(configuration(plan))
    for name, text in (plan.security.files if plan.security else {}).items():
        (conf / name).write_text(text)
    (conf / "jvm.options").write_text(jvm_options(plan))
    (conf / "log4j2.properties").write_text(_LOGGING)
    if os.geteuid() == 0:
        ensure_user()
        for top in (plan.folder, plan.data):
            for path in (top, *top.rglob("*")):
                shutil.chown(path, USER, USER)


def ensure_user() -> None:
    """The system user for root to run Elasticsearch as."""
    try:
        pwd.getpwnam(USER)
    except KeyError:
        program = shutil.which("useradd") or "/usr/sbin/useradd"
        try:
            subprocess.run(  # noqa: S603 - fixed words
                [program, "--system", "--user-group", "--no-create-home", USER], check=True
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise MissingError(
                f"the user {USER} cannot be made", next_step="apt-get install passwd"
            ) from error


def launch(plan: Plan, home: Path, release: Release, java: Java) -> subprocess.Popen[bytes]:
    """Start the process in a group of its own; its output goes to ``console.log``."""
    conf = plan.folder / "config"
    command = [
        *(() if plan.stays else _ended_with_us()),
        str(java.home / "bin" / "java"),
        *("-Xms4m", "-Xmx64m", "-XX:+UseSerialGC"),
        *(word.format(home=home, conf=conf) for word in release.properties),
        "-cp",
        ":".join(str(home / part) for part in release.classpath),
        release.main,
    ]
    environment = {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "JAVA": str(java.home / "bin" / "java"),
        "ES_HOME": str(home),
        "ES_PATH_CONF": str(conf),
        "ES_DISTRIBUTION_TYPE": "tar",
        "JAVA_TYPE": "ES_JAVA_HOME",
        "ES_JAVA_HOME": str(java.home),
        "ES_TMPDIR": str(plan.folder / "tmp"),
        "ES_JAVA_OPTS": f"-Xms{plan.heap_mb}m -Xmx{plan.heap_mb}m",
    }
    other = USER if os.geteuid() == 0 else None
    try:
        with (plan.folder / "console.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - a java found in the usual places
                command,
                cwd=home,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=other,
                group=other,
                extra_groups=[] if other else None,
            )
    except OSError as error:
        raise ServerError(f"Java cannot be started: {error}", where=str(java.home)) from error


def _ended_with_us() -> tuple[str, ...]:
    """What has the kernel end the launcher, and so the server, when this process is killed."""
    program = shutil.which("setpriv")
    if program is None:
        raise MissingError("setpriv is missing", next_step="apt-get install util-linux")
    return (program, "--pdeathsig", "TERM", "--")


def last_words(plan: Plan) -> str:
    """The lines of the console that say why it ended."""
    try:
        lines = (plan.folder / "console.log").read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return "it said nothing"
    telling = [line for line in lines if "ERROR" in line or "fatal" in line or "xception" in line]
    return " | ".join((telling or lines)[-4:]) or "it said nothing"


def kill_group(group: int, sign: signal.Signals = signal.SIGKILL) -> None:
    """Signal a node's launcher and its server together."""
    try:
        os.killpg(group, sign)
    except ProcessLookupError:
        return


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, and end it when it does not."""
    kill_group(process.pid, signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        kill_group(process.pid)
        process.wait()
    kill_group(process.pid)  # The server, should its launcher have gone before it.
