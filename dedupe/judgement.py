"""Is it a copy? One pure decision over few named measurements.

The thresholds are measured by ``benchmarks/copies_quality.py`` and held by
``tests/dedupe/test_quality.py``. All but the rule for headlines is called by a kernel.
"""

from typing import NamedTuple

from dedupe.kernels import inner
from dedupe.particulars import Agreements, share

NO_COPY, MINHASH, CONTAINMENT, TITLE = range(4)

LEAST_SHINGLES = 8  # 11 words; less text than that is left to the headline's rule
SHORT, LONG = 25, 120  # shingles: a sentence or two, four paragraphs
SIMILAR_SHORT, SIMILAR_LONG = 0.5, 0.2
SIMILAR_WITHIN = 0.5  # within one source: outlets repeat themselves, agencies do not
SIMILAR_SERIES = 0.8
TITLE_SHARE = 0.34  # a headline that is rewritten still names the thing
SERIES_GAP = 18 * 3600.0  # corrections come within the day, the next instalment on the next
CONTAINED, CONTAINED_SHORT, CONTAINED_WITHIN = 0.6, 0.75, 0.8
LEAST_EXCERPT = 40  # shared shingles: two quotes are shorter
LEAST_SAMPLES = 5
SCATTERED = 0.15  # of the smaller text; a third of all words edited leaves .24 of it
SCATTERED_RUNS = 5
QUOTED_RUNS = 2  # a quote and a background paragraph
SCATTERED_NAMES = 0.5
FULL_TEXT = 60  # words; below that a text is a summary or a caption
TITLE_WORDS = 6
TITLE_WORDS_APART = 8  # when both have a summary and the summaries differ
TITLE_WINDOW = 72 * 3600.0
COMPARABLE, DISAGREE = 6, 0.35  # two prints agree on .60 in 95 of 100 cases, templates on .27
COMPARABLE_FEW, DISAGREE_FEW = 4, 0.2
COMPARABLE_NUMBERS, DISAGREE_NUMBERS = 4, 0.25


class Likeness(NamedTuple):
    """What was measured between a new text and one that is held.

    ``similarity`` Jaccard, estimated; ``contained`` the share of the smaller text in the larger;
    ``shared`` and ``smaller`` in shingles that are not boilerplate; ``samples`` how many sampled
    shingles they share, in ``runs`` stretches of the new text; ``gap`` in seconds.
    """

    similarity: float
    contained: float
    shared: int
    smaller: int
    samples: int
    runs: int
    agreements: Agreements
    same_source: bool
    gap: float


class Verdict(NamedTuple):
    """By which method it is a copy, or ``NO_COPY``, and the threshold that was passed."""

    method: int
    threshold: float


DIFFERENT = Verdict(NO_COPY, 0.0)


@inner
def similarity_threshold(smaller: int, within: bool) -> float:
    """The Jaccard similarity a copy needs; short texts share by chance what long ones do not."""
    if smaller <= SHORT:
        threshold = SIMILAR_SHORT
    elif smaller >= LONG:
        threshold = SIMILAR_LONG
    else:
        position = (smaller - SHORT) / (LONG - SHORT)
        threshold = SIMILAR_SHORT + position * (SIMILAR_LONG - SIMILAR_SHORT)
    return max(threshold, SIMILAR_WITHIN) if within else threshold


@inner
def judge(likeness: Likeness) -> Verdict:
    """Decide from the texts alone."""
    if likeness.smaller < LEAST_SHINGLES or _template(likeness):
        return DIFFERENT
    if likeness.same_source and _another_piece(likeness):
        return DIFFERENT
    threshold = similarity_threshold(likeness.smaller, likeness.same_source)
    if likeness.similarity >= threshold and not _quote(likeness):
        return Verdict(MINHASH, threshold)
    threshold = CONTAINED_WITHIN if likeness.same_source else _contained_threshold(likeness)
    if (
        likeness.contained >= threshold
        and likeness.shared >= LEAST_EXCERPT
        and likeness.samples >= LEAST_SAMPLES
    ):
        return Verdict(CONTAINMENT, threshold)
    if not likeness.same_source and likeness.contained >= SCATTERED and _scattered(likeness):
        return Verdict(CONTAINMENT, SCATTERED)
    return DIFFERENT


@inner
def _contained_threshold(likeness: Likeness) -> float:
    """One block of furniture is most of a short text, but not so much of it as an excerpt is."""
    block = likeness.smaller < LONG and likeness.runs <= QUOTED_RUNS
    return CONTAINED_SHORT if block else CONTAINED


@inner
def _quote(likeness: Likeness) -> bool:
    """Too little of either text is shared, and that in one or two pieces."""
    return (
        likeness.contained < _contained_threshold(likeness)
        and likeness.samples >= LEAST_SAMPLES
        and likeness.runs <= QUOTED_RUNS
    )


@inner
def _scattered(likeness: Likeness) -> bool:
    """What is shared is all over the text, and so are the names: heavily edited, not quoted."""
    names = likeness.agreements.names
    return (
        likeness.runs >= SCATTERED_RUNS
        and likeness.shared >= LEAST_EXCERPT
        and names.compared >= COMPARABLE
        and share(names) >= SCATTERED_NAMES
    )


@inner
def _template(likeness: Likeness) -> bool:
    """Same frame, other names and numbers: two instances of a template."""
    names, numbers, _ = likeness.agreements
    compared = names.compared + numbers.compared
    shared = names.shared + numbers.shared
    if compared >= COMPARABLE and shared < DISAGREE * compared:
        return True
    if compared >= COMPARABLE_FEW and shared <= DISAGREE_FEW * compared:
        return True
    return (
        numbers.compared >= COMPARABLE_NUMBERS
        and share(numbers) < DISAGREE_NUMBERS
        and share(names) < SCATTERED_NAMES
    )


@inner
def _another_piece(likeness: Likeness) -> bool:
    """One source's furniture or series under another headline, not the same piece again."""
    title = likeness.agreements.title
    alike = likeness.similarity >= SIMILAR_SERIES and likeness.smaller >= FULL_TEXT
    if title.compared and share(title) < TITLE_SHARE:
        return not alike
    return likeness.gap > SERIES_GAP and share(title) < 1.0 and not alike


class Headline(NamedTuple):
    """A headline that two articles share, and what else is known of the two.

    ``words`` of the headline; ``text_words`` of the two texts; ``recurring`` when the headline was
    also used outside of the time window.
    """

    words: int
    text_words: tuple[int, int]
    same_source: bool
    recurring: bool
    gap: float


def judge_headline(headline: Headline) -> Verdict:
    """Decide from the shared headline where the texts could not."""
    shorter = min(headline.text_words)
    if (
        headline.same_source
        or headline.recurring
        or headline.gap > TITLE_WINDOW
        or headline.words < TITLE_WORDS
        or shorter >= FULL_TEXT
    ):
        return DIFFERENT
    if shorter >= LEAST_SHINGLES and headline.words < TITLE_WORDS_APART:
        return DIFFERENT
    return Verdict(TITLE, 1.0)
