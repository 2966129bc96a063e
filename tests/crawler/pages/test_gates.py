"""Walls before an article, and articles about walls."""

import pytest

from crawler.pages import PageNote
from crawler.pages.gates import note_for

STORY = "\n".join(
    f"Paragraph {number} tells readers at some length what happened in the city on Tuesday, who "
    "said what about it, and why that matters to the people who live there."
    for number in range(16)
)


def note(text: str, *, title: str = "", html: str = "", tier: str = "", free: str = "") -> PageNote:
    known = {"": None, "yes": True, "no": False}[free]
    return note_for(html=html, title=title, text=text, free=known, tier=tier)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Checking your browser before accessing outlet.example.", "blocked"),
        ("Please verify you are a human to continue.", "blocked"),
        ("Enable JavaScript and cookies to continue", "blocked"),
        (
            "We and our 842 partners store information. Accept all cookies or manage cookies.",
            "consent",
        ),
        ("Mit Werbung weiterlesen. Einwilligung zu Cookies jederzeit widerrufbar.", "consent"),
        ("Tout accepter. Continuer sans accepter. Paramétrer mes choix.", "consent"),
        ("Drones hit the city.\nSubscribe now to continue reading.", "paywall"),
        ("Drohnen treffen die Stadt.\nJetzt abonnieren und weiterlesen mit Plus.", "paywall"),
        ("Des drones ont frappé.\nIl vous reste 74% de cet article à lire.", "paywall"),
        ("Varios drones.\nContenido exclusivo para suscriptores.", "paywall"),
        ("ドローンが飛来した。\nこの記事は有料会員限定です。", "paywall"),
        ("Дроны над городом.\nДоступно только по подписке.", "paywall"),
        ("Drones were seen over the city this morning and…", "teaser"),
        ("Drones hit the city.", "teaser"),
        ("", "empty"),
    ],
)
def test_walls(text: str, expected: PageNote) -> None:
    assert note(text) == expected


LONG_WALL = (
    "Before you read on, we use cookies:\n"
    "If you choose 'Accept all', we and our 214 partners store or access information on a device "
    "and use data such as addresses and what you looked for, to show advertising that suits you, "
    "to count who saw it, and to make our services better for everybody who uses them every day.\n"
    "If you choose 'Reject all', we and our partners use cookies only for what must be, and what "
    "you see will not be chosen by what we know of you, though there will be as much of it.\n"
    "You can withdraw your consent at any time under cookie settings at the foot of every page. "
    "More about your data and how long our partners keep it stands in our privacy policy, which "
    "also says whom to write to if you want to know what is kept, or to have it deleted."
)
LANGE_WAND = (
    "Besuchen Sie das Blatt wie gewohnt mit Werbung und Tracking. Ihre Zustimmung gilt, bis Sie "
    "sie widerrufen, was jederzeit im Fuß jeder Seite unter Werbung und Daten möglich ist.\n"
    "Wir und diese Drittanbieter verarbeiten Daten, die auf Ihrem Gerät liegen, um Anzeigen zu "
    "zeigen, die zu Ihnen passen, um zu messen, wer sie sah, und um zu lernen, was Leser mögen. "
    "Ohne diese Anzeigen gäbe es das Blatt nicht, denn Werbung bezahlt mehr als die Hälfte der "
    "Arbeit unserer Redaktionen im In- und Ausland, und das soll auch so bleiben.\n"
    "Für manches davon brauchen wir Ihre Einwilligung, anderes dürfen wir mit Daten auch so.\n"
    "Oder lesen Sie alles ohne Werbung im Pur-Abo, das drei Euro im Monat kostet und das Sie in "
    "jedem Monat kündigen können, wenn Sie es nicht mehr haben wollen. Hier melden Sie sich an."
)


@pytest.mark.parametrize("text", [LONG_WALL, LANGE_WAND])
def test_walls_that_fill_a_page_are_walls(text: str) -> None:
    assert note(text) == "consent"
    assert note(f"{STORY}\n{text}") == ""


def test_an_article_about_consent_is_an_article() -> None:
    about = (
        "The social network will ask users in Europe for consent before it shows personalised "
        "advertising, it said on Tuesday, after a court refused to take its legitimate interest "
        "for a reason. Regulators had fined it 390 million euros over the same data in January.\n"
        "Banners for cookies must offer 'Reject all' beside 'Accept all', the court held, and must "
        "say in plain words which partners receive personal data, and for how long they keep it.\n"
        "The privacy policy had said that whoever uses the service agrees to tracking, which the "
        "judges called no consent at all. Advertisers and their partners had warned of losses of "
        "up to a tenth of what they earn; a lawyer for consumers called the ruling overdue.\n"
        "Whether the data that was gathered so far has to be deleted is left to another court, "
        "which is to hear the advertisers in autumn and the privacy commissioners after them."
    )
    assert note(about) == ""


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Unfortunately, our website is currently unavailable in most European countries.",
            "We keep looking for a way to offer all that we make to readers over there as well.",
        ),
        ("451", "This content is not available in your region."),
        ("Gesperrt", "Diese Seite ist in Ihrem Land derzeit nicht verfügbar."),
    ],
)
def test_what_is_kept_from_some_countries_is_no_article(title: str, text: str) -> None:
    assert note(text, title=title) == "blocked"


MORE = "The minister said that four thousand people from six countries would take part. " * 3
CATS = "She earned most with subscriber-only pictures of her cats, and a book of them was printed."
POLISH = (
    "Rząd zaakceptuje propozycję związkowców w sprawie podwyżek.\nMinister poinformował o tym w "
    "poniedziałek w Warszawie, a związkowcy odwołali strajk zapowiedziany na środę rano, bo, jak "
    "podkreślili, nikt nie chce sporu na początku sezonu."
)
DUTCH = (
    "De Kamer accepteert het voorstel van het kabinet niet.\nDat bleek dinsdag na een debat dat "
    "tot diep in de nacht duurde, en dat zal gevolgen hebben voor de coalitie."
)
CHINESE = (
    "外交部发言人30日表示，双方同意就边界问题继续保持沟通。\n发言人说，中方同意在适当时候举行下一轮会谈，"
    "有关各方应当保持克制，避免采取使局势复杂化的行动。"
)
JAPANESE = (
    "両政府は30日、防衛協力を強化することで同意した。\n首相は記者団に「相手側の同意を得られたことは意義深い」"
    "と述べ、来月にも協議を始める考えを示した。"
)


@pytest.mark.parametrize(
    "text",
    [
        f"The country, already a member of the alliance since April, has a long border. {MORE}",
        f"Die Stadt will das neue Verfahren jetzt testen. Das kostet wenig. {MORE}",
        f"{MORE}\n{CATS}",
        f"The program talked a man it had met into solving a CAPTCHA for it. {MORE}",
        CHINESE,
        JAPANESE,
        POLISH,
        DUTCH,
    ],
    ids=["member", "testen", "cats", "captcha", "zh", "ja", "pl", "nl"],
)
def test_common_words_make_no_wall_of_a_short_report(text: str) -> None:
    assert note(text) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Drones hit the city.\nAlready a subscriber? Sign in.", "paywall"),
        ("Drones hit the city.\nAlready a member", "paywall"),
        ("Drones hit the city.\nIf you are already a member, please log in to read.", "paywall"),
        ("Drohnen über der Stadt.\nJetzt 4 Wochen gratis testen!", "paywall"),
        ("Drones hit the city.\nThis is a subscriber-only story", "paywall"),
        ("Please complete the CAPTCHA to go on.", "blocked"),
        ("我们使用Cookie改善服务，继续浏览即表示同意。", "consent"),
        ("Ta strona używa plików cookie. Akceptuję", "consent"),
        ("Deze site gebruikt cookies. Accepteer ze of lees meer.", "consent"),
    ],
)
def test_walls_still_say_these_words(text: str, expected: PageNote) -> None:
    assert note(text) == expected


def test_soft_404() -> None:
    assert note("The page is gone. Try the search.", title="404 - Page not found") == "not-found"
    assert note("Leider.", title="Seite nicht gefunden | Blatt") == "not-found"


def test_challenges_are_known_by_their_markup() -> None:
    assert note("One moment.", html="<script src=/cdn-cgi/challenge-platform/x>") == "blocked"


def test_metadata_of_locked_articles() -> None:
    assert note(STORY[:700], free="no") == "paywall"
    assert note(STORY[:700], tier="locked") == "paywall"
    assert note(STORY[:700], free="yes") == ""
    assert note(STORY, free="no") == ""  # all of it is there


@pytest.mark.parametrize(
    "extra",
    [
        "Publishers that ask readers to accept all cookies were fined by the court on Tuesday.",
        "Subscribe now to continue reading, the paywall of the newspaper said in its own words.",
        "The captcha asked whether he was a robot, he told the reporter.",
        "Already a subscriber? Sign in.",
    ],
)
def test_articles_about_walls_are_articles(extra: str) -> None:
    assert note(f"{STORY}\n{extra}") == ""
    assert note(f"{extra}\n{STORY}") == ""


def test_a_short_report_is_an_article() -> None:
    brief = (
        "Two people were slightly hurt when a drone fell on a block of flats in the south of the "
        "city early on Tuesday, the mayor said. Residents of the house were taken to a school "
        "nearby. Firefighters put out a small fire on the roof within half an hour. The ministry "
        "said that eight drones had been used."
    )
    assert note(brief) == ""
