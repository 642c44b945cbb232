"""networkx, and through it GraphML and GEXF: typed attributes, none missing by None, days for a timeline."""

from __future__ import annotations

import calendar
import datetime
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

import networkx as nx

from kgraph.export.facts import Claim, Facts, Happening, numbers, values_of

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", re.ASCII)
_CLOCK = re.compile(r' lastmodifieddate="[^"]*"')

Attributes = dict[str, str | int | float]


def unfolded(facts: Facts) -> nx.MultiDiGraph:
    """Return entities and events as nodes; an edge is a role (event to entity) or a relation."""
    graph = _entities(facts)
    whole = numbers(facts)
    for event in facts.events:
        graph.add_node(event.iri, kind="event", **_event(event, whole))
        for role, iri in event.roles:
            graph.add_edge(event.iri, iri, key=role, kind="role", label=role, weight=1.0)
        for iri in event.according_to:
            graph.add_edge(event.iri, iri, key="accordingTo", kind="source", label="accordingTo", weight=1.0)
    _relations(graph, facts)
    return graph


def folded(facts: Facts) -> nx.MultiDiGraph:
    """Return entities as nodes; an event is an edge from each actor to each other participant.

    Without an actor the recipients take its part; actors without recipient, as those of a meeting, are
    joined with one another. An event with one participant leaves no edge.
    """
    graph = _entities(facts)
    whole = numbers(facts)
    for event in facts.events:
        attributes = _event(event, whole)
        attributes["label"] = attributes.pop("class")
        attributes["weight"] = float(len({item.report for item in event.evidence}))
        for source, target, role in ends(event):
            key = f"{event.iri} {role}"
            graph.add_edge(source, target, key=key, kind="event", role=role, event=event.iri, **attributes)
    _relations(graph, facts)
    return graph


def ends(event: Happening) -> list[tuple[str, str, str]]:
    """Return what a folded event joins: (source, target, role of the target), sorted."""
    by_role: dict[str, list[str]] = defaultdict(list)
    for role, iri in event.roles:
        by_role[role].append(iri)
    actors, recipients = by_role.pop("actor", []), by_role.pop("recipient", [])
    found = {(a, r, "recipient") for a in actors for r in recipients}
    if not recipients:
        found |= {(a, b, "actor") for a, b in combinations(sorted(actors), 2)}
    for role, iris in by_role.items():
        found |= {(source, iri, role) for source in actors or recipients for iri in iris}
    return sorted((source, target, role) for source, target, role in found if source != target)


def graphml(graph: nx.MultiDiGraph) -> Iterator[str]:
    """Yield GraphML, one element a line."""
    out = io.BytesIO()
    nx.write_graphml_xml(graph, out)  # not lxml's writer, which need not be there and writes other bytes
    yield out.getvalue().decode("utf-8") + "\n"


def gexf(graph: nx.MultiDiGraph) -> Iterator[str]:
    """Yield GEXF 1.2 with a timeline of whole days, as Gephi reads it, and without the day of writing."""
    out = io.BytesIO()
    nx.write_gexf(graph, out, version="1.2draft")
    yield _CLOCK.sub("", out.getvalue().decode("utf-8"), count=1) + "\n"


def _entities(facts: Facts) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    articles: dict[str, int] = defaultdict(int)
    mentions: dict[str, int] = defaultdict(int)
    for (iri, _), times in facts.mentions.items():
        articles[iri] += 1
        mentions[iri] += times
    for iri, entity in facts.entities.items():
        attributes: Attributes = {"kind": "entity", "class": entity.cls, "label": entity.label}
        if entity.aliases:
            attributes["aliases"] = "; ".join(entity.aliases)
        if entity.same_as:
            attributes["sameAs"] = " ".join(entity.same_as)
        if entity.point:  # by these names Gephi's map layouts find them
            attributes["latitude"], attributes["longitude"] = entity.point
        attributes |= {"mentions": mentions[iri], "articles": articles[iri]}
        said: dict[str, set[str]] = defaultdict(set)
        for claim in facts.literals.get(iri, ()):
            said[claim.predicate].add(str(claim.value))
        for name, values in sorted(said.items()):
            attributes.setdefault(name, "; ".join(sorted(values)))
        graph.add_node(iri, **attributes)
    return graph


def _relations(graph: nx.MultiDiGraph, facts: Facts) -> None:
    """Add one edge for each statement and realis, with how many articles say so."""
    same: dict[tuple[str, str, str, str], list[Claim]] = defaultdict(list)
    for claim in facts.relations:
        if claim.object:
            same[claim.subject, claim.object, claim.predicate, claim.realis].append(claim)
    for (subject, target, predicate, realis), claims in sorted(same.items()):
        articles = len({item.article for claim in claims for item in claim.evidence})
        attributes: Attributes = {"label": predicate, "realis": realis, "articles": articles}
        # Copies of one report are one source.
        attributes["weight"] = float(max(len({i.report for claim in claims for i in claim.evidence}), 1))
        sure = [claim.confidence for claim in claims if claim.confidence is not None]
        if sure:
            attributes["confidence"] = max(sure)
        by = sorted({facts.label(who) for claim in claims for who in claim.according_to})
        if by:
            attributes["accordingTo"] = "; ".join(by)
        key = predicate if realis == "actual" else f"{predicate} {realis}"
        graph.add_edge(subject, target, key=key, kind="relation", **attributes)


def _event(event: Happening, whole: frozenset[str]) -> Attributes:
    texts = {"class": event.cls, "label": event.label, "mode": event.mode, "beginDate": event.begin}
    texts |= {"endDate": event.end, "dateBasis": event.basis, "realis": event.realis}
    attributes: Attributes = {name: text for name, text in texts.items() if text}
    if event.confidence is not None:
        attributes["confidence"] = event.confidence
    attributes["articles"] = len({item.article for item in event.evidence})
    for name, value in values_of(event, whole).items():
        attributes.setdefault(name, value)
    return attributes | _days(event.begin, event.end)


def _days(begin: str, end: str) -> dict[str, str]:
    """Return the first and the last day of what may be months or years; none where neither is known.

    A date without an end ends with its own day, month or year: on a timeline it would else last for ever.
    """
    first, last = _span(begin) or _span(end), _span(end) or _span(begin)
    if first is None or last is None:
        return {}
    return {"start": first[0], "end": last[1] if last[1] >= first[0] else first[1]}


def _span(date: str) -> tuple[str, str] | None:
    """Return the first and the last day of a date; None for one that calendars do not have."""
    match = _DATE.fullmatch(date)
    if match is None:
        return None
    year, month, day = match.groups()
    months = (month, month) if month else ("01", "12")
    try:
        last = day or str(calendar.monthrange(int(year), int(months[1]))[1])
        days = (f"{year}-{months[0]}-{day or '01'}", f"{year}-{months[1]}-{last}")
        datetime.date.fromisoformat(days[0])
        datetime.date.fromisoformat(days[1])
    except ValueError:
        return None
    return days
