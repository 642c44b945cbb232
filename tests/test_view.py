"""The page: what is on it, that it asks nothing of anyone, and that no article text can act in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from kgraph.ontology import Ontology, load
from kgraph.store import Graph
from kgraph.view import view
from kgraph.view.layout import layout
from kgraph.view.network import page_data
from kgraph.view.page import render, to_json
from kgraph.view.palette import STYLES, style_of
from kgraph.view.picture import Picture
from kgraph.view.select import select, web_address

HOSTILE = "</script><img src=x onerror=alert(1)> \u202e\u2028 “&amp;”"
PREFIXES = """
@prefix kg: <https://w3id.org/kgraph#> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix nif: <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#> .
@prefix schema: <https://schema.org/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix dc: <http://purl.org/dc/elements/1.1/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix e: <https://w3id.org/kgraph/entity/> . @prefix a: <https://w3id.org/kgraph/article/> .
@base <https://w3id.org/kgraph/article/> .
"""
ARTICLE = (
    PREFIXES
    + """
a:one {
a:one a kg:Article ; dcterms:identifier "one" ; schema:headline "Two bases" ;
  schema:datePublished "2020-02-03"^^xsd:date ;
  dc:source "The Example Post" ; schema:url <https://news.example/one> .
<one#char=0,41> a kg:Sentence ; kg:offset 0 ; nif:beginIndex 0 ; nif:endIndex 41 ; dcterms:isPartOf a:one ;
  nif:isString "Aland opened the Aley base in March 2019." .
<one#char=42,91> a kg:Sentence ; kg:offset 42 ; nif:beginIndex 0 ; nif:endIndex 49 ; dcterms:isPartOf a:one ;
  nif:isString "Borduria said it would strike Aley, which A runs." .
e:aland a kg:State , kg:Actor ; skos:prefLabel "Aland"@en ; skos:altLabel "A"@en .
e:borduria a kg:State , kg:Actor ; skos:prefLabel "Borduria"@en .
e:aley a kg:AirBase , kg:Base , kg:Place ; skos:prefLabel "Aley"@en .
e:hermit a kg:Person , kg:Actor ; skos:prefLabel "Hermit"@en .
<one#mention-0-5> a kg:Mention ; nif:beginIndex 0 ; nif:endIndex 5 ;
  nif:referenceContext <one#char=0,41> ; kg:refersTo e:aland .
<one#event-BaseChange-6-12> a kg:BaseChange , kg:Event ; rdfs:label "opened" ; kg:actor e:aland ;
  kg:base e:aley ;
  kg:mode kg:mode-open ; kg:beginDate "2019-03"^^xsd:gYearMonth ; kg:dateBasis "explicit" ;
  kg:realis "actual" ;
  kg:trigger "opened" ; kg:confidence 0.83 ;
  prov:wasDerivedFrom <one#char=0,41> .
<one#telling-BaseChange-6-12> a kg:Mention ; nif:beginIndex 6 ; nif:endIndex 12 ;
  nif:referenceContext <one#char=0,41> ; kg:refersTo <one#event-BaseChange-6-12> .
<one#event-Assault-65-71> a kg:Assault , kg:Event ; rdfs:label "strike" ; kg:actor e:borduria ;
  kg:base e:aley ; kg:killed 2 ;
  kg:realis "planned" ; kg:accordingTo e:borduria ; kg:trigger "strike" ;
  kg:confidence 0.5 ; prov:wasDerivedFrom <one#char=42,91> .
<one#telling-Assault-65-71> a kg:Mention ; nif:beginIndex 23 ; nif:endIndex 29 ;
  nif:referenceContext <one#char=42,91> ; kg:refersTo <one#event-Assault-65-71> .
<one#assertion-1> a kg:Assertion ; rdf:subject e:aley ; rdf:predicate kg:operatedBy ;
  rdf:object e:aland ; kg:realis "actual" ;
  kg:confidence 0.9 ; prov:wasDerivedFrom <one#char=42,91> .
e:aley kg:operatedBy e:aland .
<one#assertion-2> a kg:Assertion ; rdf:subject e:borduria ; rdf:predicate kg:alliedWith ;
  rdf:object e:aland ; kg:realis "negated" ;
  kg:accordingTo e:borduria ; prov:wasDerivedFrom <one#char=42,91> .
<one#assertion-3> a kg:Assertion ; rdf:subject e:hermit ; rdf:predicate kg:position ;
  rdf:object "recluse"@en ; kg:realis "actual" ;
  prov:wasDerivedFrom <one#char=42,91> .
}
"""
)


def graph_of(trig: str) -> Graph:
    """Make a graph in memory that holds the TriG."""
    store = ox.Store()
    store.load(trig.encode(), format=ox.RdfFormat.TRIG)
    return Graph(store)


@cache
def ontology() -> Ontology:
    return load()


def parents() -> dict[str, frozenset[str]]:
    return {name: cls.parents for name, cls in ontology().classes.items()}


def picture_of(graph: Graph, **options: int) -> Picture:
    return select(graph.quads(), parents=parents(), **options)


def page_of(graph: Graph, **options: int) -> str:
    picture = picture_of(graph, **options)
    places = layout([n.id for n in picture.nodes], [(e.source, e.target) for e in picture.edges])
    return render(page_data(picture, places, ontology=ontology()), title="Test")


class Reader(HTMLParser):
    """The page as a browser cuts it up: elements with attributes, and the text of scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, dict[str, str | None], str]] = []
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        self.inside = tag in {"script", "style"}
        if self.inside:
            self.texts.append((tag, dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        """Note that a script or style is over."""
        self.inside = False

    def handle_data(self, data: str) -> None:
        """Add to the text of a script or style."""
        if self.inside:
            tag, attributes, text = self.texts[-1]
            self.texts[-1] = (tag, attributes, text + data)

    @property
    def data(self) -> dict[str, Any]:
        """The page's data, read back."""
        found = [text for tag, attributes, text in self.texts if attributes.get("id") == "data"]
        assert len(found) == 1
        loaded: dict[str, Any] = json.loads(found[0])
        return loaded


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(graph_of(ARTICLE))


def scripts(page: str) -> Iterator[str]:
    return (t for tag, attributes, t in Reader(page).texts if tag == "script" and "type" not in attributes)


def test_picture_has_every_fact_with_its_sentence() -> None:
    """Events, relations and literal relations, each once, with evidence; plain triples do not double them."""
    picture = picture_of(graph_of(ARTICLE))
    assert sorted(fact.cls for fact in picture.facts) == [
        *("Assault", "BaseChange", "alliedWith", "operatedBy", "position"),
    ]
    texts = {sentence.id: sentence.text for sentence in picture.sentences}
    assert all(texts[name] for fact in picture.facts for name in fact.sentences)
    assert all(fact.sentences for fact in picture.facts)
    assault = next(fact for fact in picture.facts if fact.cls == "Assault")
    assert assault.realis == "planned"
    assert assault.according_to == ("entity/borduria",)
    assert assault.roles == (("actor", "entity/borduria"), ("base", "entity/aley"))
    assert assault.values == (("killed", "2"),)
    opening = next(fact for fact in picture.facts if fact.cls == "BaseChange")
    assert (opening.begin, opening.basis, opening.mode, opening.confidence) == (
        "2019-03",
        "explicit",
        "open",
        0.83,
    )


def test_trigger_and_mentions_point_at_their_words() -> None:
    """Offsets are code points: what they cut out of the sentence is the word itself."""
    picture = picture_of(graph_of(ARTICLE))
    sentences = {sentence.id: sentence for sentence in picture.sentences}
    told = {mark.node: (name, mark) for name, sentence in sentences.items() for mark in sentence.marks}
    opening = next(fact for fact in picture.facts if fact.label == "opened")
    name, mark = told[opening.id]
    assert name == opening.sentences[0]
    assert sentences[name].text[mark.begin : mark.end] == "opened"
    mark = picture.sentences[0].marks[0]
    assert (picture.sentences[0].text[mark.begin : mark.end], mark.node) == ("Aland", "entity/aland")


def test_most_specific_class_is_shown() -> None:
    """An air base is no mere place, whatever other types the store gives."""
    nodes = {node.id: node for node in picture_of(graph_of(ARTICLE)).nodes}
    assert nodes["entity/aley"].cls == "AirBase"
    assert nodes["entity/aland"].cls == "State"
    assert nodes["entity/aland"].names == ("A",)


def test_every_class_of_the_ontology_has_a_look() -> None:
    """No actor, place or event falls to the look of the unknown, and no two looks are the same."""
    for name, known in parents().items():
        if known & {"Actor", "Place", "Equipment"}:
            assert style_of(name, parents()).group != "Thing", name
        if "Event" in known:
            assert style_of(name, parents(), kind="event").group == "Event"
    assert style_of("AirBase", parents()).group == "Base"
    assert style_of("Spaceship", parents()).group == "Thing"
    looks = [(style.color, style.shape) for style in STYLES]
    assert len(set(looks)) == len(looks)


def test_speaker_is_an_edge_only_where_he_has_no_other_part() -> None:
    """Borduria is the actor of what it announces: one line to it, not two."""
    picture = picture_of(graph_of(ARTICLE))
    assert [edge.name for edge in picture.edges if "Assault" in edge.source] == ["actor", "base"]
    other = ARTICLE.replace("kg:accordingTo e:borduria ; kg:trigger", "kg:accordingTo e:hermit ; kg:trigger")
    edges = picture_of(graph_of(other)).edges
    assert [(e.name, e.kind) for e in edges if e.target == "entity/hermit"] == [("accordingTo", "claim")]


def test_what_is_not_actual_is_dashed_and_said(page: str) -> None:
    """Dashes for the eye and a word for everyone else, on nodes and on edges."""
    data = Reader(page).data
    planned = next(node for node in data["nodes"] if node.get("realis") == "planned")
    assert planned["shapeProperties"]["borderDashes"]
    assert "(planned)" in planned["label"]
    edges = {edge["name"]: edge for edge in data["edges"] if "BaseChange" not in edge["id"]}
    assert edges["alliedWith"]["dashes"]
    assert edges["alliedWith"]["label"] == "allied with (negated)"
    assert edges["actor"]["dashes"]
    assert "dashes" not in edges["operatedBy"]


def test_an_edge_told_twice_is_solid_when_one_telling_is_actual() -> None:
    """One edge with two facts; the strongest decides."""
    second = "<one#assertion-4> a kg:Assertion ; rdf:subject e:aley ; rdf:predicate kg:operatedBy ;"
    second += ' rdf:object e:aland ; kg:realis "hypothetical" ; prov:wasDerivedFrom <one#char=0,41> .\n}'
    picture = picture_of(graph_of(ARTICLE.rstrip().removesuffix("}") + second))
    edge = next(edge for edge in picture.edges if edge.name == "operatedBy")
    assert (edge.realis, len(edge.facts)) == ("actual", 2)


def test_every_sentence_is_in_the_page(page: str) -> None:
    """The evidence travels with the page: text, article, date, source and link."""
    data = Reader(page).data
    known = {sentence["id"]: sentence for sentence in data["sentences"]}
    for fact in data["facts"]:
        assert fact["sentences"]
        assert all(known[name]["text"] for name in fact["sentences"])
        assert all(known[name]["article"] in data["articles"] for name in fact["sentences"])
    assert data["articles"]["article/one"] == {
        "title": "Two bases",
        "date": "2020-02-03",
        "source": "The Example Post",
        "url": "https://news.example/one",
    }


def test_page_asks_for_nothing(page: str) -> None:
    """No attribute, style or script of ours that makes a request."""
    reader = Reader(page)
    for tag, attributes in reader.elements:
        assert not {"src", "srcset", "action", "data", "poster", "style"} & set(attributes), tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert (attributes.get("href") or "data:").startswith("data:")
    styles = "".join(text for tag, _, text in reader.texts if tag == "style")
    assert not re.search(r"url\(|@import|https?:", styles)
    library, own = scripts(page)
    assert not re.search(
        r"\bfetch\(|XMLHttpRequest|import\(|WebSocket|sendBeacon|innerHTML|outerHTML|insertAdjacentHTML", own
    )
    assert not re.search(r"\bfetch\(|new XMLHttpRequest|new WebSocket|sendBeacon|sourceMappingURL", library)


def test_policy_names_each_script_and_style_by_its_hash(page: str) -> None:
    """What stands in the page runs, and nothing else can."""
    reader = Reader(page)
    policies = [
        a["content"] or "" for tag, a in reader.elements if a.get("http-equiv") == "Content-Security-Policy"
    ]
    assert len(policies) == 1
    rules = dict(rule.split(" ", 1) for rule in policies[0].split("; "))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in policies[0]
    assert "http" not in policies[0]

    def source(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert rules["script-src"].split() == [source(text) for text in scripts(page)]
    assert rules["style-src"] == source(next(text for tag, _, text in reader.texts if tag == "style"))
    assert "\r" not in page


def test_hostile_text_is_only_text() -> None:
    """Markup in every field adds no element, and comes out as it went in."""
    quoted = json.dumps(HOSTILE, ensure_ascii=False)
    trig = ARTICLE
    for text in ("Two bases", "The Example Post", "Aland", "A", "recluse", "opened"):
        trig = trig.replace(f'"{text}"', quoted)
    trig = trig.replace('"Aland opened the Aley base in March 2019."', quoted)
    trig = trig.replace("<https://news.example/one>", '"javascript:alert(1)"')
    plain, hostile = Reader(page_of(graph_of(ARTICLE))), Reader(page_of(graph_of(trig)))
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in plain.elements]
    data = hostile.data
    assert data["articles"]["article/one"]["title"] == HOSTILE
    assert data["articles"]["article/one"]["url"] == ""
    assert HOSTILE in {node.get("name") for node in data["nodes"]}
    assert HOSTILE in {sentence["text"] for sentence in data["sentences"]}


def test_title_is_escaped(tmp_path: Path) -> None:
    """A title is text like any other."""
    view(graph_of(ARTICLE), tmp_path / "g.html", title=HOSTILE)
    text = (tmp_path / "g.html").read_text(encoding="utf-8")
    assert "<img" not in text
    assert "&lt;/script&gt;" in text


@pytest.mark.parametrize("text", ["</script>", "<!--", "]]>", "\u2028\u2029", "\ud800", "a\x00b", "&lt;"])
def test_json_cannot_leave_its_element(text: str) -> None:
    """Every dangerous character is written as an escape, and what is read back is the text."""
    written = to_json({"t": text})
    assert not set("<>&\u2028\u2029\x00") & set(written)
    assert json.loads(written)["t"] == text.encode("utf-8", "replace").decode()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://news.example/a?b=1", True),
        ("HTTP://news.example/", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://", False),
        ("https://news.example/\njavascript:x", False),
        ("http://[broken", False),
        ("//news.example", False),
    ],
)
def test_only_web_addresses_become_links(text: str, kept: bool) -> None:
    """Anything but http and https stays out of the page."""
    assert web_address(text) == (text if kept else "")


def test_same_graph_same_bytes() -> None:
    """The order in which the store gives its statements leaves no trace."""
    store = graph_of(ARTICLE)
    quads = list(store.quads())
    first = select(quads, parents=parents())
    assert select(reversed(quads), parents=parents()) == first
    assert page_of(store) == page_of(graph_of(ARTICLE))


def test_layout_is_whole_numbers_that_stay() -> None:
    """Nodes lie apart from each other, components side by side, and twice the same."""
    edges = [(f"n{i}", f"n{i * 7 % 40}") for i in range(1, 40)] + [("x", "y")]
    nodes = sorted({end for edge in edges for end in edge} | {"alone"})
    places = layout(nodes, edges)
    assert places == layout(nodes, edges)
    assert set(places) == set(nodes)
    spots = list(places.values())
    gaps = [abs(a[0] - b[0]) + abs(a[1] - b[1]) for i, a in enumerate(spots) for b in spots[:i]]
    assert min(gaps) > 30
    assert layout([], []) == {}


def test_layout_of_a_star_is_known_to_the_pixel() -> None:
    """Only exact operations are used, so that another processor gives these numbers too."""
    places = layout(["a", "b", "c", "d"], [("a", "b"), ("a", "c"), ("a", "d")])
    assert places == {"a": (92, 33), "b": (184, 0), "c": (0, 20), "d": (112, 105)}


def test_a_large_graph_is_capped_and_says_so() -> None:
    """The most connected nodes stay; the count of the others is in the data, and their names where needed."""
    graph = graph_of(ARTICLE)
    whole = picture_of(graph)
    part = picture_of(graph, max_nodes=2)
    assert len(part.nodes) == 2
    assert part.left_out == len(whole.nodes) - 2
    assert {node.id for node in part.nodes} == {"entity/aland", "entity/aley"}
    assert all(edge.source in {"entity/aland", "entity/aley"} for edge in part.edges)
    data = Reader(page_of(graph, max_nodes=2)).data
    assert data["left_out"] == part.left_out
    assert data["others"] == {"entity/borduria": "Borduria"}


def test_empty_graph_and_lone_node_make_a_page() -> None:
    """Nothing to draw is no error."""
    assert Reader(page_of(graph_of(""))).data["nodes"] == []
    lone = PREFIXES + 'a:one { e:x a kg:Submarine ; skos:prefLabel "" }'
    nodes = Reader(page_of(graph_of(lone))).data["nodes"]
    assert [(node["cls"], node["group"], node["label"]) for node in nodes] == [("Submarine", "Thing", "x")]


def test_long_names_are_cut_where_they_are_drawn() -> None:
    """Ten thousand characters do not fill the drawing, nor the page."""
    long = ARTICLE.replace('"Aland"', '"' + "x" * 10_000 + '"')
    node = next(n for n in Reader(page_of(graph_of(long))).data["nodes"] if n["id"] == "entity/aland")
    assert len(node["label"]) < 70
    assert len(node["name"]) == 2000


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: the page is not tried in a browser")
def test_page_opens_in_a_browser(tmp_path: Path) -> None:
    """The page's script runs to its end, its policy stops none of it, and the panel shows the facts."""
    assert CHROMIUM is not None
    view(graph_of(ARTICLE), tmp_path / "g.html")
    switches = (
        "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"
    )
    try:
        done = subprocess.run(  # noqa: S603
            [
                CHROMIUM,
                *switches.split(),
                *(
                    "--disable-component-update",
                    "--enable-logging=stderr",
                    "--v=0",
                    "--virtual-time-budget=3000",
                ),
                f"--user-data-dir={tmp_path / 'profile'}",
                "--dump-dom",
                (tmp_path / "g.html").as_uri() + "#node=entity/aley",
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.skip("Chromium is too slow here: the page was not tried in a browser")
    if 'data-ready="true"' not in done.stdout and "CONSOLE" not in done.stderr:
        pytest.skip(f"Chromium does not start here: {done.stderr[-200:]}")
    assert not re.search(r"CONSOLE.*(Error|Refused|violates)", done.stderr)
    assert 'data-ready="true"' in done.stdout
    assert "<mark>strike</mark>" in done.stdout
