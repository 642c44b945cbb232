"""Readers in a process of their own: what crashes, hangs or eats memory costs one file and gives one line."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from kgraph.model import Article, Problem
from kgraph.read import Limits, Reading, Source, expand, plugins, read_sources
from reading import ANY, got, unexpected, written

CODE = '''
import os, time
from kgraph.errors import ReadError
from kgraph.model import Article, Problem

def read(source, name, report):
    """Do what the file says."""
    what = source.read().decode()
    if what == "hang":
        while True:
            pass
    if what == "crash":
        os._exit(9)
    if what == "abort":
        os.abort()
    if what == "eat":
        hoard = bytearray(10_000_000_000)
    if what == "raise":
        raise KeyError("one\\ntwo")
    if what == "refuse":
        raise ReadError("is of the wrong version")
    if what == "missing":
        raise FileNotFoundError(2, "No such file or directory")
    if what == "deep":
        return read(source, name, report)
    if what == "print":
        print("noise", flush=True)
        os.write(1, b"more noise")
    if what == "wrong":
        yield "no pair"
    if what == "slowly":
        for n in range(4):
            yield n, Article(f"{name}-{n}", "", what)
        return
    report(Problem(source.shown, "is odd", "read all the same"))
    yield None, Article(name, "T", what, author="A", extra=(("a", "1"),))
'''


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Install a reader for .odd files, and a broken one for .bad files."""
    (tmp_path / "lib").mkdir()
    written(tmp_path / "lib" / "odd_reader.py", CODE)
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    points = [
        EntryPoint(".ODD", "odd_reader:read", plugins.GROUP),
        EntryPoint("bad", "no_such_module:read", plugins.GROUP),
        EntryPoint(".worse", "odd_reader:gone", plugins.GROUP),
    ]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points)
    plugins.installed.cache_clear()
    yield tmp_path
    plugins.installed.cache_clear()


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("hang", "takes longer than 2 s to read"),
        ("crash", "cannot be read (its reader crashed, or needs more memory than 1,000 MB)"),
        ("abort", "cannot be read (its reader crashed, or needs more memory than 1,000 MB)"),
        ("eat", "needs too much memory to read"),
        ("raise", "cannot be read (KeyError: 'one\\ntwo')"),
        ("refuse", "is of the wrong version"),
        ("missing", "cannot be read (No such file or directory)"),
        ("wrong", "cannot be read (ValueError: too many values to unpack (expected 2))"),
    ],
)
def test_a_fault_costs_one_file(theirs: Path, what: str, reason: str) -> None:
    """The bad file has one line, and the files before and after it are read by the same reader."""
    for name, content in (("a.odd", "fine"), ("b.odd", what), ("c.odd", "fine")):
        written(theirs / name, content)
    begun = time.monotonic()
    articles, problems = got(
        [theirs / "a.odd", theirs / "b.odd", theirs / "c.odd"],
        reading=Reading(any_language=True, limits=Limits(seconds=2, memory=1_000_000_000)),
    )
    assert time.monotonic() - begun < 30
    assert [(article.id, article.text) for article in articles] == [("a", "fine"), ("c", "fine")]
    faults = [problem for problem in problems if problem.reason != "is odd"]
    assert [(problem.path, problem.reason) for problem in faults] == [(str(theirs / "b.odd"), reason)]


def test_all_fields_come_through(theirs: Path) -> None:
    """An article is the same on both sides of the pipe; what libraries print does no harm."""
    articles, problems = got(written(theirs / "a.odd", "print"))
    assert articles == [Article("a", "T", "print", author="A", extra=(("a", "1"),))]
    assert [str(problem) for problem in problems] == [f"{theirs / 'a.odd'}: is odd; read all the same"]


def test_only_the_time_of_the_reader_counts(theirs: Path) -> None:
    """Whoever works on the articles meanwhile may take long."""
    source = Source("a", ".odd", lambda: io.BytesIO(b"slowly"), name="a")
    reading = Reading(any_language=True, limits=Limits(seconds=2))
    problems: list[Problem] = []
    found = []
    for article in read_sources([source], on_problem=problems.append, reading=reading):
        time.sleep(0.8)
        found.append(article.id)
    assert (found, problems) == (["a-0", "a-1", "a-2", "a-3"], [])


def test_readers_of_others(theirs: Path) -> None:
    """A suffix of an entry point is found in folders; one that cannot be loaded gives a line."""
    for name in ("a.odd", "b.bad", "c.txt", "d.worse"):
        written(theirs / name, "Text.")
    files = expand([theirs / name for name in ("a.odd", "b.bad", "c.txt", "d.worse")], on_problem=unexpected)
    articles, problems = got(files)
    assert [article.id for article in articles] == ["a", "c"]
    assert [problem.reason for problem in problems if problem.reason != "is odd"] == [
        "cannot be read (ModuleNotFoundError: No module named 'no_such_module')",
        "cannot be read (AttributeError: module 'odd_reader' has no attribute 'gone')",
    ]


def test_reading_may_end_early(theirs: Path) -> None:
    """Who takes the first article alone leaves no process behind."""
    sources = [Source("a", ".odd", lambda: io.BytesIO(b"slowly"), name="a")]
    reading = read_sources(sources, on_problem=unexpected, reading=ANY)
    assert next(reading).id == "a-0"
    reading.close()  # type: ignore[attr-defined]


def test_sources_of_a_feed() -> None:
    """A fetched page has its id from its URL, and what the feed states counts where the page is silent."""
    source = Source(
        "https://x.example/2030/yard?p=1",
        ".txt",
        lambda: io.BytesIO(b"The navy opened a yard.\nIt has two docks."),
        url="https://x.example/2030/yard?p=1",
        stated={"title": "Yard opened", "author": "Jo Bent", "date": "Mon, 04 Mar 2030 10:00:00 GMT"},
    )
    (article,) = read_sources([source], on_problem=unexpected)
    assert (article.id, article.title, article.author, article.date, article.url) == (
        "x.example-2030-yard-p-1",
        "Yard opened",
        "Jo Bent",
        "2030-03-04",
        "https://x.example/2030/yard?p=1",
    )


@pytest.mark.parametrize("name", ["a.txt", "a.json", "a.html", "a.eml"])
def test_size(tmp_path: Path, name: str) -> None:
    """A file that is too large is named, not read in part."""
    _, problems = got(written(tmp_path / name, "x" * 2000), reading=Reading(limits=Limits(size=1000)))
    assert [problem.reason for problem in problems] == ["is larger than 1,000 bytes"]


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 200_000 + "<p>Text.",
        "<p " + "a" * 5_000_000 + "='x'>Text",
        "<!DOCTYPE a [" + "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 30)) + "]>&e29;",
        "<a href='" * 20_000,
        "&#" * 500_000,
        "<?xml " * 100_000,
        " " * 3_000_000 + "<p>",
    ],
    ids=["deep", "attribute", "entities", "quotes", "references", "declarations", "spaces"],
)
def test_hostile_pages(tmp_path: Path, page: str) -> None:
    """Pages made to hang or crash cost themselves alone, and in time."""
    written(tmp_path / "a.html", page)
    written(tmp_path / "b.txt", "Two men met.")
    begun = time.process_time()
    articles, problems = got(tmp_path, reading=Reading(limits=Limits(seconds=20)))
    assert [article.text for article in articles if article.id == "b"] == ["Two men met."]
    assert len(articles) + len(problems) == 2
    assert time.process_time() - begun < 5
