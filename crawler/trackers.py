"""Query parameters that say how a reader came and never which article it is."""

import re
from urllib.parse import unquote_plus

# Prefixes and names documented by their makers (Google, Matomo, AT Internet, Adobe, Meta,
# HubSpot, Mailchimp, Marketo, Piano, Chartbeat, Taboola, Outbrain) or used by one outlet only.
_PREFIXES = re.compile(
    r"(?:utm|mtm|matomo|piwik|hsa|vero|mkt|oly|dicbo|itm|gaa|__hs)_[a-z0-9_]+$"
    # Shorter prefixes are somebody's own names too ("at_id"): never what may be a number of one.
    r"|(?:at|ns|cx|trk|sc|stm|wt|ga|pk)_(?!\w*(?:id|nr|no|num|key|article|page)$)[a-z0-9_]+$",
    re.IGNORECASE,
)
_NAME_LIST = (
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid igshid igsh ttclid li_fat_id "
    "mc_cid mc_eid mkt_tok s_cid ncid ocid cmpid cmp_id icid intcid int_cid ito itok smid smtyp "
    "xtor xtref xts wtrid wtmc wt_mc wt_zmc spm scm guccounter guce_referrer guce_referrer_sig "
    "ref_src ref_url taid tblci obOrigUrl outputtype amp_js_v amp_gsa usqp fb_action_ids "
    "fb_action_types fb_source _ga _gl _openstat yptr rss_source ftag ftcamp cvid vgo_ee "
    "ck_subscriber_id __twitter_impression __source feedtype feedname sr_share sharetype "
    "socialshare "
    "srcref srcc maca ico dicbo sscid tduid zanpid srnd leadsource reflink nr_email_referer"
)
_NAMES = frozenset(_NAME_LIST.lower().split())
# Names that are a tracker or a key depending on the outlet: only these values are trackers.
_AMBIGUOUS_LIST = (
    "ref source src r from via campaign cmp cid medium mod partner feed channel origin "
    "traffic_source share output view amp type"
)
_AMBIGUOUS = frozenset(_AMBIGUOUS_LIST.split())
_TRACKER_VALUES = re.compile(
    r"(?:rss|rssfeed|rss[-_.]?\w{0,12}|feed|feeds|feedburner|atom|newsletter|email|e-?mail|twitter"
    r"|facebook|fb|x|whatsapp|telegram|linkedin|reddit|social|share|google(?:news)?|gnews|bing"
    r"|yahoo|msn|flipboard|applenews|smartnews|push|homepage|hp|amp|1|true)$",
    re.IGNORECASE,
)
# "?amp", "?amp=1" and "?output=amp" ask for a rendering.
_RENDERINGS = frozenset({"amp", "output", "view", "type"})


def is_tracker(name: str, value: str = "") -> bool:
    """Whether a parameter only tells how a reader came."""
    name = name.lower()
    if name in _NAMES or _PREFIXES.match(name):
        return True
    if name not in _AMBIGUOUS:
        return False
    if name in _RENDERINGS:
        return value.lower() == "amp" or (name == "amp" and value.lower() in {"", "1", "true"})
    return bool(value) and not value.isdecimal() and bool(_TRACKER_VALUES.match(value))


def strip_trackers(query: str) -> str:
    """A query without its trackers, all else untouched and in its order."""
    kept = []
    for field in query.split("&"):
        name, _, value = field.partition("=")
        if field and not is_tracker(unquote_plus(name), unquote_plus(value)):
            kept.append(field)
    return "&".join(kept)
