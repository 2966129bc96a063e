"""What is read from every request alike: its question, and the id in its path."""

from typing import Any, TypeVar
from urllib.parse import unquote_plus

import msgspec
from litestar import Request

from copydesk.api.parameters import read_question, read_value
from copydesk.api.problems import Fault, bad_parameters
from copydesk.api.questions import Name
from crawler.trackers import is_tracker

Asked = Request[Any, Any, Any]
Q = TypeVar("Q", bound=msgspec.Struct)


def question_of(request: Asked, question: type[Q]) -> Q:
    """The question in a request's query string. Raises :class:`RequestError`."""
    return read_question(request.scope["query_string"], question)


def question_of_page(request: Asked, question: type[Q]) -> Q:
    """As :func:`question_of`, of a page's address: people share these, and what newsletters and
    social networks add to them asks nothing."""
    known = question.__struct_fields__
    fields = request.scope["query_string"].split(b"&")
    asked = [each for each in fields if not _tells_only_the_way(each, known)]
    return read_question(b"&".join(asked), question)


def _tells_only_the_way(field: bytes, known: tuple[str, ...]) -> bool:
    name, _, value = map(unquote_plus, field.decode("latin-1").partition("="))
    return name not in known and is_tracker(name, value)


def parameters_of(question: msgspec.Struct, *but: str, **changed: str) -> dict[str, str]:
    """The parameters that ask a question, without some: those that are not as by default."""
    defaults = type(question)()
    asked = {
        name: str(value)
        for name in question.__struct_fields__
        if (value := getattr(question, name)) != getattr(defaults, name) and name not in but
    }
    return {**asked, **changed}


def id_of(request: Asked) -> str:
    """The id in a request's path. Raises :class:`RequestError`."""
    try:
        return str(read_value(request.path_params["id"], Name))
    except ValueError as error:
        raise bad_parameters((Fault(parameter="id", detail=str(error)),)) from error
