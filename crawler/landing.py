"""Where a link leads in the end: to its article, to a front page, or to a wall."""

import re
from urllib.parse import unquote, urldefrag, urlsplit

from crawler.identity import canonical_form, have_in_common, is_home, names_an_article, site_of

# What walls are called, as a label of a host ("consent.yahoo.com") or a segment of a path.
_WALL = (
    r"(?:(?:collect|cookie-?|privacy-?|gdpr-?)?consent|gdpr|zustimmung|einwilligung|paywall|"
    r"log-?[io]n|sign-?(?:in|up)|sso|register|registration|subscribe|anmelden|anmeldung|"
    r"registrieren|connexion|inloggen|logowanie)"
)
_WALL_HOST = re.compile(rf"(?:^|\.){_WALL}\.", re.IGNORECASE)
# Followed by no headline: "/gdpr/outlet.example/", but not "/gdpr/watchdog-fines-three-banks".
_WALL_PATH = re.compile(rf"/{_WALL}(?:\.\w+)?(?:/[^/-]*(?:-[^/-]*)?)*$", re.IGNORECASE)


def is_its_page(asked: str, came: str) -> bool:
    """Whether what came from ``came`` can be the page of an article at ``asked``."""
    if _stays(asked, came) or not names_an_article(asked):
        return True
    if urlsplit(came).path in {"", "/"} and urlsplit(asked).path not in {"", "/"}:
        return False  # whatever its query says of where one comes from
    # Behind an address of another site (a shortener's) stands what that one was made for.
    return names_an_article(came) or (site_of(asked) != site_of(came) and not is_home(came))


def is_a_wall(asked: str, came: str) -> bool:
    """Whether ``asked`` was answered by a page that asks for consent, a name or money first.

    Such a page is called so, or it remembers the address that was asked for, to lead back there;
    and its path says nothing of the article.
    """
    parts = urlsplit(came)
    if _stays(asked, came) or have_in_common(asked, f"{parts.scheme}://{parts.netloc}{parts.path}"):
        return False
    if _WALL_HOST.search(parts.netloc) or _WALL_PATH.search(parts.path):
        return True
    path = unquote(urlsplit(asked).path).strip("/")
    remembered = bool(path) and f"/{path}" in unquote(unquote(parts.query))
    return remembered and site_of(asked) == site_of(came)


def _stays(asked: str, came: str) -> bool:
    return canonical_form(urldefrag(asked).url) == canonical_form(came)
