"""Picture and positions -> the data of the page: pyvis's nodes and edges, and the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import log2, sqrt
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from kgraph.rdf import BASE, PREFIXES
from kgraph.view.palette import STYLES, style_of
from kgraph.view.picture import Fact, Node, Picture, Sentence, most_connected
from kgraph.view.places import coasts

if TYPE_CHECKING:
    from kgraph.ontology import Ontology

Json = dict[str, Any]
_DRAWN = 60  # characters of a name that are drawn; the panel has all of them
_DOWNLOADED = ("dc", "dcterms", "geo", "kg", "nif", "prov", "rdf", "rdfs", "schema", "skos", "xsd")
_LINE = 20  # characters on a line of a drawn name
_SCREEN = 1100  # pixels of a usual screen that a drawing has
_LANDMARKS = 24
_NAME = 2000  # characters of a name that are kept at all


def page_data(
    picture: Picture,
    positions: Mapping[str, tuple[int, int]],
    *,
    ontology: Ontology,
    overview: int = 1500,
    outlines: bool = True,
) -> Json:
    """Gather all that the page's script reads, ready for JSON; lists are in the picture's order.

    ``overview`` nodes are drawn at first; ``outlines`` of the coasts are given where a node has a point.
    """
    parents = {name: cls.parents for name, cls in ontology.classes.items()}
    nodes, edges = _network(picture, positions, parents, ontology, overview)
    return {
        "nodes": nodes,
        "edges": edges,
        "facts": [_fact(fact, picture) for fact in picture.facts],
        "sentences": [_sentence(sentence) for sentence in picture.sentences],
        "articles": {
            a.id: {"title": a.title, "date": a.date, "source": a.source, "url": a.url}
            | ({"author": a.author} if a.author else {})
            for a in picture.articles
        },
        "others": {name: _cut(label, _NAME) for name, label in sorted(picture.others.items())},
        "left_out": picture.left_out,
        "groups": [
            {"name": s.group, "section": s.section, "color": s.color, "shape": s.shape} for s in STYLES
        ],
        "words": _words(picture, ontology),
        "namespaces": {"base": BASE, **{name: PREFIXES[name] for name in _DOWNLOADED}},
        "parents": _ancestors(picture, parents),
        "coasts": coasts() if outlines and any(node.point for node in picture.nodes) else [],
    }


def _network(
    picture: Picture,
    positions: Mapping[str, tuple[int, int]],
    parents: Mapping[str, frozenset[str]],
    ontology: Ontology,
    overview: int,
) -> tuple[list[Json], list[Json]]:
    """Make nodes and edges in vis-network's form, with pyvis."""
    # Half a second, most of it IPython: only when a page is made. Network.add_node and add_edge look every
    # name up in a list, which takes the square of the size; what they add are these two.
    from pyvis.edge import Edge as VisEdge  # type: ignore[import-untyped,unused-ignore]
    from pyvis.node import Node as VisNode  # type: ignore[import-untyped,unused-ignore]

    degree = Counter(end for edge in picture.edges for end in (edge.source, edge.target))
    nodes: list[Json] = []
    edges: list[Json] = []
    # A wide drawing is seen from further away: its signs are larger.
    width = max((x for x, _ in positions.values()), default=0)
    far = min(max(sqrt(width / _SCREEN), 1.0), 1.5)
    by_degree = sorted(degree, key=lambda node: (-degree[node], node))
    landmarks = {node: rank for rank, node in enumerate(by_degree[:_LANDMARKS])}
    near = most_connected([node.id for node in picture.nodes], picture.edges, overview)
    for node in picture.nodes:
        style = style_of(node.cls, parents, kind=node.kind)
        x, y = positions[node.id]
        weight = sqrt(degree[node.id])
        options: Json = {"group": style.group, "x": x, "y": y, "kind": node.kind, "cls": node.cls}
        options["name"] = _cut(node.label, _NAME)
        if node.kind == "event":
            options |= {"size": round(style.size * far, 1), "font": {"size": 11}}
            options |= {"date": node.date, "realis": node.realis}
            if node.realis != "actual":
                options["shapeProperties"] = {"borderDashes": [3, 2]}
        else:
            options["size"] = round(min(style.size + 2.5 * weight, 32) * far, 1)
            options["font"] = {"size": round(min(11 + 1.5 * weight, 20))}
            options["names"] = [_cut(name, _NAME) for name in node.names]
            if node.id in landmarks:  # keeps a name that can be read from any distance
                options["rank"] = landmarks[node.id]
        if node.id not in near:  # drawn only when somebody walks there
            options["far"] = True
        if node.point is not None:
            options["point"] = list(node.point)
        shape = options.pop("shape", "dot")  # the page's own script chooses it
        nodes.append(VisNode(node.id, shape, _drawn_label(node, ontology), **options).options)
    # What copies of one report have alike is one evidence.
    first = {sentence.id: sentence.first or sentence.id for sentence in picture.sentences}
    told = {fact.id: [first.get(name, name) for name in fact.sentences] for fact in picture.facts}
    bends = Counter(_ends(edge.source, edge.target) for edge in picture.edges)
    drawn: Counter[tuple[str, str]] = Counter()
    for edge in picture.edges:
        options = {"id": edge.id, "kind": edge.kind, "name": edge.name, "realis": edge.realis}
        options["facts"] = list(edge.facts)
        options["width"] = _width(len({place for fact in edge.facts for place in told[fact]} or edge.facts))
        options["label"] = _word(ontology, edge.name)
        if edge.realis != "actual":
            options["dashes"] = [5, 4]
            if edge.kind == "relation":  # an event says it in its own label
                options["label"] += f" ({edge.realis})"
        ends = _ends(edge.source, edge.target)
        if bends[ends] > 1:  # lines between the same two nodes are bent apart
            drawn[ends] += 1
            turn = 0.18 * (drawn[ends] - (bends[ends] + 1) / 2) * (1 if ends[0] == edge.source else -1)
            if turn:
                way = "curvedCW" if turn > 0 else "curvedCCW"
                options["smooth"] = {"enabled": True, "type": way, "roundness": round(abs(turn), 2)}
        edges.append(VisEdge(edge.source, edge.target, True, **options).options)
    return nodes, edges


def _width(evidence: int) -> float:
    """Say how wide the line of so many sentences is, in pixels: one more for every doubling, up to 6."""
    return round(min(1 + log2(max(evidence, 1)), 6), 1)


def _ends(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def _drawn_label(node: Node, ontology: Ontology) -> str:
    if node.kind != "event":
        label = _cut(node.label, _DRAWN)
        lines = wrap(label, _LINE) if len(label) > _LINE else [" ".join(label.split())]
        return "\n".join(lines) or node.id
    lines = [_word(ontology, node.cls)]
    if node.realis != "actual":
        lines.append(f"({node.realis})")
    return "\n".join(_cut(line, _DRAWN) for line in ([*lines, node.date] if node.date else lines))


def _fact(fact: Fact, picture: Picture) -> Json:
    """Describe one fact; what it does not have is left away, to keep the page small."""
    record: Json = {
        "id": fact.id,
        "kind": fact.kind,
        "cls": fact.cls,
        "label": _cut(fact.label, _NAME),
        "mode": fact.mode,
        "subject": fact.subject,
        "object": fact.object,
        "value": _cut(fact.value, _NAME),
        "roles": [list(role) for role in fact.roles],
        "values": [[name, _cut(value, _NAME)] for name, value in fact.values],
        "begin": fact.begin,
        "end": fact.end,
        "basis": fact.basis,
        "by": list(fact.according_to),
        "sentences": list(fact.sentences),
    }
    record = {name: value for name, value in record.items() if value not in ("", [])}
    record["realis"] = fact.realis
    if fact.confidence is not None:
        record["confidence"] = round(fact.confidence, 3)
    return record


def _sentence(sentence: Sentence) -> Json:
    record: Json = {
        "id": sentence.id,
        "article": sentence.article,
        "begin": sentence.begin,
        "text": sentence.text,
        "marks": [[mark.begin, mark.end, mark.node] for mark in sentence.marks],
    }
    return record | ({"first": sentence.first} if sentence.first else {})


def _ancestors(picture: Picture, parents: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    """Name the classes above each class that is shown: a downloaded file states them as the graph does."""
    shown = {node.cls for node in picture.nodes}
    return {cls: sorted(parents.get(cls, {cls}) - {cls}) for cls in sorted(shown)}


def _words(picture: Picture, ontology: Ontology) -> dict[str, str]:
    """Say how the page calls each class, role and relation it shows."""
    names = {node.cls for node in picture.nodes} | {fact.cls for fact in picture.facts}
    names |= {role for fact in picture.facts for role, _ in (*fact.roles, *fact.values)}
    names |= {style.group for style in STYLES} | {"accordingTo"}
    return {name: _word(ontology, name) for name in sorted(names)}


def _word(ontology: Ontology, name: str) -> str:
    """Call a class or property by its label in the ontology, classes with a capital; else by its name."""
    if name in ontology.classes:
        label = ontology.classes[name].label
        return label[:1].upper() + label[1:]
    if name in ontology.properties:
        return ontology.properties[name].label
    return name


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
