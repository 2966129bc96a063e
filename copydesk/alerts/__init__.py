"""Saved searches, and what was found for them as the change log grew."""
