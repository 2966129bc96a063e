"""docs/elasticsearch.md shows the rights that the tests prove to be enough."""

import json
import re

from indexer.engines import elasticsearch_rights as rights
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "elasticsearch.md").read_text(encoding="utf-8")


def test_the_rights_shown_are_those_that_are_tested() -> None:
    shown = [json.loads(body) for body in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
    assert [key["role_descriptors"] for key in shown] == [
        rights.desk("copydesk"), rights.reader("copydesk"),
    ]  # fmt: skip
