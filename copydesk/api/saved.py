"""Saved searches and their receivers as the API is asked for them and tells of them."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import Response
from msgspec import Meta
from sqlalchemy import Connection

from copydesk.alerts import receivers, searches
from copydesk.alerts.webhook import Receiver
from copydesk.api.asked import Asked
from copydesk.api.parameters import number_of
from copydesk.api.problems import RequestError
from copydesk.api.questions import LARGEST
from copydesk.api.times import maybe_moment, moment
from copydesk.errors import NotFoundError
from indexer.query.json_form import Condition

_NONE = "There is no saved search of this number."


class SearchWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A search to save, by `query` or by `where`."""

    name: Annotated[str, Meta(max_length=200, description="Under which people know it.")]
    query: Annotated[
        Annotated[str, Meta(max_length=2000)] | None,
        Meta(description="In the language of `/v1/search`."),
    ] = None
    where: Annotated[
        Condition | None,
        Meta(description="Instead of `query`. What is kept is the query that it comes to."),
    ] = None
    kind: Annotated[Literal["article", "story"], Meta(description="What it listens for.")] = (
        "article"
    )
    who: Annotated[str, Meta(max_length=200, description="Whose search it is.")] = ""
    notify: Annotated[
        str, Meta(max_length=2000, description="An https address that matches are sent to.")
    ] = ""


class ReceiverItem(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told of a saved search's matches, and how that goes."""

    address: Annotated[str, Meta(description="Without its path, which may be a secret.")]
    state: Annotated[
        Literal["active", "failing", "stopped"],
        Meta(description="`failing` is tried again; `stopped` until it is resumed."),
    ]
    told: Annotated[int, Meta(description="The last match that it took.")]
    last_told: datetime | None
    failures: Annotated[int, Meta(description="Since it last took something.")]
    failing_since: Annotated[datetime | None, Meta(description="Null when it is well.")]
    next_attempt: datetime | None
    error: Annotated[str, Meta(description="What was wrong last; empty when well.")]


class AddressWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to tell of a saved search's matches."""

    address: Annotated[
        str, Meta(min_length=1, max_length=2000, description="An https address, as in `notify`.")
    ]


class ReceiverSet(ReceiverItem, frozen=True, kw_only=True):
    """Who is told from now on."""

    secret: Annotated[
        str,
        Meta(
            description="Signs what is sent, shown this once, where nobody was told before; empty "
            "where the secret stays."
        ),
    ]


class NewSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret that was made just now."""

    secret: Annotated[str, Meta(description="Signs what is sent; shown this once.")]
    old_until: Annotated[datetime, Meta(description="Until then the one before signs beside it.")]


class SavedSearchItem(msgspec.Struct, frozen=True, kw_only=True):
    """A saved search."""

    number: int
    name: str
    kind: Literal["article", "story"]
    query: str
    who: str
    created: datetime
    since: Annotated[int, Meta(description="The log position from which it listens.")]
    matches: Annotated[int, Meta(description="How much it matched so far.")]
    notify: Annotated[ReceiverItem | None, Meta(description="Who is told; null for nobody.")]


class SavedSearchMade(SavedSearchItem, frozen=True, kw_only=True):
    """A search that was saved just now."""

    secret: Annotated[
        str,
        Meta(description="Signs what is sent to `notify`; shown this once. Empty without one."),
    ]


class SavedSearchList(msgspec.Struct, frozen=True, kw_only=True):
    """All saved searches, by name."""

    items: tuple[SavedSearchItem, ...]


class MatchItem(msgspec.Struct, frozen=True, kw_only=True):
    """An article or story that a saved search matched, each once; or what became of such an
    article, under a number of its own.
    """

    number: Annotated[int, Meta(description="Give the last as `after` to read on.")]
    at: datetime
    seq: Annotated[int, Meta(description="The change that made it match.")]
    change_of: Annotated[
        int, Meta(description="The match whose article this became of; 0 for a match itself.")
    ]
    kind: Literal["article", "story"]
    id: str
    status: Annotated[
        str,
        Meta(
            description="An article's, of a story its headline's: `usable`, "
            "`corrected`, `cancelled`; `deleted`, when nothing else is told of it."
        ),
    ]
    headline: str
    outlet: str
    url: str
    story: str
    time: Annotated[
        datetime | None,
        Meta(description="When it was published, or else first seen; a story's last report."),
    ]


class MatchList(msgspec.Struct, frozen=True, kw_only=True):
    """Matches and what became of them, in the order in which that was found."""

    items: tuple[MatchItem, ...]
    last: Annotated[int, Meta(description="Give it as `after` to read on.")]


class MatchesQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Which matches."""

    after: Annotated[
        int, Meta(ge=0, le=LARGEST, description="The last match already known; 0 is the first.")
    ] = 0
    limit: Annotated[int, Meta(ge=1, le=1000, description="How many at most.")] = 100


def asked_search(request: Asked, connection: Connection) -> searches.SavedSearch:
    """The saved search whose number is in the path. Raises :class:`RequestError` (404)."""
    number = number_of(str(request.path_params["id"]))
    if number is None:
        raise RequestError(404, _NONE)
    try:
        return searches.one_search(connection, number)
    except NotFoundError as error:
        raise RequestError(404, _NONE) from error


def search_item(search: searches.SavedSearch, receiver: Receiver | None) -> SavedSearchItem:
    """A saved search, and who is told."""
    fields = msgspec.structs.asdict(search)
    fields["number"] = fields.pop("id")
    notify = receiver_item(receiver) if receiver else None
    return SavedSearchItem(**{**fields, "created": moment(search.created), "notify": notify})


def receiver_item(receiver: Receiver) -> ReceiverItem:
    """Who is told, as it may be seen."""
    fields = msgspec.structs.asdict(receivers.shown(receiver))
    for name in ("last_told", "failing_since", "next_attempt"):
        fields[name] = maybe_moment(fields[name])
    return ReceiverItem(**fields)


def json_answer(answer: msgspec.Struct, *, status: int = 200) -> Response[bytes]:
    """An answer of this shape."""
    body = msgspec.json.encode(answer)
    return Response(body, status_code=status, media_type="application/json")
