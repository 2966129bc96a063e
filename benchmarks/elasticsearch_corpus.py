"""A seeded newsroom of any size for the benchmark of Elasticsearch: articles and stories.

Sizes follow the feeds and pages that the crawler is developed against: a text has 350 words in
the middle and a long tail (log-normal, sigma 0.6), a headline 9, a summary 25; words come from a
vocabulary of 200,000 by Zipf's law, in a pool that no two articles cut alike. Every third text is
a copy group's first; a story has seven articles. Thirty days, 200 outlets, four languages.
"""

import random
from collections.abc import Iterator

from indexer.documents import ArticleDocument, StoryDocument

VOCABULARY = 200_000
POOL = 3_000_000
DAY = 86_400
START = 1_682_899_200.0  # 1 May 2023
DAYS = 30
STORY = 7
GROUP = 3
_SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]
_LANGUAGES = ("en", "en", "en", "de", "fr", "es")
_COUNTRIES = ("GB", "US", "IE", "DE", "FR", "ES")


class Corpus:
    """Always the same for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        words = [self._word(rank) for rank in range(VOCABULARY)]
        weights = [1 / (rank + 2.7) for rank in range(VOCABULARY)]
        self.words = words
        self._pool = self._chance.choices(words, weights, k=POOL)
        self._names = [self._word(rank).title() for rank in range(5000, 25_000)]

    def articles(self, count: int) -> Iterator[ArticleDocument]:
        """In the order in which they were first seen."""
        chance, pool = self._chance, self._pool
        for number in range(count):
            size = min(max(int(chance.lognormvariate(5.86, 0.6)), 40), 4000)
            at = chance.randrange(POOL - size - 40)
            body = pool[at + 34 : at + 34 + size]
            for place in range(7, size, 40):
                body[place] = f"{chance.choice(self._names)} {body[place]}"
            seen = START + number / count * DAYS * DAY
            kind = number % len(_LANGUAGES)
            yield ArticleDocument(
                id=f"a{number:012}",
                guid=f"https://outlet{number % 200}.example/{number}",
                url=f"https://outlet{number % 200}.example/2023/05/{'-'.join(pool[at : at + 6])}",
                source=f"feed{number % 500}",
                outlet=f"Outlet {number % 200}",
                country=_COUNTRIES[kind],
                title=" ".join(pool[at : at + 9]).capitalize(),
                byline=" ".join(chance.choices(self._names, k=2)),
                summary=" ".join(pool[at + 9 : at + 34]),
                text=" ".join(body),
                language=_LANGUAGES[kind],
                section=("world", "business", "sport", "science", "culture")[number % 5],
                keywords=tuple(pool[at : at + 4]),
                names=tuple(chance.choices(self._names, k=8)),
                credit=("", "Reuters", "AP", "AFP")[number % 4],
                published=seen - chance.expovariate(1 / 600),
                first_seen=seen,
                copy_group=f"g{number // GROUP:011}",
                copies=GROUP,
                reprint=int(number % GROUP > 0),
                similarity=0.9 if number % GROUP else None,
                story=f"s{number // STORY:011}",
            )

    def stories(self, articles: int) -> Iterator[StoryDocument]:
        """The stories that so many articles make."""
        chance, pool = self._chance, self._pool
        for number in range(articles // STORY):
            at = chance.randrange(POOL - 60)
            first = START + number * STORY / articles * DAYS * DAY
            yield StoryDocument(
                id=f"s{number:011}",
                headline=" ".join(pool[at : at + 9]).capitalize(),
                summary=" ".join(pool[at + 9 : at + 34]),
                first_report=first,
                last_report=first + chance.expovariate(1 / 7200),
                articles=STORY,
                copy_groups=STORY // GROUP + 1,
                velocity=chance.random() * STORY / 3,
                outlets=tuple(f"Outlet {chance.randrange(200)}" for _ in range(STORY)),
                languages=("en",),
                countries=("GB", "US"),
                terms=tuple(pool[at + 40 : at + 52]),
            )

    def _word(self, rank: int) -> str:
        """Frequent words are short."""
        syllables = 1 + (rank > 60) + (rank > 3000) + (rank > 60_000)
        mixed = rank * 2_654_435_761
        return "".join(
            _SYLLABLES[(mixed >> (7 * place)) % len(_SYLLABLES)] for place in range(syllables)
        ) + (str(rank) if rank > 120_000 else "")
