"""Count how common each language-neutral term is, for ``dedupe/stories/background/neutral.txt``.

    python -m benchmarks.stories_background > dedupe/stories/background/neutral.txt

Data: all feed items of ``stream/`` (February to April 2023, English and Polish). To be run when
the lexicon, or how names are reduced to sounds, has changed; a few minutes. Terms of the lexicon
that three months of two languages hold too seldom have the share of comparable ones, in
``comparable.txt`` beside it: concepts one document in 512, places 724, names 1,024.
"""

import math
import sys
from collections import Counter, defaultdict

from benchmarks.stories_corpus import corpus, replay
from dedupe.stories.neutral import NeutralReader
from dedupe.stories.tongue import spoken
from dedupe.stories.words import Stemmer

# Half powers of two: a term of fewer documents than one in 2,900 is as rare as an unknown one.
RAREST = -23


def main() -> None:
    """Print the terms by the half power of two nearest to the share of items that hold them."""
    root = corpus()
    if root is None:
        sys.exit("The development corpus is not here: set COPYDESK_CORPUS to its folder.")
    reader = NeutralReader(Stemmer())
    counts: Counter[str] = Counter()
    read = 0
    for month in ("2023-02", "2023-03", "2023-04"):
        for document in replay(root, f"{month}-01", f"{month}-31"):
            read += 1
            terms = reader.terms(document.title, document.text, spoken(document))
            counts.update(term for term in terms if not term.startswith("n:"))
    rows: defaultdict[int, list[str]] = defaultdict(list)
    for term, count in sorted(counts.items()):
        rows[round(2 * math.log2(count / read))].append(term)
    for half_power in sorted((power for power in rows if power >= RAREST), reverse=True):
        print(half_power, *rows[half_power])


if __name__ == "__main__":
    main()
