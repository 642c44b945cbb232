"""How fast the page is: ``python -m kgraph.evaluate.page [--pyvis] [SIZE…]``.

Made-up graphs of so many nodes (200, 1000, 5000 and 20000 where none are given) with sentences and articles,
a few busy actors and many that are named once. One line a page, tab-separated:

made    seconds of processor time from the quads of the graph to the file, imports not counted
MB      size of the file
drawn   seconds from the start of the navigation to the first frame that has the whole drawing, on the screen:
        the frame after the one in which vis-network drew; the best of five new tabs of headless Chromium
busy    seconds of processor time that the page's main thread took for it, filters and legend included:
        what is left of ``drawn`` on a machine that does nothing else
frame   milliseconds a frame, the mean over a drag of the whole drawing to and fro

Above them what any page costs: an empty one, and one with vis-network's script and nothing to draw.
``--pyvis`` measures what pyvis itself writes for the same nodes and edges as well; its drawing counts as
there when its bar of progress has gone. Without Playwright and Chromium only the first columns are filled.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyoxigraph import Quad

    from kgraph.view.picture import Picture

SIZES = (200, 1000, 5000, 20000)
PATIENCE = 90_000  # milliseconds; after that a page counts as one that does not open
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_CLASSES = ("State", "Person", "ArmedGroup", "MilitaryForce", "GovernmentBody", "Place", "AirBase")
_EVENTS = ("Assault", "Consultation", "Agreement", "Deployment", "Statement", "Aid")


def main(arguments: Sequence[str]) -> int:
    """Measure and write one line a page."""
    sizes = [int(text) for text in arguments if text.isdecimal()] or list(SIZES)
    write_page(10, Path(os.devnull))  # imports, and the ontology
    sys.stdout.write("page\tnodes\tedges\tmade\tMB\tdrawn\tbusy\tframe\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, body in (("empty", _START), ("script only", f"<script>{_script()}</script>{_START}")):
            (folder / "bare.html").write_text(f"<!doctype html><title>x</title>{body}", encoding="utf-8")
            sys.stdout.write(f"{kind}\t0\t0\t\t\t{drawn(folder / 'bare.html', is_dragged=False)}\n")
        for size in sizes:
            path = folder / "page.html"
            told = list(quads(size))
            began = time.process_time()
            picture = write_page(size, path, told)
            seconds = time.process_time() - began
            counts = f"{size}\t{len(picture.edges)}"
            megabytes = path.stat().st_size / 1e6
            sys.stdout.write(f"kgraph\t{counts}\t{seconds:.2f}\t{megabytes:.2f}\t{drawn(path)}\n")
            if "--pyvis" in arguments:
                began = time.process_time()
                write_plain(picture, path)
                seconds = time.process_time() - began
                megabytes = path.stat().st_size / 1e6
                told_of = drawn(path, tabs=1)
                sys.stdout.write(f"pyvis\t{counts}\t{seconds:.2f}\t{megabytes:.2f}\t{told_of}\n")
            sys.stdout.flush()
    return 0


def write_page(size: int, path: Path, told: Iterable[Quad] | None = None) -> Picture:
    """Make the page of a made-up graph of ``size`` nodes (``told``), and return what it shows."""
    from kgraph.ontology import load
    from kgraph.view import draw
    from kgraph.view.select import select

    ontology = load()
    parents = {name: cls.parents for name, cls in ontology.classes.items()}
    picture = select(quads(size) if told is None else told, parents=parents, max_nodes=size)
    draw(picture, path, title=f"{size} nodes", ontology=ontology)
    return picture


def quads(size: int, *, seed: int = 1) -> Iterator[Quad]:
    """Yield a made-up graph of ``size`` nodes, two events to three entities, each told in a sentence."""
    from pyoxigraph import Literal, NamedNode, Quad

    from kgraph.rdf import BASE, PREFIXES

    chance = random.Random(seed)  # noqa: S311
    graph = NamedNode(f"{BASE}article/bench")

    def say(subject: str, predicate: str, value: str, *, is_text: bool = False) -> Quad:
        prefix, _, name = predicate.partition(":")
        term = Literal(value) if is_text else NamedNode(value)
        return Quad(NamedNode(subject), NamedNode(PREFIXES[prefix] + name), term, graph)

    kg = PREFIXES["kg"]
    count = max(size * 3 // 5, 1)
    entities = [f"{BASE}entity/actor/n{i}" for i in range(count)]
    for i, entity in enumerate(entities):
        yield say(entity, "rdf:type", kg + _CLASSES[i % len(_CLASSES)])
        yield say(entity, "skos:prefLabel", f"Entity of number {i}", is_text=True)
    for i in range(size - count):
        article = f"{BASE}article/bench-{i // 8}"
        event, sentence = f"{article}#event-{i}", f"{article}#char={i % 8 * 100},{i % 8 * 100 + 90}"
        if i % 8 == 0:
            yield say(article, "rdf:type", kg + "Article")
            yield say(article, "schema:headline", f"Report of number {i // 8}", is_text=True)
            yield say(article, "dc:source", f"Source {i % 7}", is_text=True)
        yield say(event, "rdf:type", kg + "Event")
        yield say(event, "rdf:type", kg + _EVENTS[i % len(_EVENTS)])
        yield say(event, "rdfs:label", "did", is_text=True)
        yield say(event, "kg:realis", "planned" if i % 9 == 0 else "actual", is_text=True)
        yield say(event, "kg:confidence", f"0.{40 + i % 60}", is_text=True)
        yield say(event, "kg:beginDate", f"20{i % 24:02}-{i % 12 + 1:02}-{i % 28 + 1:02}", is_text=True)
        yield say(event, "prov:wasDerivedFrom", sentence)
        # The first by a power law: a few are everywhere, most once.
        yield say(event, "kg:actor", entities[int(count * chance.random() ** 4)])
        yield say(event, "kg:recipient", entities[i % count])
        yield say(event, "kg:place", entities[int(count * chance.random() ** 2)])
        yield say(sentence, "rdf:type", kg + "Sentence")
        yield say(sentence, "dcterms:isPartOf", article)
        yield say(sentence, "kg:offset", str(i % 8 * 100), is_text=True)
        text = f"On the day in question, entity {i % count} was met by another of {chance.random():.6f}."
        yield say(sentence, "nif:isString", text, is_text=True)


def write_plain(picture: Picture, path: Path) -> None:
    """Write the same nodes and edges as pyvis does by itself, with all scripts inside."""
    from pyvis.network import Network  # type: ignore[import-untyped,unused-ignore]

    network = Network(directed=True, cdn_resources="in_line")
    for node in picture.nodes:
        network.add_node(node.id, label=node.label)
    for edge in picture.edges:
        network.add_edge(edge.source, edge.target, label=edge.name)
    path.write_text(network.generate_html(notebook=False), encoding="utf-8")


def drawn(path: Path, *, tabs: int = 5, is_dragged: bool = True) -> str:
    """Open the page in so many new tabs; return the columns drawn, busy and frame, or why there are none."""
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return "not opened: Playwright is missing (pip install playwright)"
    if browser is None:
        return "not opened: there is no Chromium"
    # As root, in a container, Chromium has no sandbox.
    switches = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=switches)
        try:
            found = [_open(opened, path) for _ in range(tabs)]  # the first also pays for the browser's start
            frame = f"{_frame(found[-1][0]):.0f}" if is_dragged else ""
            first, busy = min(time for _, time, _ in found), min(busy for _, _, busy in found)
            return f"{first:.2f}\t{busy:.2f}\t{frame}"
        except Error as error:
            return f"not drawn within {PATIENCE // 1000} s ({str(error).splitlines()[0]})"
        finally:
            opened.close()


def _open(browser: Any, path: Path) -> tuple[Any, float, float]:
    """Open the page in a tab; return it, and seconds and processor seconds to its first drawing."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.add_init_script(_WATCH)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(path.as_uri(), wait_until="commit")
    page.wait_for_selector("html[data-seen]", state="attached")
    values = session.send("Performance.getMetrics")["metrics"]
    busy = next(float(value["value"]) for value in values if value["name"] == "TaskDuration")
    return page, float(page.get_attribute("html", "data-seen")) / 1000, busy


_START = "<script>document.documentElement.dataset.drawn = 'true'</script>"
# Our page says when vis-network has drawn; pyvis's own hides its drawing behind a bar until its nodes rest.
_WATCH = """(() => { let seen = false; new MutationObserver(() => {
  const root = document.documentElement, bar = document.getElementById('loadingBar');
  if (seen || !root || !(root.dataset.drawn === 'true' || bar && bar.style.display === 'none')) return;
  seen = true;
  requestAnimationFrame(() => { root.dataset.seen = performance.now(); });
}).observe(document, {attributes: true, childList: true, subtree: true}); })()"""


def _script() -> str:
    from kgraph.view.page import library

    return library()


def _frame(page: Any) -> float:
    """Drag the drawing to and fro; return the mean milliseconds of a frame."""
    page.mouse.move(700, 120)
    page.mouse.down()
    page.evaluate("""() => { window.frames_ = []; let last = performance.now();
        const tick = now => { frames_.push(now - last); last = now; requestAnimationFrame(tick); };
        requestAnimationFrame(tick); }""")
    for step in range(20):
        page.mouse.move(700 + step % 5 * 12, 120 + step * 5)
        page.evaluate("new Promise(done => requestAnimationFrame(done))")
    page.mouse.up()
    return float(page.evaluate("frames_.slice(1).reduce((a, b) => a + b, 0) / (frames_.length - 1)"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
