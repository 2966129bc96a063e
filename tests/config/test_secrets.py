"""Secrets: where they come from, what they say, and that they are shown nowhere."""

import os
import traceback
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.secrets import Login, Secrets, read_secret

HIDDEN = "pa55-w0rd"


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("line", "header", "value"),
    [
        ("basic Aladdin:open sesame", "Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ("Bearer abc.def", "Authorization", "Bearer abc.def"),
        ("header X-Api-Key: k1", "X-Api-Key", "k1"),
        ("cookie session=1; tier=gold", "Cookie", "session=1; tier=gold"),
        ("  bearer abc\n", "Authorization", "Bearer abc"),
    ],
)
def test_what_is_sent(line: str, header: str, value: str) -> None:
    secret = read_secret("wire", line, where="x")
    assert (secret.header, secret.value) == (header, value)


@pytest.mark.parametrize(
    "line",
    [
        "", HIDDEN, f"digest {HIDDEN}", "bearer", f"bearer {HIDDEN} {HIDDEN}", f"basic {HIDDEN}",
        f"bearer {HIDDEN}\r\nX-Evil: 1", f"header Host: {HIDDEN}", f"header bad name: {HIDDEN}",
        f"header X-Key {HIDDEN}", f"cookie {HIDDEN}", f"bearer {HIDDEN}\0", f"bearer ü{HIDDEN}",
        f"header Content-Length: {HIDDEN}", 7, [HIDDEN],
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_refused_without_repeating_it(line: object) -> None:
    with pytest.raises(ConfigError, match="cannot be sent as it stands") as caught:
        read_secret("wire", line, where="secrets.toml: wire")
    assert HIDDEN not in str(caught.value)


def test_variable_then_file_then_table(tmp_path: Path) -> None:
    table = write(tmp_path / "secrets.toml", 'my-wire = "bearer from-table"\n')
    single = write(tmp_path / "single", "bearer from-file\n")
    environ = {"COPYDESK_SECRET_MY_WIRE_FILE": str(single)}
    assert Secrets({}, table).named("my-wire").value == "Bearer from-table"
    assert Secrets(environ, table).named("my-wire").value == "Bearer from-file"
    environ["COPYDESK_SECRET_MY_WIRE"] = "bearer from-variable"
    assert Secrets(environ, table).named("my-wire").value == "Bearer from-variable"


def test_a_changed_secret_counts_at_once(tmp_path: Path) -> None:
    table = write(tmp_path / "secrets.toml", 'wire = "bearer old1"')
    secrets = Secrets({}, table)
    assert secrets.named("wire").value == "Bearer old1"
    table.write_text('wire = "bearer new1"')
    assert secrets.named("wire").value == "Bearer new1"


def test_a_missing_secret_says_where_it_may_be_put(tmp_path: Path) -> None:
    for file in (None, tmp_path / "none.toml", write(tmp_path / "s.toml", 'other = "bearer x"')):
        with pytest.raises(ConfigError) as caught:
            Secrets({}, file).named("my-wire")
        said = str(caught.value)
        assert 'there is no secret "my-wire"' in said
        assert "COPYDESK_SECRET_MY_WIRE" in said


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o620, 0o666, 0o601])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    table = write(tmp_path / "secrets.toml", f'wire = "bearer {HIDDEN}"', mode)
    with pytest.raises(ConfigError, match="chmod 600") as caught:
        Secrets({}, table).named("wire")
    assert HIDDEN not in str(caught.value)


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o440, 0o640])
def test_owner_and_group_may_read(tmp_path: Path, mode: int) -> None:
    table = write(tmp_path / "secrets.toml", 'wire = "bearer abcd"', mode)
    assert Secrets({}, table).named("wire").value == "Bearer abcd"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused(tmp_path: Path) -> None:
    table = write(tmp_path / "secrets.toml", 'wire = "bearer abcd"')
    os.chown(table, 12345, 12345)
    with pytest.raises(ConfigError, match="another user"):
        Secrets({}, table).named("wire")


@pytest.mark.parametrize("text", [f"wire = bearer {HIDDEN}", f'wire = "{HIDDEN}', "\xff"])
def test_a_broken_file_is_refused_without_quoting_it(tmp_path: Path, text: str) -> None:
    table = tmp_path / "secrets.toml"
    table.write_bytes(text.encode("latin-1"))
    table.chmod(0o600)
    with pytest.raises(ConfigError) as caught:
        Secrets({}, table).named("wire")
    shown = "".join(traceback.format_exception(caught.value))
    assert HIDDEN not in shown


def test_no_repr_holds_it(tmp_path: Path) -> None:
    secret = read_secret("wire", f"basic desk:{HIDDEN}", where="x")
    secrets = Secrets({"COPYDESK_SECRET_WIRE": f"bearer {HIDDEN}"}, None)
    assert HIDDEN not in f"{secret!r} {secret} {secrets!r}"
    assert secret.value not in repr(secret)


def test_what_a_server_repeats_is_scrubbed() -> None:
    secret = read_secret("wire", f"basic desk:{HIDDEN}", where="x")
    said = f"moved to /?p={HIDDEN} and {secret.value} and desk:{HIDDEN}"
    assert secret.scrubbed(said) == "moved to /?p=*** and *** and ***"
    cookie = read_secret("wire", f"cookie id=1; session={HIDDEN}", where="x")
    assert cookie.scrubbed(f"<{HIDDEN}> 1") == "<***> 1"


def test_in_news_only_what_no_reporter_would_write_is_scrubbed() -> None:
    word = read_secret("wire", "basic desk:telegraph", where="x")
    assert word.scrubbed_news("The telegraph of 1844 at the desk") == (
        "The telegraph of 1844 at the desk"
    )
    assert word.scrubbed_news(f"{word.value} desk:telegraph") == "*** ***"
    key = read_secret("wire", "bearer a+b/c=9&d", where="x")
    assert key.scrubbed_news("/?k=a%2Bb%2Fc%3D9%26d or a+b/c=9&d") == "/?k=*** or ***"


@pytest.mark.parametrize(
    ("line", "token"),
    [
        ("bearer kQvZtLmWxRpYbNcHjDsGfAeUoTiKzXwQ", "kQvZtLmWxRpYbNcHjDsGfAeUoTiKzXwQ"),
        ("basic desk:correcthorsebatterystaple", "correcthorsebatterystaple"),
        ("header X-Key: kQvZtLmWxRpYbNcH", "kQvZtLmWxRpYbNcH"),
    ],
)
def test_letters_alone_are_no_word_from_sixteen_on(line: str, token: str) -> None:
    secret = read_secret("wire", line, where="x")
    assert secret.scrubbed_news(f"/a?key={token}") == "/a?key=***"
    shorter = read_secret("wire", "bearer disestablishing", where="x")
    assert shorter.scrubbed_news("for disestablishing it") == "for disestablishing it"


@pytest.mark.parametrize(
    "written",
    [
        "a1/b2+c3&d4 e5", "a1%2Fb2%2Bc3%26d4%20e5", "a1%2fb2%2bc3%26d4+e5", "a1/b2%2Bc3&amp;d4 e5",
        "a1%2fb2+c3&amp;d4+e5", "a1%252Fb2%252Bc3%2526d4%2520e5",
    ],
)  # fmt: skip
def test_a_secret_is_found_however_its_characters_are_written(written: str) -> None:
    secret = read_secret("wire", "basic desk:a1/b2+c3&d4 e5", where="x")
    for scrubbed in (secret.scrubbed, secret.scrubbed_news):
        assert scrubbed(f"?k={written}.") == "?k=***."


def test_a_login_is_for_mailboxes_and_folders() -> None:
    basic = read_secret("wire", f"basic desk:{HIDDEN}:x", where="x")
    assert basic.login is not None
    assert (basic.login.user, basic.login.password) == ("desk", f"{HIDDEN}:x")
    assert HIDDEN not in repr(basic)
    assert read_secret("wire", "bearer abcd", where="x").login is None
    key = read_secret("wire", "key desk:/keys/wire", where="x")
    assert (key.header, key.login) == ("", Login("desk", key_file="/keys/wire"))
    with pytest.raises(ConfigError, match="cannot be sent as it stands"):
        read_secret("wire", "key desk", where="x")
