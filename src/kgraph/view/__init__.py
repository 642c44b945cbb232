"""The graph as one HTML file: choose a subgraph, lay it out, write the page.

    select(quads) -> Picture -> layout -> page_data -> render

Each step takes plain values and can be used alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kgraph.ontology import Ontology
    from kgraph.store import Graph

__all__ = ["view"]


def view(
    graph: Graph,
    path: Path,
    *,
    title: str = "kgraph",
    max_nodes: int = 1500,
    ontology: Ontology | None = None,
) -> None:
    """Write the graph as one self-contained HTML file; the same graph gives the same bytes.

    A graph of more than ``max_nodes`` nodes is drawn by its most connected ones, and the page says
    how many are left out. Raises OSError where the file cannot be written.
    """
    from kgraph.ontology import load
    from kgraph.view.layout import layout
    from kgraph.view.network import page_data
    from kgraph.view.page import render
    from kgraph.view.select import select

    ontology = ontology or load()
    parents = {name: cls.parents for name, cls in ontology.classes.items()}
    picture = select(graph.quads(), parents=parents, max_nodes=max_nodes)
    positions = layout(
        [node.id for node in picture.nodes], [(edge.source, edge.target) for edge in picture.edges]
    )
    page = render(page_data(picture, positions, ontology=ontology), title=title)
    Path(path).write_bytes(page.encode("utf-8"))
