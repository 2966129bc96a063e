"""Evidence in plain words."""

import pytest

from copydesk.api.rendering import segments
from copydesk.api.words import copy_words, story_words
from dedupe.document import CopyEvidence, StoryEvidence


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        (CopyEvidence(method="first"), "No earlier text is like it."),
        (
            CopyEvidence(method="minhash", similarity=0.999, shared_shingles=1214, threshold=0.5),
            (
                "A copy of “A” (B): 99 % of their wording is the same, 1,214 word sequences in "
                "common (50 % make a copy)."
            ),
        ),
        (
            CopyEvidence(method="containment", containment=1.0, threshold=0.8),
            (
                "Shares its text with “A” (B): 100 % of the shorter one is in the longer one "
                "(80 % make a copy)."
            ),
        ),
        (
            CopyEvidence(method="title"),
            "Has the same headline as “A” (B), and too little text to compare.",
        ),
        (CopyEvidence(method="person"), "A person put it here."),
    ],
)
def test_copies(evidence: CopyEvidence, sentence: str) -> None:
    assert copy_words(evidence, "“A” (B)") == sentence


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        (StoryEvidence(method="first"), "It opened the story."),
        (StoryEvidence(method="copy"), "Its text is a copy of one in this story."),
        (
            StoryEvidence(
                method="terms", probability=0.87, threshold=0.5, terms=("drone", "moscow")
            ),
            (
                "Shares “drone, moscow” with reports of this story: 87 % likely to be the same "
                "event (50 % are needed)."
            ),
        ),
        (StoryEvidence(method="person"), "A person put it here."),
    ],
)
def test_stories(evidence: StoryEvidence, sentence: str) -> None:
    assert story_words(evidence) == sentence


@pytest.mark.parametrize(
    ("marked", "pieces"),
    [
        ("", []),
        ("plain", [("plain", False)]),
        ("a \x02hit\x03 b", [("a ", False), ("hit", True), (" b", False)]),
        ("\x02x\x03\x02y\x03", [("x", True), ("y", True)]),
        ("never \x02closed", [("never ", False), ("closed", False)]),
    ],
)
def test_excerpts_are_cut_at_their_marks(marked: str, pieces: list[tuple[str, bool]]) -> None:
    assert [(piece.text, piece.hit) for piece in segments(marked)] == pieces
