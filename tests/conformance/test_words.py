"""Words as people type them find words as outlets write them, the same on every engine."""

import unicodedata
from collections.abc import Callable, Iterator

import pytest

from indexer.documents import ArticleDocument
from indexer.engines.protocol import Engine, Put, SearchRequest
from indexer.errors import QueryError
from indexer.highlight import MARK_OFF, MARK_ON
from indexer.query.dates import micros
from indexer.query.match import Sight, matches, read_query
from tests.conformance.conftest import Place
from tests.conformance.corpus import NOW

TITLES = {
    "five-dead": "5人が死亡 月曜日",
    "may": "5月の雨",
    "monday": "5月曜日",
    "shares": "A股市场大涨",
    "letter": "a letter about 股市",
    "protest": "Anti-war protest",
    "wars": "An anti-WARMONGER speech",
    "hero": "The anti immigration war hero",
    "covid": "COVID-19 in winter",
    "street": "covid 2019 in 19th street",
    "end": "The last word is anti",
    "computer": "Новий компʼютер",
    "uzbek": "Oʻzbekiston prezidenti",
    "persian": "می\u200cخواهم بروم",
    "lanka": "ශ්\u200dරී ලංකා",
    "chancellor": "Bundeskanzler Scholz reist",
    "petrol": "ガソリン価格が高い",
    "president": "대통령 연설",
    "year": "عام ٢٠٢٣",
    "thai-year": "ปี๒๕๖๖",
    "army": 'צה"ל תקף, אמרו בארה״ב',
    "paper": 'כך נכתב ב"הארץ" אתמול',
}
FOUND = {
    "5月": "may monday",
    "5月曜": "monday",
    "月曜": "five-dead monday",
    '"5 月"': "may monday",
    "A股": "shares",
    "A股*": "shares",
    "a 股": "shares letter",
    "anti-war*": "protest wars",
    "title:anti-war*": "protest wars",
    "anti-war": "protest",
    "-anti-war* anti": "hero end",
    "covid-19*": "covid",
    "covid-19t*": "",
    "anti-xe*": "",
    "комп'ютер": "computer",
    "комп’ютер": "computer",
    "КОМПʼЮТЕР": "computer",
    "O'zbekiston": "uzbek",
    "میخواهم": "persian",
    "می\u200cخواهم": "persian",
    "ශ්රී": "lanka",
    "Bundes\u00adkanzler": "chancellor",
    "\ufeffScholz": "chancellor",
    unicodedata.normalize("NFD", "ガソリン"): "petrol",
    unicodedata.normalize("NFD", "대통령"): "president",
    "2023": "year",
    "۲۰۲۳": "year",
    "2566": "thai-year",
    'צה"ל': "army",
    "צה״ל": "army",
    'צה"ל בארה"ב': "army",
    "צה״ל בארה״ב": "army",
    'צה"ל -בארה"ב': "",
    'ב"הארץ"': "paper",
    "הארץ": "paper",
}


@pytest.fixture(scope="module")
def words(opener: Callable[[], Place]) -> Iterator[Engine]:
    """An engine that holds the titles."""
    opened = opener()()
    opened.prepare()
    opened.write(
        [Put(version=n, document=_article(id_, n)) for n, id_ in enumerate(TITLES, start=1)]
    )
    opened.refresh()
    yield opened
    opened.close()


def _article(id_: str, number: int = 0) -> ArticleDocument:
    return ArticleDocument(id=id_, title=TITLES[id_], first_seen=NOW + number)


@pytest.mark.parametrize("query", FOUND)
def test_words_are_found_however_they_are_written(words: Engine, query: str) -> None:
    for order in ("oldest", "relevance"):
        page = words.search(SearchRequest(query=query, order=order))
        found = [hit.document.id for hit in page.hits]
        assert sorted(found) == sorted(FOUND[query].split())
        assert page.total == len(found)
    plan = read_query(query, "article", now=micros(NOW))
    heard = [id_ for id_ in TITLES if matches(plan, Sight.of(_article(id_)))]
    assert heard == FOUND[query].split()
    for hit in page.hits:
        assert MARK_ON in hit.highlights[0]


def test_what_is_found_is_marked_where_it_stands(words: Engine) -> None:
    def marked(query: str) -> list[str]:
        hits = words.search(SearchRequest(query=query, order="oldest")).hits
        return [hit.highlights[0].replace(MARK_ON, "<").replace(MARK_OFF, ">") for hit in hits]

    assert marked("anti-war*") == ["<Anti>-<war> protest", "An <anti>-<WARMONGER> speech"]
    assert marked("5月") == ["<5月>の雨", "<5月>曜日"]
    assert marked("комп'ютер") == ["Новий <комп>ʼ<ютер>"]


def test_more_words_than_an_engine_looks_through_are_refused(engine: Engine) -> None:
    """Rather than that some of them are found and some are not."""
    text = " ".join(["first", *(f"wo{number}" for number in range(40_000)), "zebra"])
    wide = ArticleDocument(id="wide", title="Many words", text=text, first_seen=NOW)
    engine.write([Put(version=1, document=wide)])
    engine.refresh()
    assert engine.search(SearchRequest(query="first-wo0*")).total == 1
    assert engine.search(SearchRequest(query="wo39999-ze*")).total == 1
    assert engine.search(SearchRequest(query="wo3* zebra")).total == 1
    with pytest.raises(QueryError, match=r"begins too many words.*Write more letters"):
        engine.search(SearchRequest(query="first-wo*"))
