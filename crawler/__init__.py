"""Get the news: bytes on the web become :class:`crawler.article.Article`."""
