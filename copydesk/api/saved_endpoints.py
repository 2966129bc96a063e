"""The addresses of saved searches, as :mod:`copydesk.api.endpoints` has all others."""

from copydesk.api import atom, questions
from copydesk.api.endpoint import FEED, Endpoint
from copydesk.api.saved import (
    AddressWish,
    MatchesQuestion,
    MatchList,
    NewSecret,
    ReceiverItem,
    ReceiverSet,
    SavedSearchList,
    SavedSearchMade,
    SearchWish,
)

SAVED = Endpoint(
    path="/v1/searches",
    name="listSavedSearches",
    summary="Saved searches",
    description="The desk holds whatever is new or changed against them.",
    answer=SavedSearchList,
    others=(304,),
)
SAVE = Endpoint(
    path="/v1/searches",
    name="saveSearch",
    summary="Save a search",
    description="It listens from now on, and tells `notify` of what it matches, and when that is "
    "corrected, cancelled or deleted later. It is made of a "
    "query, or of conditions in `where`. Without a token it is taken from the server's own "
    "machine only.",
    answer=SavedSearchMade,
    body=SearchWish,
    method="post",
    success=201,
    refusals=(401, 403, 409, 413, 415, 422, 503),
)
UNSAVE = Endpoint(
    path="/v1/searches/{id}",
    name="removeSavedSearch",
    summary="Forget a saved search and its matches",
    description="By its number. Who may is as for saving.",
    answer=None,
    method="delete",
    success=204,
    refusals=(401, 403, 404, 422, 503),
)
RESUME = Endpoint(
    path="/v1/searches/{id}/resume",
    name="resumeSavedSearch",
    summary="Tell a saved search's receiver again",
    description="At once, from the first match that it did not take. Who may is as for saving.",
    answer=ReceiverItem,
    method="post",
    refusals=(401, 403, 404, 409, 422, 503),
)
NOTIFY = Endpoint(
    path="/v1/searches/{id}/notify",
    name="notifyOfSavedSearch",
    summary="Tell another address of a saved search's matches",
    description="It hears what the one before did not take, signed with the same secret. Where "
    "nobody was told it hears of matches from now on, and the answer has the secret, this once. "
    "Who may is as for saving.",
    answer=ReceiverSet,
    body=AddressWish,
    method="post",
    refusals=(401, 403, 404, 413, 415, 422, 503),
)
SECRET = Endpoint(
    path="/v1/searches/{id}/secret",
    name="renewSecret",
    summary="Make a new secret for a saved search's receiver",
    description="Messages are signed with it from now on, and for a day with the one before too. "
    "Who may is as for saving.",
    answer=NewSecret,
    method="post",
    refusals=(401, 403, 404, 409, 422, 503),
)
MATCHES = Endpoint(
    path="/v1/searches/{id}/matches",
    name="listMatches",
    summary="What a saved search matched",
    description="In the order found, each article or story once, and with `change_of` what became "
    "of an article: that it is corrected, cancelled or deleted. Start with `after=0`, then give "
    "`last` as `after`.",
    question=MatchesQuestion,
    answer=MatchList,
    refusals=(404, 422, 503),
    others=(304,),
)
MATCHES_FEED = Endpoint(
    path="/v1/searches/{id}/feed",
    name="feedMatches",
    summary="What a saved search matched as an Atom feed",
    description="The newest match first, and what was deleted since as `at:deleted-entry` "
    f"(RFC 6721). {FEED}",
    question=questions.FeedQuestion,
    answer=None,
    media_type=atom.MEDIA_TYPE,
    refusals=(404, 422, 503),
    others=(304,),
)
SAVED_ENDPOINTS = (
    SAVED,
    SAVE,
    UNSAVE,
    RESUME,
    NOTIFY,
    SECRET,
    MATCHES,
    MATCHES_FEED,
)
