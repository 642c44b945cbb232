"""The byline of an article travels from the file to the graph, the page and the exports."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from kgraph.model import Extraction
from kgraph.ontology import load
from kgraph.rdf import article_iri, iris, quads
from kgraph.read import Reading
from kgraph.records import from_line, to_line, to_record
from kgraph.store import Graph
from reading import ANY, got, only, written
from samples import HOSTILE, RUN, sample

AUTHOR = f"Ada Marsh {HOSTILE}"


@pytest.fixture(scope="module")
def extraction() -> Extraction:
    """Return the sample with a byline."""
    made = sample()
    return dataclasses.replace(made, article=dataclasses.replace(made.article, author=AUTHOR))


@pytest.mark.parametrize(
    ("value", "author"),
    [
        ('"Ada  Marsh "', "Ada Marsh"),
        ('["Ada Marsh", "Jo Bent"]', "Ada Marsh; Jo Bent"),
        ("[]", None),
        ("null", None),
    ],
)
def test_json(tmp_path: Path, value: str, author: str | None) -> None:
    """A name or a list of names is one line of text."""
    article = only(written(tmp_path / "a.jsonl", f'{{"text": "One.", "author": {value}}}'))
    assert (article.author, article.extra) == (author, ())


def test_wrong_author_is_left_out(tmp_path: Path) -> None:
    """An author that is no text is said; the article is read without it."""
    articles, problems = got(written(tmp_path / "a.jsonl", '{"text": "One.", "author": 7}'))
    assert articles[0].author is None
    assert [problem.reason for problem in problems] == ["has a number as author, not a string"]


def test_front_matter(tmp_path: Path) -> None:
    """The front matter of a text may name who wrote it."""
    assert only(written(tmp_path / "a.md", "---\nauthor: Ada Marsh\n---\nText.")).author == "Ada Marsh"


def test_page_of_the_web(tmp_path: Path) -> None:
    """A page that names its author is taken at its word."""
    page = (
        '<html><head><title>Yard opened</title><meta name="author" content="Ada Marsh"></head><body><article>'
        "<p>The navy of Norland opened a repair yard at Kestrel Bay on Monday, its commander said.</p>"
        "<p>Officials said that the yard would serve two frigates from next spring onwards.</p>"
        "</article></body></html>"
    )
    (article,), _ = got(written(tmp_path / "a.html", page), reading=Reading())
    assert article.author == "Ada Marsh"
    assert ANY.any_language


def test_record(extraction: Extraction) -> None:
    """The JSON form has it where there is one, and reads it back."""
    line = to_line(to_record(extraction, iris(extraction)))
    assert json.loads(line)["author"] == AUTHOR
    assert from_line(line).article == extraction.article
    assert "author" not in to_record(sample(), iris(sample()))


def test_graph_page_and_exports(extraction: Extraction, tmp_path: Path) -> None:
    """The graph says dc:creator; the page, the property graph and FollowTheMoney show it."""
    with Graph.memory() as graph:
        graph.replace(article_iri("keld-2031"), quads(extraction, ontology=load(), run=RUN))
        (row,) = graph.query("SELECT ?a WHERE { ?x a kg:Article ; dc:creator ?a }")
        assert str(row.a) == AUTHOR
        graph.view(tmp_path / "a.html")
        assert "Ada Marsh" in (tmp_path / "a.html").read_text(encoding="utf-8")
        for name in ("a.cypher", "a.ftm.json", "a.ttl"):
            graph.export(tmp_path / name)
            assert "Ada Marsh" in (tmp_path / name).read_text(encoding="utf-8"), name


def test_shapes(extraction: Extraction) -> None:
    """Two bylines of one article are no finished graph."""
    pytest.importorskip("pyshacl", reason="the extra check is not installed")
    from kgraph.check import check

    with Graph.memory() as graph:
        graph.replace(article_iri("keld-2031"), quads(extraction, ontology=load(), run=RUN))
        assert not any("byline" in str(found) for found in check(graph, ontology=load()))
