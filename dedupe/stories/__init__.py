"""Stories: all reports of one happening, found as they arrive."""

from dedupe.stories.desk import StoryDesk

__all__ = ["StoryDesk"]
