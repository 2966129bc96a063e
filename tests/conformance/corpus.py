"""A small newsroom in many scripts, written for these tests."""

from indexer.documents import ArticleDocument, StoryDocument
from indexer.engines.protocol import Put, Write

MAY_30 = 1685404800.0  # 2023-05-30T00:00:00Z
HOUR = 3600.0
NOW = MAY_30 + 24 * HOUR

ARTICLES = (
    ArticleDocument(
        id="a01", guid="urn:wire:1", url="https://wire.example/moscow-1", source="wire",
        outlet="Northern Wire", country="GB", language="en", section="World",
        title="Drones hit buildings in Moscow", byline="Anna Berg",
        summary="Several buildings were damaged, the mayor says.",
        text="MOSCOW, May 30 (Northern Wire) - Drones struck several apartment buildings in Moscow "
        "on Tuesday. Nobody was seriously hurt, the mayor said. Ukraine denied any part in it.",
        keywords=("drones", "Moscow"), credit="Northern Wire",
        published=MAY_30 + 6 * HOUR, first_seen=MAY_30 + 6.1 * HOUR,
        copy_group="g1", copies=3, story="s1",
    ),
    ArticleDocument(
        id="a02", guid="urn:post:77", url="https://post.example/a?id=7&x=1", source="post",
        outlet="The Harbour Post", country="us", language="en-US",
        title="Moscow wakes to explosions", summary="",
        text="Drones struck several apartment buildings in Moscow on Tuesday. Nobody was seriously "
        "hurt. The Harbour Post contributed to this report.",
        credit="Northern Wire", published=MAY_30 + 7 * HOUR, first_seen=MAY_30 + 7 * HOUR,
        copy_group="g1", copies=3, story="s1", status="corrected",
    ),
    ArticleDocument(
        id="a03", source="zeitung", outlet="Südblatt", country="de", language="de",
        title="Drohnenangriff auf Moskau: Häuser beschädigt",
        text="Überfall im Morgengrauen. Über der russischen Hauptstadt wurden Drohnen gesehen.",
        published=MAY_30 + 8 * HOUR, first_seen=MAY_30 + 9 * HOUR, copy_group="g2", story="s1",
    ),
    ArticleDocument(
        id="a04", source="vesti", outlet="Вечерние вести", country="ru", language="ru",
        title="Беспилотники атаковали Москву", summary="Мэр сообщил о повреждениях зданий.",
        text="Утром несколько беспилотников атаковали Москву. Ещё один был сбит в Подмосковье.",
        published=MAY_30 + 6.5 * HOUR, first_seen=MAY_30 + 6.5 * HOUR, story="s1",
    ),
    ArticleDocument(
        id="a05", source="sahafa", outlet="صحافة اليوم", country="eg", language="ar",
        title="هجوم بالطائرات المُسيَّرة على موسكو",
        text="أعلن رئيس بلدية موسكو أن طائرات مسيرة هاجمت المدينة صباح الثلاثاء.",
        published=None, first_seen=MAY_30 + 10 * HOUR, story="s1",
    ),
    ArticleDocument(
        id="a06", source="ribao", outlet="晨报", country="cn", language="zh-Hant-TW",
        title="莫斯科遭无人机袭击", text="俄罗斯首都莫斯科5月30日清晨遭无人机袭击，多座建筑受损。",
        published=MAY_30 + 9 * HOUR, first_seen=MAY_30 + 9 * HOUR, story="s1",
    ),
    ArticleDocument(
        id="a07", source="shimbun", outlet="あさ新聞", country="jp", language="ja",
        title="モスクワに無人機攻撃", text="ロシアの首都モスクワで30日、無人機による攻撃があった。",
        published=MAY_30 + 9 * HOUR, first_seen=MAY_30 + 9.5 * HOUR, story="s1",
    ),
    ArticleDocument(
        id="a08", source="sinmun", outlet="아침신문", country="kr", language="ko",
        title="모스크바에서 드론 공격", text="러시아 수도 모스크바에 드론 여러 대가 날아들었다.",
        published=MAY_30 + 9 * HOUR, first_seen=MAY_30 + 9 * HOUR, story="s1",
    ),
    ArticleDocument(
        id="a09", source="khao", outlet="ข่าวเช้า", country="th", language="th",
        title="โดรนโจมตีกรุงมอสโก", text="โดรนหลายลำโจมตีอาคารในกรุงมอสโกเมื่อเช้าวันอังคาร",
        published=MAY_30 + 11 * HOUR, first_seen=MAY_30 + 11 * HOUR, story="s1",
    ),
    ArticleDocument(
        id="a10", source="samachar", outlet="सुबह समाचार", country="in", language="hi",
        title="मॉस्को पर ड्रोन हमला", text="रूस की राजधानी मॉस्को में कई इमारतें क्षतिग्रस्त हुईं।",
        published=MAY_30 + 11 * HOUR, first_seen=MAY_30 + 11 * HOUR, story="s1",
    ),
    ArticleDocument(
        id="b01", source="wire", outlet="Northern Wire", country="gb", language="en",
        title="Kyiv raided for the third night", byline="Oleh Marko, Anna Berg",
        summary="Air defence shot down most of the drones over Kyiv.",
        text="KYIV (Northern Wire) - Air defence shot down most of the drones over the capital. "
        "One person was killed when debris hit a high-rise.", credit="Northern Wire",
        published=MAY_30 + 3 * HOUR, first_seen=MAY_30 + 3 * HOUR, copy_group="g3", story="s2",
    ),
    ArticleDocument(
        id="b02", url="http://www.kurier.example/n", source="kurier",
        outlet="Kurier Poranny", country="pl", language="pl",
        title="Nocny nalot na Kijów. Łódź wysyła pomoc",
        text="Obrona powietrzna zestrzeliła większość dronów. Mieszkańcy Łodzi zbierają dary.",
        published=MAY_30 + 4 * HOUR, first_seen=MAY_30 + 4 * HOUR, story="s2",
    ),
    ArticleDocument(
        id="b03", source="journal", outlet="Le Journal d'ici", country="fr", language="fr",
        title="Kyïv sous les drones: l'Élysée condamne", text="",
        summary="Le président a condamné l’attaque ; « rien ne la justifie ».",
        published=MAY_30 + 5 * HOUR, first_seen=MAY_30 + 5 * HOUR, story="s2",
    ),
    ArticleDocument(
        id="c01", source="sport", outlet="Match!", country="br", language="pt-BR",
        title="São Paulo vence por 3-1", text="Vitória em casa diante de 40.000 torcedores.",
        keywords=("futebol",), published=MAY_30 - 30 * HOUR, first_seen=MAY_30 - 29 * HOUR,
    ),
    ArticleDocument(id="c02", title="", first_seen=MAY_30 - 100 * HOUR, status="cancelled"),
    ArticleDocument(
        id="c03", title="An old archive piece from before time began", language="en",
        published=-3600.5, first_seen=MAY_30 + 1.000001,
    ),
)  # fmt: skip

STORIES = (
    StoryDocument(
        id="s1", headline="Drones hit buildings in Moscow", summary="The mayor reports damage.",
        first_report=MAY_30 + 6 * HOUR, last_report=MAY_30 + 11 * HOUR, articles=10,
        copy_groups=9, outlets=("Northern Wire", "Südblatt", "晨报"),
        languages=("en", "de", "zh", "en-US"), countries=("gb", "DE"), terms=("drones", "moscow"),
    ),
    StoryDocument(
        id="s2", headline="Kyiv raided for the third night", first_report=MAY_30 + 3 * HOUR,
        last_report=MAY_30 + 5 * HOUR, articles=3, copy_groups=3, outlets=("Northern Wire",),
        languages=("en", "pl", "fr"), countries=("gb",), terms=("kyiv", "air defence"),
    ),
)  # fmt: skip


def writes() -> list[Write]:
    """The whole newsroom as a change log, versions from 1."""
    documents: tuple[ArticleDocument | StoryDocument, ...] = (*ARTICLES, *STORIES)
    return [Put(version=n, document=document) for n, document in enumerate(documents, start=1)]
