"""Loading: what outranks what, and how everything wrong is named."""

import errno
import os
import re
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from config.errors import ConfigError, InvalidConfigurationError
from config.load import Configuration, default_data_dir, load
from config.sources import earlier_ids


def load_text(tmp_path: Path, text: str, **environ: str) -> Configuration:
    file = tmp_path / "copydesk.toml"
    file.write_text(text, encoding="utf-8")
    return load(data=tmp_path, environ=environ)


def problems_of(tmp_path: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(InvalidConfigurationError) as caught:
        load_text(tmp_path, text, **environ)
    return [str(problem).replace(f"{tmp_path}/", "") for problem in caught.value.problems]


def test_defaults_need_no_file(tmp_path: Path) -> None:
    configuration = load(data=tmp_path / "fresh", environ={})
    settings = configuration.settings
    assert settings.serve.host == "127.0.0.1"
    assert settings.serve.port == 8642
    assert settings.data_dir == tmp_path / "fresh"
    assert settings.record.url == f"sqlite:///{tmp_path / 'fresh' / 'record.sqlite'}"
    assert settings.crawl.allowed_addresses == ()
    assert configuration.origins["data.dir"] == "--data"
    assert configuration.origins["serve.port"] == "default"
    assert configuration.file is None
    assert not (tmp_path / "fresh").exists()


def test_an_earlier_id_is_of_one_source_and_of_none_that_is_there(tmp_path: Path) -> None:
    def sources(**was: str) -> str:
        return "[crawl]\ncatalogue = 'none'\n" + "".join(
            f"[[source]]\nid = '{id_}'\nurl = 'https://{id_}.example/'\nwas = {names}\n"
            for id_, names in was.items()
        )

    loaded = load_text(tmp_path, sources(a="['b', 'c']", d="[]"))
    assert earlier_ids(loaded.sources) == {"a": ("b", "c")}
    wrong = problems_of(tmp_path, sources(a="['d']", d="['x']", e="['x', 'e']"))
    assert [each.split(". ")[0] for each in wrong] == [
        'copydesk.toml: a: it cannot have been "d", which d is or was',
        'copydesk.toml: e: it cannot have been "x", which d is or was',
        'copydesk.toml: e: it cannot have been "e", which e is or was',
    ]


def test_any_folder_can_be_the_data_directory(tmp_path: Path) -> None:
    folder = tmp_path / "what? 100%25 #1 @home"
    url = load(data=folder, environ={}).settings.record.url
    assert make_url(url).database == str(folder / "record.sqlite")


def test_the_user_agent_names_the_contact_if_there_is_one(tmp_path: Path) -> None:
    assert load(data=tmp_path, environ={}).settings.crawl.identity() == "Copydesk"
    contact = {"COPYDESK_CRAWL_CONTACT": "mailto:desk@example.org"}
    named = load(data=tmp_path, environ=contact).settings.crawl
    assert named.identity() == "Copydesk (+mailto:desk@example.org)"


def test_environment_outranks_file_outranks_default(tmp_path: Path) -> None:
    text = "[serve]\nport = 1\nhost = '::1'\n\n[desk]\nbatch = 7\n"
    configuration = load_text(tmp_path, text, COPYDESK_SERVE_PORT="2")
    assert configuration.settings.serve.port == 2
    assert configuration.settings.serve.host == "::1"
    assert configuration.origins["serve.port"] == "COPYDESK_SERVE_PORT"
    assert configuration.origins["serve.host"] == f"{tmp_path}/copydesk.toml:3"
    assert configuration.origins["desk.batch"] == f"{tmp_path}/copydesk.toml:6"


def test_secret_file_outranks_variable_and_loses_one_newline(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("k2\n\n", encoding="utf-8")
    configuration = load(
        data=tmp_path,
        environ={
            "COPYDESK_ENGINE_API_KEY": "k1",
            "COPYDESK_ENGINE_API_KEY_FILE": str(secret),
        },
    )
    assert configuration.settings.engine.api_key == "k2\n"
    assert configuration.origins["engine.api_key"] == "COPYDESK_ENGINE_API_KEY_FILE"


def test_file_may_be_named(tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.toml"
    file.write_text(f'[data]\ndir = "{tmp_path}/there"\n', encoding="utf-8")
    for configuration in (
        load(config=file, environ={}),
        load(environ={"COPYDESK_CONFIG": str(file)}),
    ):
        assert configuration.file == file
        assert configuration.settings.data_dir == tmp_path / "there"
        assert configuration.origins["data.dir"] == f"{file}:2"
    chosen = load(config=file, environ={"COPYDESK_DATA": str(tmp_path / "else")})
    assert chosen.settings.data_dir == tmp_path / "else"
    assert chosen.origins["data.dir"] == "COPYDESK_DATA"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[record]\nurl = 'sqlite:///record.sqlite'\n", "toml:2: record.url: this is another file"),
        ("[record]\nurl = 'sqlite:///file:/a?uri=true'\n", "with four slashes: sqlite:////PATH."),
        ("[crawl]\nsecrets_file = 's.toml'\n", 'toml:2: crawl.secrets_file: "s.toml" is another'),
        ("[crawl]\nknown_hosts = './hosts'\n", 'toml:2: crawl.known_hosts: "./hosts" is another'),
        ("[crawl]\nknown_hosts = '~nobody-here/hosts'\n", '"~nobody-here/hosts" is another file'),
        ("[engine]\nca_file = 'ca.pem'\n", 'for instance "/etc/copydesk/ca.pem".'),
    ],
)
def test_a_path_that_depends_on_the_working_directory_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    (problem,) = problems_of(tmp_path, text)
    assert "in every working directory" in problem
    assert message in problem


def test_a_variable_names_no_other_file_in_every_working_directory(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "", COPYDESK_ENGINE_CA_FILE="ca.pem")
    assert problem.startswith('COPYDESK_ENGINE_CA_FILE: "ca.pem" is another file in every working')


def test_a_data_directory_of_a_file_is_everywhere_the_same(tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.toml"
    file.write_text("[data]\ndir = 'there'\n")
    with pytest.raises(ConfigError, match=r'toml:2: data\.dir: "there" is another data directory'):
        load(config=file, environ={})
    for environ in ({}, {"COPYDESK_DATA": "here"}):
        data = None if environ else Path("here")
        assert (
            load(data=data, config=file, environ=environ).settings.data_dir == Path.cwd() / "here"
        )


def test_a_path_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ed")
    text = "[crawl]\nsecrets_file = '~/s.toml'\nknown_hosts = '/h'\n[engine]\nca_file = '~/ca'\n"
    settings = load_text(tmp_path, text).settings
    assert (settings.crawl.secrets_file, settings.crawl.known_hosts) == ("/home/ed/s.toml", "/h")
    assert settings.engine.ca_file == "/home/ed/ca"


def test_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no\.toml: cannot read the configuration: No such file"):
        load(config=tmp_path / "no.toml", environ={})


def test_file_in_the_data_directory_cannot_move_it(tmp_path: Path) -> None:
    assert problems_of(tmp_path, '[data]\ndir = "/elsewhere"\n') == [
        (
            "copydesk.toml:2: the file inside the data directory cannot choose another data"
            " directory. Use --data, COPYDESK_DATA, or a file given by --config."
        )
    ]


def test_all_problems_come_at_once_with_place_and_suggestion(tmp_path: Path) -> None:
    text = """
[crawl]
concurency = 3
max_body = "big"
per_host = 17

[srve]
port = 1

[[source]]
id = "Not A Slug"
url = "https://example.org/feed"
"""
    found = problems_of(
        tmp_path, text, COPYDESK_SERVE_PROT="1", COPYDESK_SERVE_PORT="x", COPYDESK_LOG_LEVEL="warn"
    )
    assert found == [
        "copydesk.toml:11: id: expected str matching regex '^[a-z0-9]+(-[a-z0-9]+)*$'",
        'copydesk.toml:3: [crawl] has no setting "concurency". Did you mean "concurrency"?',
        "copydesk.toml:4: crawl.max_body: expected int, got str",
        "copydesk.toml:5: crawl.per_host: expected int <= 16",
        'copydesk.toml:7: there is no section "srve". Did you mean "serve"?',
        (
            "COPYDESK_LOG_LEVEL: 'warn' is not one of 'debug', 'info', 'warning', 'error'."
            ' Did you mean "warning"?'
        ),
        "COPYDESK_SERVE_PORT: expected int, got str",
        'COPYDESK_SERVE_PROT: no setting has this name. Did you mean "COPYDESK_SERVE_PORT"?',
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[serve\n", "this is not TOML"),
        ("serve = 1\n", "copydesk.toml:1: serve is a section, not a value. Write [serve]"),
        ("source = 1\n", "copydesk.toml:1: source must be a list of tables. Start each source"),
        ("[log]\nformat = 3\n", "copydesk.toml:2: log.format: 3 is not one of"),
        (
            "[crawl]\nallowed_addresses = ['10.0.0.1/8']\n",
            '"10.0.0.1/8" is neither address:port nor a network',
        ),
        ("[crawl]\nallowed_addresses = ['127.0.0.1']\n", "neither address:port nor a network"),
        (
            "[alerts]\nallowed_addresses = ['hooks.internal']\n",
            'toml:2: alerts.allowed_addresses: "hooks.internal" is neither address:port',
        ),
        ("[crawl]\nmin_interval = 9\nmax_interval = 8\n", "toml:3: crawl.max_interval: min_int"),
        ("[crawl]\nmin_interval = 30_000\n", "toml:2: crawl.min_interval: min_interval (30000)"),
        ("[engine]\nkind = 'elasticsearch'\n", "toml:2: engine.kind: Elasticsearch needs at least"),
        ("[engine]\nhosts = ['es:9200']\n", '"es:9200" is not an http or https address'),
        ("[engine]\nhosts = ['http://[']\n", "this is not an address"),
        (
            "[engine]\nhosts = ['http://es:9200']\napi_key='k'\n",
            "toml:2: engine.hosts: the API key or password would travel over plain http",
        ),
        (
            "[engine]\nhosts = ['https://es:9200']\ncloud_id = 'news:hidden'\n",
            "toml:3: engine.cloud_id: both hosts and a cloud id are set",
        ),
        ("[engine]\nusername = 'desk'\n", "toml:2: engine.username: a user and a password go"),
        (
            "[engine]\napi_key = 'hidden'\nusername = 'desk'\npassword = 'hidden'\n",
            "toml:3: engine.username: both an API key and a user are set",
        ),
        ("[serve]\nbase_url = 'news'\n", "toml:2: serve.base_url"),
        ("[serve]\nwrite_token = 'hidden-ä'\n", "toml:2: serve.write_token: the token holds"),
        ("[serve]\nwrite_token = 'hidden '\n", "ends with a space"),
        ('[serve]\nwrite_token = "hidden\\n"\n', "other than plain ASCII"),
        ("[record]\nurl = 'sqlite://'\n", "in memory is lost"),
        ("[record]\nurl = 'sqlite:///:memory:?cache=shared'\n", "in memory is lost"),
        ("[record]\nurl = 'mysql://u:hidden@h/d'\n", 'the record cannot be kept in "mysql"'),
    ],
)
def test_bad_file_is_explained(tmp_path: Path, text: str, message: str) -> None:
    (problem,) = problems_of(tmp_path, text)
    assert message in problem
    assert "hidden" not in problem


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("https://u:hidden@es:9200", "must not hold a user name or password"),
        ("u:hidden@es:9200", "engine.hosts: this is not an http or https address. Write it in"),
        ("https://u:hidden/@es:9200", "engine.hosts: this is not an address. Write it in full"),
        ("https://u:hidden?@es:9200", "engine.hosts: this is not an address. Write it in full"),
        ("https://u:hidden#@es:9200", "without user and password."),
    ],
)
def test_credentials_in_hosts_are_refused_and_not_repeated(
    tmp_path: Path, host: str, message: str
) -> None:
    (problem,) = problems_of(tmp_path, f"[engine]\nhosts = ['{host}']\napi_key = 'k'\n")
    assert message in problem
    assert "hidden" not in problem


def test_a_host_that_cannot_be_read_hides_no_other_problem(tmp_path: Path) -> None:
    hosts = "[engine]\nhosts = ['http://[', 'http://es:9200']\napi_key = 'k'\n"
    unread, clear = problems_of(tmp_path, hosts)
    assert "this is not an address" in unread
    assert "would travel over plain http" in clear


def test_variables_that_cannot_be_read(tmp_path: Path) -> None:
    found = problems_of(
        tmp_path,
        "",
        COPYDESK_ENGINE_API_KEY_FILE=str(tmp_path / "none"),
        COPYDESK_SERVE_PORT_FILE="/x",
        COPYDESK_ENGINE_HOSTS="[1",
    )
    assert found[0].startswith('COPYDESK_ENGINE_API_KEY_FILE: cannot read the file "')
    assert found[1].startswith("COPYDESK_ENGINE_HOSTS: this is not a JSON list")
    assert found[2] == (
        "COPYDESK_SERVE_PORT_FILE: only secrets are read from files. Set COPYDESK_SERVE_PORT"
        " instead."
    )


def test_secret_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    (problem,) = problems_of(tmp_path, "", COPYDESK_ENGINE_API_KEY_FILE=str(tmp_path / "key"))
    assert "it is not UTF-8" in problem


def test_lists_and_words_in_variables(tmp_path: Path) -> None:
    settings = load(
        data=tmp_path,
        environ={
            "COPYDESK_CRAWL_ALLOWED_ADDRESSES": "127.0.0.1:80, [::1]:80, 10.0.0.0/8",
            "COPYDESK_ENGINE_HOSTS": '["https://a:9200", "https://b:9200"]',
            "COPYDESK_CRAWL_FETCH_PAGES": "False",
        },
    ).settings
    assert settings.crawl.allowed_addresses == ("127.0.0.1:80", "[::1]:80", "10.0.0.0/8")
    assert settings.engine.hosts == ("https://a:9200", "https://b:9200")
    assert settings.crawl.fetch_pages == "no"


def test_kubernetes_service_links_and_test_variables_are_not_settings(tmp_path: Path) -> None:
    settings = load(
        data=tmp_path,
        environ={
            "COPYDESK_PORT": "tcp://10.0.0.7:8642",
            "COPYDESK_SERVE_PORT": "tcp://10.0.0.7:8642",
            "COPYDESK_SERVICE_HOST": "10.0.0.7",
            "COPYDESK_SERVICE_PORT_HTTP": "8642",
            "COPYDESK_PORT_8642_TCP_ADDR": "10.0.0.7",
            "COPYDESK_CORPUS": "/data",
            "COPYDESK_TEST_ANYTHING": "1",
        },
    ).settings
    assert settings.serve.port == 8642


def test_only_service_links_are_ignored(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "", COPYDESK_ENGINE_HOSTS="tcp://10.0.0.7:9200")
    assert "COPYDESK_ENGINE_HOSTS" in problem


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "copydesk.toml").mkdir()
    with pytest.raises(ConfigError, match="cannot read the configuration: Is a directory"):
        load(data=tmp_path, environ={})


def test_a_link_that_leads_nowhere_is_no_lack_of_a_configuration(tmp_path: Path) -> None:
    there = tmp_path / "not-mounted" / "copydesk.toml"
    (tmp_path / "copydesk.toml").symlink_to(there)
    said = f"configuration: No such file or directory. It is a link to {there}; mend or remove it."
    with pytest.raises(ConfigError, match=re.escape(said)):
        load(data=tmp_path, environ={})
    there.parent.mkdir()
    there.write_text("[serve]\nport = 1\n")
    assert load(data=tmp_path, environ={}).settings.serve.port == 1


def test_a_link_to_itself_is_no_lack_of_a_configuration(tmp_path: Path) -> None:
    (tmp_path / "copydesk.toml").symlink_to("copydesk.toml")
    with pytest.raises(ConfigError, match="cannot read the configuration: Too many levels"):
        load(data=tmp_path, environ={})


def test_a_folder_that_may_not_be_entered_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        raise PermissionError(errno.EACCES, "Permission denied")

    def refuse_text(_path: Path, encoding: str) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    # The tests may run as root, whom no folder refuses.
    monkeypatch.setattr(Path, "stat", refuse)
    monkeypatch.setattr(Path, "read_text", refuse_text)
    with pytest.raises(ConfigError, match="cannot read the configuration: Permission denied"):
        load(data=tmp_path, environ={})


def test_default_data_directory() -> None:
    found = default_data_dir({"XDG_DATA_HOME": "/xdg"})
    assert str(found) in ("/var/lib/copydesk", "/xdg/copydesk")
    relative = default_data_dir({"XDG_DATA_HOME": "relative"})
    assert str(relative) == "/var/lib/copydesk" or str(relative).endswith("/.local/share/copydesk")


def test_own_sources_join_and_replace_the_catalogue(tmp_path: Path) -> None:
    text = """
[[source]]
id = "bbc-world"
url = "https://feeds.bbci.co.uk/news/world/rss.xml"
paused = true

[[source]]
id = "mine"
url = "http://example.org/feed"
"""
    sources = {source.id: source for source in load_text(tmp_path, text).sources}
    assert len(sources) > 1
    assert sources["bbc-world"].paused == "yes"
    assert sources["mine"].fetch_pages == "yes"
    alone = load_text(tmp_path, text, COPYDESK_CRAWL_CATALOGUE="none")
    assert [source.id for source in alone.sources] == ["bbc-world", "mine"]
