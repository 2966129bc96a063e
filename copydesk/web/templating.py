"""Render pages: Jinja2 with escaping always on and undefined names forbidden."""

import hashlib
from datetime import datetime
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response

from copydesk import group_sizes
from copydesk.api.context import ServeContext
from copydesk.api.times import moment
from copydesk.web import links, speech

STATIC = {
    "style.css": "text/css",
    "desk.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


def static_bytes(name: str) -> bytes:
    """The content of one static file; ``name`` must be in :data:`STATIC`."""
    return (files("copydesk.web") / "static" / name).read_bytes()


def static_url(name: str) -> str:
    """Where a static file is, with its content's hash so that browsers may keep it for good."""
    return f"/static/{name}?v={_HASHES[name]}"


def day_and_time(seconds: float) -> str:
    """``30 May 2023, 06:12 UTC``."""
    return _written(moment(seconds), "%-d %B %Y, %H:%M UTC")


def short_time(seconds: float, now: float) -> str:
    """``06:12`` on the day of ``now``, else ``30 May 06:12``, with its year if another one."""
    when, today = moment(seconds), moment(now)
    if when.date() == today.date():
        return _written(when, "%H:%M")
    return _written(when, "%-d %b %H:%M" if when.year == today.year else "%-d %b %Y %H:%M")


def date(seconds: float, reference: float) -> str:
    """``30 May``, with its year if another one than that of ``reference``."""
    when = moment(seconds)
    return _written(when, "%-d %b" if when.year == moment(reference).year else "%-d %b %Y")


def hour(seconds: float) -> str:
    """``06:12``."""
    return _written(moment(seconds), "%H:%M")


def iso(seconds: float) -> str:
    """For the ``datetime`` attribute, to the second."""
    return moment(seconds).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def plural(count: int, one: str, many: str = "") -> str:
    """``1 report``, ``2,317 reports``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def page(
    context: ServeContext, template: str, *, status: int = 200, **values: object
) -> Response[bytes]:
    """One page as an answer."""
    return Response(
        render(context, template, **values),
        status_code=status,
        media_type="text/html",
    )


def render(context: ServeContext, template: str, **values: object) -> bytes:
    """One page as UTF-8."""
    found = _ENVIRONMENT.get_template(template)
    text = found.render(banner=context.banner, now=context.now(), **values)
    # A lone surrogate from a broken feed must not break the page.
    return text.encode("utf-8", errors="replace")


def _written(when: datetime, form: str) -> str:
    return when.strftime(form)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("copydesk.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        date=date,
        day_and_time=day_and_time,
        direction=speech.direction,
        hour=hour,
        href=links.safe_href,
        iso=iso,
        plural=plural,
        short_time=short_time,
        tag=speech.tag,
    )
    environment.globals["static_url"] = static_url
    environment.globals["exact_copies"] = group_sizes.EXACT
    return environment


_HASHES = {name: hashlib.blake2b(static_bytes(name), digest_size=6).hexdigest() for name in STATIC}
_ENVIRONMENT = _environment()
