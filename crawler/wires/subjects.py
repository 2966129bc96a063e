"""Sections of codes that name none: IPTC's 17 top subjects, and the categories of teleprinters."""

# https://cv.iptc.org/newscodes/subjectcode: the first two of eight digits.
_TOP_SUBJECTS = {
    "01": "arts, culture and entertainment", "02": "crime, law and justice",
    "03": "disaster and accident", "04": "economy, business and finance", "05": "education",
    "06": "environmental issue", "07": "health", "08": "human interest", "09": "labour",
    "10": "lifestyle and leisure", "11": "politics", "12": "religion and belief",
    "13": "science and technology", "14": "social issue", "15": "sport",
    "16": "unrest, conflicts and war", "17": "weather",
}  # fmt: skip
# ANPA 1312 and what agencies use under IPTC 7901.
_CATEGORIES = {
    "a": "domestic", "d": "lifestyle", "e": "entertainment", "f": "economy, business and finance",
    "g": "feature", "i": "international", "j": "lottery", "k": "commentary", "l": "lifestyle",
    "n": "regional", "o": "weather", "p": "politics", "q": "sport", "s": "sport",
    "w": "advisory",
}  # fmt: skip


def top_subject(code: str) -> str:
    """The section of an eight-digit subject code, with or without its scheme; "" of another."""
    digits = code.rpartition(":")[2].rpartition("/")[2]
    eight = len(digits) == 8 and digits.isascii() and digits.isdecimal()
    return _TOP_SUBJECTS.get(digits[:2], "") if eight else ""


def category(letter: str) -> str:
    """What a category of one letter stands for; "" where agencies differ."""
    return _CATEGORIES.get(letter.lower(), "")
