"""Several words, one event: light verbs, casualties within their assault, what an assault is said to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from spacy.tokens import Token

from kgraph.extract.grammar import Slots, is_verb, relation, support, verb_lemma
from kgraph.frames import Frame, Frames
from kgraph.model import Mention, Realis
from kgraph.ontology import Ontology


@dataclass(slots=True)
class Found:
    """An event while it is put together. ``roles`` hold mentions; ``literals`` (role, value)."""

    frame: Frame
    trigger: Token
    words: tuple[Token, ...]
    slots: Slots
    roles: dict[str, list[Mention]] = field(default_factory=dict)
    literals: list[tuple[str, str | int]] = field(default_factory=list)
    confidence: float = 0.0
    signs: dict[str, float] = field(default_factory=dict)
    learned_realis: tuple[Realis, float] | None = None
    """What the model says of whether it happened, with its probability."""


def drop_carriers(found: dict[int, Found], frames: Frames) -> None:
    """One event for a verb and its noun ("launched an attack", "established a channel"), in place.

    Where the pattern of the verb holds the noun, the verb's event stays and takes what the noun has besides;
    where the verb is only a light one, the noun's event stays.
    """
    settings = frames.settings
    for event in list(found.values()):
        if is_verb(event.trigger):
            continue
        holder = next(
            (other for other in found.values() if other is not event and event.trigger in other.words), None
        )
        if holder is not None:
            for role, mentions in event.roles.items():
                holder.roles.setdefault(role, mentions)
            del found[event.trigger.i]
            continue
        verb = support(event.trigger, light=settings["light_verbs"], occurrence=settings["occurrence_verbs"])
        other = found.get(verb.i) if verb is not None else None
        if other is None or len(other.words) > 1 or other.frame.fold:
            continue
        if verb_lemma(other.trigger) in settings["light_verbs"]:
            del found[other.trigger.i]


def fold(found: dict[int, Found], ontology: Ontology) -> None:
    """One assault told by several words is one event, in place.

    Casualties within an assault's own sentence part are that assault's ("struck the town, killing 13"); and
    what an assault itself is said to do ("the raid destroyed two depots") is that assault.
    """
    folded: dict[int, Found] = {}
    for event in list(found.values()):
        if not ontology.is_a(event.frame.name, "Assault"):
            continue
        target = _doer(event, found, ontology)
        if target is None and event.frame.fold:
            target = _above(event.trigger, found, ontology) or folded.get(event.trigger.head.i)
        if target is None or target is event:
            continue
        target.literals.extend(item for item in event.literals if item not in target.literals)
        known = {m.id for mentions in target.roles.values() for m in mentions}
        for role in ("recipient", "place", "base", "actor", "instrument"):
            fresh = [mention for mention in event.roles.get(role, ()) if mention.id not in known]
            if fresh and (role not in target.roles or not event.frame.fold):
                target.roles.setdefault(role, []).extend(fresh)
        folded[event.trigger.i] = target
        del found[event.trigger.i]


def _above(trigger: Token, found: Mapping[int, Found], ontology: Ontology) -> Found | None:
    """The assault that governs a participle or a coordinated verb: "struck the town, killing 13"."""
    node = trigger
    for _ in range(3):
        if relation(node) not in {"advcl", "conj", "acl", "parataxis"} or node.head == node:
            return None
        if relation(node) == "conj" and any(relation(child) == "nsubj" for child in node.children):
            return None
        node = node.head
        for word in (node, *(child for child in node.children if child.dep_ in {"obj", "nsubj:pass"})):
            event = found.get(word.i)
            if event is not None and not event.frame.fold and ontology.is_a(event.frame.name, "Assault"):
                return event
    return None


def _doer(event: Found, found: Mapping[int, Found], ontology: Ontology) -> Found | None:
    """The assault in the same clause that does it: "13 died in an air strike", "the raid killed six"."""
    if not is_verb(event.trigger):
        return None
    words = [*event.slots.get("subject", ())]
    if event.frame.fold:
        words += [child for child in event.trigger.children if relation(child) == "obl"]
    for word in words:
        other = found.get(word.i)
        if other is None or other is event or is_verb(other.trigger) or other.frame.fold:
            continue
        if ontology.is_a(other.frame.name, "Assault"):
            return other
    return None
