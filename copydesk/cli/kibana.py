"""``copydesk kibana``: data views, saved searches and dashboards for Kibana."""

import os
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import click

from config.errors import ConfigError
from config.settings import Settings
from copydesk.cli.context import App, pass_app

_page = click.option(
    "--page",
    metavar="URL",
    help="Address of Copydesk's own page, to which stories link (else serve.base_url).",
)


@click.group()
def kibana() -> None:
    """Dashboards for Kibana 8.19 and 9: Desk, Coverage, Copies, Operations."""


@kibana.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; standard output if not given.",
)
@_page
@pass_app
def export(app: App, output: Path | None, page: str | None) -> None:
    """Write all objects as one NDJSON file, for Kibana's Saved Objects page or its API."""
    file = _objects(app.settings, page)
    if output is None:
        sys.stdout.buffer.write(file)
        return
    output.write_bytes(file)
    count = len(file.splitlines())
    click.echo(f"{output}: {count} objects. Import it in Kibana under Saved Objects.")


@kibana.command()
@click.argument("url")
@click.option("--space", default="default", show_default=True, help="Space to install into.")
@click.option(
    "--secret",
    metavar="NAME",
    help="How to log in: the name of a secret, for instance of COPYDESK_SECRET_NAME, that reads "
    '"header Authorization: ApiKey KEY" or "basic USER:PASSWORD".',
)
@click.option("--ca-file", default="", help="PEM file of the authority of Kibana's certificate.")
@click.option("--overwrite", is_flag=True, help="Replace objects of the same ids.")
@_page
@pass_app
def install(
    app: App,
    url: str,
    space: str,
    secret: str | None,
    ca_file: str,
    overwrite: bool,
    page: str | None,
) -> None:
    """Install all objects into the Kibana at URL."""
    # Imported here: most commands never speak to Kibana.
    from config.secrets import FILE_NAME, Secrets
    from indexer.kibana.client import Kibana, KibanaSettings

    file = _objects(app.settings, page)
    chosen = app.settings.crawl.secrets_file
    secrets = Secrets(os.environ, Path(chosen) if chosen else app.settings.data_dir / FILE_NAME)
    settings = KibanaSettings(
        url=url,
        space=space,
        secret=secrets.named(secret) if secret else None,
        ca_file=ca_file,
    )
    with closing(Kibana(settings)) as opened:
        version = opened.version()
        count = opened.install(file, overwrite=overwrite)
    named = f"Kibana {version}" if version else "Kibana"
    click.echo(f"{named}: {count} objects installed, dashboards under Copydesk.")


def _objects(settings: Settings, page: str | None) -> bytes:
    from indexer.engines.elasticsearch_client import ElasticsearchSettings
    from indexer.kibana.objects import ndjson, saved_objects

    found = ElasticsearchSettings(hosts=settings.engine.hosts, prefix=settings.engine.prefix)
    return ndjson(saved_objects(found, _page_address(settings, page)))


def _page_address(settings: Settings, page: str | None) -> str:
    """Where readers find Copydesk's page."""
    serve = settings.serve
    chosen = page or serve.base_url or f"http://{serve.host}:{serve.port}"
    try:
        parts = urlsplit(chosen)
        usable = parts.scheme in ("http", "https") and parts.hostname and "{" not in chosen
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(
            "this is no address of a page",
            where=chosen,
            next_step="Write for example https://news.example.org.",
        )
    return chosen
