"""Resolution: one node per real thing over all articles, with the reason on record.

It knows articles by their readings alone (``profile``); what it finds is applied to the facts of an article
before they are written (``apply``). The same readings give the same nodes, in whatever order they come.
"""

from __future__ import annotations

import gc
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

from kgraph.model import Copy, DateBasis, Entity, Event, Extraction, Span
from kgraph.ontology import Ontology
from kgraph.resolve import curation, entities, events, twins
from kgraph.resolve.copies import NO_COPIES, Copies
from kgraph.resolve.curation import Curated, Decision
from kgraph.resolve.entities import Entities, Node
from kgraph.resolve.events import Happened, Told
from kgraph.resolve.pairing import Table
from kgraph.resolve.profile import Reading

__all__ = ["Reading", "Resolution", "apply", "resolve"]


@dataclass(frozen=True, slots=True)
class Resolution:
    """The nodes of all articles, and which happenings several of them tell."""

    entities: Entities
    happened: tuple[Happened, ...]
    names: Mapping[str, str]
    """For each article (by its IRI) what its entities and events are called, as JSON for ``apply``; made when
    asked for."""
    decisions: tuple[Decision, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    """The articles' own ids by their IRIs."""
    copies: Copies = field(default_factory=Copies)


class Named(NamedTuple):
    """What an entity of an article is called over all articles."""

    key: str
    cls: str
    label: str
    same_as: tuple[str, ...] = ()
    curated: tuple[str, ...] = ()


class Called(NamedTuple):
    """What is said over all articles of an event that several tell; its fields are those of ``Event``."""

    key: str
    label: str
    cls: str
    mode: str | None
    begin_date: str | None
    end_date: str | None
    date_basis: DateBasis | None
    confidence: float


def resolve(
    readings: Iterable[Reading],
    *,
    decisions: Sequence[Decision] = (),
    ontology: Ontology | None = None,
    copies: Copies = NO_COPIES,
) -> Resolution:
    """Join what the articles name and tell, then do what a person decided.

    ``ontology`` is asked for the classes that decisions name; ``copies`` says which articles are one report.
    Raises CurationError for a decision that cannot be followed.
    """
    with _uncollected():
        return _resolve(readings, decisions, ontology, copies)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the collector of cycles rest: it would walk through millions of values that are in none."""
    working = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if working:
            gc.enable()


def _resolve(
    readings: Iterable[Reading], decisions: Sequence[Decision], ontology: Ontology | None, copies: Copies
) -> Resolution:
    known = {reading.article: reading for reading in sorted(readings, key=lambda reading: reading.article)}
    found = entities.resolve(profile for reading in known.values() for profile in reading.profiles)
    articles = {reading.id: reading.article for reading in known.values()}
    things = [decision for decision in decisions if not decision.of_event]
    found, marks = curation.apply(found, things, articles=articles, ontology=ontology)
    states_of = {
        node.key: frozenset({node.key}) if node.cls == "State" else _states(node) for node in found.nodes
    }
    telling = Telling(known.values(), found, states_of)
    # What copies tell in one sentence is one happening, and is weighed once.
    reports = {
        *copies.of,
        *copies.of.values(),
        *(first for same in copies.same.values() for first, _ in same.values()),
    }
    same = twins.find(list(telling.every(reports)), copies)
    telling.without = {
        (item.happening.article, item.happening.event) for items in same.others.values() for item in items
    }
    happened = same.joined(events.happenings(telling.table(), telling, states_of))
    happenings = [decision for decision in decisions if decision.of_event]
    told = list(telling.every()) if happenings else []
    decided = curation.of_events(happened, told, happenings, articles=articles)
    ids = {article: id_ for id_, article in articles.items()}
    names = Names(known, found, decided, marks, copies)
    return Resolution(found, tuple(decided.happened), names, tuple(decisions), ids, copies)


def _states(node: Node) -> frozenset[str]:
    return frozenset(state for atom in node.atoms for state in atom.states)


class Telling:
    """The events of all articles in their order: by date, then as articles and events are named.

    They are made of the readings when they are asked for, and few are kept: a million articles tell millions.
    """

    def __init__(
        self, readings: Iterable[Reading], found: Entities, states_of: Mapping[str, frozenset[str]]
    ) -> None:
        self.found, self.states_of = found, states_of
        self.readings = sorted(
            (reading for reading in readings if reading.happenings),
            key=lambda reading: (reading.date or "9999", reading.article),
        )
        self.without: Set[tuple[str, str]] = frozenset()
        """Articles and ids of events that are another telling of one that stands here."""
        self.starts: list[int] = []
        """The number of the first event of each article."""
        self._of = lru_cache(maxsize=max(KEPT, len(self.readings) // 40))(self._told)

    def table(self) -> Table:
        """What the events say, as numbers."""
        table = Table(self.states_of)
        self.starts.clear()
        for number in range(len(self.readings)):
            self.starts.append(len(table))
            for item in self._told(number):
                table.add(item, events.root(item.happening.cls))
        return table

    def every(self, articles: Collection[str] | None = None) -> Iterator[Told]:
        """Every event, or those of some articles, also what copies repeat."""
        for reading in self.readings:
            if articles is None or reading.article in articles:
                yield from self._all(reading)

    def __call__(self, at: int) -> Told:
        """The event with a number."""
        number = bisect_right(self.starts, at) - 1
        return self._of(number)[at - self.starts[number]]

    def _told(self, number: int) -> list[Told]:
        every = self._all(self.readings[number])
        if not self.without:
            return every
        return [item for item in every if twins.name(item) not in self.without]

    def _all(self, reading: Reading) -> list[Told]:
        homes = self.found.of.inside.get(reading.article, {})
        nodes = {
            profile.entity: homes[profile.entity].key for profile in reading.profiles if not profile.local
        }
        return sorted(events.told(reading, nodes, self.states_of), key=lambda item: item.happening.event)


KEPT = 2000
"""Articles whose events are kept at once, at least; what is compared lies within weeks."""


class Names(Mapping[str, str]):
    """What ``apply`` needs for each article; an article that nothing is joined to has short names too."""

    def __init__(
        self,
        readings: Mapping[str, Reading],
        found: Entities,
        decided: curation.Decided,
        marks: Mapping[str, Curated],
        copies: Copies,
    ) -> None:
        self.readings, self.found, self.marks, self.copies = readings, found, marks, copies
        self.events: dict[str, dict[str, Called]] = defaultdict(dict)
        for item in decided.happened:
            confidence = max(member.happening.confidence for member in item.members)
            label = item.members[0].happening.trigger
            called = Called(item.iri, label, item.cls, item.mode, *item.best_date, confidence)
            for member in item.members:
                self.events[member.happening.article][member.happening.event] = called
        self.dropped: dict[str, list[str]] = defaultdict(list)
        for article, event in sorted(decided.dropped):
            self.dropped[article].append(event)
        self.lines: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
        for (article, event), texts in decided.lines.items():
            self.lines[article][event] = texts

    def __getitem__(self, article: str) -> str:
        reading = self.readings[article]
        homes = self.found.of.inside.get(article, {})
        named: dict[str, Named | None] = {}
        for profile in reading.profiles:
            name = _name(homes[profile.entity], self.marks)
            if name != Named(profile.key, profile.cls, profile.label):
                named[profile.entity] = name
        value: dict[str, Any] = {
            "entities": named,
            "events": self.events.get(article, {}),
            "dropped": self.dropped.get(article, []),
        }
        if article in self.lines:
            value["decided"] = self.lines[article]
        if article in self.copies.of:
            value["copy"] = _copy(article, self.copies)
        return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))

    def __iter__(self) -> Iterator[str]:
        return iter(self.readings)

    def __len__(self) -> int:
        return len(self.readings)


def _copy(article: str, copies: Copies) -> list[object]:
    """The original of a copy, and the place of each sentence that is repeated with where it stood first."""
    repeated = [
        [own.begin, own.end, first, twin.begin, twin.end]
        for own, (first, twin) in sorted(copies.same[article].items())
    ]
    return [copies.of[article], repeated]


def _read_copy(value: list[Any] | None) -> Copy | None:
    if value is None:
        return None
    original, repeated = value
    return Copy(
        original,
        tuple((Span(begin, end), f"{first}#char={at},{until}") for begin, end, first, at, until in repeated),
    )


def _name(node: Node, marks: Mapping[str, Curated]) -> Named | None:
    """What a node is called after curation; None where it is dropped."""
    mark = marks.get(node.key)
    if mark is None:
        return Named(node.key, node.cls, node.label)
    if mark.dropped:
        return None
    lines = tuple(str(decision) for decision in mark.decisions)
    return Named(node.key, mark.cls or node.cls, mark.label or node.label, tuple(mark.same_as), lines)


def apply(extraction: Extraction, names: str, *, ontology: Ontology) -> Extraction:
    """The facts of an article under the names that ``resolve`` gave, less the roles that no longer fit."""
    value = json.loads(names)
    named = {id_: _read_name(name) for id_, name in value["entities"].items() if name is not None}
    extraction = _without(
        extraction, {id_ for id_, name in value["entities"].items() if name is None}, set(value["dropped"])
    )
    told = {id_: Called(*name) for id_, name in value["events"].items()}
    decided = {id_: tuple(lines) for id_, lines in value.get("decided", {}).items()}
    changed = tuple(_renamed(entity, named.get(entity.id)) for entity in extraction.entities)
    classes = {entity.id: entity.cls for entity in changed}
    of_mention = {mention.id: classes[mention.entity] for mention in extraction.mentions}
    recast = {entity.id for entity in extraction.entities if classes[entity.id] != entity.cls}
    moved = {mention.id for mention in extraction.mentions if mention.entity in recast}

    def fits(property_: str, mention: str | None) -> bool:
        return mention not in moved or ontology.accepts(property_, object=of_mention[mention])

    return replace(
        extraction,
        copy=_read_copy(value.get("copy")),
        entities=changed,
        events=tuple(
            _called(
                replace(
                    event,
                    roles=tuple(role for role in event.roles if fits(role.role, role.mention)),
                    curated=decided.get(event.id, ()),
                ),
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


def _read_name(values: list[Any]) -> Named:
    key, cls, label, same_as, curated = values
    return Named(key, cls, label, tuple(same_as), tuple(curated))


def _without(extraction: Extraction, entities: Set[str], events: Set[str]) -> Extraction:
    """The extraction without some entities, whatever they take part in, and without some events."""
    if not entities and not events:
        return extraction
    gone = {mention.id for mention in extraction.mentions if mention.entity in entities}
    return replace(
        extraction,
        entities=tuple(entity for entity in extraction.entities if entity.id not in entities),
        mentions=tuple(mention for mention in extraction.mentions if mention.id not in gone),
        events=tuple(
            replace(
                event,
                roles=tuple(role for role in event.roles if role.mention not in gone),
                according_to=None if event.according_to in gone else event.according_to,
            )
            for event in extraction.events
            if event.id not in events
        ),
        relations=tuple(
            replace(relation, according_to=None if relation.according_to in gone else relation.according_to)
            for relation in extraction.relations
            if not {relation.subject, relation.object} & gone
        ),
    )


def _renamed(entity: Entity, name: Named | None) -> Entity:
    if name is None:
        return entity
    aliases = sorted({*entity.aliases, entity.label} - {name.label})
    return replace(entity, aliases=tuple(aliases), **name._asdict())


def _called(event: Event, name: Called | None) -> Event:
    return event if name is None else replace(event, **name._asdict())
