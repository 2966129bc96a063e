"""Kibana behind TLS: trusted only when its authority is."""

from contextlib import closing
from pathlib import Path

import pytest

from indexer.errors import EngineUnavailableError
from indexer.kibana.client import Kibana, KibanaSettings
from tests.indexer.certificates import Authority
from tests.indexer.kibana.server import FakeKibana, running


def test_a_certificate_is_trusted_only_by_its_authority(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    server = FakeKibana()
    server.socket = authority.sign().context(tmp_path).wrap_socket(server.socket, server_side=True)
    url = server.url.replace("http:", "https:")
    with running(server):
        with closing(Kibana(KibanaSettings(url=url, ca_file=str(authority.file)))) as kibana:
            assert kibana.version() == server.number
        with (
            closing(Kibana(KibanaSettings(url=url))) as kibana,
            pytest.raises(EngineUnavailableError, match=r"not trusted.*--ca-file"),
        ):
            kibana.version()
