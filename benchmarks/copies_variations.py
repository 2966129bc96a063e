"""Seventeen ways in which a text comes back, as an outlet, a scraper or an editor makes them.

Every variation is a pure function of a random generator, the original and material from
elsewhere; the same seed gives the same copy.
"""

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Piece(NamedTuple):
    """A headline and paragraphs of at least one word."""

    title: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The paragraphs, one a line."""
        return "\n".join(self.paragraphs)


class Material(NamedTuple):
    """What copies are padded and rewritten with: other pieces, furniture and biographies."""

    others: Sequence[Piece]
    furniture: Sequence[str]
    biographies: Sequence[str]


Vary = Callable[[random.Random, Piece, Material], Piece]


def sentences(piece: Piece) -> list[str]:
    """The sentences of a piece, roughly."""
    found: list[str] = []
    for paragraph in piece.paragraphs:
        for end in "?!.":
            paragraph = paragraph.replace(f"{end} ", f"{end}\0")  # noqa: PLW2901 - step by step
        found.extend(part.strip() for part in paragraph.split("\0") if part.strip())
    return found


def paragraphed(rng: random.Random, parts: Sequence[str]) -> tuple[str, ...]:
    """Sentences as paragraphs of one to four."""
    found = []
    at = 0
    while at < len(parts):
        size = rng.randint(1, 4)
        found.append(" ".join(parts[at : at + size]))
        at += size
    return tuple(found)


def _headline(rng: random.Random, piece: Piece, material: Material) -> str:
    """A headline of the copying outlet's own: from the text, or from nowhere near it."""
    parts = sentences(piece)
    source = rng.choice(parts) if rng.random() < 0.7 else rng.choice(material.others).title
    return " ".join(source.split()[: rng.randint(5, 12)])


def _other_sentences(rng: random.Random, material: Material, words: int) -> list[str]:
    found: list[str] = []
    count = 0
    while count < words:
        parts = sentences(rng.choice(material.others))
        part = parts[rng.randrange(len(parts))]
        found.append(part)
        count += len(part.split())
    return found


def _edited(rng: random.Random, piece: Piece, material: Material, share: float) -> Piece:
    """Replace (60 %), delete (20 %) or insert (20 %) so many of the words, anywhere."""
    strange = " ".join(_other_sentences(rng, material, 80)).split()
    changed = []
    for paragraph in piece.paragraphs:
        words = []
        for word in paragraph.split():
            if rng.random() >= share:
                words.append(word)
                continue
            kind = rng.random()
            if kind < 0.6:
                words.append(rng.choice(strange))
            elif kind > 0.8:
                words += [word, rng.choice(strange)]
        if words:
            changed.append(" ".join(words))
    return Piece(_headline(rng, piece, material), tuple(changed) or piece.paragraphs)


def _cut(rng: random.Random, piece: Piece, material: Material, share: float) -> Piece:
    """Keep so much of the text, from the top, as editors do."""
    parts = sentences(piece)
    total = sum(len(part.split()) for part in parts)
    kept: list[str] = []
    count = 0
    for part in parts:
        if count >= share * total:
            break
        kept.append(part)
        count += len(part.split())
    return Piece(_headline(rng, piece, material), paragraphed(rng, kept))


def reprint(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """The text as it is, under another headline."""
    return piece._replace(title=_headline(rng, piece, material))


def relead(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """Another headline and a lead of the outlet's own."""
    parts = sentences(piece)
    lead = _other_sentences(rng, material, 30)
    return Piece(_headline(rng, piece, material), paragraphed(rng, [*lead, *parts[2:]]))


def cut70(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """The first 70 %."""
    return _cut(rng, piece, material, 0.7)


def cut50(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """The first half."""
    return _cut(rng, piece, material, 0.5)


def cut30(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """The first 30 %."""
    return _cut(rng, piece, material, 0.3)


def padded(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """Furniture before, after and between."""
    inner = list(piece.paragraphs)
    for _ in range(rng.randint(2, 4)):
        inner.insert(rng.randint(0, len(inner)), rng.choice(material.furniture))
    return Piece(_headline(rng, piece, material), tuple(inner))


def biography(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """An author's biography at the end."""
    author = rng.choice(material.biographies)
    return Piece(_headline(rng, piece, material), (*piece.paragraphs, author))


def reordered(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """Paragraphs in another order."""
    parts = list(paragraphed(rng, sentences(piece)))
    rng.shuffle(parts)
    return Piece(_headline(rng, piece, material), tuple(parts))


def edited05(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """5 % of the words edited."""
    return _edited(rng, piece, material, 0.05)


def edited15(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """15 % of the words edited."""
    return _edited(rng, piece, material, 0.15)


def edited30(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """30 % of the words edited."""
    return _edited(rng, piece, material, 0.30)


def typography(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """Another house's quotes, dashes, spaces, hyphens and capitals."""
    text = piece.text
    for old, new in (('"', "“"), ("'", "’"), (" - ", " — "), ("...", "…"), ("’s ", "'s ")):
        if rng.random() < 0.7:
            text = text.replace(old, new)
    words = text.split(" ")
    for at in range(len(words)):
        if len(words[at]) > 9 and rng.random() < 0.1:
            words[at] = words[at][:5] + "\u00ad" + words[at][5:]
        if rng.random() < 0.03:
            words[at] = words[at].upper()
    text = "\u00a0".join([" ".join(words[:9]), " ".join(words[9:])])
    return Piece(_headline(rng, piece, material), tuple(text.split("\n")))


def embedded(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """Whole, somewhere within a page of two to three times its length."""
    length = len(piece.text.split())
    around = list(
        paragraphed(rng, _other_sentences(rng, material, int(length * rng.uniform(1, 2))))
    )
    at = rng.randint(0, len(around))
    around[at:at] = piece.paragraphs
    return Piece(_headline(rng, piece, material), tuple(around))


def excerpt(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """80 to 160 words of it, with a few of the outlet's own."""
    parts = sentences(piece)
    wanted = rng.randint(80, 160)
    start = rng.randrange(max(len(parts) // 2, 1))
    taken: list[str] = []
    for part in parts[start:]:
        if sum(len(p.split()) for p in taken) >= wanted:
            break
        taken.append(part)
    own = _other_sentences(rng, material, 25)
    return Piece(_headline(rng, piece, material), paragraphed(rng, [*own[:1], *taken, *own[1:]]))


def rewritten(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """The agency's report in the outlet's own frame: 40 to 70 % of the result is the agency's."""
    parts = sentences(piece)
    kept = [part for part in parts if rng.random() < 0.6] or parts[:1]
    taken = sum(len(part.split()) for part in kept)
    share = rng.uniform(0.4, 0.7)
    own = _other_sentences(rng, material, int(taken * (1 - share) / share))
    mixed = list(kept)
    for part in own:
        mixed.insert(rng.randint(0, len(mixed)), part)
    return Piece(_headline(rng, piece, material), paragraphed(rng, mixed))


def scrape(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """A dirty scrape: menus, captions and other headlines within the text, sentences lost."""
    found = [" ".join(rng.choice(material.others).title for _ in range(rng.randint(2, 5)))]
    for part in paragraphed(rng, sentences(piece)):
        if rng.random() < 0.12:
            continue
        found.append(part)
        if rng.random() < 0.4:
            found.append(f"Read more: {rng.choice(material.others).title}")
    found.append(rng.choice(material.furniture))
    return Piece(_headline(rng, piece, material), tuple(found))


def patchwork(rng: random.Random, piece: Piece, material: Material) -> Piece:
    """Cut to half, edited by a tenth, reheaded and padded, all at once."""
    return padded(rng, _edited(rng, cut50(rng, piece, material), material, 0.10), material)


ORDINARY: dict[str, Vary] = {
    "reprint": reprint,
    "relead": relead,
    "cut70": cut70,
    "cut50": cut50,
    "padded": padded,
    "biography": biography,
    "reordered": reordered,
    "edited05": edited05,
    "edited15": edited15,
    "typography": typography,
}
HARD: dict[str, Vary] = {
    "cut30": cut30,
    "edited30": edited30,
    "embedded": embedded,
    "excerpt": excerpt,
    "rewritten": rewritten,
    "scrape": scrape,
    "patchwork": patchwork,
}
ALL: dict[str, Vary] = {**ORDINARY, **HARD}
