"""The least that API keys must be allowed: one for the desk, one for who only searches."""

from typing import Any


def desk(prefix: str) -> dict[str, Any]:
    """Role descriptors for `POST /_security/api_key` of who makes and writes the index."""
    return {
        "copydesk-desk": {
            "cluster": ["monitor", "manage_index_templates", "manage_ilm"],
            "indices": [{"names": [f"{prefix}-*"], "privileges": ["manage", "read", "write"]}],
        }
    }


def reader(prefix: str) -> dict[str, Any]:
    """The same for who only searches."""
    return {
        "copydesk-reader": {
            "cluster": [],
            "indices": [{"names": [f"{prefix}-*"], "privileges": ["read", "view_index_metadata"]}],
        }
    }
