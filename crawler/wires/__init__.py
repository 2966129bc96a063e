"""Wires: what news agencies send. One module per format, ``detect`` then ``parse``.

Each format becomes :class:`crawler.wires.model.WireItem`; what that means for a newsroom (status,
embargo, what is no article) is decided once for all of them in :mod:`crawler.wires.items`.
"""
