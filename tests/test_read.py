"""Reading files as articles: every format, encoding and kind of bad input."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kgraph.errors import ReadError
from kgraph.model import Article, Problem
from kgraph.read import READERS, Source, count, expand, read
from kgraph.read.dates import iso_date
from kgraph.read.text import front_matter
from reading import got, only, refused, unexpected, written

SAMPLES = Path(__file__).parent.parent / "src" / "kgraph" / "samples"
ENGLISH = "The ministry said “the base” at Bagram was closed – Señor Peña of Côte d’Ivoire denied it."
RUSSIAN = "Министр обороны России Сергей Шойгу заявил о развертывании систем С-400 на авиабазе Хмеймим."
NOISE = hashlib.shake_128(b"noise").digest(4000)
PAGE = """<!doctype html><html><head><title>Bridge at Kestrel Bay opened | Harbour Courier</title>
<meta property="og:site_name" content="Harbour Courier">
<meta property="article:published_time" content="{date}">
<link rel="canonical" href="https://example.org/kestrel-bay"></head>
<body><nav><a href="/">Front page</a></nav><article><h1>Bridge at Kestrel Bay opened</h1>
<p>The navy of Norland opened a repair yard at Kestrel Bay on Monday, its commander told reporters.</p>
<p>Officials in the café nearby said that the yard would serve two frigates from next spring onwards.</p>
<script>alert("not text")</script></article><footer>All rights reserved</footer></body></html>"""


def jsonl(path: Path, *lines: object) -> Path:
    """Write lines as JSON, strings as they are."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


# Text and Markdown


def test_first_line_is_title_and_text(tmp_path: Path) -> None:
    """Without front matter the first line is the title and stays part of the text."""
    article = only(written(tmp_path / "lavrov.txt", "\n  Base opened  \n\nThe ministry said so.\n"))
    assert (article.id, article.title, article.date) == ("lavrov", "Base opened", None)
    assert article.text == "\n  Base opened  \n\nThe ministry said so.\n"


def test_front_matter(tmp_path: Path) -> None:
    """A front matter block gives the fields and is no part of the text; unknown keys are kept."""
    head = "---\ntitle: 'Lemonnier: the \"camp\"'\ndate: 19 January 2018\nsource: Agency\nurl: http://x.org/a:b\n"
    article = only(written(tmp_path / "a.md", head + "id: 0042\ndesk: Africa\n---\nTwo men met.\n"))
    assert article == Article(
        id="0042",
        title='Lemonnier: the "camp"',
        text="Two men met.\n",
        date="2018-01-19",
        source="Agency",
        url="http://x.org/a:b",
        extra=(("desk", '"Africa"'),),
    )


def test_front_matter_without_title(tmp_path: Path) -> None:
    """A title that the front matter lacks is the first line, without the marks of a Markdown heading."""
    article = only(written(tmp_path / "a.md", "---\ndate: 2018-01-19\n---\n\n# Base closed\n\nText.\n"))
    assert (article.title, article.text) == ("Base closed", "\n# Base closed\n\nText.\n")


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        ("title: a\n", {"title": "a"}),
        ("Title:\n", {"title": ""}),
        ("title: >\n  one\n  two\n", {"title": "one two"}),
        ("tags:\n- one\n- two\n# remark\n", {"tags": "- one - two"}),
        ('title: "a \\"b\\" \\\\ c"\n', {"title": 'a "b" \\ c'}),
        ("title: 'it''s'\n", {"title": "it's"}),
        ("date: !!python/object/apply:os.system [x]\n", {"date": "!!python/object/apply:os.system [x]"}),
        ("a: &a [1]\nb: *a\n", {"a": "&a [1]", "b": "*a"}),
        ("text: not the body\n", {}),
        ("", {}),
    ],
)
def test_front_matter_values_are_strings(block: str, fields: dict[str, str]) -> None:
    """Values are plain strings; nothing in them is run or expanded."""
    assert front_matter(f"---\n{block}---\nbody") == (fields, "body")


@pytest.mark.parametrize(
    "content",
    ["---\ntitle: never closed\n", "---\nProse, no key\n---\nbody", "----\na: b\n---\n", "...\na: b\n---\n"],
)
def test_no_front_matter(content: str) -> None:
    """A rule of dashes before prose is text."""
    assert front_matter(content) == ({}, content)


def test_front_matter_without_text(tmp_path: Path) -> None:
    """A file of front matter alone has no article."""
    assert "empty text" in refused(written(tmp_path / "a.md", "---\ntitle: a\n---\n\n")).reason


def test_newlines(tmp_path: Path) -> None:
    """Windows and old Mac line ends become newlines, in front matter too."""
    article = only(written(tmp_path / "a.txt", "---\r\ntitle: T\r\n---\r\nOne.\r\nTwo.\rThree."))
    assert (article.title, article.text) == ("T", "One.\nTwo.\nThree.")


def test_control_characters_stay(tmp_path: Path) -> None:
    """Control characters and direction marks in a text stay, so that offsets stay."""
    text = "Title\x07\nA \x1b[31mbase\u202e </script>\u2028 end\x0c."
    assert only(written(tmp_path / "a.txt", text)).text == text


@pytest.mark.parametrize("name", ["empty.txt", "empty.md", "empty.jsonl", "empty.json", "empty.html"])
@pytest.mark.parametrize("content", [b"", b" \n\n"])
def test_empty(tmp_path: Path, name: str, content: bytes) -> None:
    """An empty file is named."""
    problem = refused(written(tmp_path / name, content))
    assert problem.path.endswith(name)
    assert problem.reason == "is empty"


@pytest.mark.parametrize("name", ["image.txt", "image.md", "image.jsonl", "image.json", "image.html"])
@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", bytes(range(1, 256)) * 20, b"\xff\xfe" + NOISE],
)
def test_binary(tmp_path: Path, name: str, content: bytes) -> None:
    """A binary file is not text, with NUL bytes and without, also under a false byte order mark."""
    assert refused(written(tmp_path / name, content)).reason == "is not text"


def test_long_single_line(tmp_path: Path) -> None:
    """A single line of 5 MB is read at once, with a title cut to a headline's length."""
    utf8 = written(tmp_path / "a.txt", "Russia opened a base, café. " * 180_000)
    older = written(tmp_path / "b.txt", ("Russia opened a base, café. " * 180_000).encode("cp1252"))
    huge = jsonl(tmp_path / "c.jsonl", {"text": "Russia opened a base. " * 250_000, "title": "T"})
    begin = time.perf_counter()
    articles, problems = got([utf8, older, huge])
    assert time.perf_counter() - begin < 3
    assert problems == []
    assert [len(article.text) for article in articles] == [5_040_000, 5_040_000, 5_500_000]
    assert articles[0].text == articles[1].text
    assert len(articles[0].title) <= 302
    assert articles[0].title.endswith(" …")


# Encodings


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ENGLISH, "utf-8"),
        (ENGLISH, "utf-8-sig"),
        (ENGLISH, "utf-16"),
        (RUSSIAN, "utf-32"),
        (ENGLISH, "cp1252"),
        ("The café at the base closed.", "latin-1"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (
            "Polska podpisała umowę o bazie w Redzikowie, mówi minister, a żołnierze są już na miejscu.",
            "cp1250",
        ),
        ("Türkiye Dışişleri Bakanı Mevlüt Çavuşoğlu, İncirlik Üssü hakkında açıklama yaptı.", "cp1254"),
    ],
)
def test_encodings(tmp_path: Path, text: str, encoding: str) -> None:
    """The text is the same whatever its encoding, as a file and as a line of JSON."""
    line = json.dumps({"text": text}, ensure_ascii=False) + "\n"
    assert only(written(tmp_path / "a.txt", text.encode(encoding))).text == text
    assert only(written(tmp_path / "a.jsonl", line.encode(encoding))).text == text
    assert only(written(tmp_path / "a.json", line.encode(encoding))).text == text


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_both_orders(tmp_path: Path, codec: str) -> None:
    """The byte order mark tells the order of UTF-16, and is no part of the text."""
    assert only(written(tmp_path / "a.txt", ("\ufeff" + RUSSIAN).encode(codec))).text == RUSSIAN


def test_damaged_utf8(tmp_path: Path) -> None:
    """One damaged byte in UTF-8 costs one character, not the accents of the whole file."""
    data = (RUSSIAN + " ").encode() + b"\xff" + RUSSIAN.encode()
    assert only(written(tmp_path / "a.txt", data)).text == f"{RUSSIAN} \ufffd{RUSSIAN}"


def test_line_of_another_encoding(tmp_path: Path) -> None:
    """In JSON Lines each line is decoded by itself, and a binary line is named."""
    lines = [json.dumps({"text": ENGLISH}, ensure_ascii=False).encode(codec) for codec in ("utf-8", "cp1252")]
    articles, problems = got(written(tmp_path / "a.jsonl", b"\n".join([lines[0], b"\0\1\2", lines[1]])))
    assert [article.text for article in articles] == [ENGLISH, ENGLISH]
    assert [(problem.line, problem.reason) for problem in problems] == [(2, "is not text")]


# JSON


def test_jsonl_fields(tmp_path: Path) -> None:
    """Known fields are taken, others kept as JSON in the order of their names, and a line is an id."""
    full = {"id": "x", "title": "T", "date": "2018-01-19T23:59:00+03:00", "url": "u", "source": "s"}
    other = {"text": "Two.", "tags": ["é", 1], "desk": None, "half": {"b": 1, "a": 2.5}, "title": None}
    path = jsonl(tmp_path / "press.jsonl", full | {"text": "One."}, "", other)
    articles, problems = got(path)
    assert problems == []
    assert articles[0] == Article("x", "T", "One.", "2018-01-19", "s", "u")
    assert (articles[1].id, articles[1].title) == ("press-3", "")
    assert articles[1].extra == (
        ("desk", "null"),
        ("half", '{"a": 2.5, "b": 1}'),
        ("tags", '["é", 1]'),
    )


@pytest.mark.parametrize(
    "text",
    ["One sentence.", "  padded \n\n", "a\r\nb\rc", "tab\t\x0b\x1f\x00\x85\u2028\ufeff😀 end", "\n\n x"],
)
def test_json_text_unchanged(tmp_path: Path, text: str) -> None:
    """The text of JSON is taken unchanged, so that offsets made elsewhere fit."""
    path = jsonl(tmp_path / "a.jsonl", {"text": text}, json.dumps({"text": text}, ensure_ascii=False))
    articles, problems = got(path)
    assert problems == []
    assert [article.text for article in articles] == [text, text]
    assert only(written(tmp_path / "b.json", json.dumps({"text": text}))).text == text


def test_lone_surrogates(tmp_path: Path) -> None:
    """A lone surrogate becomes one U+FFFD everywhere; a pair stays the character it is."""
    line = r'{"text": "a\ud800b\udc00 \ud83d\ude00", "title": "\udfff", "id": "i\ud800", "x\ud800": "\ud800"}'
    article = only(jsonl(tmp_path / "a.jsonl", line))
    assert article.text == "a\ufffdb\ufffd 😀"
    assert (article.title, article.id, article.extra) == ("\ufffd", "i\ufffd", (("x\ufffd", '"\ufffd"'),))
    repr(article).encode()


def test_json_one_and_list(tmp_path: Path) -> None:
    """A .json file holds one article or a list; the names of the list's articles count its items."""
    assert only(written(tmp_path / "one.json", '{"text": "One."}')).id == "one"
    articles, problems = got(written(tmp_path / "two.json", '[{"text": "One."}, 3, {"text": "Two."}]'))
    assert [article.id for article in articles] == ["two-1", "two-3"]
    assert [problem.reason for problem in problems] == ["item 2 is a number, not an object"]
    assert refused(written(tmp_path / "none.json", "[]")).reason == "is an empty list"


@pytest.mark.parametrize(
    "line",
    [
        '{"text": "cut off',
        "no json",
        "[" * 100_000,
        '{"text": "x", "n": ' + "9" * 5000 + "}",
        '{"text": "raw \t tab"}',
    ],
)
def test_malformed_json(tmp_path: Path, line: str) -> None:
    """A malformed line is named by its number, and the other lines go on."""
    articles, problems = got(jsonl(tmp_path / "a.jsonl", {"text": "One."}, line, {"text": "Three."}))
    assert [article.id for article in articles] == ["a-1", "a-3"]
    assert [problem.line for problem in problems] == [2]
    assert problems[0].reason.startswith("is not valid JSON (")
    assert len(str(problems[0])) < 250 + len(str(tmp_path))
    assert "not valid JSON" in refused(written(tmp_path / "b.json", line)).reason


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "has no text"),
        ({"text": None}, "has no text"),
        ({"text": ["a"]}, "has a list as text, not a string"),
        ({"text": 5}, "has a number as text, not a string"),
        ({"text": {}}, "has an object as text, not a string"),
        ({"text": " \n"}, "has an empty text"),
        ([1], "is a list, not an object"),
        ("null", "is nothing, not an object"),
        ('"text"', "is a string, not an object"),
        ("true", "is true or false, not an object"),
    ],
)
def test_no_usable_text(tmp_path: Path, fields: object, reason: str) -> None:
    """A line without a text that can be read is left out and named."""
    assert refused(jsonl(tmp_path / "a.jsonl", fields)) == Problem(
        str(tmp_path / "a.jsonl"), reason, refused(tmp_path / "a.jsonl").remedy, 1
    )


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("title", 7, "has a number as title, not a string"),
        ("date", ["2018"], "has a list as date, not a string"),
        ("date", True, "has true or false as date, not a string"),
        ("source", {}, "has an object as source, not a string"),
        ("url", 1.5, "has a number as url, not a string"),
        ("id", False, "has true or false as id, not a string"),
        ("date", "2018-02-30", "has the date '2018-02-30', which is none"),
        ("date", "soon\n\u202e" + "x" * 99, "has the date 'soon\\n\\u202e" + "x" * 34 + "…', which is none"),
    ],
)
def test_wrong_field_is_left_out(tmp_path: Path, field: str, value: object, reason: str) -> None:
    """A wrong field is named in one line; the article is read without it."""
    articles, problems = got(jsonl(tmp_path / "a.jsonl", {"text": "One.", field: value}))
    assert articles == [Article("a-1", "", "One.")]
    assert [problem.reason for problem in problems] == [reason]
    assert problems[0].remedy.startswith("read without")


@pytest.mark.parametrize(
    ("value", "name"), [(17, "17"), (1.5, "1.5"), ("", "a-1"), (" x ", "x"), (None, "a-1")]
)
def test_ids(tmp_path: Path, value: object, name: str) -> None:
    """A number as id is its digits; without an id the line names the article."""
    assert only(jsonl(tmp_path / "a.jsonl", {"text": "One.", "id": value})).id == name


def test_numbers_that_json_has_not(tmp_path: Path) -> None:
    """NaN and infinity, which some writers put for a missing value, count as missing."""
    article = only(jsonl(tmp_path / "a.jsonl", '{"text": "One.", "title": NaN, "x": 1e999, "y": -Infinity}'))
    assert (article.title, article.extra) == ("", (("x", "null"), ("y", "null")))


def test_second_of_one_id(tmp_path: Path) -> None:
    """The second article of an id is left out, also from another file, and both places are named."""
    path = jsonl(tmp_path / "a.jsonl", {"id": "n", "text": "1."}, {"id": "n", "text": "2."}, {"text": "3."})
    other = written(tmp_path / "b.txt", "---\nid: n\n---\nFour.")
    articles, problems = got([path, other])
    assert [article.text for article in articles] == ["1.", "3."]
    assert [(problem.path, problem.line) for problem in problems] == [(str(path), 2), (str(other), None)]
    assert all(f"{path}:1" in problem.reason for problem in problems)


# Web pages


def test_html(tmp_path: Path) -> None:
    """Main text, title, date, source and address come from the page; menus and scripts do not."""
    article = only(written(tmp_path / "page.html", PAGE.format(date="2018-01-19T08:00:00Z")))
    assert (article.id, article.title) == ("page", "Bridge at Kestrel Bay opened")
    assert (article.date, article.source) == ("2018-01-19", "Harbour Courier")
    assert article.url == "https://example.org/kestrel-bay"
    assert "told reporters.\n\nOfficials in the café" in article.text
    assert not any(word in article.text for word in ("Front page", "alert", "rights reserved", "<"))


@pytest.mark.parametrize("date", ["2018-02-30", "2018-01", "soon", ""])
def test_html_date_is_not_guessed(tmp_path: Path, date: str) -> None:
    """A date that the page does not state to the day is none."""
    assert only(written(tmp_path / "page.htm", PAGE.format(date=date))).date is None


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "utf-8"])
def test_html_encoding(tmp_path: Path, encoding: str) -> None:
    """The encoding that a page states is used where it is not UTF-8 and has no mark."""
    page = f'<?xml version="1.0" encoding="x"?><head><meta charset="{encoding}"></head><p>{RUSSIAN}</p>'
    assert only(written(tmp_path / "page.html", page.encode(encoding))).text == RUSSIAN


@pytest.mark.parametrize(
    "page", ["<html><head><title>T</title></head><body></body></html>", "<div>" * 50_000, "x"]
)
def test_html_without_text(tmp_path: Path, page: str) -> None:
    """A page without main text is named."""
    assert refused(written(tmp_path / "page.html", page)).reason == "has no main text"


def test_html_without_trafilatura(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where trafilatura does not load, each page is named."""
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    source = Source.of_file(written(tmp_path / "a.html", PAGE), shown="a.html")
    problems: list[Problem] = []
    assert list(READERS[".html"](source, "a", problems.append)) == []
    assert "trafilatura" in problems[0].reason


# Dates


@pytest.mark.parametrize(
    "text",
    [
        "2018-01-19",
        " 2018-01-19T10:00:00Z ",
        "2018-01-19 23:30:00.123+03:00",
        "2018/01/19",
        "20180119",
        "20180119T101500Z",
        "19 January 2018",
        "19 Jan. 2018",
        "19th january 2018",
        "January 19, 2018",
        "JAN 19 2018",
        "Friday, January 19, 2018 at 10:00",
        "Fri, 19 Jan 2018 10:00:00 GMT",
        "Friday 19 January 2018",
    ],
)
def test_dates(text: str) -> None:
    """The common written forms are one day."""
    assert iso_date(text) == "2018-01-19"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2018",
        "2018-01",
        "2018-13-01",
        "2018-02-29",
        "19/01/2018",
        "01/19/2018",
        "yesterday",
        "0000-01-01",
        "20180132",
        "32 January 2018",
        "19 Januar 2018",
        "Mayor 1, 2018",
        "２０１８-01-19",
        "2018-01-19x",
        "1" * 99,
    ],
)
def test_no_dates(text: str) -> None:
    """What is not one certain day is none."""
    assert iso_date(text) is None


def test_september() -> None:
    """The abbreviation of September has four letters as often as three."""
    assert iso_date("Sept. 4, 2017") == iso_date("4 Sep 2017") == "2017-09-04"


def test_default_date(tmp_path: Path) -> None:
    """The date given for all is taken where an article states none or a wrong one."""
    path = jsonl(
        tmp_path / "a.jsonl",
        {"text": "1.", "date": "2001-02-03"},
        {"text": "2."},
        {"text": "3.", "date": "x"},
    )
    articles, problems = got(path, date="19 January 2018")
    assert [article.date for article in articles] == ["2001-02-03", "2018-01-19", "2018-01-19"]
    assert len(problems) == 1


def test_wrong_default_date() -> None:
    """A date given for all that is none is refused at once, before anything is read."""
    with pytest.raises(ReadError, match="YYYY-MM-DD"):
        read([], on_problem=unexpected, date="soon")


# Paths


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with articles, hidden files and files of other kinds, and work in it."""
    for name in (
        "b.txt",
        "a.md",
        "sub/c.TXT",
        "sub/deep/a.txt",
        ".hidden.txt",
        ".git/d.txt",
        "sub/x.png",
        "z.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Title of {name}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["."], ["a.md", "b.txt", "sub/c.TXT", "sub/deep/a.txt"]),
        (["sub", "b.txt", "a.md"], ["a.md", "b.txt", "sub/c.TXT", "sub/deep/a.txt"]),
        (["b.txt", "./b.txt", "sub/../b.txt", "*.txt"], ["b.txt"]),
        (["**/*.txt"], ["b.txt", "sub/deep/a.txt"]),
        (["*"], ["a.md", "b.txt", "sub/c.TXT", "sub/deep/a.txt"]),
        ([".hidden.txt"], [".hidden.txt"]),
        ([], []),
    ],
)
def test_expand(tree: Path, paths: list[str], expected: list[str]) -> None:
    """Files, folders and globs give sorted files, each once, and pass over what is no article."""
    assert [path.as_posix() for path in expand(paths, on_problem=unexpected)] == expected
    again = expand([tree / path for path in paths], on_problem=unexpected)
    assert [path.resolve() for path in again] == [tree / path for path in expected]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("nowhere", "is not there"),
        ("nowhere.txt", "is not there"),
        ("", "is not there"),
        ("*.csv", "holds no article"),
        ("*.py", "holds no article"),
        ("z.py", "is of a kind that kgraph does not read"),
        ("/dev/null", "is neither a file nor a folder"),
        ("x" * 5000, "cannot be looked up"),
        ("a\0b", "is not there"),
        ("bad\nname\u202e.txt", "is not there"),
    ],
)
def test_path_of_nothing(tree: Path, path: str, reason: str) -> None:
    """A path that matches nothing is named in one line, and the rest is read."""
    articles, problems = got([path, "b.txt"])
    assert [article.id for article in articles] == ["b"]
    assert len(problems) == 1
    assert problems[0].reason.startswith(reason)


def test_folder_without_articles(tmp_path: Path) -> None:
    """A folder without articles is named."""
    assert refused(tmp_path).reason == "holds no article"


def test_names_of_one_stem(tmp_path: Path) -> None:
    """Files of one stem take the name of their folder, and of their kind in one folder."""
    for name in (
        "x/p/doc.txt",
        "y/p/doc.txt",
        "y/q/doc.txt",
        "y/q/one.md",
        "y/q/one.txt",
        "y/two.txt",
        "y/l.jsonl",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"text": "Text."}', encoding="utf-8")
    (tmp_path / "x/l.jsonl").write_text('{"text": "Text."}', encoding="utf-8")
    articles, problems = got(tmp_path)
    assert problems == []
    assert [article.id for article in articles] == (
        ["x-l-1", "x-p-doc", "y-l-1", "y-p-doc", "q-doc", "one-md", "one-txt", "two"]
    )


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.json", "a.html"])
def test_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A file that may not be opened is named, and the rest is read."""
    path, other = written(tmp_path / name, "{}"), written(tmp_path / "b.txt", "Text.")

    def guarded(method: Callable[..., object]) -> Callable[..., object]:
        def call(self: Path, *args: object, **options: object) -> object:
            if self == path:
                raise PermissionError(13, "Permission denied")
            return method(self, *args, **options)

        return call

    monkeypatch.setattr(Path, "open", guarded(Path.open))
    monkeypatch.setattr(Path, "read_bytes", guarded(Path.read_bytes))
    articles, problems = got([path, other])
    assert [article.id for article in articles] == ["b"]
    assert [str(problem) for problem in problems] == [
        f"{path}: cannot be read (Permission denied); skipped; check the file and its permissions"
    ]


def test_links(tmp_path: Path) -> None:
    """A link to a file is the file, a broken link is named, and a link to the folder above ends."""
    written(tmp_path / "a.txt", "Text.")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    (tmp_path / "c.txt").symlink_to(tmp_path / "gone.txt")
    (tmp_path / "d").symlink_to(tmp_path, target_is_directory=True)
    articles, problems = got(tmp_path)
    assert [article.id for article in articles] == ["a"]
    assert [(Path(problem.path).name, problem.reason) for problem in problems] == [
        ("c.txt", "cannot be read (No such file or directory)")
    ]


def test_count(tmp_path: Path) -> None:
    """The total for a progress bar counts lines, list items and files, and never fails."""
    files = [
        jsonl(tmp_path / "a.jsonl", {"text": "1."}, "", "bad"),
        written(tmp_path / "b.json", '[{"text": "1."}, {"text": "2."}]'),
        written(tmp_path / "c.json", '{"text": "1."}'),
        written(tmp_path / "d.json", "bad"),
        written(tmp_path / "e.txt", "Text."),
        tmp_path / "gone.jsonl",
    ]
    assert count(files) == 2 + 2 + 1 + 0 + 1 + 0


def test_readers_are_a_table() -> None:
    """The table names every suffix that the README promises."""
    assert " ".join(sorted(READERS)) == (
        ".csv .eml .htm .html .json .jsonl .md .mht .mhtml .ndjson .parquet .pdf .tsv .txt"
    )


def test_samples() -> None:
    """The sample articles are complete: title, date, source and a text of 90 to 170 words."""
    articles, problems = got(SAMPLES)
    assert problems == []
    assert 12 <= len(articles) <= 14
    for article in articles:
        assert article.title
        assert article.date is not None
        assert article.source == "kgraph sample"
        assert 90 <= len(article.text.split()) <= 170
