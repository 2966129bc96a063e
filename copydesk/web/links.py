"""Which addresses from outside may become links."""

from urllib.parse import urlsplit

_LONGEST = 4000


def safe_href(url: str) -> str:
    """The URL if it is http or https with a host, else an empty string.

    A title or a feed may carry ``javascript:`` or worse; nothing of that may be clicked.
    """
    if len(url) > _LONGEST or any(ord(char) <= 32 or ord(char) == 127 for char in url):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and host else ""
