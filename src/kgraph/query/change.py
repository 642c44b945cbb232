"""Change a graph by a SPARQL update, for those who ask for it; the default graph stays the union."""

from __future__ import annotations

from pathlib import Path

from kgraph.query.run import one_line
from kgraph.query.scan import refuse_update, tokens, without_comments
from kgraph.rdf import BASE, PREFIXES
from kgraph.store import Graph

_UNION = Path(__file__).with_name("union.ru")


def update(graph: Graph, sparql: str, *, allow_network: bool = False) -> None:
    """Run an update, wholly or not at all; the prefixes of kgraph are known.

    What it does outside GRAPH it does to the union: a statement that is deleted there goes from every
    article, and one that is inserted there is kept in a graph of its own, ``…/kgraph/added``. Building an
    article anew replaces what was changed in its graph. Raises QueryError for a query, malformed SPARQL, and
    for SERVICE and LOAD unless ``allow_network``.
    """
    refuse_update(sparql, tokens(sparql), allow_network=allow_network)
    before, after = _UNION.read_text(encoding="utf-8").replace("…/", BASE).split("# ---- the update ----\n")
    # Its own line, so that a comment or a prefix of it touches nothing else.
    text = f"{before}{without_comments(sparql)}\n;\n{after}"
    with one_line(sparql, update=True):
        graph.store.update(text, prefixes=dict(PREFIXES))
