"""Words too common in a language to tell one happening from another."""

from functools import cache
from importlib.resources import files
from typing import Final

import justext

_LISTS: Final = {
    "af": "Afrikaans", "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian",
    "bn": "Bengali", "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi",
    "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "is": "Icelandic",
    "it": "Italian", "ka": "Georgian", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian",
    "mk": "Macedonian", "ms": "Malay", "nb": "Norwegian_Bokmal", "nl": "Dutch",
    "no": "Norwegian_Bokmal", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian", "sr": "Serbian",
    "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese",
}  # fmt: skip
LISTED: Final = (*_LISTS,)
"""The languages of which the common words are known."""
_PLACES: Final = {
    "af": "amerikaanse frankryk suid-afrika",
    "ar": "حلب دبي غزة قطر مصر مكة",
    "bg": "сащ",
    "cs": "usa",
    "da": "amerikansk amerikanske britiske danmark danmarks england frankrig fransk franske"
    " københavn københavns sverige tysk tyske tyskland usa",
    "de": "berlin berliner britischen deutsche deutschen deutscher deutschland frankreich"
    " französischen münchen paris schweizer usa wien wiener österreich",
    "el": "έλληνας έλληνες αθήνα αθηνών γαλλία ελλάδα ελλάδας ελληνική ελληνικής ελληνικό ηπα",
    "en": "american australian british canadian french german indian japanese london",
    "es": "españa",
    "et": "usa",
    "fa": "آلمان آمریکا آمریکایی انگلیسی ایران ایرانی تهران عراق فرانسه",
    "fr": "américain france français française paris états-unis",
    "he": "יפן סין עזה",
    "hi": "अमेरिका भारत भारतीय",
    "hu": "usa",
    "id": "amerika australia belanda britania cina india indonesia inggris israel italia jakarta"
    " jepang jerman perancis rusia spanyol sulawesi yunani",
    "is": "london ísland íslandi íslands ítalíu",
    "it": "francese francia italia italiana italiano roma",
    "mk": "американски британија бугарија германија грција индија италија русија србија франција"
    " француски францускиот шпанија",
    "ms": "amerika australia belanda british china cina cuba india indonesia israel jakarta jepun"
    " jerman malaysia mesir perancis singapura sulawesi",
    "nb": "amerikansk amerikanske britiske england frankrike franske norge norges sverige tysk"
    " tyske tyskland usa",
    "nl": "amerikaanse nederland nederlands nederlandse",
    "no": "amerikansk amerikanske britiske england frankrike franske norge norges sverige tysk"
    " tyske tyskland usa",
    "pl": "usa",
    "pt": "americano américa brasil brasileiro francesa portugal",
    "ro": "america american brazilia bucurești francez franceză franța german germane germania"
    " germană grecia italia paris românia româniei rusia spania",
    "ru": "рф сша",
    "sk": "usa",
    "sq": "kosovë kosovës shqipëri shqipëria shqipërisë",
    "sv": "amerikansk amerikanska brittisk brittiska danmark england finland frankrike fransk"
    " franska norge paris ryska stockholm stockholms storbritannien sverige sveriges tysk tyska"
    " tyskland usa",
    "sw": "amerika kenya marekani tanzania ujerumani",
    "tr": "abd",
    "uk": "сша",
    "ur": "پاکستان",
}  # fmt: skip
"""Countries, their peoples and cities in those lists, which were counted in encyclopedias: to news
they tell what is where. Names of two letters that are words too ("us") are left."""
_LONGEST_LIST: Final = 1000
"""Some lists hold thousands of words, names of countries among them: only their short words."""
_SHORT: Final = 3


@cache
def common_words(language: str) -> frozenset[str]:
    """Lower-case function words of the language (ISO 639-1), from the lists that ship with jusText.

    Empty where there is no list: streaming rarity learns those languages.
    """
    name = _LISTS.get(language)
    if name is None:
        return frozenset()
    listed = frozenset(word.lower() for word in justext.get_stoplist(name))
    if len(listed) < _LONGEST_LIST:
        return listed
    short = 1 if language == "ko" else _SHORT  # a Hangul syllable is two or three letters
    return frozenset(word for word in listed if len(word) <= short)


@cache
def function_words(language: str) -> frozenset[str]:
    """The common words that no news is about: without countries, their peoples and cities."""
    return common_words(language).difference(_PLACES.get(language, "").split())


@cache
def background() -> dict[str, float]:
    """The share of news documents that hold each common stem, for stems of the known languages.

    From 211,000 feed items of February to April 2023 (English and Polish), in half powers of two,
    so that a desk that has seen little, or one event all day, still knows what is rare.
    """
    shares: dict[str, float] = {}
    for table in sorted(files(__package__).joinpath("background").iterdir(), key=lambda t: t.name):
        for row in table.read_text("utf-8").splitlines():
            half_power, *stems = row.split()
            share = 2.0 ** (int(half_power) / 2)
            for stem in stems:
                shares[stem] = max(share, shares.get(stem, 0.0))
    return shares
