"""The score of a text."""

from crawler.pages.quality import quality, word_count

SENTENCE = "The mayor said on Tuesday that two people had been hurt in the south of the city."


def test_prose_scores_high_and_menus_low() -> None:
    prose = "\n".join(f"{SENTENCE} Number {n} was not among them." for n in range(30))
    menu = "\n".join(f"Section {n}" for n in range(200))
    assert quality(prose) > 0.75
    assert quality(menu) < 0.25
    assert quality(SENTENCE) < quality(prose)


def test_repetition_counts_once() -> None:
    assert quality("\n".join([SENTENCE] * 40)) < 0.1


def test_wrapped_prose_is_prose() -> None:
    spoken = [
        f"The mayor of place{n} said{n} on day{n} that two{n} were hurt{n}." for n in range(40)
    ]
    words = " ".join(spoken).split()
    wrapped = "\n".join(" ".join(words[at : at + 9]) for at in range(0, len(words), 9))
    assert quality(wrapped) > 0.6


def test_bounds() -> None:
    assert quality("") == 0.0
    assert quality("\n \n") == 0.0
    assert quality((SENTENCE + "\n") + "x" * 100_000) <= 1.0


def test_words_of_scripts_without_spaces() -> None:
    assert word_count("俄罗斯总统周二谴责了对莫斯科的无人机袭击") == round(20 / 1.7)
    assert word_count("two words") == 2
