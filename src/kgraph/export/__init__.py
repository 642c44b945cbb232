"""The graph as files that other tools read: sorted, so that the same graph gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kgraph.errors import KGraphError
from kgraph.export.cypher import cypher
from kgraph.export.facts import Facts
from kgraph.export.files import write_folder, write_whole
from kgraph.export.ftm import followthemoney
from kgraph.export.jsonld import jsonld
from kgraph.export.lines import nquads, ntriples
from kgraph.export.rdfxml import rdfxml
from kgraph.export.source import Flat, Source, Whole
from kgraph.export.tables import neo4j, tables
from kgraph.export.turtle import trig, turtle
from kgraph.store import Graph

if TYPE_CHECKING:
    from networkx import MultiDiGraph

__all__ = ["export", "to_networkx", "RDF", "NETWORKS", "FACTS", "FOLDERS", "FORMATS", "Events", "write_whole"]

Events = Literal["nodes", "folded"]

# One line per format. .ttl, .nt and .rdf hold the union of all articles; the others keep one graph for each.
RDF: Mapping[str, Callable[[Source], Iterator[str]]] = {
    ".ttl": turtle,
    ".trig": trig,
    ".nt": ntriples,
    ".nq": nquads,
    ".jsonld": jsonld,
    ".rdf": rdfxml,
}
NETWORKS = (".graphml", ".gexf")
FACTS: Mapping[str, Callable[[Facts], Iterator[str]]] = {".cypher": cypher, ".ftm.json": followthemoney}
FOLDERS: Mapping[str, Callable[[Facts], Mapping[str, Iterator[str]]]] = {"csv": tables, "neo4j": neo4j}
FORMATS = (*RDF, *NETWORKS, *FACTS)
"""The suffixes of files; the names of FOLDERS are formats of several files."""


def export(
    graph: Graph, path: Path, *, format: str | None = None, flat: bool = False, events: Events = "nodes"
) -> None:
    """Write ``graph`` to ``path`` in the format of its suffix, or in ``format``.

    ``format`` is a suffix, with or without its dot, or "csv" or "neo4j", for which ``path`` is a folder.
    ``flat`` writes the actual facts alone as plain statements, RDF only; ``events`` says whether GraphML and
    GEXF have events as nodes or as edges. A failed export leaves older files as they were. Raises KGraphError
    for an unknown format, naming the known ones, and for an output that cannot be written.
    """
    found = _format(path, format)
    if flat and found not in RDF:
        raise KGraphError(f"{path}: only RDF can be flat; choose one of {', '.join(RDF)}")
    if found in RDF:
        write_whole(path, RDF[found](Flat(graph) if flat else Whole(graph)))
    elif found in NETWORKS:
        from kgraph.export.network import gexf, graphml

        made = to_networkx(graph, events=events)
        write_whole(path, graphml(made) if found == ".graphml" else gexf(made))
    elif found in FACTS:
        write_whole(path, FACTS[found](Facts(graph)))
    else:
        write_folder(path, FOLDERS[found](Facts(graph)))


def to_networkx(graph: Graph, *, events: Events = "nodes") -> MultiDiGraph:
    """Return the graph for networkx; see ``Graph.to_networkx``."""
    from kgraph.export.network import folded, unfolded

    makers = {"nodes": unfolded, "folded": folded}
    if events not in makers:
        raise KGraphError(f"events={events!r}: choose 'nodes' or 'folded'")
    return makers[events](Facts(graph))


def _format(path: Path, wanted: str | None) -> str:
    name = path.name.lower()
    known = f"{', '.join(FORMATS)}; as folders, with --format: {', '.join(FOLDERS)}"
    if wanted is not None:
        for format in (*FORMATS, *FOLDERS):
            if wanted.lower().removeprefix(".") == format.removeprefix("."):
                return format
        raise KGraphError(f"unknown format {wanted!r}; known: {known}")
    for suffix in FORMATS:
        if name.endswith(suffix) and name != suffix:
            return suffix
    raise KGraphError(f"{path}: unknown format {path.suffix!r}; known: {known}")
