"""One process starts the Elasticsearch servers, whatever else runs beside it."""

import pytest

from tests.sharing import group


def test_all_that_ask_elasticsearch_are_kept_together(request: pytest.FixtureRequest) -> None:
    asking = [item for item in request.session.items if item.get_closest_marker("elasticsearch")]
    assert {group(item.nodeid.partition("::")[0]) for item in asking} <= {"elasticsearch"}


def test_any_other_file_stands_alone() -> None:
    assert group("tests/test_sharing.py") != group("tests/test_architecture.py")
