"""The OpenAPI 3.1 document.

Made from the structs that read the requests and write the answers: JSON Schema 2020-12 as
msgspec derives it is what OpenAPI 3.1 wants, so the document cannot drift from the program.
"""

from importlib.metadata import version
from typing import Any

import msgspec

from copydesk.api.endpoint import Endpoint
from copydesk.api.endpoints import ENDPOINTS
from copydesk.api.problems import KINDS, MEDIA_TYPE, Problem

_REFERENCE = "#/components/schemas/{name}"
_ABOUT = """Copydesk reads many news sources at once. One text is one *copy group*, one happening
is one *story*. Times are RFC 3339 in UTC. Lists are paged by opaque cursors. Every error is a
problem by RFC 9457; what is wrong with parameters is listed in its `errors`, all at once."""
_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The id, as lists give it.",
    "schema": {"type": "string"},
}


_OTHERS: dict[int, dict[str, Any]] = {
    304: {
        "description": "Nothing changed since the `ETag` or `Last-Modified` that was sent along."
    },
    308: {
        "description": "The story was merged; `Location` is where it is now.",
        "headers": {"Location": {"schema": {"type": "string"}}},
    },
}


def openapi_document(base_url: str) -> bytes:
    """The whole document as JSON."""
    told = [shape for each in ENDPOINTS for shape in (each.answer, each.body) if shape]
    shapes = [*told, Problem]
    _, components = msgspec.json.schema_components(shapes, ref_template=_REFERENCE)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Copydesk",
            "version": version("copydesk"),
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base_url or "/"}],
        "paths": _paths(),
        "components": {"schemas": components},
    }
    return msgspec.json.encode(document)


def _paths() -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(endpoint.path, {})[endpoint.method] = _operation(endpoint)
    return paths


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    responses: dict[str, Any] = {
        str(endpoint.success): {
            "description": endpoint.summary + ".",
            "content": {endpoint.media_type: {"schema": _answer_schema(endpoint)}},
        }
    }
    if endpoint.success == 204:
        del responses["204"]["content"]
    responses |= {str(status): _OTHERS[status] for status in endpoint.others}
    for status in (*endpoint.refusals, 500):
        responses[str(status)] = {
            "description": f"{KINDS[status][1]}.",
            "content": {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(name="Problem")}}},
        }
    body = {"requestBody": _body(endpoint.body)} if endpoint.body else {}
    return {
        **body,
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "description": endpoint.description,
        "parameters": [
            *([_ID] if "{id}" in endpoint.path else []),
            *(_parameter(field) for field in msgspec.structs.fields(endpoint.question)),
        ],
        "responses": responses,
    }


def _body(shape: type[msgspec.Struct]) -> dict[str, Any]:
    schema = {"$ref": _REFERENCE.format(name=shape.__name__)}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _answer_schema(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.answer is None:
        kind = "object" if endpoint.media_type == "application/json" else "string"
        return {"type": kind}
    return {"$ref": _REFERENCE.format(name=endpoint.answer.__name__)}


def _parameter(field: msgspec.structs.FieldInfo) -> dict[str, Any]:
    schema: dict[str, Any] = msgspec.json.schema(field.type)
    description = schema.pop("description", "")
    examples = schema.pop("examples", None)
    if {"type": "number"} in schema.get("anyOf", ()):
        day = {"type": "string", "pattern": "^(today|yesterday|tomorrow)([+-][0-9]{1,6}[dw])*$"}
        schema = {"anyOf": [{"type": "string", "format": "date-time"}, day, {"type": "number"}]}
        examples = ["2023-05-30T06:00:00Z"]
    if field.default not in (None, ""):
        schema["default"] = field.default
    parameter = {"name": field.name, "in": "query", "description": description, "schema": schema}
    return {**parameter, "example": examples[0]} if examples else parameter
