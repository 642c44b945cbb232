"""Events: triggers found by the frames, roles by grammar, each checked against the ontology."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from spacy.tokens import Doc, Token

from kgraph.extract.folding import Found, drop_carriers, fold
from kgraph.extract.grammar import (
    Slots,
    coordinated,
    is_verb,
    noun_slots,
    preposition,
    relation,
    support,
    verb_slots,
)
from kgraph.extract.learned import ACCUSERS, Learned
from kgraph.extract.mentions import Mentions
from kgraph.extract.numbers import count_of
from kgraph.extract.values import Values, core, phrase
from kgraph.frames import Frames, Pattern
from kgraph.model import Mention
from kgraph.nlp.component import ARC_CONFIDENCE
from kgraph.ontology import Ontology

VERB_PRIOR, NOUN_PRIOR, SUPPORTED_PRIOR = 0.9, 0.7, 0.85
"""Trust in a trigger by its part of speech, before the parts of the event are seen."""


def find(
    doc: Doc,
    *,
    frames: Frames,
    mentions: Mentions,
    ontology: Ontology,
    timed: frozenset[int] = frozenset(),
) -> list[Found]:
    """All events of a Doc, in text order. ``timed``: the words of time expressions, which fill no role."""
    values = Values(mentions, ontology, places=frames.settings["place"], timed=timed)
    found: dict[int, Found] = {}
    used: set[int] = set()
    names = {i for ent in doc.ents if ent.label_ != "Nationality" for i in range(ent.start, ent.end)}
    for token in doc:
        if token.i in names or token.i in used or _no_event(token, frames.settings["no_events"]):
            continue
        if is_verb(token) and token.pos_ == "VERB":
            match = _verb_match(token, frames, values)
        elif token.pos_ in {"NOUN", "PROPN"}:
            match = _noun_match(token, frames)
            if match is not None and not _believable(match, values):
                match = None
        else:
            continue
        if match is not None:
            _fill(match, frames, values)
            found[match.trigger.i] = match
            used.update(word.i for word in match.words)
    learned = Learned.of(doc)
    for token in doc:
        if token.i in names or token.i in used or _no_event(token, frames.settings["no_events"]):
            continue
        if event := learned.event(token, frames):
            learned.complete(event, values, frames)
            _fill(event, frames, values)
            found[token.i] = event
    drop_carriers(found, frames)
    fold(found, ontology)
    for event in found.values():
        learned.correct(event)
        learned.doubt(event, mentions)
        learned.complete(event, values, frames)
    for event in list(found.values()):
        if not event.roles and not event.literals and not learned.sure(event):
            del found[event.trigger.i]
    for event in found.values():
        _inherit(event, found)
        _tidy(event)
        learned.judge(event, mentions)
    return [found[key] for key in sorted(found)]


@lru_cache(maxsize=8)
def _firsts(pairs: frozenset[str]) -> frozenset[str]:
    return frozenset(pair.partition(" ")[0] for pair in pairs)


def _no_event(token: Token, pairs: frozenset[str]) -> bool:
    """Whether a word and one below it tell no event: "died of a disease", "caught on video"."""
    lemma = token.lemma_.lower()
    if lemma not in _firsts(pairs):
        return False
    below = {word.lemma_.lower() for child in token.children for word in (child, *child.children)}
    below |= {child.lower_ for child in token.children}
    return any(f"{lemma} {word}" in pairs for word in below)


FRIENDLY = frozenset("Consultation Support Concession Cooperation Aid Retreat".split())
COMMITTED: Mapping[str, frozenset[str]] = {
    "Agreement": FRIENDLY,
    "Rejection": FRIENDLY | {"Request", "Agreement"},
    "Threat": frozenset({"Assault", "Capture", "Coercion", "Sanction"}),
}
"""What is promised, refused or threatened is so to whom it would be done."""


def _inherit(event: Found, found: Mapping[int, Found]) -> None:
    """The other side of a promise, in place: "is ready to send aid to Chad" is ready towards Chad."""
    classes = COMMITTED.get(event.frame.name)
    if classes is None or "recipient" in event.roles:
        return
    for clause in event.trigger.children:
        if clause.dep_ not in {"xcomp", "ccomp", "advcl", "acl"} or clause.i < event.trigger.i:
            continue
        for word in (clause, *(child for child in clause.children if child.dep_ == "obj")):
            inner = found.get(word.i)
            if inner is not None and inner is not event and inner.frame.name in classes:
                others = [
                    mention
                    for mention in inner.roles.get("recipient", ())
                    if mention.entity not in {actor.entity for actor in event.roles.get("actor", ())}
                ]
                if others:
                    event.roles["recipient"] = others
                    return


def _tidy(event: Found) -> None:
    """One mention an entity; nobody is the recipient of his own deed, no base also a mere place."""
    roles = {role: _one_each(event.roles[role]) for role in sorted(event.roles)}
    for role, stronger in (("recipient", "actor"), ("place", "base")):
        taken = {mention.entity for mention in roles.get(stronger, ())}
        kept = [mention for mention in roles.get(role, ()) if mention.entity not in taken]
        if kept:
            roles[role] = kept
        else:
            roles.pop(role, None)
    event.roles = roles


def _one_each(mentions: list[Mention]) -> list[Mention]:
    """One mention an entity, the first."""
    return list({mention.entity: mention for mention in reversed(mentions)}.values())[::-1]


def _verb_match(verb: Token, frames: Frames, values: Values) -> Found | None:
    """The most demanding pattern that the verb and its arguments meet."""
    lemma = verb.lemma_.lower()
    entries = frames.event_verbs.get(lemma)
    if not entries:
        return None
    slots = verb_slots(verb)
    around = {child.lemma_.lower() for child in verb.children}
    # Whose clause it is: "a device that exploded", "the bomb was placed there and exploded".
    around |= {word.lemma_.lower() for name in ("subject", "object") for word in slots.get(name, ())}
    for pattern, frame in entries:
        words = match_verb(verb, pattern, slots)
        if words is None or frame.without & around or (frame.modal and not _modal_clause(verb)):
            continue
        candidate = Found(
            frame, verb, words, _with_object_phrases(slots, words) if pattern.objects else slots
        )
        if _believable(candidate, values):
            return candidate
    return None


def _modal_clause(verb: Token) -> bool:
    """Whether the clause that a verb governs, if it does, speaks of what may come."""
    clauses = [child for child in verb.children if child.dep_ == "ccomp"]
    return not clauses or any(word.tag_ == "MD" for clause in clauses for word in clause.children)


def _with_object_phrases(slots: Slots, words: tuple[Token, ...]) -> Slots:
    """The verb's slots and the phrases of its object noun: "suspend cooperation with Kyiv"."""
    wider = {name: list(tokens) for name, tokens in slots.items()}
    for name, tokens in noun_slots(words[-1], of_is="of", light=(), occurrence=()).items():
        if name not in {"subject", "object", "modifier"}:
            found = wider.setdefault(name, [])
            found.extend(token for token in tokens if token not in found)
    return wider


def match_verb(verb: Token, pattern: Pattern, slots: Slots) -> tuple[Token, ...] | None:
    """The words of the pattern around a verb whose lemma is its first word; None where it does not fit."""
    words = [verb]
    for particle in pattern.words[1:]:
        hit = next(
            (
                child
                for child in verb.children
                if child.lower_ == particle
                and (
                    child.dep_ == "compound:prt"
                    or (child.dep_ in {"advmod", "case", "xcomp"} and 0 < child.i - verb.i < 3)
                )
            ),
            None,
        )
        if (
            hit is None
            and verb.i + 1 < len(verb.doc)
            and verb.nbor().lower_ == particle
            and verb.nbor().pos_ == "ADP"
        ):
            hit = verb.nbor()
        if hit is None:
            return None
        words.append(hit)
    if len(pattern.words) == 1 and any(child.dep_ == "compound:prt" for child in verb.children):
        # "carry" is no "carry out"; a bare verb does not speak for its phrasal one.
        return None
    if pattern.preposition and pattern.preposition not in slots:
        return None
    if pattern.objects:
        noun = next((token for token in slots.get("object", ()) if _is_noun(token, pattern.objects)), None)
        if noun is None:
            return None
        words.append(noun)
    return tuple(words)


def _is_noun(token: Token, lemmas: frozenset[str]) -> bool:
    """Whether a noun, its compound, or what it is a line or part of, is among the lemmas."""
    if token.lemma_.lower() in lemmas or token.lower_ in lemmas:
        return True
    for other in lemmas:
        if " " in other and other in token.sent.text.lower():
            words = other.split()
            start = token.i - next((i for i, word in enumerate(words) if word == token.lemma_.lower()), 99)
            if start >= 0 and [t.lemma_.lower() for t in token.doc[start : start + len(words)]] == words:
                return True
    return False


def _noun_match(noun: Token, frames: Frames) -> Found | None:
    """The longest run of lemmas that ends in the noun, or starts with it ("line of communication")."""
    doc = noun.doc
    best: Found | None = None
    for offset in range(3):
        start = noun.i - offset
        if start < 0:
            break
        patterns = frames.event_nouns.get(doc[start].lemma_.lower(), ())
        if not patterns:  # most words; the bounds of a sentence and spans of a Doc are slow to ask for
            continue
        if start < noun.sent.start:
            break
        for pattern, frame in patterns:
            words = doc[start : start + len(pattern.words)]
            if [word.lemma_.lower() for word in words] != list(pattern.words):
                continue
            if words.root != noun or (best and len(best.words) >= len(pattern.words)):
                continue
            around = {child.lemma_.lower() for child in noun.children} | {noun.head.lemma_.lower()}
            if frame.without & around:
                continue
            if relation(noun) == "compound" and noun.head.pos_ in {"NOUN", "PROPN"}:
                # "attack helicopter", "strike group": the noun only describes another.
                continue
            best = Found(frame, noun, tuple(words), {})
    if best is not None:
        settings = frames.settings
        best.slots = noun_slots(
            noun,
            of_is=best.frame.of_is,
            light=settings["light_verbs"] | settings["order_verbs"],
            occurrence=settings["occurrence_verbs"],
            patient=settings["patient_nouns"],
            suffered=settings["suffer_verbs"],
            topical=best.frame.name in TALK,
        )
    return best


def _believable(event: Found, values: Values) -> bool:
    """Fill the frame's roles from the slots, and say whether those that it needs are filled."""
    frame = event.frame
    event.roles = assign(event.slots, frame.roles, values)
    needs = frame.needs | frame.needs_all
    have = set(event.roles)
    if "place" in needs or "base" in needs:
        have |= set(_setting(event, values))
    if "object" in needs and any(event.slots.get(name) for name in frame.roles.get("object", ("object",))):
        have.add("object")
    if frame.counts and any(count_of(token) is not None for token in event.slots.get("object", ())):
        have.add(frame.counts)
    return frame.needs_all <= have and (not frame.needs or bool(frame.needs & have))


def assign(slots: Slots, roles: Mapping[str, tuple[str, ...]], values: Values) -> dict[str, list[Mention]]:
    """Fill each role from its slots; a mention fills the first role that takes it."""
    filled: dict[str, list[Mention]] = {}
    taken: set[str] = set()
    for role, names in roles.items():
        for name in names:
            for token in slots.get(name, ()):
                for mention in values.of(token, role):
                    if mention.id not in taken:
                        taken.add(mention.id)
                        filled.setdefault(role, []).append(mention)
            if filled.get(role):
                break
    return filled


def _setting(event: Found, values: Values) -> dict[str, list[Mention]]:
    """Place and base of an event from any phrase of place, and a base that is its object."""
    found: dict[str, list[Mention]] = {}
    seen: set[str] = set()
    ontology = values.ontology
    for name, tokens in event.slots.items():
        direct = name in {"object", "subject", "modifier"}
        if name == "object" and event.frame.name in TALK and event.frame.mode != "visit":
            continue  # "discussed Aleppo": what it is about
        if not direct and name not in values.places and name not in event.frame.roles.get("place", ()):
            continue
        for token in tokens:
            for candidate in core(token):
                mention = values.mentions.at(candidate)
                if mention is None:
                    continue
                cls = values.mentions.entity(mention).cls
                if mention.id not in seen and mention.type != "Nationality":
                    if ontology.is_a(cls, "Base") and (name != "subject"):
                        seen.add(mention.id)
                        found.setdefault("base", []).append(mention)
                    elif (
                        not direct or (name == "object" and ontology.is_a(cls, "Place"))
                    ) and ontology.accepts("place", object=cls):
                        seen.add(mention.id)
                        found.setdefault("place", []).append(mention)
                break
    return found


def _fill(event: Found, frames: Frames, values: Values) -> None:
    """What a believable event has besides its frame's roles: setting, instrument, literals, confidence."""
    slots = event.slots
    taken = {mention.id for found in event.roles.values() for mention in found}
    if "actor" not in event.roles and slots.get("modifier") and not is_verb(event.trigger):
        actors = [m for token in slots["modifier"] for m in values.of(token, "actor") if m.id not in taken]
        if actors:
            event.roles["actor"] = actors
            taken |= {mention.id for mention in actors}
    for role, found in _setting(event, values).items():
        fresh = [mention for mention in found if mention.id not in taken or role == "base"]
        event.roles.setdefault(role, []).extend(m for m in fresh if m not in event.roles.get(role, []))
        if not event.roles[role]:
            del event.roles[role]
        taken |= {mention.id for mention in fresh}
    if "recipient" not in event.roles and event.frame.name in BETWEEN:
        partners = [mention for mention in _other_side(event, values) if mention.id not in taken]
        if partners:
            event.roles["recipient"] = partners
            taken |= {mention.id for mention in partners}
    if "instrument" not in event.roles:
        tools = [
            mention
            for name in frames.settings["instrument"]
            for token in slots.get(name, ())
            for mention in values.of(token, "instrument")
            if mention.id not in taken
        ]
        if tools:
            event.roles["instrument"] = tools
    _literals(event, values)
    event.confidence = _confidence(event, frames)


TALK = frozenset(
    "Agreement Consultation Support Request Accusation Rejection Threat Statement Cooperation".split()
)
"""Classes whose nouns have a topic: a place in it is none of the event's."""
BETWEEN = frozenset(
    "Agreement Consultation Support Concession Cooperation Aid Request Accusation Rejection Threat Sanction "
    "Coercion Protest".split()
)
"""Classes of what somebody does to somebody."""
TOWARDS = ("with", "against", "toward", "towards")
DOERS = ("by", "from")
FROM = ("with", "against", "toward", "towards", "by", "from")


def _other_side(event: Found, values: Values) -> list[Mention]:
    """Who it is done to where the frame does not say: the object, its owner, or who a phrase on it names.

    "praised Oslo's efforts", "rejected an appeal from Canada", "halted talks with the rebels".
    """
    accuses = event.trigger.lemma_.lower() in ACCUSERS
    for token in event.slots.get("object", ()):
        if token.i in values.timed or token in event.words:
            inner: list[Mention] = []
        else:
            inner = values.of(token, "recipient")
        for child in () if inner else token.children:
            if relation(child) == "nmod" and preposition(child) in (DOERS if accuses else FROM):
                inner.extend(m for part in coordinated(child) for m in values.of(part, "recipient"))
        if inner:
            return inner
    for name in TOWARDS:
        found = [m for token in event.slots.get(name, ()) for m in values.of(token, "recipient")]
        if found:
            return found
    return []


def _literals(event: Found, values: Values) -> None:
    """Numbers of people, and what the event is about where that is no node."""
    frame = event.frame
    if frame.counts:
        for token in event.slots.get("object", ()):
            count = count_of(token)
            if count is not None:
                event.literals.append((frame.counts, count))
                break
        return
    used = {mention.id for found in event.roles.values() for mention in found}
    for name in frame.roles.get("object", ()):
        for token in event.slots.get(name, ()):
            mention = values.mentions.at(token)
            if token == event.trigger or token.i in values.timed or (mention and mention.id in used):
                continue
            event.literals.append(("object", phrase(token)))
            return


def _confidence(event: Found, frames: Frames) -> float:
    """Prior of the trigger times the parser's and the mentions' trust in what fills the roles."""
    trigger = event.trigger
    if is_verb(trigger):
        prior = VERB_PRIOR
    else:
        settings = frames.settings
        light = settings["light_verbs"] | settings["order_verbs"]
        carried = support(trigger, light=light, occurrence=settings["occurrence_verbs"]) is not None
        prior = SUPPORTED_PRIOR if carried else NOUN_PRIOR
    arcs = trigger.doc.user_data.get(ARC_CONFIDENCE)
    parts = [mention.confidence for found in event.roles.values() for mention in found]
    if arcs:
        parts.extend(arcs[token.i] for tokens in event.slots.values() for token in tokens)
    mean = sum(parts) / len(parts) if parts else 0.6
    return round(prior * mean, 2)
