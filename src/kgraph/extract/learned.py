"""What the model reads beside the frames: triggers they do not know, roles that grammar does not reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import exp, log

from spacy.tokens import Doc, Token

from kgraph.extract.folding import Found
from kgraph.extract.grammar import is_verb, noun_slots, preposition, verb_slots, way
from kgraph.extract.mentions import Mentions
from kgraph.extract.values import Values
from kgraph.frames import Frame, Frames
from kgraph.nlp.annotation import Trigger
from kgraph.nlp.component import LINKS, TRIGGERS
from kgraph.nlp.labels import EVENT_CLASSES, ROLES

TRIGGER = 0.7
"""A word that no frame knows tells an event when the model gives its class at least this much."""
OTHER = 0.75
"""The model's class replaces that of a frame when the model gives it at least this much."""
ROLE, ROLE_FAR = 0.5, 0.85
"""A mention fills a role that grammar leaves empty when the model gives it at least this much: close to the
trigger in the tree, and anywhere in the sentence."""
AGREED = 0.25
"""What a mention gains in the role that its slot speaks for: a subject acts, an object suffers."""
SLOTS = {"actor": ("subject", "by"), "recipient": ("object", "indirect")}
SLOTS_UNDERGONE = {"actor": ("by",), "recipient": ("subject",)}
NEAR = 3
"""Steps in the tree that are close, with no other verb between."""
MARGIN = 0.25
"""Of several mentions in a role, those are taken that the model gives at most so much less than the best."""
EVENT_ROLES = tuple(role for role in ROLES if role != "source")
LONE = 0.8
"""How sure the model must be of an event in which nobody and nothing takes part."""
RIVAL = 0.3
"""A mention that grammar puts into a role leaves it for one that the model gives so much more."""
SPOKEN = frozenset("Accusation Rejection Support Request Statement Threat".split())
PLACE_OF_SPEECH = 0.3
"""Where something is said is seldom told, where that was of which it is said often: the model must see it."""
LEAST = 0.02
"""What a link is worth that the model did not keep."""
SEEN = 0.5
"""The model sees an event when it gives its trigger any class with at least this much."""
PLACES = ("place", "base")
OWNED = frozenset({"amod", "compound", "nmod:poss"})


@dataclass(frozen=True, slots=True)
class Learned:
    """The model's triggers and links of one Doc; both empty where another pipeline annotated it."""

    triggers: Mapping[int, Trigger]
    links: Mapping[tuple[int, str], tuple[tuple[int, float], ...]]
    """(token, label) -> (token, probability), the surest first."""
    present: bool = True
    """Whether the model read the Doc at all."""

    @classmethod
    def of(cls, doc: Doc) -> Learned:
        """Read from ``Doc.user_data``."""
        found: dict[tuple[int, str], list[tuple[int, float]]] = {}
        for link in doc.user_data.get(LINKS, ()):
            found.setdefault((link.left, link.label), []).append((link.right, link.confidence))
        ordered = {
            key: tuple(sorted(values, key=lambda item: (-item[1], item[0]))) for key, values in found.items()
        }
        return cls(doc.user_data.get(TRIGGERS, {}), ordered, TRIGGERS in doc.user_data)

    def trigger(self, words: Iterable[Token]) -> Trigger | None:
        """The surest trigger among the words of an event."""
        found = [self.triggers[word.i] for word in words if word.i in self.triggers]
        return max(found, key=lambda trigger: trigger.told, default=None)

    def link(self, words: Iterable[Token], label: str, other: Token) -> float:
        """Probability that one of the words is linked so to another."""
        return max(
            (
                share
                for word in words
                for right, share in self.links.get((word.i, label), ())
                if right == other.i
            ),
            default=LEAST,
        )

    def event(self, token: Token, frames: Frames) -> Found | None:
        """The event that a word tells by the model alone, without its roles."""
        trigger = self.triggers.get(token.i)
        if trigger is None or trigger.confidence < TRIGGER:
            return None
        settings = frames.settings
        slots = (
            verb_slots(token)
            if is_verb(token) or any(child.dep_ == "nsubj" for child in token.children)
            else noun_slots(
                token,
                of_is="object",
                light=settings["light_verbs"] | settings["order_verbs"],
                occurrence=settings["occurrence_verbs"],
            )
        )
        return Found(_frame(trigger.cls), token, (token,), slots)

    def correct(self, event: Found) -> None:
        """Give an event the class that the model is sure of, in place; then its mode is unknown.

        A class of a user's own ontology stays: the model has never seen it.
        """
        trigger = self.trigger(event.words)
        if trigger is None or trigger.cls == event.frame.name or trigger.confidence < OTHER:
            return
        if not event.frame.fold and event.frame.name in EVENT_CLASSES:
            event.frame = replace(event.frame, name=trigger.cls, mode=None)

    def doubt(self, event: Found, mentions: Mentions) -> None:
        """Take from an event what grammar put into its roles and the model, which sees it, does not."""
        trigger = self.trigger(event.words)
        if trigger is None or trigger.told < SEEN:
            return
        for role in EVENT_ROLES:
            found = event.roles.get(role, ())
            shares = {mention.id: self.seen(event, role, mentions.token(mention)) for mention in found}
            least = max(LEAST, max(shares.values(), default=0.0) - RIVAL, self.best(event, role) - RIVAL)
            if role in PLACES and event.frame.name in SPOKEN:
                least = max(least, PLACE_OF_SPEECH)
            kept = [mention for mention in found if shares[mention.id] > least]
            if kept:
                event.roles[role] = kept
            elif found:
                del event.roles[role]

    def best(self, event: Found, role: str) -> float:
        """How probable the model finds the word that it would put into a role before all others."""
        labels = PLACES if role in PLACES else (role,)
        links = (self.links.get((word.i, label), ()) for word in event.words for label in labels)
        return max((found[0][1] for found in links if found), default=0.0)

    def seen(self, event: Found, role: str, token: Token) -> float:
        """How probable the model finds a word in a role; the owner of what takes part takes part by that.

        In "American jets struck" the model links the jets.
        """
        found = max(self.link(event.words, label, token) for label in (PLACES if role in PLACES else (role,)))
        if role == "actor" and token.dep_ in OWNED and token.head not in event.words:
            return max(found, *(self.link(event.words, label, token.head) for label in EVENT_ROLES))
        return found

    def complete(self, event: Found, values: Values, frames: Frames) -> None:
        """Fill the roles that the event lacks, in place."""
        taken = {mention.id for found in event.roles.values() for mention in found}
        undergoes = event.trigger.lemma_.lower() in frames.settings["undergo_verbs"]
        for role in EVENT_ROLES:
            if role in event.roles or (role == "place" and "base" in event.roles):
                continue
            found = []
            for word in event.words:
                for place, _ in self.links.get((word.i, role), ()):
                    other = word.doc[place]
                    if _elsewhere(event, role, other, frames.settings["patient_nouns"]):
                        continue
                    shares = {
                        rival: self.believed(event, rival, other, undergoes=undergoes)
                        for rival in EVENT_ROLES
                    }
                    least = ROLE if _close(word, other) else ROLE_FAR
                    if shares[role] >= max(least, *shares.values()):
                        found.append((shares[role], other))
            ranked = sorted(found, key=lambda item: (-item[0], item[1].i))
            for share, other in ranked:
                if share < ranked[0][0] - MARGIN:
                    break
                for mention in values.of(other, role):
                    if mention.id not in taken:
                        taken.add(mention.id)
                        event.roles.setdefault(role, []).append(mention)

    def believed(self, event: Found, role: str, other: Token, *, undergoes: bool) -> float:
        """How much speaks for a word in a role, by the model and by its slot."""
        slots = SLOTS_UNDERGONE if undergoes else SLOTS
        agreed = any(other in event.slots.get(name, ()) for name in slots.get(role, ()))
        return self.link(event.words, role, other) + AGREED * agreed

    def sure(self, event: Found) -> bool:
        """Whether the event stands although nobody and nothing takes part in it."""
        trigger = self.trigger(event.words)
        return not self.present or (trigger is not None and trigger.confidence >= LONE)

    def judge(self, event: Found, mentions: Mentions) -> None:
        """Give an event its confidence, and put down what the model says of its realis, in place."""
        if not self.present:
            return
        trigger = self.trigger(event.words)
        if trigger is not None:
            event.learned_realis = trigger.realis, trigger.realis_confidence
        share = trigger.share(event.frame.name) if trigger else 0.0
        weakest = 1.0
        for role, found in event.roles.items():
            for mention in found:
                weakest = min(weakest, self.seen(event, role, mentions.token(mention)))
        event.signs = {
            "class": _logit(share),
            "framed": float(event.frame.number >= 0),
            "weakest role": _logit(weakest),
            "verb": float(is_verb(event.trigger)),
        }
        event.confidence = confidence(event.signs)


ACCUSERS = frozenset("accuse blame condemn denounce charge criticize criticise deplore decry indict".split())
"""Whoever does this speaks of a deed of others."""
MOURNERS = frozenset(
    "mourn investigate probe protest welcome praise regret lament commemorate voice express suffer".split()
)
"""So does whoever does this, where the deed is a noun."""


def _elsewhere(event: Found, role: str, other: Token, patients: frozenset[str]) -> bool:
    """Whether grammar says clearly that a word takes part in another event of the sentence in this way."""
    trigger = event.trigger
    if role == "actor":
        # "The party accused him of the murder": it did not murder.
        above = other.head
        if other.dep_ == "nmod:poss" and above == trigger and trigger.lemma_.lower() in patients:
            return True  # "his release"
        speaks = ACCUSERS if is_verb(trigger) else ACCUSERS | MOURNERS
        accuser = other.dep_ in {"nsubj", "obl:agent"} and above.lemma_.lower() in speaks
        return accuser and above not in event.words and above.is_ancestor(trigger)
    if role != "recipient" or not is_verb(trigger):
        return False
    if event.slots.get("object") and other.dep_ == "obj" and other.head not in event.words:
        # "killed 13 people and wounded 71": not the same people.
        return True
    if trigger.lemma_.lower() in ACCUSERS:
        # "condemned the attack on the convoy": not the convoy.
        above = other.head
        victim = {"on", "against"} | ({"of"} if above.lemma_.lower() in patients else set())
        return above in event.slots.get("object", ()) and preposition(other) in victim
    return False


def _close(trigger: Token, other: Token) -> bool:
    """Whether a word is near a trigger in the tree, with no verb of another event between."""
    sides = way(trigger, other)
    if sides is None:
        return False
    up, down = sides
    return len(up) + len(down) <= NEAR and not any(is_verb(word) for word in down[1:])


def _logit(share: float) -> float:
    share = min(0.99, max(LEAST, share))
    return log(share / (1 - share))


BIAS, WEIGHTS = 0.3, {"class": 0.15, "framed": 0.5, "weakest role": 0.35, "verb": -0.4}


def confidence(signs: Mapping[str, float]) -> float:
    """Probability that all an event says is right: a logistic function of its signs."""
    return round(1 / (1 + exp(-BIAS - sum(WEIGHTS[name] * value for name, value in signs.items()))), 2)


def _frame(cls: str) -> Frame:
    """A class without patterns."""
    nothing: frozenset[str] = frozenset()
    return Frame(cls, -1, None, (), (), {}, "object", nothing, nothing, nothing, None, fold=False)
