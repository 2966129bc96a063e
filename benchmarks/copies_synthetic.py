"""Made-up material: articles, furniture, biographies and templates, free of anyone's rights.

The articles are not prose, but they have what the desk looks at: a long tail of words, names with
capitals, numbers, sentences and paragraphs.
"""

# ruff: noqa: ISC004 - paragraphs run over several lines

import random

from benchmarks.copies_variations import Material, Piece

_ONSETS = [
    "b",
    "bl",
    "br",
    "c",
    "ch",
    "d",
    "dr",
    "f",
    "fl",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pl",
    "pr",
    "r",
    "s",
    "sh",
    "st",
    "t",
    "th",
    "tr",
    "v",
    "w",
]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "ou"]
_CODAS = ["", "n", "r", "s", "t", "l", "m", "nd", "st", "ck"]
_GLUE = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "that",
    "for",
    "on",
    "with",
    "as",
    "by",
    "at",
    "from",
    "his",
    "it",
    "an",
    "were",
    "are",
    "which",
    "this",
    "also",
    "be",
    "has",
    "had",
    "its",
    "but",
    "not",
    "or",
    "been",
    "their",
    "they",
    "who",
    "after",
    "more",
    "will",
    "one",
    "about",
    "up",
    "two",
    "when",
    "out",
    "said",
    "would",
]


def vocabulary(size: int = 30_000, seed: int = 5) -> list[str]:
    """Pronounceable words that do not repeat."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < size:
        syllables = rng.choice((1, 2, 2, 3, 3, 4))
        word = "".join(
            rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(syllables)
        )
        found[word] = None
    return list(found)


class Press:
    """Prints articles without end; the same seed prints the same ones."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._words = vocabulary()

    def _word(self) -> str:
        rng = self._rng
        if rng.random() < 0.42:
            return rng.choice(_GLUE)
        return self._words[min(int(rng.paretovariate(0.45)), len(self._words)) - 1]

    def sentence(self, words: int) -> str:
        """One sentence; a tenth of its words are names, a few are numbers."""
        rng = self._rng
        parts = []
        for _ in range(words):
            chance = rng.random()
            if chance < 0.10:
                parts.append(rng.choice(self._words).capitalize())
            elif chance < 0.13:
                parts.append(str(rng.randint(2, 9999)))
            else:
                parts.append(self._word())
        parts[0] = parts[0].capitalize()
        return " ".join(parts) + "."

    def piece(self, words: int) -> Piece:
        """One article of about so many words."""
        rng = self._rng
        paragraphs = []
        while words > 0:
            size = min(words, rng.randint(25, 70))
            words -= size
            made = []
            while size > 0:
                length = min(max(size, 4), rng.randint(8, 24))
                made.append(self.sentence(length))
                size -= length
            paragraphs.append(" ".join(made))
        return Piece(self.sentence(rng.randint(6, 11)).rstrip("."), tuple(paragraphs))

    def pieces(self, count: int, shortest: int = 120, longest: int = 700) -> list[Piece]:
        """So many articles."""
        return [self.piece(self._rng.randint(shortest, longest)) for _ in range(count)]

    def blocks(self, count: int, shortest: int = 15, longest: int = 60) -> list[str]:
        """So many pieces of furniture, each to be used again and again."""
        return [
            " ".join(self.piece(self._rng.randint(shortest, longest)).paragraphs)
            for _ in range(count)
        ]

    def number(self, low: int, high: int) -> int:
        """A number between the two, both included."""
        return self._rng.randint(low, high)

    def name(self) -> str:
        """A name of two words."""
        return f"{self._rng.choice(self._words).title()} {self._rng.choice(self._words).title()}"

    def templates(self, each: int) -> list[Piece]:
        """So many instances of each of six templates: none is a copy of another."""
        return [make(self) for make in _TEMPLATES for _ in range(each)]


def material(press: Press, others: list[Piece], blocks: int = 40, authors: int = 30) -> Material:
    """Furniture of a small number of outlets and authors."""
    return Material(others, press.blocks(blocks), press.blocks(authors, 30, 60))


def _number(press: Press, low: int, high: int) -> int:
    return press.number(low, high)


def _weather(press: Press) -> Piece:
    a, b, c, d = (_number(press, -9, 38) for _ in range(4))
    town, other = press.name(), press.name()
    return Piece(
        f"Weather forecast for {town} and the region",
        (
            f"The day in {town} starts with scattered clouds and a light wind from the west. "
            f"Temperatures reach {a} degrees in the lowlands and {b} degrees in the hills.",
            f"During the night the sky clears and the temperature falls to {c} degrees, in "
            f"{other} to {d} degrees. The chance of rain is {_number(press, 1, 99)} percent. "
            "Drivers should be prepared for fog patches near rivers in the early morning hours.",
        ),
    )


def _puzzle(press: Press) -> Piece:
    issue = _number(press, 300, 2000)
    words = [press.name().split()[0] for _ in range(5)]
    return Piece(
        f"Today's word puzzle answer and hints, number {issue}",
        (
            f"Looking for the answer to word puzzle number {issue}? We have hints and the "
            "solution below, so stop scrolling now if you would rather find it out yourself.",
            "The rules have not changed: five letters, six tries, and a colour that tells how "
            f"close each letter is. Our first guess was {words[0]}, then {words[1]} and "
            f"{words[2]}. It has {_number(press, 1, 3)} vowels and starts with {words[3][0]}.",
            f"The answer to puzzle {issue} is {words[4]}. Come back tomorrow for the next one.",
        ),
    )


def _results(press: Press) -> Piece:
    firm = press.name()
    n = [f"{_number(press, 1, 900)}.{_number(press, 10, 99)}" for _ in range(7)]
    return Piece(
        f"{firm} quarterly net profit changes {n[0]} percent",
        (
            f"{firm} reported a net profit of {n[1]} million for the quarter ended on the last "
            f"day of the month, compared with {n[2]} million in the same quarter a year earlier.",
            f"Revenue from operations stood at {n[3]} million against {n[4]} million. Total "
            f"expenses were {n[5]} million. Shares of {firm} closed at {n[6]} on the exchange, "
            "in line with the broader market. The board recommended a final dividend, subject to "
            "the approval of shareholders at the annual general meeting.",
        ),
    )


def _match(press: Press) -> Piece:
    home, away, scorer, coach = (press.name() for _ in range(4))
    goals, other = _number(press, 1, 6), _number(press, 0, 5)
    return Piece(
        f"{home} {goals}-{other} {away}: match report",
        (
            f"{home} beat {away} {goals}-{other} in front of {_number(press, 1000, 80000)} "
            f"spectators on Saturday. {scorer} opened the scoring in the {_number(press, 1, 90)}th "
            "minute after a fine move down the left, and the home side never looked back.",
            f"The visitors had {_number(press, 30, 70)} percent of possession but could not make "
            f"it count. {coach} said he was proud of his players and that they would look at the "
            "pictures and take it from there. The result keeps them in contention for a place in "
            "the next round with several games in hand.",
        ),
    )


def _live(press: Press) -> Piece:
    return Piece(
        "Live updates",
        (f"Follow our live coverage. {press.sentence(14)} {press.sentence(12)}",),
    )


def _notice(press: Press) -> Piece:
    street, person = press.name(), press.name()
    return Piece(
        f"Police appeal for witnesses after collision on {street}",
        (
            f"Officers are appealing for witnesses after a collision on {street} at about "
            f"{_number(press, 1, 12)}.{_number(press, 10, 59)} on day {_number(press, 1, 31)}. "
            f"A {_number(press, 18, 90)}-year-old from {person.split()[0]} was taken to hospital.",
            "Anyone who saw what happened or has dash camera footage is asked to call the "
            f"non-emergency number and quote reference {_number(press, 1000, 99999)}. No arrests "
            "have been made and inquiries are continuing.",
        ),
    )


_TEMPLATES = (_weather, _puzzle, _results, _match, _live, _notice)
