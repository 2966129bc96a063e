"""Why an article is where it is, in plain words."""

from dedupe.document import CopyEvidence, StoryEvidence

_MOST_TERMS = 6


def copy_words(evidence: CopyEvidence, matched: str = "") -> str:
    """Why a text is (or is not) a copy. ``matched`` names the text it was held against."""
    other = matched or "an earlier text"
    match evidence.method:
        case "first":
            return "No earlier text is like it."
        case "minhash":
            shared = evidence.shared_shingles
            common = f", {shared:,} word sequences in common" if shared else ""
            return (
                f"A copy of {other}: {_percent(evidence.similarity)} of their wording is the same"
                f"{common} ({_percent(evidence.threshold)} make a copy)."
            )
        case "containment":
            return (
                f"Shares its text with {other}: {_percent(evidence.containment)} of the shorter "
                f"one is in the longer one ({_percent(evidence.threshold)} make a copy)."
            )
        case "title":
            return f"Has the same headline as {other}, and too little text to compare."
        case "person":
            return "A person put it here."


def story_words(evidence: StoryEvidence, matched: str = "") -> str:
    """Why a report belongs to its story. ``matched`` names the report it was held against."""
    other = matched or "reports of this story"
    match evidence.method:
        case "first":
            return "It opened the story."
        case "copy":
            return f"Its text is a copy of {matched or 'one in this story'}."
        case "terms":
            terms = ", ".join(evidence.terms[:_MOST_TERMS])
            about = f"Shares “{terms}” with {other}" if terms else f"Is close to {other}"
            return (
                f"{about}: {_percent(evidence.probability)} likely to be the same event "
                f"({_percent(evidence.threshold)} are needed)."
            )
        case "person":
            return "A person put it here."


def _percent(share: float) -> str:
    # What is not quite the whole must not read as the whole.
    whole = round(share * 100)
    return f"{min(whole, 99) if share < 1 else whole} %"
