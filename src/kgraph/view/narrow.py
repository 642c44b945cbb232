"""Parts of a picture: what a query gives, what is around a name, what lies in a time."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kgraph.errors import KGraphError, QueryError
from kgraph.rdf import BASE
from kgraph.view.picture import Fact, Picture, part

if TYPE_CHECKING:
    from kgraph.store import Graph

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)


def found_by(picture: Picture, graph: Graph, sparql: str) -> Picture:
    """Keep the nodes that a CONSTRUCT or a SELECT gives, and the facts among them.

    An event is a node as well; of an event that is given the parties are kept too, and of an assertion
    that is given its two ends. Raises QueryError for other forms, and where nothing is found.
    """
    from kgraph.query import Rows, query

    answer = query(graph, sparql)
    if isinstance(answer, bool):
        raise QueryError("ASK gives no nodes to draw; use CONSTRUCT, or SELECT with nodes in its columns")
    found: Iterable[object]
    if isinstance(answer, Rows):
        found = (value for row in answer for value in row)
    else:
        found = (value for triple in answer for value in (triple[0], triple[2]))
    names = {str(value).removeprefix(BASE) for value in found if value is not None}
    facts = {fact.id: fact for fact in picture.facts}
    kept = set(names)
    for name in names & facts.keys():
        kept |= set(facts[name].nodes) - {name if facts[name].kind != "event" else ""}
    kept &= {node.id for node in picture.nodes}
    if not kept:
        raise QueryError("the query gives no node of the graph; its columns must hold entities or events")
    return part(picture, kept)


def in_time(picture: Picture, since: str, until: str) -> Picture:
    """Keep the events of which any day lies from ``since`` to ``until``, and what they and relations link.

    Raises KGraphError for what is no date.
    """
    for text in filter(None, (since, until)):
        if _DATE.fullmatch(text) is None:
            raise KGraphError(f"{text!r} is no date; write 2015, 2015-07 or 2015-07-31")

    def is_inside(fact: Fact) -> bool:
        if fact.kind != "event" and not fact.begin:
            return True
        end = (fact.end or fact.begin) + "9999-99-99"[len(fact.end or fact.begin) :]
        last = until + "9999-99-99"[len(until) :]
        return bool(fact.begin) and end >= since and (not until or fact.begin <= last)

    facts = {fact.id for fact in picture.facts if is_inside(fact)}
    named = {name for fact in picture.facts if fact.id in facts for name in fact.nodes}
    return part(picture, named, facts=facts)


def around_names(picture: Picture, names: Sequence[str], *, steps: int = 1) -> Picture:
    """Keep what is within ``steps`` of the nodes so named: by any name form or by id.

    A step leads from entity to entity; an event on the way is none. Raises KGraphError for an unknown name.
    """
    centres = {node for name in names for node in _named(picture, name)}
    events = {node.id for node in picture.nodes if node.kind == "event"}
    beside: defaultdict[str, set[str]] = defaultdict(set)
    for edge in picture.edges:
        beside[edge.source].add(edge.target)
        beside[edge.target].add(edge.source)
    kept, edge_of = set(centres), set(centres)
    for _ in range(steps):
        direct = {other for node in edge_of for other in beside[node]}
        through = {party for event in direct & events for party in beside[event]}
        edge_of = (direct | through) - kept - events
        kept |= direct | through
    return part(picture, kept)


def _named(picture: Picture, name: str) -> list[str]:
    """Find the entities that have the name; where several do, all of them."""
    wanted = name.casefold().strip()
    short = name.removeprefix(BASE)
    entities = [node for node in picture.nodes if node.kind == "entity" or node.id == short]
    found = [
        node.id
        for node in entities
        if short == node.id or wanted in {form.casefold() for form in (node.label, *node.names)}
    ]
    if not found:
        forms = sorted({form for node in entities for form in (node.label, *node.names)})
        near = difflib.get_close_matches(name, forms, 3)
        hint = f"near it: {', '.join(near)}" if near else "search the page of the whole graph for it"
        raise KGraphError(f"nothing in the graph is called {name!r}; {hint}")
    return found
