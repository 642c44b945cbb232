"""A Cypher script that makes the graph in Neo4j or its like: run twice, it changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, islice

from kgraph.export.facts import Facts
from kgraph.export.property import Node, Property, Relationship, nodes, relationships

_BATCH = 500  # rows of one statement: quick to run, and few enough for a small server
# Quotes, and all that a reader of the script could not see.
_ESCAPED = re.compile(
    "['\\\\\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_SHORT = {"'": "\\'", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def cypher(facts: Facts) -> Iterator[str]:
    """Yield the script: a constraint, then nodes, then relationships; it takes no parameters."""
    yield "CREATE CONSTRAINT kgraph_id IF NOT EXISTS FOR (n:KGraph) REQUIRE n.id IS UNIQUE;\n"
    for group in nodes(facts):
        by_labels = sorted(group.rows, key=lambda node: (node.labels, node.id))
        for labels, alike in groupby(by_labels, key=lambda node: node.labels):
            names = "".join(f":`{label}`" for label in labels)
            rows = (_node(node) for node in alike)
            yield from _unwind(rows, f"MERGE (n:KGraph {{id: row.id}}) SET n{names}, n += row.has;")
    for kind in relationships(facts):
        by_type = sorted(kind.rows, key=lambda r: (r.type, r.start, r.end, str(r.properties)))
        for type_, same in groupby(by_type, key=lambda r: r.type):
            ends = "MATCH (a:KGraph {id: row.a}), (b:KGraph {id: row.b})"
            # Relationships that run alike between the same two are told apart by their number.
            rows = (_relationship(r, nth) for r, nth in _numbered(same))
            yield from _unwind(
                rows, f"{ends} MERGE (a)-[r:`{type_}` {{nth: row.nth}}]->(b) SET r += row.has;"
            )


def _numbered(found: Iterable[Relationship]) -> Iterator[tuple[Relationship, int]]:
    for _, alike in groupby(found, key=lambda r: (r.start, r.end)):
        yield from ((r, nth) for nth, r in enumerate(alike, start=1))


def _unwind(rows: Iterator[str], then: str) -> Iterator[str]:
    while batch := list(islice(rows, _BATCH)):
        yield "UNWIND [\n  " + ",\n  ".join(batch) + f"\n] AS row\n{then}\n"


def _node(node: Node) -> str:
    return f"{{id: {literal(node.id)}, has: {_map(node.properties)}}}"


def _relationship(found: Relationship, nth: int) -> str:
    ends = f"a: {literal(found.start)}, b: {literal(found.end)}"
    return f"{{{ends}, nth: {nth}, has: {_map(found.properties)}}}"


def _map(properties: Mapping[str, Property]) -> str:
    return "{" + ", ".join(f"`{name}`: {literal(value)}" for name, value in properties.items()) + "}"


def literal(value: Property) -> str:
    """Return a value as a literal of Cypher."""
    if isinstance(value, tuple):
        return "[" + ", ".join(literal(part) for part in value) + "]"
    if not isinstance(value, str):
        return repr(value)
    return "'" + _ESCAPED.sub(_escape, value) + "'"


def _escape(match: re.Match[str]) -> str:
    char, after = match[0], match.string[match.end() : match.end() + 1]
    if char == "\\" and after in ("u", "U"):
        # Before version 5 Neo4j resolved \\u0027 before it read quotes: no text may make one.
        return "\\\\' + '"
    return _SHORT.get(char) or f"\\u{ord(char):04X}"
