"""How fast the page is: ``python -m kgraph.evaluate.page [--pyvis] [SIZE…]``.

Made-up graphs of so many nodes (200, 1000, 5000 and 20000 where none are given) with sentences and articles,
a few busy actors and many that are named once. Seconds to make the page, its size, and in headless Chromium,
where Playwright and Chromium are installed, seconds from opening the file to the first drawing, and
milliseconds a frame while the drawing is dragged. ``--pyvis`` measures what pyvis itself writes for the same
nodes and edges as well.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
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
    """Measure and write one line a size."""
    sizes = [int(text) for text in arguments if text.isdecimal()] or list(SIZES)
    pages: list[tuple[str, Path]] = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            began = time.perf_counter()
            picture = write_page(size, path := Path(folder) / f"{size}.html")
            seconds = time.perf_counter() - began
            line = f"{size} nodes, {len(picture.edges)} edges: made in {seconds:.2f} s"
            pages.append((f"{line}, {path.stat().st_size / 1e6:.2f} MB", path))
            if "--pyvis" in arguments:
                began = time.perf_counter()
                write_plain(picture, path := Path(folder) / f"{size}-pyvis.html")
                seconds = time.perf_counter() - began
                line = f"{size} nodes, pyvis alone: made in {seconds:.2f} s"
                pages.append((f"{line}, {path.stat().st_size / 1e6:.2f} MB", path))
        for line, path in pages:
            sys.stdout.write(f"{line}; {drawn(path)}\n")
    return 0


def write_page(size: int, path: Path) -> Picture:
    """Make the page of a made-up graph of ``size`` nodes, and return what it shows."""
    from kgraph.ontology import load
    from kgraph.view import draw
    from kgraph.view.select import select

    ontology = load()
    parents = {name: cls.parents for name, cls in ontology.classes.items()}
    picture = select(quads(size), parents=parents, max_nodes=size)
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


def drawn(path: Path) -> str:
    """Say how long the page takes to its first drawing, and a frame of it while it is dragged."""
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
            # The best of three tabs: the first also pays for the start of the browser.
            tabs = [_open(opened, path) for _ in range(1 if path.name.endswith("pyvis.html") else 3)]
            first = min(float(tab.evaluate("window.drawn_")) for tab in tabs)
            frame = _frame(tabs[-1])
            return f"first drawing after {first / 1000:.2f} s, {frame:.0f} ms a frame while dragged"
        except Error as error:
            return f"not drawn within {PATIENCE // 1000} s ({str(error).splitlines()[0]})"
        finally:
            opened.close()


def _open(browser: Any, path: Path) -> Any:
    """Open the page in a tab and wait for its first drawing; ``drawn_`` are the milliseconds it took."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.goto(path.as_uri(), wait_until="commit")
    # pyvis's own page hides its drawing behind a bar until its nodes have come to rest.
    page.wait_for_selector("html[data-ready=true], #loadingBar[style*='display: none']", state="attached")
    page.evaluate(f"{_TWO_FRAMES}.then(() => {{ window.drawn_ = performance.now(); }})")
    return page


_TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


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
