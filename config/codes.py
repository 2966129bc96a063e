"""Country and language codes, for checking sources."""

import re

from config.errors import ConfigError

# ISO 3166-1 alpha-2, officially assigned, plus XK (Kosovo, user-assigned, as the EU uses it).
COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
    EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
    HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
    NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
    TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """.split()  # noqa: SIM905  249 quoted strings would be harder to check against ISO's list
)
# Codes people write that ISO does not assign.
_USUAL_SLIPS = {"UK": "GB", "EL": "GR"}
# BCP 47 as far as news needs it: language, script, region.
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
# The same in any case, as feeds and files have it; what may follow says nothing to us.
_CLAIMED = re.compile(
    r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?(?=-|$)", re.ASCII | re.IGNORECASE
)
# Undetermined, several, none, not coded.
_NO_LANGUAGE = frozenset({"und", "mul", "zxx", "mis"})


def check_country(code: str, *, where: str) -> str:
    """``code`` if it is a country code (upper case), else :class:`ConfigError`."""
    if code in COUNTRIES:
        return code
    better = _USUAL_SLIPS.get(code.upper(), code.upper())
    hint = f'Did you mean "{better}"?' if better in COUNTRIES else 'For instance "FR".'
    raise ConfigError(
        f'"{code}" is not an ISO 3166 country code of two capitals', where=where, next_step=hint
    )


def check_language(tag: str, *, where: str) -> str:
    """``tag`` if it is a BCP 47 tag such as ``de``, ``pt-BR`` or ``zh-Hant``."""
    if _LANGUAGE.fullmatch(tag):
        return tag
    raise ConfigError(
        f'"{tag}" is not a BCP 47 language tag',
        where=where,
        next_step='For instance "de", "pt-BR" or "zh-Hant".',
    )


def tidy_language(claimed: str) -> str:
    """What others call a language as :func:`check_language` wants it: ``pt_br`` is ``pt-BR``.

    "" where that says no language.
    """
    found = _CLAIMED.match(claimed.strip().replace("_", "-"))
    if found is None or found[1].lower() in _NO_LANGUAGE:
        return ""
    language, script, region = (part or "" for part in found.groups())
    return "-".join(filter(None, (language.lower(), script.title(), region.upper())))
