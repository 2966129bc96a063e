"""Loaded once by the server that parsing processes are forked from: what is slow to load.

The models are then shared by all workers, and a killed one is replaced in milliseconds.
"""

from crawler.language import detect
from crawler.pages import extract

detect("Loads the language model.")
extract(b"<html><body><p>Loads lazily built parts.</p></body></html>", url="", content_type="")
