"""CSV: four tables for pandas, and nodes and relationships for Neo4j's bulk import.

A cell is one line. Text that a spreadsheet would take for a formula gets an apostrophe in front (the advice
of OWASP, "CSV Injection"); numbers and dates do not.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kgraph.export.facts import Claim, Evidence, Facts, numbers, values_of
from kgraph.export.property import Nodes, Property, Relationships, nodes, relationships

_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[0-9][0-9.-]*", re.ASCII)
_NEO4J: Mapping[type, str] = {str: "string", int: "long", float: "double", tuple: "string[]"}

Cell = Property | None


def tables(facts: Facts) -> dict[str, Iterator[str]]:
    """Return the files of a folder for pandas and spreadsheets; ``id`` columns hold IRIs.

    ``entities.csv``, ``events.csv``, ``relations.csv`` (standing relations and the roles of events, ready as
    a list of edges) and ``evidence.csv`` (one row for each sentence that tells a fact).
    """
    return {
        "entities.csv": _csv(_entities(facts)),
        "events.csv": _csv(_events(facts)),
        "relations.csv": _csv(_relations(facts)),
        "evidence.csv": _csv(_evidence(facts)),
    }


def neo4j(facts: Facts) -> dict[str, Iterator[str]]:
    """Return the files for ``neo4j-admin database import``: typed headers, lists separated by ";".

    Nodes in ``entities.csv``, ``events.csv`` and ``articles.csv``; relationships in ``roles.csv``,
    ``relations.csv``, ``told-in.csv`` and ``mentioned-in.csv``.
    """
    files = {f"{kind.name}.csv": _csv(_nodes(kind)) for kind in nodes(facts)}
    return files | {f"{kind.name}.csv": _csv(_relationships(kind)) for kind in relationships(facts)}


def _nodes(kind: Nodes) -> Iterator[Sequence[Cell]]:
    yield "id:ID", *_typed(kind.columns), ":LABEL"
    for node in kind.rows:
        yield node.id, *_cells(node.properties, kind.columns), node.labels


def _relationships(kind: Relationships) -> Iterator[Sequence[Cell]]:
    yield ":START_ID", *_typed(kind.columns), ":END_ID", ":TYPE"
    for row in kind.rows:
        yield row.start, *_cells(row.properties, kind.columns), row.end, row.type


def _typed(columns: Mapping[str, type]) -> list[str]:
    return [f"{name}:{_NEO4J[kind]}" for name, kind in columns.items()]


def _cells(properties: Mapping[str, Property], columns: Mapping[str, type]) -> list[Cell]:
    return [properties.get(name) for name in columns]


def _entities(facts: Facts) -> Iterator[Sequence[Cell]]:
    yield "id", "class", "label", "aliases", "same_as", "mentions", "articles"
    mentions: Counter[str] = Counter()
    articles: Counter[str] = Counter()
    for (iri, _), times in facts.mentions.items():
        mentions[iri] += times
        articles[iri] += 1
    for iri, one in facts.entities.items():
        yield iri, one.cls, one.label, one.aliases, " ".join(one.same_as), mentions[iri], articles[iri]


def _events(facts: Facts) -> Iterator[Sequence[Cell]]:
    """Yield a row for each event; a column for each role (labels) and each value that some event has."""
    whole = numbers(facts)
    roles = sorted({role for event in facts.events for role, _ in event.roles})
    names = sorted({name for event in facts.events for name, _ in event.values} - set(roles))
    fixed = ("id", "class", "mode", "label", "begin", "end", "date_basis", "realis", "confidence")
    yield *fixed, "according_to", "articles", *roles, *names
    for event in facts.events:
        values = values_of(event, whole)
        yield (
            *(event.iri, event.cls, event.mode, event.label, event.begin, event.end),
            *(event.basis, event.realis, event.confidence),
            tuple(facts.label(iri) for iri in event.according_to),
            len({item.article for item in event.evidence}),
            *(tuple(facts.label(iri) for name, iri in event.roles if name == role) for role in roles),
            *(values.get(name) for name in names),
        )


def _relations(facts: Facts) -> Iterator[Sequence[Cell]]:
    yield (
        *("id", "kind", "subject", "subject_label", "predicate", "object", "object_label", "value"),
        *("realis", "confidence", "according_to"),
    )
    for claim in facts.relations:
        who = tuple(facts.label(iri) for iri in claim.according_to)
        yield (
            *(claim.iri, "relation", claim.subject, facts.label(claim.subject), claim.predicate),
            *(claim.object, facts.label(claim.object) if claim.object else "", claim.value),
            *(claim.realis, claim.confidence, who),
        )
    for event in facts.events:
        who = tuple(facts.label(iri) for iri in event.according_to)
        for role, iri in event.roles:
            yield (
                *(event.iri, "role", event.iri, event.label, role, iri, facts.label(iri), ""),
                *(event.realis, event.confidence, who),
            )


def _evidence(facts: Facts) -> Iterator[Sequence[Cell]]:
    """Yield a row for each sentence that tells an event, a number of one, or a relation."""
    yield (
        *("fact", "kind", "predicate", "value", "realis", "confidence", "according_to"),
        *("article", "title", "date", "source", "url", "begin", "end", "sentence"),
    )
    for event in facts.events:
        for item in event.evidence:
            yield event.iri, "event", "", "", *_place(facts, item)
    for kind, claims in (("figure", facts.figures), ("relation", facts.relations)):
        for claim in claims:
            fact = claim.subject if kind == "figure" else claim.iri
            for item in claim.evidence:
                yield fact, kind, claim.predicate, _told(facts, claim), *_place(facts, item)


def _told(facts: Facts, claim: Claim) -> Cell:
    return facts.label(claim.object) if claim.object else claim.value


def _place(facts: Facts, item: Evidence) -> Sequence[Cell]:
    paper, sentence = facts.paper(item.article), facts.sentence(item.sentence)
    who = tuple(facts.label(iri) for iri in item.according_to)
    return (
        *(item.realis, item.confidence, who, paper.iri, paper.title, paper.date, paper.source, paper.url),
        *(sentence.begin, sentence.end, sentence.text),
    )


def _csv(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):  # what stands between two values may not stand in one
        return _harmless(";".join(part.replace(";", ",") for part in value))
    return _harmless(value) if isinstance(value, str) else str(value)


def _harmless(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
