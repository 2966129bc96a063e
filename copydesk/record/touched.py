"""What one batch of the desk changes in the record."""

from copydesk.record.changelog import ChangedKind, Operation
from copydesk.story_headlines import Report


class Touched:
    """What a batch changes: the articles, groups and stories to write anew and to log."""

    def __init__(self) -> None:
        self.articles: set[str] = set()
        self.groups: set[str] = set()
        # By story, the reports that came to it; a story without any is told anew all the same.
        self.came: dict[str, list[Report]] = {}
        self.disturbed: set[str] = set()  # stories that other reports than these came to or left
        self.gone: set[str] = set()
        self.deleted: set[str] = set()

    def stories(self) -> set[str]:
        return self.disturbed.union(self.came)

    def log(self) -> list[tuple[ChangedKind, str, Operation]]:
        changes: list[tuple[ChangedKind, str, Operation]] = []
        changes += [("article", id_, "remove") for id_ in sorted(self.deleted)]
        changes += [("article", id_, "put") for id_ in sorted(self.articles - self.deleted)]
        changes += [("story", id_, "remove") for id_ in sorted(self.gone)]
        changes += [("story", id_, "put") for id_ in sorted(self.stories() - self.gone)]
        return changes
