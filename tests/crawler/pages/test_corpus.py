"""The floor under page extraction, on real pages; lowered only on purpose.

Every third page, to stay quick; ``python -m benchmarks.pages`` reads all. Measured when it was set,
on all: Zyte's 181 pages F1 .968 (trafilatura's defaults: .955), 258 pages of 180 outlets F1 .949
(.944), title .83 (.69), day .99 (.98), author .88 (.85). On the third: F1 .967 and .956.
"""

import pytest

from benchmarks import pages

FLOORS = {
    "zyte": {"f1": 0.962, "precision": 0.965, "recall": 0.963},
    "fundus": {"f1": 0.950, "precision": 0.944, "recall": 0.962,
               "title": 0.78, "day": 0.985, "hour": 0.97, "author": 0.82},
}  # fmt: skip


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["zyte", "fundus"])
def test_pages_are_read_at_least_this_well(name: str) -> None:
    root = pages.corpus()
    if not (root / "pages").is_dir():
        pytest.skip(f"the corpus is not at {root} (set COPYDESK_CORPUS)")
    samples = [sample for sample in pages.samples(root) if sample.set == name][::3]
    scores, _ = pages.run(pages.ours, samples)
    found = {field: round(pages.mean(scores, field), 3) for field in FLOORS[name]}
    assert all(found[field] >= floor for field, floor in FLOORS[name].items()), found
