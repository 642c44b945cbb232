"""Events and their roles against WikiEvents (Li, Ji and Han 2021), whose types are those of KAIROS.

Six groups of types are scored, those that our ontology has too; what a type and a role can be in it stands
in ``KINDS`` and ``ROLES``. Triggers and arguments are compared by head words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgraph.errors import KGraphError
from kgraph.evaluate.extracted import Read, read
from kgraph.evaluate.measures import Documents, Tally
from kgraph.evaluate.mentions import records
from kgraph.extract.between import Offsets, head
from kgraph.model import Article, Event
from kgraph.nlp.encoder import Encoder

KINDS: Mapping[str, tuple[str, frozenset[str]]] = {
    "Conflict.Attack.DetonateExplode": ("attack", frozenset({"Assault", "Accident"})),
    "Conflict.Attack": ("attack", frozenset({"Assault", "Capture", "Defeat"})),
    "Life.Injure": ("injury", frozenset({"Assault", "Accident"})),
    "Life.Die": ("death", frozenset({"Assault", "Defeat", "Accident"})),
    "Justice.ArrestJailDetain": ("arrest", frozenset({"Coercion", "Capture", "Sanction"})),
    "Movement.Transportation": (
        "movement",
        frozenset({"Deployment", "Mobilization", "Retreat", "Coercion", "Aid"}),
    ),
    "Contact.RequestCommand": ("contact", frozenset({"Request"})),
    "Contact.ThreatenCoerce": ("contact", frozenset({"Threat", "Coercion"})),
    "Contact.Contact.Meet": ("contact", frozenset({"Consultation"})),
    "Contact.Contact.Broadcast": ("contact", frozenset({"Statement", "Accusation", "Rejection"})),
    "Contact.Contact": ("contact", frozenset({"Consultation", "Statement"})),
}
"""Group and our classes for a type, or for all that begin so; the first that fits counts."""

GROUPS: Mapping[str, str] = {
    **dict.fromkeys(("Assault", "Capture", "Defeat", "Accident"), "attack"),
    "Coercion": "arrest",
    **dict.fromkeys(("Deployment", "Mobilization", "Retreat"), "movement"),
    **dict.fromkeys(("Consultation", "Request", "Threat"), "contact"),
}
"""Where an event of ours counts as predicted that is none of the gold ones.

Classes that KAIROS has no type for, and statements, of which the data mark one in ten, count nowhere then.
"""

ROLES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        ("Attacker", "Killer", "Injurer", "Jailer", "Communicator", "Transporter"), frozenset({"actor"})
    ),
    **dict.fromkeys(("Target", "Victim", "Detainee", "Recipient"), frozenset({"recipient", "base"})),
    "Participant": frozenset({"actor", "recipient"}),
    "PassengerArtifact": frozenset({"actor", "recipient", "instrument"}),
    **dict.fromkeys(("Place", "Destination", "Origin"), frozenset({"place", "base"})),
    **dict.fromkeys(("Instrument", "ExplosiveDevice", "Vehicle"), frozenset({"instrument"})),
}
"""Our roles for theirs; Topic, which ours tell in words, and rare ones are not scored."""
MEASURES = (
    *("triggers", "triggers, any class"),
    *(f"triggers, {group}" for group in dict.fromkeys(group for group, _ in KINDS.values())),
    *("arguments", "arguments, any role", "arguments, all"),
)
OURS = frozenset().union(*ROLES.values())


@dataclass(frozen=True, slots=True)
class Gold:
    """One event of the data: its group, the classes that are right, its trigger, its (role, place) pairs."""

    group: str
    classes: frozenset[str]
    trigger: Offsets
    arguments: tuple[tuple[str, Offsets], ...]


def kind(event_type: str) -> tuple[str, frozenset[str]] | None:
    """Group and classes of a KAIROS type; None for one that is not scored."""
    return next((value for name, value in KINDS.items() if event_type.startswith(name)), None)


def documents(path: Path) -> Iterator[tuple[Article, list[Gold]]]:
    """Articles, a line for a sentence, and their scored events; KGraphError for a record that is none."""
    for record in records(path, "doc_id", "sentences", "entity_mentions", "event_mentions"):
        try:
            text, places = _text(record["sentences"])
            spans = {
                item["id"]: (places[item["start"]][0], places[item["end"] - 1][1])
                for item in record["entity_mentions"]
            }
            gold = list(_events(record, places, spans))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise KGraphError(
                f"{path}: {record['doc_id']}: not as in WikiEvents ({error!r}); is this the right file?"
            ) from error
        yield Article(id=record["doc_id"], title="", text=text), gold


def _text(sentences: list[Any]) -> tuple[str, list[Offsets]]:
    """The sentences line by line, and where each token is: the data's own offsets drift."""
    text, places = "", list[Offsets]()
    for tokens, words in sentences:
        at = len(text)
        text += words + "\n"
        for token, *_ in tokens:
            begin = text.index(token, at)
            at = begin + len(token)
            places.append((begin, at))
    return text, places


def _events(record: dict[str, Any], places: list[Offsets], spans: Mapping[str, Offsets]) -> Iterator[Gold]:
    for item in record["event_mentions"]:
        found = kind(item["event_type"])
        if found is not None:
            trigger = item["trigger"]
            yield Gold(
                *found,
                (places[trigger["start"]][0], places[trigger["end"] - 1][1]),
                tuple(
                    (part["role"], spans[part["entity_id"]])
                    for part in item["arguments"]
                    if part["role"] in ROLES
                ),
            )


def evaluate(path: Path, encoder: Encoder) -> Documents:
    """Triggers with a right class, by group too, and arguments of events with a right trigger.

    ``arguments, all`` counts those of all events, ``arguments, any role`` whether they are there at all.
    """
    read_ = list(documents(path))
    pages = read((article for article, _ in read_), encoder)
    return [score(page, gold) for page, (_, gold) in zip(pages, read_, strict=True)]


def score(page: Read, gold: list[Gold]) -> dict[str, Tally]:
    """The tallies of one document."""
    heads = {id(item): head(page.doc, item.trigger) for item in gold}
    right: dict[str, list[Gold]] = {}
    recalled = set[int]()
    anywhere = set[int]()
    for event in page.tellings:
        for item in gold:
            word = heads[id(item)]
            if word is not None and event.trigger.begin <= word.idx < event.trigger.end:
                anywhere.add(id(item))
                if event.cls in item.classes:
                    right.setdefault(event.id, []).append(item)
                    recalled.add(id(item))
    tallies = {name: Tally() for name in MEASURES}

    def add(name: str, tally: Tally) -> None:
        tallies[name] += tally

    for item in gold:
        for name in ("triggers", f"triggers, {item.group}"):
            add(name, Tally(recalled=id(item) in recalled, gold=1))
        add("triggers, any class", Tally(recalled=id(item) in anywhere, gold=1))
    placed = [word.idx for word in heads.values() if word is not None]
    for event in page.tellings:
        group = right[event.id][0].group if event.id in right else GROUPS.get(event.cls)
        if group is not None:
            for name in ("triggers", f"triggers, {group}"):
                add(name, Tally(event.id in right, 1))
            hit = any(event.trigger.begin <= at < event.trigger.end for at in placed)
            add("triggers, any class", Tally(hit, 1))
            if event.id not in right:
                add("arguments, all", Tally(predicted=len(_fillers(page, event))))
    for item in gold:
        if id(item) not in recalled:
            add("arguments, all", Tally(gold=len(item.arguments)))
    for event in page.tellings:
        if event.id in right:
            tally, loose = _arguments(page, event, right[event.id])
            add("arguments", tally)
            add("arguments, any role", loose)
            add("arguments, all", tally)
    return tallies


def _fillers(page: Read, event: Event) -> list[tuple[str, str]]:
    """Roles that are scored and their mentions, each entity once."""
    found = {
        (item.role, page.mentions[item.mention].entity): (item.role, item.mention)
        for item in event.roles
        if item.mention and item.role in OURS
    }
    return list(found.values())


def _arguments(page: Read, event: Event, gold: list[Gold]) -> tuple[Tally, Tally]:
    """With the right role, and with any."""
    given = _fillers(page, event)
    wanted = list(dict.fromkeys(argument for item in gold for argument in item.arguments))
    hits = [
        (one, other, role in ROLES[their])
        for one, (their, span) in enumerate(wanted)
        for other, (role, mention) in enumerate(given)
        if (word := head(page.doc, span)) is not None and page.means(mention, word)
    ]
    strict = [hit for hit in hits if hit[2]]
    first, second = (
        Tally(len({o for _, o, _ in some}), len(given), len({w for w, _, _ in some}), len(wanted))
        for some in (strict, hits)
    )
    return first, second
