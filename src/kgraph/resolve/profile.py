"""What resolution knows of an article: its named entities and its events, small enough to keep for all.

Profiles are plain values with a JSON form, so that a later build joins its articles to those read before
without reading them again.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import Any

from kgraph import spelling
from kgraph.gazetteer import Gazetteer, normalize, slug
from kgraph.model import DateBasis, Entity, Event, Extraction, Mention, Telling

OWNERS = frozenset({"represents", "nationality", "memberOf", "partOf", "leads", "locatedIn"})
"""Relations whose object says of which state something is."""
COUNTED = ("killed", "injured", "quantity")
SIDES = ("actor", "recipient", "place", "base", "instrument")
_OF = re.compile(r"\b(?:of|to|for|in|at)\b.*")
LONGEST_TITLE = 4
_DETERMINERS = frozenset("a an the this that his her its their our my your one two several some many".split())
_SPELLING = {
    "defense": "defence",
    "defensive": "defence",
    "premier": "prime minister",
    "pm": "prime minister",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """One entity as one article knows it; keys are those that extraction gave."""

    article: str
    entity: str
    key: str
    cls: str
    label: str
    aliases: tuple[str, ...] = ()
    known: bool = False
    """Whether the gazetteer has it."""
    local: bool = False
    """Whether its key holds for its article alone: what has no name of its own."""
    states: frozenset[str] = frozenset()
    """Keys of the states that it is of or lies in."""
    titles: frozenset[str] = frozenset()
    mates: frozenset[str] = frozenset()
    """Keys of what is named in the same sentences, states left out."""
    date: str | None = None
    """The article's."""

    @property
    def family(self) -> str:
        """First part of its key: person, actor, place, equipment."""
        return self.key.partition("/")[0]

    @property
    def forms(self) -> tuple[str, ...]:
        """Everything it is called in the article."""
        return (self.label, *self.aliases)


@dataclass(frozen=True, slots=True)
class Happening:
    """One event as one article tells it; ``roles`` are ids of entities of the article by role."""

    article: str
    event: str
    iri: str
    cls: str
    mode: str | None
    trigger: str
    realis: str
    begin: str | None
    end: str | None
    basis: DateBasis | None
    confidence: float
    source: str | None
    roles: tuple[tuple[str, tuple[str, ...]], ...]
    counts: tuple[tuple[str, int], ...]
    company: tuple[str, ...]
    """Ids of all entities of its sentences."""
    words: tuple[str, ...]
    """Stems of the other content words of its sentences."""
    at: tuple[int, ...]
    """Where its sentences begin."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that resolution needs of one article; ``article`` is the article's IRI."""

    article: str
    id: str
    """The article's own."""
    date: str | None
    keys: Mapping[str, str]
    """The key of every entity that takes part in something, by its id; none in a light reading."""
    profiles: tuple[Profile, ...]
    happenings: Sequence[Happening]


def read(extraction: Extraction, *, article: str, gazetteer: Gazetteer, iri_of: Mapping[str, str]) -> Reading:
    """The profiles of one article; ``iri_of`` gives the IRI of each event by its id."""
    entities = {entity.id: entity for entity in extraction.entities}
    mentions = {mention.id: mention for mention in extraction.mentions}
    named = {mention.entity for mention in extraction.mentions if mention.kind == "name"}
    states: dict[str, set[str]] = defaultdict(set)
    titles: dict[str, set[str]] = defaultdict(set)
    for relation in extraction.relations:
        if relation.realis != "actual":
            continue
        subject = mentions[relation.subject].entity
        if relation.predicate == "position" and relation.value:
            found, states_said = title(relation.value, gazetteer)
            titles[subject] |= {found} if found else set()
            states[subject] |= states_said
        elif relation.predicate in OWNERS and relation.object is not None:
            states[subject] |= _states(entities[mentions[relation.object].entity], gazetteer)
    sentences = _by_sentence(extraction)
    beside = _company(sentences)
    for mention in extraction.mentions:
        if mention.kind == "nominal" and entities[mention.entity].cls == "Person":
            found, said = title(mention.span.text, gazetteer)
            if found and len(found.split()) <= LONGEST_TITLE:
                titles[mention.entity].add(found)
            states[mention.entity] |= said
    local = slug(extraction.article.id) + "-"
    profiles = []
    for entity in extraction.entities:
        if entity.id not in named:
            continue
        known = entity.key in gazetteer.entries
        owned = set() if entity.cls == "State" else _states(entity, gazetteer) or states[entity.id]
        mates = {
            entities[other].key
            for other in beside[entity.id]
            if other in named and other != entity.id and entities[other].cls != "State"
        }
        profiles.append(
            Profile(
                article, entity.id, entity.key, entity.cls, entity.label, entity.aliases, known,
                entity.key.partition("/")[2].startswith(local),
                frozenset(owned), frozenset(titles[entity.id]), frozenset(mates),
                extraction.article.date,
            )
        )  # fmt: skip
    return Reading(
        article,
        extraction.article.id,
        extraction.article.date,
        {entity.id: entity.key for entity in extraction.entities},
        tuple(profiles),
        tuple(
            _happening(event, extraction.article.text, mentions, article, iri_of[event.id], sentences)
            for event in extraction.events
        ),
    )


def title(text: str, gazetteer: Gazetteer) -> tuple[str, frozenset[str]]:
    """An office in its shortest usual form, and the states that it names: "Kenyan Defence Minister"."""
    states = set()
    kept = []
    for word in text.removesuffix("'s").removesuffix("’s").split():
        if word.lower() in _DETERMINERS:
            continue
        state = gazetteer.adjective(word) or gazetteer.find(word, mention_type="State")
        if state is not None and state.cls == "State":
            states.add(state.key)
        else:
            kept.append(word)
    after = text.partition(" of ")[2]
    state = gazetteer.find(after, mention_type="State") if after else None
    if state is not None and state.cls == "State":
        states.add(state.key)
    words = [_SPELLING.get(word, word) for word in normalize(_OF.sub("", " ".join(kept))).split()]
    return " ".join(words), frozenset(states)


def _states(entity: Entity, gazetteer: Gazetteer) -> set[str]:
    """The state that an entity is, or is of as far as its name or the gazetteer says."""
    if entity.cls == "State":
        return {entity.key}
    entry = gazetteer.entries.get(entity.key)
    if entry is not None:
        state = gazetteer.find(entry.state, mention_type="State") if entry.state else None
        return {state.key} if state is not None else set()
    _, owners = title(entity.label, gazetteer) if entity.cls not in ("Person", "Place") else ("", frozenset())
    return set(owners)


def _company(sentences: Mapping[int, set[str]]) -> dict[str, set[str]]:
    """For each entity those that are mentioned in its sentences."""
    found: dict[str, set[str]] = defaultdict(set)
    for members in sentences.values():
        for member in members:
            found[member] |= members
    return found


def _by_sentence(extraction: Extraction) -> dict[int, set[str]]:
    """The ids of the entities mentioned in each sentence, by its begin."""
    found: dict[int, set[str]] = defaultdict(set)
    at = 0
    sentences = extraction.sentences
    for mention in sorted(extraction.mentions, key=lambda mention: mention.span):
        while at < len(sentences) and sentences[at].end <= mention.span.begin:
            at += 1
        if at < len(sentences):
            found[sentences[at].begin].add(mention.entity)
    return found


def _happening(
    event: Event,
    text: str,
    mentions: Mapping[str, Mention],
    article: str,
    iri: str,
    sentences: Mapping[int, set[str]],
) -> Happening:
    roles: dict[str, dict[str, None]] = defaultdict(dict)
    counts = []
    for role in event.roles:
        if role.mention is not None and role.role in SIDES:
            roles[role.role][mentions[role.mention].entity] = None
        elif role.role in COUNTED and isinstance(role.value, int):
            counts.append((role.role, role.value))
    company = {member for telling in event.tellings for member in sentences.get(telling.sentence.begin, ())}
    return Happening(
        article, event.id, iri, event.cls, event.mode, event.trigger.text.lower(), event.realis,
        event.begin_date, event.end_date, event.date_basis, event.confidence,
        mentions[event.according_to].entity if event.according_to else None,
        tuple((role, tuple(ids)) for role, ids in sorted(roles.items())), tuple(sorted(counts)),
        tuple(sorted(company)),
        tuple(sorted({word for telling in event.tellings for word in _content(telling, text)})),
        tuple(sorted({telling.sentence.begin for telling in event.tellings})),
    )  # fmt: skip


def _content(telling: Telling, text: str) -> set[str]:
    """Stems of a sentence's words that are written small, without its trigger and the commonest words."""
    begin, end = telling.sentence.begin, telling.sentence.end
    outside = text[begin : telling.trigger.begin] + " " + text[telling.trigger.end : end]
    found = {spelling.stem(word) for word in _WORD.findall(outside)}
    return found - _COMMON


_WORD = re.compile(r"(?<!\S)[a-z]{4,}")
_COMMON = frozenset(
    spelling.stem(word)
    for word in (
        "that this with from have been were which their they them there these those than then when where "
        "while what will would could should about after before against also other more most some such only "
        "into over under between during because said says told added people least since being first last "
        "week month year years days time still made make near even many much very here both each again among "
        "around across behind without within until later earlier three four five seven eight nine hundred "
        "thousand dozen"
    ).split()
)


def to_json(reading: Reading) -> str:
    """The JSON form, one line; the same reading gives the same text."""
    value = {
        "id": reading.id,
        "date": reading.date,
        "keys": dict(reading.keys),
        "profiles": [
            [
                item.entity, item.key, item.cls, item.label, list(item.aliases), int(item.known),
                int(item.local),
                sorted(item.states), sorted(item.titles), sorted(item.mates),
            ]
            for item in reading.profiles
        ],
        "happenings": [
            [
                item.event, item.iri, item.cls, item.mode, item.trigger, item.realis, item.begin, item.end,
                item.basis, item.confidence, item.source, [[role, list(ids)] for role, ids in item.roles],
                [list(pair) for pair in item.counts], list(item.company), list(item.words), list(item.at),
            ]
            for item in reading.happenings
        ],
    }  # fmt: skip
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def from_json(text: str, article: str) -> Reading:
    """Read back what ``to_json`` wrote."""
    value = json.loads(text)
    return Reading(
        article,
        value["id"],
        value["date"],
        value["keys"],
        tuple(_profiles(value, article)),
        tuple(_happenings(value["happenings"], article)),
    )


def light(text: str, article: str) -> Reading:
    """Read back what resolution needs of what ``to_json`` wrote, in little memory.

    Keys are left out; equal strings are one; the events stay text until they are asked for.
    """
    begin = text.index(_EVENTS)  # within a string its quotation marks would be escaped
    value = json.loads(text[:begin] + "}")
    return Reading(
        article,
        value["id"],
        value["date"],
        {},
        tuple(_profiles(value, article)),
        _Later(text[begin + len(_EVENTS) - 1 : -1].encode(), article),
    )


_EVENTS = ',"happenings":['


@dataclass(frozen=True, slots=True)
class _Later(Sequence[Happening]):
    """The events of an article, made anew from text whenever they are asked for."""

    text: bytes
    article: str

    def __iter__(self) -> Iterator[Happening]:
        return _happenings(json.loads(self.text), self.article)

    def __getitem__(self, at: Any) -> Any:
        return tuple(self)[at]

    def __len__(self) -> int:
        return len(json.loads(self.text))

    def __bool__(self) -> bool:
        return self.text != b"[]"


def _profiles(value: Mapping[str, Any], article: str) -> Iterator[Profile]:
    for id_, key, cls, label, aliases, known, local, states, titles, mates in value["profiles"]:
        yield Profile(
            article, intern(id_), intern(key), intern(cls), intern(label), tuple(map(intern, aliases)),
            bool(known), bool(local), _one(tuple(states)), _one(tuple(titles)), _one(tuple(mates)),
            None if value["date"] is None else intern(value["date"]),
        )  # fmt: skip


@lru_cache(maxsize=100_000)
def _one(items: tuple[str, ...]) -> frozenset[str]:
    """One set for equal ones."""
    return frozenset(map(intern, items))


def _happenings(values: Iterable[Any], article: str) -> Iterator[Happening]:
    for (
        event, iri, cls, mode, trigger, realis, begin, end, basis, confidence, source,
        roles, counts, company, words, at,
    ) in values:  # fmt: skip
        yield Happening(
            article, event, iri, intern(cls), mode, trigger, intern(realis), begin, end, basis, confidence,
            source,
            tuple((role, tuple(ids)) for role, ids in roles),
            tuple((role, number) for role, number in counts),
            tuple(company), tuple(words), tuple(at),
        )  # fmt: skip
