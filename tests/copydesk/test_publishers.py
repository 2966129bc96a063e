"""Outlets are known by their name and by their host."""

from copydesk.publishers import is_publisher, publishers


def test_a_name_is_a_publishers_by_its_name_or_host() -> None:
    known = publishers(("The Daily Meridian", "edition.holmnews.co.uk", "", "thetern.com"))
    found = [
        name
        for name in ("Daily Meridian", "Holm News", "The Tern", "Tern", "News", "Meridian", "Co")
        if is_publisher(name, known)
    ]
    assert found == ["Daily Meridian", "Holm News", "The Tern", "Tern"]
