"""What a run of the desk amounted to."""

import msgspec

from copydesk.record.placing import Summary


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What a run that ends amounted to."""

    new: int = 0
    revised: int = 0
    copies: int = 0
    new_stories: int = 0
    merged_stories: int = 0
    deleted: int = 0
    indexed: str = "no"

    def plus(self, summary: Summary) -> "Totals":
        """These totals and one more batch."""
        return Totals(
            new=self.new + summary.new,
            revised=self.revised + summary.revised,
            copies=self.copies + summary.copies,
            new_stories=self.new_stories + summary.new_stories,
            merged_stories=self.merged_stories + summary.merged_stories,
            deleted=self.deleted + summary.deleted,
        )

    def sentence(self) -> str:
        """What was done, in words."""
        counts = (
            (self.new, "new"),
            (self.revised, "revised"),
            (self.copies, "copies"),
            (self.new_stories, "new stories"),
            (self.merged_stories, "stories merged"),
            (self.deleted, "deleted"),
        )
        return "Placed " + (", ".join(f"{n} {what}" for n, what in counts if n) or "nothing") + "."
