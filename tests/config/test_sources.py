"""Sources of a file: what is read and what is refused, with line numbers."""

from pathlib import Path

import pytest

from config.codes import check_language, tidy_language
from config.errors import ConfigError, InvalidConfigurationError
from config.sources import load_source_file, read_source_file


def test_a_source_in_full() -> None:
    (source,) = read_source_file(
        """
[[source]]
id = "taz-de"
url = "https://taz.de/rss.xml"
kind = "feed"
outlet = "taz"
country = "DE"
language = "de"
tags = ["national"]
fetch_pages = false
paused = "no"
""",
        "mine.toml",
    )
    assert (source.id, source.country, source.tags) == ("taz-de", "DE", ("national",))
    assert source.fetch_pages == "no"


def test_a_drop_folder_is_a_source_without_an_address() -> None:
    (source,) = read_source_file('[[source]]\nid = "npa"\ndrop = "/var/spool/N P"\n', "mine.toml")
    assert (source.drop, source.url) == ("/var/spool/N P", "file:///var/spool/N%20P")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            'url = "ftp://a.b/"',
            'url: "ftp://a.b/" is not an http, https, imaps or sftp address',
        ),
        ('url = "https://u:hidden@a.b/"', "must not hold a user name or password"),
        ('url = "https://u:hidden/x@a.b/"', "mine.toml:3: url: this is not an address. Write"),
        ('url = "u:hidden@a.b/feed"', "url: this is not an http, https, imaps or sftp address"),
        ('url = "https://a.b:99999/"', "this is not an address: Port out of range"),
        ('url = "https://a.b/ c"', "is not an http, https, imaps or sftp address"),
        ('url = "https://a.b/"\ncountry = "UK"', 'Did you mean "GB"?'),
        ('url = "https://a.b/"\ncountry = "de"', 'Did you mean "DE"?'),
        ('url = "https://a.b/"\ncountry = "Germany"', 'For instance "FR".'),
        ('url = "https://a.b/"\nlanguage = "german"', "mine.toml:4: language: "),
        ('url = "https://a.b/"\noutlets = "x"', 'mine.toml:4: a source has no "outlets".'),
        ('url = "https://a.b/"\nkind = "sitemap"', "'sitemap' is not one of 'feed'"),
        ('url = "https://a.b/"\ntags = "x"', "mine.toml:4: tags: expected array, got str"),
        ('url = "https://a.b/"\nsecret = "My Wire"', "mine.toml:4: secret: "),
        ('url = "http://a.b/"\nsecret = "wire"', "mine.toml:1: its secret would travel"),
        ('url = "imaps://a.b/"', "mine.toml:1: a mailbox (imaps) wants a login"),
        ('url = "sftp://a.b/"', "mine.toml:1: a folder (sftp) wants a login"),
        ('url = "imap://a.b/"\nsecret = "wire"', "would travel over plain imap. Use imaps."),
        ('url = "imaps://u:p@a.b/"', "an address must not hold a user name or password"),
        ('outlet = "x"', "mine.toml:1: a source needs url"),
        ('drop = "wires/npa"', 'mine.toml:3: drop: "wires/npa" is not the full path of a folder'),
        ('drop = "/var/../etc"', "is not the full path of a folder"),
        ('drop = "/wires"\nurl = "https://a.b/"', "mine.toml:1: a source has a url or a drop"),
        ('url = "https://a.b/"\n[[source]]\nid="s"\nurl="https://c.d/"', "by the source on line 1"),
    ],
)
def test_a_bad_source_is_explained(line: str, message: str) -> None:
    with pytest.raises(InvalidConfigurationError) as caught:
        read_source_file(f'[[source]]\nid = "s"\n{line}\n', "mine.toml")
    assert message in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("claimed", "tidy"),
    [
        ("en-us", "en-US"),
        ("pt_BR", "pt-BR"),
        (" ZH-HANT ", "zh-Hant"),
        ("sr-latn-rs", "sr-Latn-RS"),
        ("en-USA", "en"),
        ("de-1996", "de"),
        ("english please", ""),
        ("mul", ""),
        ("", ""),
    ],
)
def test_what_a_feed_calls_its_language_is_tidied(claimed: str, tidy: str) -> None:
    assert tidy_language(claimed) == tidy
    assert not tidy or check_language(tidy, where="here") == tidy


def test_only_sources_belong_into_a_source_file() -> None:
    with pytest.raises(InvalidConfigurationError, match=r'mine\.toml:1: "serve" does not belong'):
        read_source_file("[serve]\nport = 1\n", "mine.toml")


def test_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read this file"):
        load_source_file(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[[source", encoding="utf-8")
    with pytest.raises(ConfigError, match="this is not TOML"):
        load_source_file(broken)
