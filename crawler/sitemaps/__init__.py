"""Sitemaps: what an outlet tells search engines, for those that have no feed worth the name.

sitemaps.org with the news extension of Google News, indexes of sitemaps, and lists of addresses.
"""
