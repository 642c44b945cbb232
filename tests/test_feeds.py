"""Feeds of every kind, whole and hostile, and the commands that read them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kgraph import cli, fetch, pipeline
from kgraph.errors import ReadError
from kgraph.evaluate import soak
from kgraph.fetch import FetchError, Web, feeds
from kgraph.model import Extraction, Problem
from sites import HERE, PAGE, TALK, Site, found, needs_feedparser, running


@pytest.fixture
def site() -> Iterator[Site]:
    """Return a server of the test's own."""
    with running() as made:
        yield made


# ---------------------------------------------------------------- feeds

RSS2 = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Harbour &amp; Sea</title>{items}
</channel></rss>"""
RSS1 = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Harbour</title>
 </channel><item rdf:about="{link}"><title>Yard opened</title><link>{link}</link>
 <dc:date>2018-05-08T23:30:00-04:00</dc:date><dc:creator>A. Writer</dc:creator></item></rdf:RDF>"""
RSS091 = """<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
 "http://127.0.0.1:9/never.dtd"><rss version="0.91"><channel><title>Harbour</title><item>
 <title>Yard opened</title><link>{link}</link></item></channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour</title><entry>
 <id>tag:example.org,2018:1</id><title type="html">Yard &lt;b&gt;opened&lt;/b&gt;</title><link href="{link}"/>
 <updated>2018-05-09T03:30:00Z</updated><author><name>A. Writer</name></author></entry></feed>"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Harbour",
        "items": [
            {
                "id": "1",
                "url": "LINK",
                "title": "Yard opened",
                "date_published": "2018-05-08T23:30:00-04:00",
                "authors": [{"name": "A. Writer"}],
            }
        ],
    }
)


def item(link: str, *, guid: str = "", text: str = "", more: str = "") -> str:
    """Return an item of RSS 2.0."""
    parts = [f"<title>Yard opened</title><link>{link}</link>" if link else "<title>Yard opened</title>"]
    parts += [f"<guid isPermaLink='false'>{guid}</guid>"] if guid else []
    parts += [f"<content:encoded><![CDATA[{text}]]></content:encoded>"] if text else []
    return f"<item>{''.join(parts)}<pubDate>Tue, 08 May 2018 23:30:00 -0400</pubDate>{more}</item>"


@needs_feedparser
@pytest.mark.parametrize("form", ["RSS 2.0", "RSS 1.0", "RSS 0.91", "Atom", "JSON"])
def test_every_kind_of_feed_is_read(site: Site, form: str, tmp_path: Path) -> None:
    """Title, day in UTC, author and source are those of the feed; the text is that of the link."""
    link = site.give("/news/yard.html", PAGE)
    body = {
        "RSS 2.0": RSS2.format(items=item("yard.html", more="<dc:creator>A. Writer</dc:creator>")),
        "RSS 1.0": RSS1.format(link=link),
        "RSS 0.91": RSS091.format(link=link),
        "Atom": ATOM.format(link=link),
        "JSON": JSON.replace("LINK", link),
    }[form]
    media = "application/feed+json" if form == "JSON" else "text/xml"
    articles, problems = found(site.give("/news/feed", body, media), feed=True)
    assert problems == []
    (article,) = articles
    assert article.title == "Yard opened"
    assert article.text == TALK
    assert article.url == link
    assert article.source in ("Harbour", "Harbour & Sea", "127.0.0.1")
    if form != "RSS 0.91":
        assert article.date == "2018-05-09"
        assert article.author == "A. Writer"
    if form != "RSS 2.0":  # a file, with links in full
        file = tmp_path / ("feed.json" if form == "JSON" else "feed.xml")
        file.write_text(body, encoding="utf-8")
        assert found(str(file), feed=True)[0] == articles


@needs_feedparser
def test_an_entry_is_the_same_next_time(site: Site) -> None:
    """An id of its own counts, then the address; what was read is not fetched again in one run."""
    link = site.give("/yard.html", PAGE)
    feed = site.give("/feed", RSS2.format(items=item(link, guid="17") + item(f"{link}?n=2")), "text/xml")
    web = Web(feed=True, limits=HERE)
    first = [article.id for article in found(feed, web=Web(feed=True, limits=HERE))[0]]
    site.give("/yard.html?n=2", PAGE)
    second = [article.id for article in found(feed, web=web)[0]]
    assert len(set(second)) == 2
    assert first == second[:1]
    site.asked.clear()
    assert found(feed, web=web) == ([], [])
    assert site.asked == ["/feed"]


@needs_feedparser
def test_the_text_of_the_feed_where_the_link_fails(site: Site) -> None:
    gone = site.url("/gone.html")
    page = site.give("/yard.html", PAGE)
    own = f"<p>{TALK.replace('Monday', 'Tuesday')}</p>"
    body = RSS2.format(
        items=item(gone, text=own) + item(gone + "?2") + item(page, text=own) + item("", text=own)
    )
    feed = site.give("/feed", body, "text/xml")
    articles, problems = found(feed, feed=True)
    assert ["Tuesday" in article.text for article in articles] == [True, False, True]
    assert len(problems) == 1
    assert "gone.html?2: is not there (404)" in problems[0]
    site.asked.clear()
    articles, problems = found(feed, feed=True, feed_text=True)
    assert ["Tuesday" in article.text for article in articles] == [True, True, True]
    assert "has no text in the feed" in problems[0]
    assert site.asked == ["/feed"]


@needs_feedparser
def test_robots_are_heard(site: Site) -> None:
    """For what a feed lists; a page that the user names is fetched."""
    open_, closed = site.give("/open.html", PAGE), site.give("/closed/a.html", PAGE)
    site.give("/robots.txt", "User-agent: *\nDisallow: /closed/\n", "text/plain")
    feed = site.give("/feed", RSS2.format(items=item(open_) + item(closed)), "text/xml")
    articles, problems = found(feed, feed=True)
    assert [article.url for article in articles] == [open_]
    assert "robots.txt" in problems[0]
    assert site.asked.count("/robots.txt") == 1
    assert len(found(closed)[0]) == 1


HOSTILE = "</title></script><img src=x onerror=alert(1)>\u202e\x85 {{7*7}}"


@needs_feedparser
def test_hostile_entries(site: Site) -> None:
    """Links to elsewhere are refused one by one, and texts come as texts."""
    good = site.give("/yard.html", PAGE)
    odd = ["file:///etc/passwd", "javascript:alert(1)", "http://169.254.169.254/", "http://[", "//"]
    items = [item(link) for link in odd] + [item(good)]
    items += [
        f"<item><title><![CDATA[{HOSTILE}]]></title><link>{good}?h</link><pubDate>never</pubDate></item>"
    ]
    site.give("/yard.html?h", PAGE.replace("<title>Yard opened</title>", ""))
    feed = site.give("/feed", RSS2.format(items="".join(items)), "text/xml")
    articles, problems = found(feed, feed=True, limits=HERE)
    assert articles[0].url == good
    assert len(articles) + len(problems) == len(items)
    assert "root:" not in str(articles)
    parsed = feeds.parse(RSS2.format(items=items[-1]).encode())
    assert "<img" not in parsed.entries[0].title
    assert parsed.entries[0].date == ""


BOMB = '<!DOCTYPE r [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 20}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@needs_feedparser
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-7", "cp037"])
@pytest.mark.parametrize("entity", [BOMB + "]>", '<!DOCTYPE r [<!ENTITY i SYSTEM "file:///etc/passwd">]>'])
def test_entities_are_not_followed(encoding: str, entity: str) -> None:
    text = RSS2.format(items="<item><title>x &i;</title><link>http://a.example/</link></item>")
    declared = text.replace('"1.0"?>', f'"1.0" encoding="{encoding}"?>{entity}', 1)
    begun = time.monotonic()
    hidden = {"utf-7": declared.encode("utf-7").replace(b"<!ENTITY", b"+ADwAIQ-ENTITY")}
    with pytest.raises(FetchError, match=r"declares entities|is in an encoding|is no feed"):
        feeds.parse(hidden.get(encoding) or declared.encode(encoding))
    assert time.monotonic() - begun < 5


@needs_feedparser
def test_a_feed_that_takes_for_ever_is_ended() -> None:
    """The parser needs time that grows with the square of what is open."""
    begun = time.monotonic()
    with pytest.raises(FetchError, match=r"not read within 0.7 s"):
        feeds.parse(b"<a " * 500_000, seconds=0.7)
    assert time.monotonic() - begun < 3
    with pytest.raises(FetchError, match="larger than 8 MB"):
        feeds.parse(b"<" * (9 << 20))


@needs_feedparser
def test_what_is_no_feed_is_said(site: Site) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/rss&amp;x">'
    page = site.give("/a.html", PAGE.replace("<title>", link + "<title>"))
    _, problems = found(page, feed=True)
    assert f"is a page, not a feed; skipped; its feed is {site.url('/rss&x')}" in problems[0]
    for body in ("Words.", "{}", "[1]", '{"items": 3}', "{" * 100_000, "\0\0\0"):
        _, problems = found(site.give("/b", body, "text/plain"), feed=True)
        assert len(problems) == 1, body[:20]
    _, problems = found(site.give("/c", RSS2.format(items=""), "text/xml"), feed=True)
    assert "lists no article" in problems[0]
    odd = {"id": 7, "url": 3, "title": [], "date_published": {}, "authors": 1, "content_text": "<b"}
    assert feeds.parse(json.dumps({"items": [1, odd]}).encode()).entries[0].content == "&lt;b"


# ---------------------------------------------------------------- as a user has it


def test_urls_among_files(site: Site, tmp_path: Path) -> None:
    """A page that fails costs one line, and the others are read."""
    file = tmp_path / "own.txt"
    file.write_text(TALK, encoding="utf-8")
    good, picture = site.give("/yard.html", PAGE), site.give("/a.png", b"\x89PNG", "image/png")
    problems: list[Problem] = []
    paths = [good, str(file), site.url("/gone"), picture, site.give("/a.pdf", b"%PDF-1.4", "application/pdf")]
    articles, total = pipeline.find(paths, on_problem=problems.append, web=Web(limits=HERE))
    assert [article.text for article in articles] == [TALK, TALK]
    assert total == 5
    assert [problem.path for problem in problems] == paths[2:]
    with pytest.raises(ReadError, match="URLs"):
        pipeline.find([], on_problem=problems.append)


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command find nothing in articles, at once."""
    monkeypatch.setattr(pipeline.Resources, "load", lambda *_, **__: None)
    monkeypatch.setattr(pipeline, "extract", lambda articles, **_: map(Extraction, articles))


@pytest.mark.usefixtures("no_model")
def test_the_command_refuses_this_machine(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 and one line, without the option; nothing was asked for."""
    url = site.give("/yard.html", PAGE)
    with pytest.raises(SystemExit) as ended:
        cli.main(["extract", url])
    assert ended.value.code == 1
    assert "loopback address 127.0.0.1; skipped; if that is what you want, give --allow-private" in " ".join(
        capsys.readouterr().err.split()
    )
    assert site.asked == []


@needs_feedparser
@pytest.mark.usefixtures("no_model")
def test_the_command_reads_a_feed(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3 where one of two entries is gone."""
    link = site.give("/yard.html", PAGE)
    feed = site.give("/feed", RSS2.format(items=item(link) + item(site.url("/gone"))), "text/xml")
    with pytest.raises(SystemExit) as ended:
        cli.main(["extract", feed, "--feed", "--allow-private"])
    assert ended.value.code == 3
    answer = capsys.readouterr()
    assert json.loads(answer.out)["url"] == link
    assert "is not there (404)" in answer.err


def test_the_command_is_told_what_is_missing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra one line says what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    _, problems = found(site.give("/feed", RSS2.format(items=""), "text/xml"), feed=True)
    assert "pip install 'kgraph[feeds]'" in problems[0]


def test_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """--every goes on until the wait is interrupted; without it there is one round."""
    from kgraph import cli_build

    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", sleep)
    assert len(list(cli_build._rounds(60, None))) == 3
    assert all(59 < wait <= 60 for wait in waits)
    assert len(list(cli_build._rounds(None, None))) == 1
    assert fetch.Web().limits.redirects == 5


# ---------------------------------------------------------------- hours of news


@needs_feedparser
def test_the_news_of_the_soak_are_read() -> None:
    """The made-up articles are the same each time, differ from one another, and come through the feed."""
    assert soak.article(3) == soak.article(3)
    assert len({soak.article(number)[2] for number in range(300)}) == 300
    news = soak.News(1000)
    time.sleep(0.01)
    body, media = news.answer("/feed")
    read = feeds.parse(body, url=f"{news.address}/feed", media=media)
    assert 1 < len(read.entries) <= soak.LISTED
    page, media = news.answer(read.entries[0].link.removeprefix(news.address))
    assert media == "text/html"
    assert soak.article(0)[0].encode() in page
    assert read.entries[0].date == soak.article(0)[1]
    assert news.answer("/none")[0] == b""
    news.server.shutdown()
    news.server.server_close()
