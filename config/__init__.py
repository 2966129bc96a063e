"""Settings and the catalogue of sources. Imports nothing else of Copydesk."""
