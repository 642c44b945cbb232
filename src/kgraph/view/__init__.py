"""The graph as one HTML file: choose a subgraph, lay it out, write the page.

    select(quads) -> Picture -> layout -> page_data -> render

Each step takes plain values and can be used alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kgraph.ontology import Ontology
    from kgraph.store import Graph
    from kgraph.view.picture import Picture

__all__ = ["view", "draw", "html", "MAX_NODES", "OVERVIEW"]

MAX_NODES = 20_000
"""How many nodes a page holds at most, the most connected."""
OVERVIEW = 1500
"""How many of them it draws at first; the others appear where one searches, walks or expands."""


def view(graph: Graph, path: Path, *, title: str = "kgraph", **options: object) -> None:
    """Write the graph as one self-contained HTML file; the same graph gives the same bytes.

    ``options`` are those of ``html``. Raises OSError where the file cannot be written.
    """
    Path(path).write_bytes(html(graph, title=title, **options).encode("utf-8"))  # type: ignore[arg-type]


def html(
    graph: Graph,
    *,
    title: str = "kgraph",
    max_nodes: int = MAX_NODES,
    overview: int = OVERVIEW,
    ontology: Ontology | None = None,
    query: str | None = None,
    around: Sequence[str] = (),
    steps: int = 1,
    since: str = "",
    until: str = "",
) -> str:
    """Return the page as text.

    It holds the ``max_nodes`` most connected nodes and says how many are left out; ``overview`` of them are
    drawn at first. ``query`` is a CONSTRUCT or SELECT whose nodes alone are shown; ``around`` are names or
    ids whose neighbourhood of so many ``steps`` alone is; ``since`` and ``until`` (``2015``, ``2015-07``,
    ``2015-07-31``) leave out events outside them and those without a date. Raises QueryError for a query
    that is wrong, KGraphError for a name that nothing has and a date that is none.
    """
    from kgraph.ontology import load
    from kgraph.view.narrow import around_names, found_by, in_time
    from kgraph.view.select import select

    ontology = ontology or load()
    parents = {name: cls.parents for name, cls in ontology.classes.items()}
    narrowed = query is not None or around or since or until
    picture = select(graph.quads(), parents=parents, max_nodes=10**9 if narrowed else max_nodes)
    if query is not None:
        picture = found_by(picture, graph, query)
    if since or until:
        picture = in_time(picture, since, until)
    if around:
        picture = around_names(picture, around, steps=steps)
    if narrowed:
        from kgraph.view.picture import most_connected, part

        kept = most_connected([node.id for node in picture.nodes], picture.edges, max_nodes)
        left_out = len(picture.nodes) - len(kept)
        picture = part(picture, kept, left_out=left_out)
    return _render(picture, title=title, ontology=ontology, overview=overview)


def draw(picture: Picture, path: Path, *, title: str, ontology: Ontology, overview: int = OVERVIEW) -> None:
    """Lay a picture out and write its page. Raises OSError where the file cannot be written."""
    text = _render(picture, title=title, ontology=ontology, overview=overview)
    Path(path).write_bytes(text.encode("utf-8"))


def _render(picture: Picture, *, title: str, ontology: Ontology, overview: int) -> str:
    from kgraph.view.layout import layout
    from kgraph.view.network import page_data
    from kgraph.view.page import render

    positions = layout(
        [node.id for node in picture.nodes], [(edge.source, edge.target) for edge in picture.edges]
    )
    return render(page_data(picture, positions, ontology=ontology, overview=overview), title=title)
