"""The page in a real browser: what a person does with it, and that no article text can act in it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pyoxigraph as ox
import pytest

from kgraph.errors import KGraphError, QueryError
from kgraph.ontology import load
from kgraph.store import Graph
from kgraph.view import html, view
from kgraph.view.narrow import around_names, found_by, in_time
from kgraph.view.picture import Picture
from kgraph.view.places import coasts
from kgraph.view.select import select

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOSTILE = (
    "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1> \"' \u202e\u2028 &amp; =1+1"
)
PREFIXES = """
@prefix kg: <https://w3id.org/kgraph#> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix nif: <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#> .
@prefix schema: <https://schema.org/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix dc: <http://purl.org/dc/elements/1.1/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix e: <https://w3id.org/kgraph/entity/actor/> . @prefix p: <https://w3id.org/kgraph/entity/place/> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix a: <https://w3id.org/kgraph/article/> . @base <https://w3id.org/kgraph/article/> .
"""


def event(name: str, cls: str, rest: str, *, sentence: int = 0) -> str:
    """Write an event of article one."""
    return (
        f'<one#{name}> a kg:{cls} , kg:Event ; rdfs:label "{name}" ; {rest} ; '
        f"prov:wasDerivedFrom <one#char={sentence},{sentence + 9}> .\n"
    )


ARTICLE = (
    PREFIXES
    + """a:one {
a:one a kg:Article ; schema:headline "HEADLINE" ; dc:source "The Example Post" ;
  schema:datePublished "2020-02-03"^^xsd:date ; schema:url <https://news.example/one> .
a:two a kg:Article ; schema:headline "Another" ; dc:source "Second Wire" .
<one#char=0,9> a kg:Sentence ; kg:offset 0 ; nif:beginIndex 0 ; nif:endIndex 9 ; dcterms:isPartOf a:one ;
  nif:isString "Aland met Borduria." .
<one#char=50,59> a kg:Sentence ; kg:offset 50 ; nif:beginIndex 0 ; nif:endIndex 9 ; dcterms:isPartOf a:two ;
  nif:isString "Cascara may strike." .
e:aland a kg:State , kg:Actor ; skos:prefLabel "ALAND"@en ; skos:altLabel "Old Aland"@en .
e:borduria a kg:State , kg:Actor ; skos:prefLabel "Borduria"@en .
e:cascara a kg:ArmedGroup , kg:Actor ; skos:prefLabel "Cáscara"@en .
e:dunia a kg:Person , kg:Actor ; skos:prefLabel "دنيا"@en .
p:incirlik-air-base a kg:AirBase , kg:Base , kg:Place ; skos:prefLabel "Incirlik Air Base"@en ;
  geo:hasGeometry <https://w3id.org/kgraph/geometry/place/incirlik-air-base> .
<https://w3id.org/kgraph/geometry/place/incirlik-air-base> geo:asWKT "POINT(35.43 37)"^^geo:wktLiteral .
"""
    + event(
        "met",
        "Consultation",
        'kg:actor e:aland ; kg:recipient e:borduria ; kg:realis "actual" ;'
        ' kg:confidence 0.9 ; kg:beginDate "2015-03"^^xsd:gYearMonth',
    )
    + event(
        "struck",
        "Assault",
        "kg:actor e:cascara ; kg:recipient e:borduria ; kg:place p:incirlik-air-base ;"
        ' kg:realis "planned" ; kg:confidence 0.5 ; kg:accordingTo e:dunia ; kg:beginDate "2019"^^xsd:gYear',
        sentence=50,
    )
    + """<one#assertion-1> a kg:Assertion ; rdf:subject e:dunia ; rdf:predicate kg:memberOf ;
  rdf:object e:cascara ; kg:realis "actual" ; kg:confidence 0.8 ; prov:wasDerivedFrom <one#char=50,59> .
}"""
)


def graph_of(*, aland: str = "Aland", headline: str = "Two states") -> Graph:
    """Make the graph, with these texts in two of its fields."""
    store = ox.Store()
    text = ARTICLE.replace('"ALAND"', json.dumps(aland)).replace('"HEADLINE"', json.dumps(headline))
    store.load(text.encode(), format=ox.RdfFormat.TRIG)
    store.extend([ox.Quad(*quad.triple) for quad in store])  # the union, as Graph keeps it
    return Graph(store)


def picture() -> Picture:
    parents = {name: cls.parents for name, cls in load().classes.items()}
    return select(graph_of().quads(), parents=parents)


def ids(found: Picture) -> set[str]:
    return {node.id.rpartition("/")[2] for node in found.nodes}


# ---------------------------------------------------------------- parts of a graph, places


def test_around_a_name_goes_through_events_and_by_any_name_form() -> None:
    """An event on the way is no step of its own; names are found whatever their case."""
    one = around_names(picture(), ["old aland"])
    assert ids(one) == {"aland", "one#met", "borduria"}
    two = around_names(picture(), ["Old Aland"], steps=2)
    assert {"cascara", "one#struck"} < ids(two)
    with pytest.raises(KGraphError, match="nothing in the graph is called 'Borduriaa'; near it: Borduria"):
        around_names(picture(), ["Borduriaa"])


def test_time_leaves_out_what_is_outside_and_what_has_no_date() -> None:
    """A date as precise as the text gave it is inside where any of its days is."""
    assert "one#struck" in ids(in_time(picture(), "2019-06", ""))
    assert "one#met" not in ids(in_time(picture(), "2015-04", ""))
    assert "one#met" in ids(in_time(picture(), "", "2015"))
    with pytest.raises(KGraphError, match="'last year' is no date"):
        in_time(picture(), "last year", "")


def test_a_query_draws_what_it_gives() -> None:
    """Of an event its parties come along; ASK and queries without nodes are refused."""
    graph = graph_of()
    assert ids(found_by(picture(), graph, "SELECT ?x WHERE { ?x a kg:Assault }")) == {
        *("one#struck", "cascara", "borduria", "incirlik-air-base", "dunia"),
    }
    made = found_by(
        picture(), graph, "CONSTRUCT { ?a kg:fights ?b } WHERE { ?e kg:actor ?a ; kg:recipient ?b }"
    )
    assert ids(made) == {"aland", "borduria", "cascara"}
    with pytest.raises(QueryError, match="no node of the graph"):
        found_by(picture(), graph, 'SELECT ("x" AS ?y) WHERE {}')
    with pytest.raises(QueryError, match="ASK gives no nodes"):
        found_by(picture(), graph, "ASK { ?s ?p ?o }")


def test_coasts_are_on_earth() -> None:
    """Degrees, and each outline a surface."""
    assert all(len(line["points"]) > 2 for line in coasts())
    assert all(abs(x) <= 180 and abs(y) <= 90 for line in coasts() for x, y in line["points"])


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ('geo:hasGeometry p:g . p:g geo:asWKT "POINT(12.5 -3)"', (12.5, -3.0)),
        ('geo:asWKT "<http://www.opengis.net/def/crs/OGC/1.3/CRS84> Point (12.5 -3)"', (12.5, -3.0)),
        ("wgs:lat -3 ; wgs:long 12.5", (12.5, -3.0)),
        ('geo:hasGeometry p:g . p:g geo:asWKT "POLYGON((0 0, 1 1, 0 1, 0 0))"', None),
        ('geo:asWKT "POINT(181 2)"', None),
        ("wgs:lat 3", None),
    ],
)
def test_coordinates_are_those_of_the_graph(said: str, place: tuple[float, float] | None) -> None:
    """As kgraph writes them, as other tools do; what is no point on Earth is none."""
    trig = (
        PREFIXES
        + "@prefix wgs: <http://www.w3.org/2003/01/geo/wgs84_pos#> . "
        + f'a:x {{ e:x a kg:Place ; skos:prefLabel "X" . e:x {said} . }}'
    )
    store = ox.Store()
    store.load(trig.encode(), format=ox.RdfFormat.TRIG)
    assert [node.point for node in select(Graph(store).quads()).nodes] == [place]


def test_notebooks_show_the_graph_in_a_closed_frame() -> None:
    """All of the page is one attribute, and the frame may run its script and nothing else."""
    shown = graph_of(aland=HOSTILE)._repr_html_()
    assert shown.count("<") == 2
    assert "allow-same-origin" not in shown


# ---------------------------------------------------------------- in the browser

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is missing: pip install playwright")
    if CHROMIUM is None:
        pytest.skip("no Chromium here: the page is not tried in a browser")
    switches = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with api.sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=CHROMIUM, args=switches)
        except api.Error as error:
            pytest.skip(f"Chromium does not start here: {str(error).splitlines()[0]}")
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of the plain graph, as a file."""
    path = tmp_path_factory.mktemp("page") / "g.html"
    view(graph_of(), path, title="Test")
    return path.as_uri()


class Opened:
    """A page with all it asked for and complained of."""

    def __init__(self, browser: Browser, address: str, *, is_started: bool = True, **options: Any) -> None:
        self.context = browser.new_context(**({"viewport": {"width": 1200, "height": 800}} | options))
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.requests: list[str] = []
        self.problems: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.problems.append(said.text) if said.type in {"error", "warning"} else None,
        )
        if is_started:
            self.go(address)

    def go(self, address: str) -> None:
        """Open an address and wait until the page is drawn."""
        self.page.goto(address)
        self.page.wait_for_selector("html[data-ready=true]", state="attached")

    @property
    def status(self) -> str:
        """What is shown: ``"7 nodes and 5 lines"``."""
        return (self.page.text_content("#status") or "").partition(" shown")[0]

    def state(self) -> str:
        """The part of the address that keeps the view."""
        return self.page.url.partition("#")[2]

    def download(self, button: str) -> str:
        """Save something and return it as text."""
        with self.page.expect_download() as waiting:
            self.page.click(button)
        return Path(waiting.value.path()).read_text(encoding="utf-8")


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Opened]:
    """The page, opened; afterwards nothing was asked of anyone and nothing went wrong."""
    found = Opened(browser, address)
    yield found
    assert [url for url in found.requests if not url.startswith(("file:", "blob:", "data:"))] == []
    assert (
        len([url for url in found.requests if url.startswith("file:")]) <= found.requests.count(address) + 9
    )
    assert found.problems == []
    found.context.close()


def find(opened: Opened, text: str) -> None:
    """Search by keyboard alone."""
    opened.page.keyboard.press("/")
    opened.page.keyboard.type(text)
    opened.page.wait_for_selector("#hits li")
    opened.page.keyboard.press("Enter")


def test_search_finds_any_name_form_and_the_panel_tells(opened: Opened) -> None:
    """No accents are needed; the panel has the facts with their sentences and links."""
    find(opened, "cascara")
    assert "node=entity%2Factor%2Fcascara" in opened.state()
    panel = opened.page.text_content("#panel") or ""
    assert "Cáscara" in panel
    assert "Cascara may strike." in panel
    assert "planned" in panel
    assert "according to" in panel
    find(opened, "old al")
    assert opened.page.text_content("#panel h2") == "Aland"
    link = opened.page.get_attribute("#panel .cite a", "href")
    assert link == "https://news.example/one"
    opened.page.keyboard.press("Escape")
    opened.page.wait_for_selector("#panel", state="hidden")


def test_filters_narrow_what_is_drawn_and_come_back(opened: Opened) -> None:
    """Class, status, confidence, source and speaker; each is a step that can be undone."""
    assert opened.status == "7 nodes and 7 lines"
    opened.page.locator('input[data-key="classes Assault"]').uncheck()
    assert opened.status == "5 nodes and 3 lines"
    opened.page.click("#undo")
    opened.page.locator('input[data-key="classes Assault"]:checked').wait_for()
    assert opened.status == "7 nodes and 7 lines"
    opened.page.locator('input[data-key="realis planned"]').uncheck()
    assert opened.status == "5 nodes and 3 lines"
    opened.page.click("#reset")
    opened.page.locator("summary", has_text="Relations").click()
    opened.page.locator('input[data-key="relations memberOf"]').uncheck()
    assert opened.status == "7 nodes and 6 lines"
    opened.page.click("#reset")
    opened.page.locator("#least").fill("0.85")
    assert opened.status == "3 nodes and 2 lines"
    opened.page.click("#reset")
    opened.page.locator("summary", has_text="Sources").click()
    opened.page.locator('input[data-key="sources Second Wire"]').uncheck()
    assert opened.status == "3 nodes and 2 lines"
    opened.page.click("#reset")
    opened.page.select_option("#says", "entity/actor/dunia")
    assert "says=entity" in opened.state()
    assert "Only what دنيا says" in (opened.page.text_content("#notes") or "")
    assert opened.status == "5 nodes and 4 lines"


def test_timeline_is_dragged(opened: Opened) -> None:
    """A press and a drag over the bars choose a range; only its events are left."""
    room = opened.page.locator("#histogram").bounding_box()
    assert room is not None
    opened.page.mouse.move(room["x"] + room["width"] * 0.65, room["y"] + 20)
    opened.page.mouse.down()
    opened.page.mouse.move(room["x"] + room["width"] * 0.8, room["y"] + 20)
    opened.page.mouse.move(room["x"] + room["width"] - 3, room["y"] + 20)
    opened.page.mouse.up()
    assert "since=2018&until=2019" in opened.state()
    assert opened.page.input_value("#until") == "2019"
    opened.page.click("#tab-events")
    assert opened.page.locator("#list tbody tr").count() == 1
    assert "Assault" in (opened.page.text_content("#list tbody") or "")


def test_walk_path_hide_and_history(opened: Opened) -> None:
    """Steps around a node, the path to another, hiding, and back again by the browser's own history."""
    find(opened, "aland")
    opened.page.keyboard.press("1")
    assert opened.status == "3 nodes and 2 lines"
    opened.page.get_by_role("button", name="2 steps", exact=True).click()
    assert opened.status == "7 nodes and 7 lines"
    opened.page.get_by_role("button", name="Path to…").click()  # the search box waits for the other end
    opened.page.keyboard.type("incirlik")
    opened.page.keyboard.press("Enter")
    assert "from=entity%2Factor%2Faland&to=entity%2Fplace%2Fincirlik-air-base" in opened.state()
    assert opened.status == "5 nodes and 4 lines"
    find(opened, "borduria")
    opened.page.keyboard.press("h")
    assert "No path" in (opened.page.text_content("#notes") or "")
    opened.page.go_back()
    opened.page.wait_for_selector("#panel:not([hidden])")
    assert opened.status == "5 nodes and 4 lines"
    opened.page.go_forward()
    opened.page.wait_for_selector("#panel", state="hidden")
    assert "hide=entity%2Factor%2Fborduria" in opened.state()


def test_events_fold_into_lines_and_a_click_on_a_line_shows_its_facts(opened: Opened) -> None:
    """Actor to recipient in one line, dashed where planned; the line is a thing one can link to."""
    opened.page.keyboard.press("v")
    assert opened.status == "4 nodes and 3 lines"
    opened.go(opened.page.url + "&edge=entity%2Factor%2Fcascara%7CAssault%7Centity%2Factor%2Fborduria")
    opened.page.reload()
    opened.page.wait_for_selector("#panel h2")
    assert opened.page.text_content("#panel h2") == "Assault"
    assert "Cascara may strike." in (opened.page.text_content("#panel") or "")


def test_a_click_in_the_drawing_opens_the_panel(opened: Opened) -> None:
    """A path lies on the middle line of the room: a click there meets a node or a line of it."""
    opened.go(opened.page.url + "#from=entity%2Factor%2Faland&to=entity%2Fplace%2Fincirlik-air-base")
    opened.page.reload()
    opened.page.wait_for_selector("html[data-ready=true]", state="attached")
    room = opened.page.locator("#graph").bounding_box()
    assert room is not None
    for y in (0, -8, 8):
        for x in range(30, int(room["width"]) - 30, 16):
            opened.page.mouse.click(room["x"] + x, room["y"] + (room["height"] - 44) / 2 + y)
            if opened.page.locator("#panel").is_visible():
                assert re.search(r"(node|edge)=", opened.state())
                return
    pytest.fail("no click hit a node or a line")


def test_a_link_reopens_the_same_view(browser: Browser, opened: Opened) -> None:
    """What one person sees, another sees who opens the address."""
    find(opened, "borduria")
    opened.page.keyboard.press("1")
    opened.page.keyboard.press("p")
    opened.page.keyboard.press("c")
    assert "pin=" in opened.state()
    other = Opened(browser, opened.page.url)
    assert other.status == opened.status
    assert other.page.text_content("#panel h2") == "Borduria"
    assert other.page.text_content("#notes") == opened.page.text_content("#notes")
    assert other.page.get_attribute("#communities", "aria-pressed") == "true"
    assert other.problems == []
    other.context.close()


def test_a_broken_link_opens_the_page_all_the_same(browser: Browser, address: str) -> None:
    """Unknown ids, dates and numbers are left aside."""
    found = Opened(browser, address + "#node=nobody&since=soon&least=9&pin=x&near=%3Cb%3E&tab=none&steps=7")
    assert found.status == "7 nodes and 7 lines"
    assert found.problems == []
    found.context.close()


def test_visible_part_is_saved_as_turtle_csv_and_png(opened: Opened) -> None:
    """Turtle that a parser reads, with evidence; a table without formulas; a picture."""
    find(opened, "aland")
    opened.page.keyboard.press("1")
    turtle = opened.download("#turtle")
    store = ox.Store()
    store.load(turtle.encode(), format=ox.RdfFormat.TURTLE)
    kg, base = "https://w3id.org/kgraph#", "https://w3id.org/kgraph/"
    met = ox.NamedNode(base + "article/one#met")
    assert [str(q.object) for q in store.quads_for_pattern(met, ox.NamedNode(kg + "actor"), None)] == [
        f"<{base}entity/actor/aland>"
    ]
    assert any("Aland met Borduria." in str(quad.object) for quad in store)
    assert "cascara" not in turtle
    table = opened.download("#csv")
    assert table.splitlines()[1].startswith(
        "event,Consultation,Aland,Borduria,,2015-03,,actual,,0.9,Aland met"
    )
    with opened.page.expect_download() as waiting:
        opened.page.click("#picture")
    assert Path(waiting.value.path()).read_bytes()[:4] == b"\x89PNG"


def test_places_are_buttons_on_a_map(opened: Opened) -> None:
    """The base lies on the map, is reached by keyboard and opens the panel."""
    opened.page.click("#tab-places")
    mark = opened.page.locator("#map .place")
    assert mark.count() == 1
    mark.focus()
    opened.page.keyboard.press("Enter")
    assert opened.page.text_content("#panel h2") == "Incirlik Air Base"
    assert "tab=places" in opened.state()
    assert opened.page.locator("#map .land path").count() > 50


def test_keyboard_alone_reaches_everything(opened: Opened) -> None:
    """Tabs by arrows, filters by space, and the focus stays where it was."""
    opened.page.focus("#tab-graph")
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("ArrowRight")
    assert "tab=events" in opened.state()
    opened.page.focus('input[data-key="classes State"]')
    opened.page.keyboard.press("Space")
    assert "nocls=State" in opened.state()
    focused = opened.page.evaluate("() => document.activeElement.dataset.key")
    assert focused == "classes State"


def test_narrow_screens_have_all_of_it(browser: Browser, address: str) -> None:
    """At 360 pixels nothing stands out to the side, and the filters open over the drawing."""
    found = Opened(browser, address, viewport={"width": 360, "height": 740})
    assert found.page.evaluate("() => document.documentElement.scrollWidth") <= 360
    found.page.click("#filters-button")
    assert found.page.locator("#histogram").is_visible()
    found.page.keyboard.press("Escape")
    for tab in ("places", "events", "relations", "names", "graph"):
        found.page.click(f"#tab-{tab}")
    assert found.problems == []
    found.context.close()


def test_hostile_text_runs_nowhere(browser: Browser, tmp_path: Path) -> None:
    """In names, titles and files it comes out as the text it is."""
    view(graph_of(aland=HOSTILE, headline="=HYPERLINK(1)" + HOSTILE), tmp_path / "g.html", title=HOSTILE)
    found = Opened(browser, (tmp_path / "g.html").as_uri())
    find(found, "window.hacked")
    assert found.page.text_content("#panel h2") == HOSTILE
    found.page.keyboard.press("1")
    for tab in ("places", "events", "relations", "names", "graph"):
        found.page.click(f"#tab-{tab}")
    ox.Store().load(found.download("#turtle").encode(), format=ox.RdfFormat.TURTLE)
    assert "'=HYPERLINK" in found.download("#csv")
    assert found.page.evaluate("() => window.hacked === undefined")
    assert found.page.locator("img").count() == 0
    assert found.problems == []
    found.context.close()


LONG = "Long name " * 1000
FIELDS = (  # each field of a graph that holds text from outside, by what it is written as
    *(
        "schema:headline",
        "dc:source",
        "schema:url",
        "dcterms:identifier",
        "nif:isString",
        "skos:prefLabel",
    ),
    *("skos:altLabel", "rdfs:label", "kg:trigger", "kg:realis", "kg:dateBasis", "kg:beginDate", "kg:object"),
    *("kg:killed", "kg:ownField", "kg:position", "nif:beginIndex", "kg:confidence", "kg:mode", "geo:asWKT"),
)


def attack(field: str) -> str:
    """Return a text that acts where the page takes it for more than text, and says its field."""
    mark = re.sub("[^a-zA-Z]", "", field)
    return (
        f"</script></style></title><script>hacked('{mark}')</script><img src=x onerror=hacked('{mark}')>"
        f"<svg onload=hacked('{mark}')> javascript:hacked('{mark}') \"' onmouseover=hacked('{mark}') "
        "`${hacked()}` "
        f"{{{{ 7*7 }}}} \u202e\u2066\u200b\u200f\u0000\u0007\u001b[31m\u2028\ud800 {mark} {LONG}"
    )


def hostile_graph() -> Graph:
    """Make a graph whose every text is an attack, under an ontology of one's own as well."""
    texts = {field: json.dumps(attack(field)).replace("\\ud800", "\\ufffd") for field in FIELDS}

    def said(*fields: str) -> str:
        return " ; ".join(f"{field} {texts[field]}" for field in fields)

    article = said("schema:headline", "dc:source", "schema:url", "dcterms:identifier")
    event = said(
        "rdfs:label", "kg:trigger", "kg:realis", "kg:dateBasis", "kg:beginDate", "kg:object", "kg:mode"
    )
    text = (
        PREFIXES
        + f"""a:one {{ a:one a kg:Article ; {article} .
<one#char=0,9> a kg:Sentence ; nif:referenceContext a:one ; {said("nif:isString", "nif:beginIndex")} .
<one#mention-0-5> a kg:Mention ; nif:beginIndex 0 ; nif:endIndex 5 ; nif:referenceContext <one#char=0,9> ;
  kg:refersTo e:bad .
e:bad a kg:Onmouseover , kg:Actor ; {said("skos:prefLabel", "skos:altLabel", "kg:position", "kg:ownField")} ;
  kg:alliedWith e:good ; geo:hasGeometry e:geometry .
e:geometry {said("geo:asWKT")} .
e:good a kg:State ; skos:prefLabel "Good" ; kg:ownField {texts["kg:ownField"]} .
<one#did> a kg:Own , kg:Event ; {event} ; {said("kg:killed", "kg:confidence")} ; kg:actor e:bad ;
  kg:recipient e:good ; kg:accordingTo e:good ; prov:wasDerivedFrom <one#char=0,9> .
<one#as> a kg:Assertion ; rdf:subject e:bad ; rdf:predicate kg:ownField ; rdf:object {texts["kg:ownField"]} ;
  kg:realis {texts["kg:realis"]} ; prov:wasDerivedFrom <one#char=0,9> . }}"""
    )
    store = ox.Store()
    store.load(text.encode(), format=ox.RdfFormat.TRIG)
    return Graph(store)


def test_every_field_of_a_graph_may_be_hostile(browser: Browser, tmp_path: Path) -> None:
    """Nothing runs, nothing is asked for, all of it stands there as text, and the page keeps its shape."""
    view(hostile_graph(), tmp_path / "g.html", title=attack("title"))
    for width in (1200, 360):
        found = Opened(browser, "about:blank", viewport={"width": width, "height": 800}, is_started=False)
        found.page.add_init_script("window.ran_ = []; window.hacked = field => window.ran_.push(field);")
        found.go((tmp_path / "g.html").as_uri())
        asked = len(found.requests)
        shown = ""
        for tab in ("names", "relations", "events", "places", "graph"):
            found.page.click(f"#tab-{tab}")
            shown += found.page.inner_text("body")
        for kind, id in (
            ("node", "entity/actor/bad"),
            ("node", "article/one#did"),
            ("edge", "article/one#did|actor|entity/actor/bad"),
            ("sentence", "article/one#char=0,9"),
        ):
            found.page.evaluate("hash => { location.hash = hash; }", f"#{kind}={quote(id, safe='')}")
            found.page.wait_for_selector("#panel:not([hidden])")
            shown += found.page.inner_text("#panel")
            assert found.page.evaluate("() => document.documentElement.scrollWidth") <= width
        for mark in (
            "headline",
            "source",
            "isString",
            "prefLabel",
            "altLabel",
            "label",
            "object",
            "ownField",
        ):
            field = next(name for name in FIELDS if name.endswith(f":{mark}"))
            assert f"<img src=x onerror=hacked('{re.sub('[^a-zA-Z]', '', field)}')>" in shown, field
        found.page.click("#panel .close")
        found.page.fill("#search", "long name")
        found.page.wait_for_selector("#hits li")
        found.page.keyboard.press("Escape")
        ox.Store().load(found.download("#turtle").encode(), format=ox.RdfFormat.TURTLE)
        found.download("#csv")
        links = found.page.eval_on_selector_all("a[href]", "all => all.map(link => link.href)")
        assert [link for link in links if not link.startswith(("http:", "https:"))] == []
        assert found.page.locator("img, iframe, object, embed, form, base").count() == 0
        assert found.page.locator("script").count() == 3
        assert found.page.evaluate("() => window.ran_") == []
        assert [url for url in found.requests[asked:] if not url.startswith("blob:")] == []
        assert found.problems == []
        found.context.close()


def test_large_pages_are_packed_and_open_on_an_overview(browser: Browser, tmp_path: Path) -> None:
    """What is not drawn at first is found by search, and drawn with its neighbours."""
    from kgraph.evaluate.page import quads

    store = ox.Store()
    store.bulk_extend(quads(3000))
    graph = Graph(store)
    view(graph, tmp_path / "g.html", overview=300)
    assert (tmp_path / "g.html").stat().st_size < 2_000_000
    assert 'type="application/octet-stream" id="data"' in (tmp_path / "g.html").read_text(encoding="utf-8")
    found = Opened(browser, (tmp_path / "g.html").as_uri())
    assert found.status.startswith("300 nodes")
    find(found, "Entity of number 1799")
    assert not found.status.startswith("300 nodes")
    assert "1799" in (found.page.text_content("#panel h2") or "")
    assert found.problems == []
    found.context.close()


@pytest.mark.parametrize("count", [0, 1])
def test_empty_and_lone_graphs_open(browser: Browser, tmp_path: Path, count: int) -> None:
    """A sensible page each time, on every tab."""
    store = ox.Store()
    if count:
        store.load(
            (PREFIXES + 'a:x { e:x a kg:Spaceship ; skos:prefLabel "X" }').encode(), format=ox.RdfFormat.TRIG
        )
    (tmp_path / "g.html").write_text(html(Graph(store)), encoding="utf-8")
    found = Opened(browser, (tmp_path / "g.html").as_uri())
    assert found.status == f"{count} node{'' if count == 1 else 's'} and 0 lines"
    for tab in ("places", "events", "relations", "names", "graph"):
        found.page.click(f"#tab-{tab}")
    for key in "vcf12hz":
        found.page.keyboard.press(key)
    assert found.problems == []
    found.context.close()


def test_a_notebook_frame_works_without_an_address_of_its_own(browser: Browser, tmp_path: Path) -> None:
    """In the frame of a notebook the steps of the view are kept inside, and undo works."""
    (tmp_path / "n.html").write_text("<!doctype html>" + graph_of()._repr_html_(), encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto((tmp_path / "n.html").as_uri())
    frame = page.frame_locator("iframe")
    frame.locator("#fold").click()
    frame.locator("#fold[aria-pressed=true]").wait_for()
    frame.locator("#undo").click()
    frame.locator("#fold[aria-pressed=false]").wait_for()
    assert problems == []
    context.close()
