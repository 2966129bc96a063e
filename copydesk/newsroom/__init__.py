"""A newsroom on the loopback: invented outlets for demonstrations and tests without internet."""

from copydesk.newsroom.room import Expected, Newsroom

__all__ = ["Expected", "Newsroom"]
