"""A drop folder is apart from what is Copydesk's own, and from the other drop folders."""

from pathlib import Path

import pytest

from config.errors import InvalidConfigurationError
from config.load import Configuration, load


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with everything in a folder of its own, and with links that lead there."""
    for name in ("etc", "keys", "ssh", "ca", "db", "linked"):
        (tmp_path / name).mkdir()
    (tmp_path / "spool" / "data" / "index" / "rebuilt-1").mkdir(parents=True)
    (tmp_path / "name").symlink_to(tmp_path / "spool" / "data")
    (tmp_path / "linked" / "wires.toml").symlink_to(tmp_path / "etc" / "wires.toml")
    return tmp_path


def loaded(place: Path, *drops: str) -> Configuration:
    """What is loaded with sources ``a``, ``b`` ... that have these drop folders."""
    sources = "".join(
        f'[[source]]\nid = "{id_}"\ndrop = "{place / drop}"\n'
        for id_, drop in zip("ab", drops, strict=False)
    )
    (place / "etc" / "wires.toml").write_text(
        f'[record]\nurl = "sqlite:///{place}/db/a%20b.sqlite?timeout=9"\n'
        f'[crawl]\ncatalogue = "none"\nsecrets_file = "{place}/keys/s.toml"\n'
        f'known_hosts = "{place}/ssh/known"\n[engine]\nca_file = "{place}/ca/ca.pem"\n{sources}'
    )
    file = place / "linked" / "wires.toml"
    return load(data=place / "spool" / "data", config=file, environ={})


@pytest.mark.parametrize(
    ("drop", "what"),
    [
        ("spool/data", "the data directory"),
        ("name", "the data directory"),
        ("spool", "a folder around the data directory"),
        ("spool/data/index", "the index"),
        ("name/index/rebuilt-1", "a folder within the index"),
        ("db", "the folder of the record"),
        ("etc", "the folder of the configuration"),
        ("linked", "the folder of the configuration"),
        ("keys", "the folder of the secrets"),
        ("ssh", "the folder of the known hosts"),
        ("ca", "the folder of the certificates"),
    ],
)
def test_what_is_copydesks_own_is_no_drop_folder(place: Path, drop: str, what: str) -> None:
    with pytest.raises(InvalidConfigurationError) as caught:
        loaded(place, drop)
    (problem,) = caught.value.problems
    assert str(problem) == (
        f"{place}/linked/wires.toml: a: its drop folder {place / drop} is {what}. "
        "Give it a folder of its own: files in it are read and moved away."
    )


@pytest.mark.parametrize("other", ["wires", "same"])
def test_a_drop_folder_is_of_one_source(place: Path, other: str) -> None:
    (place / "wires").mkdir()
    (place / "same").symlink_to("wires")
    with pytest.raises(InvalidConfigurationError) as caught:
        loaded(place, "wires", other)
    assert f"b: its drop folder {place / other} is the drop folder of a." in str(caught.value)


def test_any_other_folder_will_do_in_the_data_directory_too(place: Path) -> None:
    found = loaded(place, "spool/data/wires", "spool/data/wires/npa")
    assert [source.id for source in found.sources] == ["a", "b"]


def test_a_folder_of_a_default_place_is_none_either(tmp_path: Path) -> None:
    (tmp_path / "copydesk.toml").write_text(f'[[source]]\nid = "a"\ndrop = "{tmp_path}"\n')
    with pytest.raises(InvalidConfigurationError, match="is the data directory"):
        load(data=tmp_path, environ={})
