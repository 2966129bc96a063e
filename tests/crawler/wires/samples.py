"""Invented wires, one of each format, and how to read them."""

from crawler.article import Article
from crawler.assemble import from_feed
from crawler.bodies import parse_body
from crawler.feeds.model import FeedItem, ParsedFeed
from crawler.job import FeedJob

NOON = 1_685_448_000.0  # 30 May 2023
JOB = FeedJob(source="wire", url="https://wire.example/feed")


def read(body: str | bytes) -> ParsedFeed:
    data = body.encode() if isinstance(body, str) else body
    return parse_body(data, url="https://wire.example/feed", content_type="", received=NOON)


def only(body: str | bytes) -> FeedItem:
    feed = read(body)
    assert len(feed.items) == 1, feed
    return feed.items[0]


def article(body: str | bytes, *, now: float = NOON) -> Article:
    return from_feed(JOB, only(body), now=now)


def g2(
    *,
    meta: str = '<pubStatus qcode="stat:usable"/>',
    content: str = "<headline>Ferry aground off Holm</headline>",
    body: str = "<p>VARNSUND (NPA) - A ferry ran aground.</p><p>Nobody was hurt.</p>",
    guid: str = "urn:newsml:npa.example:20230530:4711",
    version: int = 1,
) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/">
 <header><sent>2023-05-30T11:00:00Z</sent></header>
 <itemSet><newsItem guid="{guid}" version="{version}" xml:lang="en-GB">
  <rightsInfo><copyrightNotice>(c) NPA 2023</copyrightNotice>
   <usageTerms>No archive</usageTerms></rightsInfo>
  <itemMeta><itemClass qcode="ninat:text"/><provider literal="NPA"/>
   <versionCreated>2023-05-30T13:05:00+02:00</versionCreated>
   <firstCreated>2023-05-30T12:50:00+02:00</firstCreated>{meta}</itemMeta>
  <contentMeta><urgency>2</urgency><located><name>Varnsund</name></located>
   <slugline>HOLM-FERRY</slugline><by>By Ada Berg</by>
   <subject qcode="subj:03010000"><name>transport accident</name></subject>{content}</contentMeta>
  <contentSet><inlineXML contenttype="application/xhtml+xml">
   <html xmlns="http://www.w3.org/1999/xhtml"><head><title>no</title></head>
   <body>{body}</body></html></inlineXML></contentSet>
 </newsItem></itemSet></newsMessage>"""


def nitf(*, docdata: str = "", status: str = "usable", content: str = "<p>A ferry.</p>") -> str:
    return f"""<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE nitf SYSTEM "nitf-3-2.dtd">
<nitf><head><title>not this one</title>
 <tobject><tobject.subject tobject.subject.refnum="15054000"
  tobject.subject.type="Sport" tobject.subject.matter="Soccer"/></tobject>
 <docdata management-status="{status}"><doc-id id-string="NPA.123.456789" regsrc="NPA"/>
  <urgency ed-urg="5"/><date.issue norm="20230530T130500+0200"/>
  <doc.copyright holder="Nordic Press Agency" year="2023"/>{docdata}</docdata></head>
<body><body.head><hedline><hl1>Holm win the cup</hl1></hedline>
 <byline>By<person>Ada Berg</person><byttl>Chief Reporter</byttl></byline>
 <dateline><location><city>Varnsund</city></location></dateline>
 <abstract><p>Late goal
   decides.</p></abstract></body.head>
<body.content>{content}</body.content></body></nitf>"""
