"""The Compose file, its image and its setup: parsed and checked, for no container runs here.

The setup script is run for real, against a real Elasticsearch with security on, and what it allows
Copydesk is tried with the real engine.
"""

import os
import re
import stat
import subprocess
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from elasticsearch import AuthorizationException, Elasticsearch

from config.settings import Settings, secrets
from copydesk.cli.main import copydesk
from deploy.elasticsearch.cluster import Cluster
from deploy.elasticsearch.releases import RELEASES
from indexer.documents import ArticleDocument
from indexer.engines import elasticsearch_rights as rights
from indexer.engines.elasticsearch import ElasticsearchEngine, ElasticsearchSettings
from indexer.engines.elasticsearch_operations import OperationsIndex
from indexer.engines.protocol import Put, SearchRequest
from indexer.operations import DeadLetter
from tests.conftest import ROOT
from tests.indexer.certificates import PASSWORD, Authority

FOLDER = ROOT / "deploy" / "compose"
# Keys of a service in the Compose specification that this file may use.
SERVICE = {
    "image", "build", "command", "entrypoint", "environment", "secrets", "volumes", "networks",
    "ports", "ulimits", "mem_limit", "healthcheck", "depends_on", "restart", "cap_drop",
    "security_opt", "logging", "read_only", "tmpfs", "init", "stop_grace_period",
}  # fmt: skip
OURS = ("copydesk", "dashboards")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    return found


def test_only_what_the_specification_knows_is_used(compose: dict[str, Any]) -> None:
    known = {"name", "services", "secrets", "networks", "volumes"}
    assert {key for key in compose if not key.startswith("x-")} == known
    for name, service in compose["services"].items():
        assert service.keys() <= SERVICE, name


def test_every_reference_leads_somewhere(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for mount in service.get("volumes", ()):
            source = mount.partition(":")[0]
            assert (FOLDER / source).exists() if source[0] == "." else source in compose["volumes"]
        assert set(service["networks"]) <= compose["networks"].keys()
        assert {secret["source"] for secret in service["secrets"]} <= compose["secrets"].keys()
        assert set(service.get("depends_on", ())) <= compose["services"].keys()


def test_images_are_pinned_to_the_version_that_is_tested(compose: dict[str, Any]) -> None:
    newest = max(RELEASES, key=lambda release: release.major).version
    for name, service in compose["services"].items():
        image, _, tag = service["image"].rpartition(":")
        if name in OURS:
            assert (image, tag) == ("copydesk", "local")
            assert (FOLDER / service["build"]["context"]).resolve() == ROOT
            assert (ROOT / service["build"]["dockerfile"]).exists()
        else:
            assert image.startswith("docker.elastic.co/")
            assert tag == newest


def test_who_waits_for_whom(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            condition = how["condition"]
            if condition == "service_healthy":
                assert "test" in services[other]["healthcheck"], f"{name} waits for {other}"
            if condition == "service_completed_successfully":
                assert services[other]["restart"] == "no"


def test_everything_runs_with_no_more_than_it_needs(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), name
    assert compose["networks"]["inside"]["internal"] is True
    assert "ports" not in compose["services"]["elasticsearch"]
    assert compose["services"]["copydesk"]["read_only"] is True


def test_no_password_stands_in_any_file(compose: dict[str, Any]) -> None:
    """Each comes from the environment, which secrets.sh fills with random ones."""
    made = (FOLDER / "secrets.sh").read_text()
    for secret in compose["secrets"].values():
        assert list(secret) == ["environment"]
        assert f"{secret['environment']}=" in made
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|KEY|TOKEN", name):
                assert str(value).startswith("/run/secrets/"), name
        for secret in service["secrets"]:
            assert secret["mode"] == 0o400


def test_copydesk_is_given_settings_and_commands_that_exist(compose: dict[str, Any]) -> None:
    sections = {name: type(getattr(Settings(), name)) for name in Settings.__struct_fields__}
    for name in OURS:
        service = compose["services"][name]
        assert service["command"][0] in copydesk.commands
        for variable in service["environment"]:
            if variable.startswith("COPYDESK_SECRET_"):
                continue
            section, setting = variable.removeprefix("COPYDESK_").lower().split("_", 1)
            if setting.endswith("_file") and setting not in sections[section].__struct_fields__:
                setting = setting.removesuffix("_file")
                assert setting in secrets(sections[section])
            assert setting in sections[section].__struct_fields__, variable
    group, command, *options = compose["services"]["dashboards"]["command"]
    words = {word for word in options if word.startswith("--")}
    found = copydesk.commands[group]
    assert isinstance(found, click.Group)
    known = {name for option in found.commands[command].params for name in option.opts}
    assert words <= known


def test_the_image_is_made_of_what_is_there_and_runs_as_nobody_special() -> None:
    lines = (FOLDER / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line.strip() and line[0] != "#"]
    for word, rest in steps:
        if word == "FROM":
            assert re.match(r"python:3\.\d+\.\d+-slim-\w+", rest), "pinned to the last digit"
        if word in ("COPY", "ADD") and "--from" not in rest:
            *sources, _target = rest.split()
            assert all((ROOT / source).exists() for source in sources)
    users = [rest for word, rest in steps if word == "USER"]
    assert users == ["10001:10001"]
    assert [rest for word, rest in steps if word == "ENTRYPOINT"] == ['["copydesk"]']
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    built = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    copied = {rest.split()[0] for word, rest in steps if word == "COPY"}
    assert set(built) <= copied
    ignored = (FOLDER / "Dockerfile.dockerignore").read_text().splitlines()
    assert {f"!{name}" for name in built} <= set(ignored)


def make_secrets(folder: Path) -> dict[str, str]:
    script = folder / "secrets.sh"
    script.write_text((FOLDER / "secrets.sh").read_text())
    subprocess.run(["sh", str(script)], check=True, capture_output=True)
    return read_secrets(folder)


def read_secrets(folder: Path) -> dict[str, str]:
    lines = (folder / ".env").read_text().splitlines()
    return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}


def test_secrets_are_random_private_and_never_made_twice(tmp_path: Path) -> None:
    made = make_secrets(tmp_path)
    assert len(set(made.values())) == len(made)
    assert all(len(value) >= 32 for value in made.values())
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    again = subprocess.run(["sh", str(tmp_path / "secrets.sh")], check=False, capture_output=True)
    assert again.returncode == 1
    assert read_secrets(tmp_path) == made


@pytest.mark.elasticsearch
def test_setup_gives_copydesk_what_it_needs_and_no_more(
    tmp_path: Path, secured_cluster: Cluster, authority: Authority
) -> None:
    made = make_secrets(tmp_path)
    held = {
        "elastic_password": PASSWORD,
        "kibana_password": made["KIBANA_PASSWORD"],
        "copydesk_password": made["COPYDESK_ELASTICSEARCH_PASSWORD"],
        "installer_login": made["INSTALLER_LOGIN"],
    }
    for name, value in held.items():
        (tmp_path / name).write_text(value)
    environment = {
        "PATH": os.environ["PATH"],
        "SECRETS": str(tmp_path),
        "ELASTICSEARCH_URL": secured_cluster.urls[0],
        "ELASTICSEARCH_ADMIN": "chief",
        "CURL_CA_BUNDLE": str(authority.file),
    }
    for _ in range(2):  # Harmless to run again.
        done = subprocess.run(
            ["sh", str(FOLDER / "setup.sh")],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    check_privileges(secured_cluster.urls[0], str(authority.file), held)


@pytest.mark.parametrize("odd", ['a"b', "a\\b"])
def test_the_setup_refuses_passwords_that_would_change_what_it_says(
    tmp_path: Path, odd: str
) -> None:
    for name in ("elastic_password", "kibana_password", "installer_login"):
        (tmp_path / name).write_text("basic a:b")
    (tmp_path / "copydesk_password").write_text(odd)
    done = subprocess.run(
        ["sh", str(FOLDER / "setup.sh")],
        env={"PATH": os.environ["PATH"], "SECRETS": str(tmp_path), "ELASTICSEARCH_URL": "http://x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "copydesk_password holds" in done.stderr
    assert odd not in done.stderr


def check_privileges(url: str, ca_file: str, held: dict[str, str]) -> None:
    def login(user: str, password: str) -> Elasticsearch:
        return Elasticsearch(url, ca_certs=ca_file, basic_auth=(user, password))

    settings = ElasticsearchSettings(
        hosts=(url,), ca_file=ca_file, username="copydesk", password=held["copydesk_password"]
    )
    with closing(ElasticsearchEngine(settings)) as engine:
        engine.prepare()
        engine.write(
            [Put(version=1, document=ArticleDocument(id="a", title="x", first_seen=1.7e9))]
        )
        engine.refresh()
        assert engine.search(SearchRequest()).total == 1
    with closing(OperationsIndex(settings)) as index:
        letter = DeadLetter(id="1", at=1.0, stage="desk", subject="a", reason="odd")
        index.replace([letter], seen=1.0)
        index.forget(now=1e9)
    with (
        login("copydesk", held["copydesk_password"]) as client,
        pytest.raises(AuthorizationException),
    ):
        client.indices.create(index="somebody-elses")
    user, _, password = held["installer_login"].removeprefix("basic ").partition(":")
    with login(user, password) as client, pytest.raises(AuthorizationException):
        client.search(index="copydesk-articles")
    with login("kibana_system", held["kibana_password"]) as client:
        assert client.info()["version"]["number"]
    with login("chief", PASSWORD) as client:
        roles = {
            "copydesk_writer": rights.desk("copydesk")["copydesk-desk"],
            "copydesk_reader": rights.reader("copydesk")["copydesk-reader"],
        }
        for name, wanted in roles.items():
            found = client.security.get_role(name=name)[name]
            assert found["cluster"] == wanted["cluster"]
            assert [
                {key: each[key] for key in ("names", "privileges")} for each in found["indices"]
            ] == wanted["indices"]
