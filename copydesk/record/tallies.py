"""Tallies of the stories that grew last, so that one report more is counted, not all read anew."""

from collections import OrderedDict

from copydesk.story_facts import Tally

# Reports in all tallies together. Of 100,000 articles a day some 20,000 belong to stories that
# grow; what grew last grows next. Full, with stories of four real reports, this takes 72 MB.
_ROOM = 20_000
# More reports of one story take no more of that room: what is large grows on, and is dear to read.
# A story of 40,000 reports, read anew for every batch, took five sixths of the desk's time; kept,
# it takes 57 MB, and there is room for forty that large.
_LARGE = 500


class Tallies:
    """What the desk keeps of stories beside the record; nothing, if need be.

    Each tally is that of the story as one change of the log left it. A batch takes those of its
    stories out and puts them back under the change that it logs: if it is undone, or another desk
    writes, the record names another change and the story is read anew.
    """

    def __init__(self, room: int = _ROOM) -> None:
        self._room = room
        self._reports = 0
        self._held: OrderedDict[str, tuple[int, Tally]] = OrderedDict()

    def take(self, story: str, *, changed: int) -> Tally | None:
        """Hand over the story's tally, if it is the one of this change."""
        held = self._held.pop(story, None)
        if held is None:
            return None
        self._reports -= _weight(held[1])
        return held[1] if held[0] == changed else None

    def keep(self, story: str, tally: Tally, *, changed: int) -> None:
        """Keep the tally; those that grew longest ago make room."""
        self.take(story, changed=changed)  # of a batch that was undone, a new story's
        self._held[story] = changed, tally
        self._reports += _weight(tally)
        while self._reports > self._room:
            _, (_, oldest) = self._held.popitem(last=False)
            self._reports -= _weight(oldest)


def _weight(tally: Tally) -> int:
    return min(tally.reports, _LARGE)
