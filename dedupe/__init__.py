"""Group the news: a :class:`dedupe.document.Document` becomes a placement."""
