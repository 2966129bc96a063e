"""docs/api.md names what there is, and nothing else."""

import re
from pathlib import Path

import msgspec
import pytest

from copydesk.api import health, lists
from copydesk.api.endpoint import Endpoint
from copydesk.api.endpoints import ENDPOINTS
from copydesk.api.problems import KINDS
from indexer.query.json_form import Condition
from tests.copydesk.api.serving import Site

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_address_is_in_the_page() -> None:
    assert re.findall(r"^\| `(/[^`]*)` \|", PAGE, re.MULTILINE) == [e.path for e in ENDPOINTS]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: str(endpoint.name))
def test_every_parameter_is_in_the_page(endpoint: Endpoint) -> None:
    fields = [field.name for field in msgspec.structs.fields(endpoint.question)]
    if not fields:
        return
    # A feed of a list takes what the list takes; those of one thing have a row of their own.
    path = endpoint.path if "{id}" in endpoint.path else endpoint.path.removesuffix("/feed")
    row = re.search(rf"^\| {path.split('/')[-1]} \| (.*) \|$", PAGE, re.MULTILINE)
    assert row is not None
    outside = re.sub(r"\([^)]*\)", "", row[1])
    assert sorted(re.findall(r"`(\w+)`", outside)) == sorted(fields)


def test_the_query_as_json_is_taken(site: Site) -> None:
    (query,) = re.findall(r"```json\n(\{\n  \"order\".*?)```", PAGE, re.DOTALL)
    answer = site.client.post("/v1/search", json=msgspec.json.decode(query))
    assert answer.status_code == 200, answer.text
    forms = re.search(r"\| a condition .*?\n\n", PAGE, re.DOTALL)
    assert forms is not None
    named = set(re.findall(r"`(\w+)`", re.sub(r"\| [^|]* \|\n", "|\n", forms[0])))
    told = {field.encode_name for field in msgspec.structs.fields(Condition)} - {"field"}
    assert named == told


def test_every_kind_of_problem_is_in_the_page() -> None:
    named = dict(re.findall(r"^\| `([\w-]+)` \| (\d{3}) \|", PAGE, re.MULTILINE))
    assert named == {slug: str(status) for status, (slug, _) in KINDS.items()}


def test_limits_and_metrics_are_in_the_page(site: Site) -> None:
    assert f"{lists.WALK_REACH:,} changes behind" in PAGE
    assert f"{health.FURTHEST_BEHIND:,} changes behind" in PAGE
    text = site.client.get("/metrics").text
    families = set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))
    named = set(re.findall(r"`(copydesk_\w+)`", PAGE))
    assert named == {name for name in families if not name.endswith("_created")}
