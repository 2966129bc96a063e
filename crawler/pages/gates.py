"""Pages that are not the article: challenges, consent walls, soft 404s, paywalls, teasers.

A wall is only believed when there is little text beside its words: articles about cookies and
paywalls exist. Of walls that fill a page by themselves that is what is not in their own lines.
"""

import re

from crawler.pages.model import PageNote
from crawler.pages.quality import word_count

_BLOCKED = re.compile(
    r"just a moment\.{3}|attention required! \| cloudflare|checking (?:if the site connection is "
    r"secure|your browser)|"
    r"verify(?:ing)? (?:that )?you are (?:a )?human|are you a robot|"
    r"access (?:to this page has been )?denied|pardon our interruption|"
    r"enable javascript and cookies to continue|please enable (?:js|javascript) and disable any ad|"
    r"unusual (?:traffic|activity) from your|ddos[- ]?(?:guard|protection)|"
    r"request unsuccessful\. incapsula|why have i been blocked|"
    r"(?:complete|enter|fill in|solve) (?:the|this) (?:re)?captcha|^\W*(?:h|re)?captcha\b.{0,40}$",
    re.IGNORECASE | re.MULTILINE,
)
_BLOCKED_MARKUP = re.compile(
    r"/cdn-cgi/challenge-platform|_cf_chl_opt|captcha-delivery\.com|px-captcha|_Incapsula_Resource|"
    r"geo\.captcha|aws-waf-token|awswaf\.com",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(?:our|this) (?:web ?site|site|content|page) is (?:currently |temporarily )?(?:not available|"
    r"unavailable) (?:in|to|from) (?:most european|the (?:eu\b|european)|your (?:country|region|"
    r"location))|country belonging to the european economic area|"
    r"unavailable (?:due to|for) legal reasons|"
    r"(?:inhalt|seite|website) ist in (?:ihrem land|ihrer region|europa) (?:derzeit )?nicht verf|"
    r"(?:n'est|nest) pas (?:disponible|accessible) (?:dans votre (?:pays|région)|en europe)|"
    r"no est[áa] disponible en (?:su|tu) (?:país|región)",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"(?:accept|manage|reject)(?: all)? cookies|before you continue to|we (?:and our (?:\d+ )?"
    r"(?:partners|vendors)|value your privacy)|cookie (?:consent|preferences|settings|policy)|"
    r"alle (?:cookies )?akzeptieren|mit werbung (?:und tracking )?(?:weiter|nutzen|lesen)|"
    r"datenschutz-?einstellungen|tout accepter|accepter (?:et continuer|les cookies)|"
    r"continuer sans accepter|aceptar (?:todo|cookies|y continuar)|accetta (?:e continua|tutti)|"
    r"przejdź do serwisu|godkänn alla|aceitar (?:todos|cookies)|принять (?:все|cookie)|"
    # Said of much else too, unless of cookies.
    r"^(?=.*(?:cookie|クッキー|tracking|プライバシーポリシー|利用規約|[隐隱]私[权權]?政策))"
    r".*?(?:einwilligung|\bakceptuj|\baccepteer|同意)",
    re.IGNORECASE | re.MULTILINE,
)
# What whole walls say besides, in the first and second person as no article does; mostly by the
# wording that the IAB's framework prescribes.
_CONSENT_AT_LENGTH = re.compile(
    r"(?:withdraw|change|give) your (?:consent|choices)|access information on (?:a|your) device|"
    r"(?:accept|reject|agree to) all|"
    r"wir und (?:unsere|diese) (?:\d+ )?(?:partner|drittanbieter)|ihre (?:einwilligung|zustimmung)|"
    r"auf (?:einem|ihrem) gerät|pur-abo|mit werbung und (?:tracking|cookies)|"
    r"nos (?:\d+ )?partenaires|votre consentement|informations sur un (?:appareil|terminal)|"
    r"nuestros (?:\d+ )?socios|su consentimiento|información en un dispositivo|"
    r"i nostri (?:\d+ )?(?:partner|fornitori)|tuo consenso|informazioni su un dispositivo|"
    r"onze (?:\d+ )?partners|(?:jouw|uw) toestemming|informatie op een apparaat|"
    r"nasi (?:\d+ )?(?:zaufani )?partnerzy|twoj[aą] zgod|informacji na urządzeniu",
    re.IGNORECASE,
)
_OF_CONSENT = re.compile(
    r"cookie|consent|privacy|personal data|your data|partners|advertis|track|vendors|"
    r"datenschutz|einwillig|zustimmung|werb|personenbezogen|partner|drittanbieter|abo\b|"
    r"données|publicit|partenaire|traceur|datos|publicidad|socios|dati personali|consenso|"
    r"fornitori|gegevens|toestemming|advertentie|dane\b|danych|zgod|reklam|urządzeni",
    re.IGNORECASE,
)
_PAYWALL = re.compile(
    r"subscribe (?:now|today)?\s*(?:to|and) (?:continue|keep|read|unlock|get)|"
    r"(?:to|and) continue reading|already a (?:subscriber|member)(?:\?|.{0,30}(?:log|sign) ?in\b)|"
    r"(?:log|sign) in.{0,30}already a (?:subscriber|member)|"
    r"^\W*already a (?:subscriber|member)\W*$|"
    r"this (?:article|content|story) is (?:for|available to|reserved for|exclusive)[^.\n]{0,40}"
    r"(?:subscriber|member)|^.{0,30}subscriber[- ]only.{0,30}$|"
    r"register (?:now )?(?:for free )?to (?:continue|read)|"
    r"sign (?:in|up) to (?:continue|read)|start your (?:free )?trial|"
    r"jetzt (?:abonnieren|weiterlesen)|weiterlesen mit|bereits abonnent|"
    r"(?:^|[.!?:|] )jetzt (?:(?:\d+|für|nur|einen|wochen|monate?|tage|euro|gratis|kostenlos) )*"
    r"testen\W*$|"
    r"(?:dieser|den) (?:ganzen )?artikel (?:ist|lesen)[^.\n]{0,40}(?:abonnent|plus|abo)|"
    r"réservé aux abonnés|(?:il|vous) (?:vous )?reste[^.\n]{0,20}% de cet article|déjà abonné|"
    r"la suite est réservée|contenido (?:exclusivo )?para suscriptores|suscríbete para|"
    r"ya (?:eres|soy) suscriptor|per continuare a leggere|(?:contenuto )?riservato agli abbonati|"
    r"sei già abbonato|conteúdo exclusivo para assinantes|já é assinante|"
    r"alleen voor abonnees|word abonnee|endast för prenumeranter|logga in för att läsa|"
    r"artykuł (?:dostępny )?(?:tylko )?dla (?:prenumerat|subskrybent)|kup dostęp|"
    r"kun for abonnenter|vain tilaajille|доступ(?:но|ен)? (?:только )?(?:по подписке|подписчикам)|"
    r"この記事は(?:有料)?会員|有料会員|会員限定|订阅后|구독자 전용",
    re.IGNORECASE | re.MULTILINE,
)
_NOT_FOUND = re.compile(
    r"^\W*(?:(?:error )?404\b|page (?:not found|can ?not be found|does ?n[o']t exist)|not found\b|"
    r"seite (?:wurde )?nicht gefunden|page (?:introuvable|non trouvée)|página no encontrada|"
    r"pagina non trovata|página não encontrada|pagina niet gevonden|strona nie (?:została "
    r"znaleziona|istnieje)|страница не найдена|сторінку не знайдено|ページが見つかりません)|"
    r"\b(?:404 (?:error|not found)|page not found)\b",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(r"(?:…|\.{3}|\[…\]|\[\.\.\.\])\s*(?:\W*\w+(?: \w+){0,3}\W*)?$")

# A wall with this many words of other text beside it is an article that has a banner.
_WALL_WORDS = 120
# A locked article with this many words is a whole one whose lock is only in the metadata.
_OPEN_WORDS = 350
_TEASER_WORDS = 60
# Walls may be long, and say at least so many things that articles about walls seldom say.
_CONSENT_PHRASES = 4


def note_for(*, html: str, title: str, text: str, free: bool | None, tier: str) -> PageNote:
    """What stands between the page and its article; "" when nothing does.

    ``html`` is the whole page, ``text`` what was extracted, ``free`` JSON-LD's
    ``isAccessibleForFree``, ``tier`` the page's ``article:content_tier``.
    """
    words = word_count(text)
    if words < _WALL_WORDS and (note := _note_for_short(html, title, text)):
        return note
    if _asks_at_length(text):
        return "consent"
    locked = free is False or tier in {"locked", "metered"}
    if words < _OPEN_WORDS and (_PAYWALL.search(text[-1500:]) or (locked and words < 200)):
        return "paywall"
    if not text.strip():
        return "empty"
    if words < _TEASER_WORDS and (_ELLIPSIS.search(text) or words < 25):
        return "teaser"
    return ""


def _note_for_short(html: str, title: str, text: str) -> PageNote:
    brief = word_count(text) < _TEASER_WORDS
    sample = f"{title}\n{text[:4000]}"
    if (brief and _BLOCKED_MARKUP.search(html[:200_000])) or _BLOCKED.search(sample):
        return "blocked"
    if _NOT_FOUND.search(title):
        return "not-found"
    if _CONSENT.search(text) and not _looks_like_story(text):
        return "consent"
    return "blocked" if brief and _ELSEWHERE.search(sample) else ""


def _asks_at_length(text: str) -> bool:
    beside = "\n".join(line for line in text.split("\n") if not _OF_CONSENT.search(line))
    if word_count(beside) >= _TEASER_WORDS:
        return False
    asking = _CONSENT.findall(text) + _CONSENT_AT_LENGTH.findall(text)
    return len({phrase.casefold() for phrase in asking}) >= _CONSENT_PHRASES


def _looks_like_story(text: str) -> bool:
    longest = max((word_count(part) for part in text.split("\n")), default=0)
    return longest >= 40 and len(_CONSENT.findall(text)) < 2
