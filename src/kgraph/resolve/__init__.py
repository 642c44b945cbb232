"""Resolution: one node per real thing over all articles, with the reason on record.

It knows articles by their readings alone (``profile``); what it finds is applied to the facts of an article
before they are written (``apply``). The same readings give the same nodes, in whatever order they come.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from kgraph.model import DateBasis, Entity, Event, Extraction
from kgraph.ontology import Ontology
from kgraph.resolve import entities, events
from kgraph.resolve.entities import Entities, Node
from kgraph.resolve.events import Happened
from kgraph.resolve.profile import Reading

__all__ = ["Reading", "Resolution", "apply", "resolve"]


@dataclass(frozen=True, slots=True)
class Resolution:
    """The nodes of all articles, and which happenings several of them tell."""

    entities: Entities
    happened: tuple[Happened, ...]
    names: Mapping[str, str]
    """For each article (by its IRI) what its entities and events are called, as JSON for ``apply``."""


class Named(NamedTuple):
    """What an entity of an article is called over all articles."""

    key: str
    cls: str
    label: str


class Called(NamedTuple):
    """What is said over all articles of an event that several tell; its fields are those of ``Event``."""

    key: str
    label: str
    mode: str | None
    begin_date: str | None
    end_date: str | None
    date_basis: DateBasis | None
    confidence: float


def resolve(readings: Iterable[Reading]) -> Resolution:
    """Join what the articles name and tell."""
    known = sorted(readings, key=lambda reading: reading.article)
    found = entities.resolve(profile for reading in known for profile in reading.profiles)
    states_of = {
        node.key: frozenset({node.key}) if node.cls == "State" else _states(node) for node in found.nodes
    }
    told = []
    for reading in known:
        nodes = {
            profile.entity: found.of[reading.article, profile.entity].key
            for profile in reading.profiles
            if not profile.local
        }
        told += events.told(reading, nodes.get, states_of)
    happened = events.resolve(told, states_of)
    return Resolution(found, tuple(happened), _names(known, found, happened))


def _states(node: Node) -> frozenset[str]:
    return frozenset(state for atom in node.atoms for state in atom.states)


def _names(readings: Iterable[Reading], found: Entities, happened: Iterable[Happened]) -> dict[str, str]:
    """What ``apply`` needs for each article; an article that nothing is joined to has short names too."""
    of_events: dict[str, dict[str, Called]] = defaultdict(dict)
    for item in happened:
        confidence = max(member.happening.confidence for member in item.members)
        label = item.members[0].happening.trigger
        called = Called(item.iri, label, item.mode, *item.best_date, confidence)
        for member in item.members:
            of_events[member.happening.article][member.happening.event] = called
    result = {}
    for reading in readings:
        named = {
            profile.entity: name
            for profile in reading.profiles
            for node in [found.of[reading.article, profile.entity]]
            if (name := Named(node.key, node.cls, node.label)) != (profile.key, profile.cls, profile.label)
        }
        value = {"entities": named, "events": of_events.get(reading.article, {})}
        result[reading.article] = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return result


def apply(extraction: Extraction, names: str, *, ontology: Ontology) -> Extraction:
    """The facts of an article under the names that ``resolve`` gave, less the roles that no longer fit."""
    value = json.loads(names)
    named = {id_: Named(*name) for id_, name in value["entities"].items()}
    told = {id_: Called(*name) for id_, name in value["events"].items()}
    changed = tuple(_renamed(entity, named.get(entity.id)) for entity in extraction.entities)
    classes = {entity.id: entity.cls for entity in changed}
    of_mention = {mention.id: classes[mention.entity] for mention in extraction.mentions}
    recast = {entity.id for entity in extraction.entities if classes[entity.id] != entity.cls}
    moved = {mention.id for mention in extraction.mentions if mention.entity in recast}

    def fits(property_: str, mention: str | None) -> bool:
        return mention not in moved or ontology.accepts(property_, object=of_mention[mention])

    return replace(
        extraction,
        entities=changed,
        events=tuple(
            _called(
                replace(event, roles=tuple(role for role in event.roles if fits(role.role, role.mention))),
                told.get(event.id),
            )
            for event in extraction.events
        ),
        relations=tuple(
            relation
            for relation in extraction.relations
            if fits(relation.predicate, relation.object)
            and (
                relation.subject not in moved
                or ontology.accepts(relation.predicate, subject=of_mention[relation.subject])
            )
        ),
    )


def _renamed(entity: Entity, name: Named | None) -> Entity:
    if name is None:
        return entity
    aliases = sorted({*entity.aliases, entity.label} - {name.label})
    return replace(entity, aliases=tuple(aliases), **name._asdict())


def _called(event: Event, name: Called | None) -> Event:
    return event if name is None else replace(event, **name._asdict())
