"""What ``/v1/stories/{id}`` says a story is about and how it went on."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from copydesk.api.times import moment
from copydesk.story_life import StoryLife


class KeyNameItem(msgspec.Struct, frozen=True, kw_only=True):
    """A name that texts of a story share: a person, body, brand or unlisted place."""

    name: Annotated[str, Meta(examples=["Sergei Sobyanin"])]
    kind: Annotated[
        Literal["person", "organisation", "other"],
        Meta(description="Told by first names, offices and words like bank; other where unknown."),
    ]
    texts: Annotated[int, Meta(description="How many of its texts have it.")]


class KeyPlaceItem(msgspec.Struct, frozen=True, kw_only=True):
    """A place that texts of a story name, by its English name."""

    name: Annotated[str, Meta(examples=["Moscow"])]
    kind: Literal["city", "country"]
    country: Annotated[str, Meta(description="ISO 3166-1; of a city, its country's.")]
    texts: Annotated[int, Meta(description="How many of its texts name it.")]


class MomentItem(msgspec.Struct, frozen=True, kw_only=True):
    """When a story went on: several new texts, not copies, brought what it had not before."""

    at: datetime
    article: Annotated[str, Meta(description="The report that brought most of it.")]
    headline: str
    status: Annotated[str, Meta(description="Of that report.", examples=["usable"])]
    new: Annotated[tuple[str, ...], Meta(description="Names, places and words that were new.")]
    texts: Annotated[int, Meta(description="How many texts brought them within three hours.")]


class StoryLifeItem(msgspec.Struct, frozen=True, kw_only=True):
    """What a story is about, how fast it runs, how it went on; from its newest 200 texts."""

    velocity: Annotated[
        float,
        Meta(description="Reports an hour over the three hours that end with the last report."),
    ]
    last_hour: Annotated[int, Meta(description="Reports in the hour before the last report.")]
    names: Annotated[tuple[KeyNameItem, ...], Meta(description="At most 8, most shared first.")]
    places: Annotated[tuple[KeyPlaceItem, ...], Meta(description="At most 8, most named first.")]
    moments: Annotated[tuple[MomentItem, ...], Meta(description="At most 6, in time order.")]


def life_item(life: StoryLife) -> StoryLifeItem:
    """The life of one story."""
    asdict = msgspec.structs.asdict
    return StoryLifeItem(
        velocity=life.velocity,
        last_hour=life.last_hour,
        names=tuple(KeyNameItem(**asdict(each)) for each in life.names),
        places=tuple(KeyPlaceItem(**asdict(each)) for each in life.places),
        moments=tuple(
            MomentItem(**{**asdict(each), "at": moment(each.at)}) for each in life.moments
        ),
    )
