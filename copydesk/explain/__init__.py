"""The whole life of an article or a story, or why it is not there."""
