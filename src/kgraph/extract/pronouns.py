"""Pronouns to their antecedents: relative clauses, speakers of quotations, and salience for the rest."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from spacy.tokens import Token

from kgraph.extract import lexicon
from kgraph.extract.drafts import Draft
from kgraph.extract.identity import Chain

if TYPE_CHECKING:
    from kgraph.extract.coref import Linker

RELATIVE = 0.9
"""Confidence of a relative pronoun."""
SPEAKER = 0.8
"""… of a first person in a quotation."""
PERSONAL = 0.7
"""… of he, she, it, they."""
SENTENCES = 2
"""Sentences a pronoun looks back."""
CANDIDATES = 60
"""Mentions a pronoun looks at, at most."""
FARTHER = (0.0, 1.5, 4.0)
"""Salience that a mention loses by its distance in sentences."""
MARGIN = 0.4
"""Lead that the best antecedent of "it" or "they" needs over the next: no guess between two."""

RIVAL_WORDS = 40
"""Words back in which a noun that is no mention can be what "it" means."""

REFLEXIVE = frozenset({"himself", "herself", "itself", "themselves", "ourselves", "myself"})
COLLECTIVE = frozenset(
    {"GovernmentBody", "MilitaryForce", "ArmedGroup", "InternationalOrganization", "Organization"}
)
THINGS = COLLECTIVE | {"State", "Base", "Equipment"}
_ROLES = {"nsubj": 2.5, "nsubj:pass": 2.2, "nsubj:outer": 2.5, "obj": 1.0, "iobj": 1.0, "obl:agent": 1.2,
          "obl": 0.3, "nmod:poss": 0.5, "compound": -2.0, "amod": -3.0}  # fmt: skip


def resolve(linker: Linker, draft: Draft) -> tuple[Chain | None, float]:
    """The chain a pronoun belongs to with its confidence, or None where nothing is sure enough."""
    token = linker.doc[draft.head]
    if draft.gender == "relative":
        return _relative(linker, token), RELATIVE
    if draft.gender == "speaker":
        return _speaker(linker, draft), SPEAKER
    if token.lower_ in REFLEXIVE:
        return _own_subject(linker, token), RELATIVE
    return _personal(linker, draft, token), PERSONAL


def _own_subject(linker: Linker, token: Token) -> Chain | None:
    """The subject of the clause that a reflexive pronoun stands in."""
    for above in token.ancestors:
        for child in above.children:
            if child.dep_ in lexicon.SUBJECTS:
                subject = linker.cover.get(child.i)
                return linker.chains.get(subject) if subject is not None else None
    return None


def _relative(linker: Linker, token: Token) -> Chain | None:
    """What a relative clause is about."""
    verb = token.head
    for _ in range(4):
        if verb.dep_ == "acl:relcl":
            antecedent = linker.cover.get(verb.head.i)
            return linker.chains.get(antecedent) if antecedent is not None else None
        if verb.head is verb or verb.head == verb:
            return None
        verb = verb.head
    return None


def _speaker(linker: Linker, draft: Draft) -> Chain | None:
    """Who says the quotation that a first person stands in."""
    number = linker.quoted[draft.head]
    if not number:
        return None
    here = linker.doc[draft.head].sent
    sayings = (
        word
        for word in here
        if linker.quoted[word.i] != number and word.pos_ == "VERB" and word.lemma_.lower() in lexicon.SAYING
    )
    for verb in sorted(sayings, key=lambda word: (abs(word.i - draft.head), word.i)):
        for child in verb.children:
            who = linker.cover.get(child.i)
            if child.dep_ in lexicon.SUBJECTS and who is not None and linker.quoted[child.i] != number:
                found = linker.chains.get(who)
                if found is not None and found.type not in ("Place", "Base", "Equipment"):
                    return found if draft.number != "pl" else _side(linker, found)
    return None


def _side(linker: Linker, speaker: Chain) -> Chain | None:
    """Whom a speaker means by "we": the state that a person is said to stand for; else nobody is sure."""
    if speaker.type != "Person":
        return speaker
    for draft in speaker.drafts:
        # The quotation may stand before the title that says whose minister speaks.
        linker.name_states(draft)
    if len(speaker.states) != 1:
        return None
    (state,) = speaker.states
    chains = dict.fromkeys(linker.chains.values())
    return next((chain for chain in chains if chain.entry is not None and chain.entry.name == state), None)


def _personal(linker: Linker, draft: Draft, token: Token) -> Chain | None:
    """The most salient mention that agrees; None when two are about equal."""
    if token.dep_ == "nmod:poss" and token.head.dep_ == "conj":
        # "Al-Qaeda and its leader": the owner is the first of the two.
        owner = linker.cover.get(token.head.head.i)
        chain = linker.chains.get(owner) if owner is not None else None
        if owner is not None and chain is not None and _agrees(draft, owner, chain):
            return chain
    best: dict[Chain, float] = {}
    split: set[Chain] = set()
    for other in islice(reversed(linker.recent), CANDIDATES):
        distance = draft.sentence - other.sentence
        if distance > SENTENCES:
            break
        chain = linker.chains[other]
        several = draft.number == "pl" and _coordinated(linker, linker.doc[other.head])
        if not (several or _agrees(draft, other, chain)) or _blocked(linker, token, linker.doc[other.head]):
            continue
        score = _salience(linker, draft, token, other, chain) - FARTHER[distance]
        if score > best.get(chain, -9.0):
            best[chain] = score
            if several:
                split.add(chain)
            else:
                split.discard(chain)
    ranked = sorted(best.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][0] in split:
        return None
    if draft.gender not in ("m", "f"):
        if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < MARGIN:
            return None
        if _rival(linker, draft, token) > ranked[0][1]:
            return None
    chain = ranked[0][0]
    if draft.gender in ("m", "f"):
        chain.gender = chain.gender or draft.gender
    return chain


def _rival(linker: Linker, draft: Draft, token: Token) -> float:
    """Salience of the best noun that is no mention: "They signed the document. It allows …"."""
    best = -9.0
    doc = linker.doc
    for i in range(draft.head - 1, max(draft.head - RIVAL_WORDS, -1), -1):
        noun = doc[i]
        if noun.pos_ != "NOUN" or i in linker.cover or noun.dep_ not in ("nsubj", "nsubj:pass", "obj"):
            continue
        if (noun.tag_ == "NNS") != (draft.number == "pl") or _blocked(linker, token, noun):
            continue
        distance = 0 if i >= token.sent.start else 1
        score = _ROLES[noun.dep_] - 1.5 * distance - 0.02 * min(draft.head - i, 40) + 0.3
        if noun.dep_ != "obj" and token.dep_.startswith("nsubj"):
            score += 0.8
        if noun.dep_ == "obj" and distance and token.dep_.startswith("nsubj") and noun.head.dep_ == "ROOT":
            score += 1.5  # what a sentence has just brought up is what the next one is about
        best = max(best, score)
    return best


def _agrees(draft: Draft, other: Draft, chain: Chain) -> bool:
    kind = chain.type
    if other.type == "Nationality" and other.number == "sg":
        return False
    if draft.gender in ("m", "f"):
        return kind == "Person" and other.number != "pl" and chain.gender in ("", draft.gender)
    if draft.number == "sg":
        return kind in THINGS and (
            other.number == "sg" or (other.kind == "pronoun" and other.gender == "relative")
        )
    return other.number == "pl" or kind in COLLECTIVE


def _blocked(linker: Linker, token: Token, other: Token) -> bool:
    """Grammar that forbids two words to mean one thing: arguments of one verb, a phrase within itself."""
    if token.tag_ != "PRP$" and not token.lower_.endswith(("self", "selves")):
        if token.head == other.head and token.dep_ != "conj":
            return True
        if other.dep_ == "conj" and other.head.head == token.head:
            return True
    step = token
    for _ in range(6):
        if step.dep_ not in ("nmod", "nmod:poss", "compound", "amod", "nmod:desc"):
            return False
        step = step.head
        if step == other:
            return True
    return False


def _salience(linker: Linker, draft: Draft, token: Token, other: Draft, chain: Chain) -> float:
    place = linker.doc[other.head]
    role = place.dep_
    if role in ("conj", "flat"):
        role = place.head.dep_
    score = _ROLES.get(role, _ROLES.get(role.partition(":")[0], 0.0))
    if role.startswith("nsubj") and place.head.dep_ in ("ROOT", "ccomp", "conj"):
        score += 0.5
    score += 0.8 if role.startswith("nsubj") and token.dep_.startswith("nsubj") else 0.0
    score += 0.3 * min(len(chain.drafts), 4) + (0.5 if chain.named else 0.0)
    if draft.number == "pl" and other.number == "pl":
        score += 1.0
    if (
        draft.sentence == other.sentence
        and token.tag_ == "PRP$"
        and role.startswith("nsubj")
        and _above(token, place.head)
    ):
        score += 1.5  # "Putin ordered his troops": the subject of the clause
    if token.dep_ == place.dep_ == "obj" and token.head.dep_ == "conj" and token.head.head == place.head:
        score += 2.5  # "rescued the navigator and took him"
    if token.dep_ == "nmod:poss" and token.head.dep_ == "conj" and token.head.head == place:
        score += 3.0  # "the agency and its head"
    if other.kind == "pronoun" and other.lemma[:2] == draft.lemma[:2]:
        score += 1.0
    return score - 0.02 * min(draft.head - other.head, 40)


def _above(token: Token, verb: Token) -> bool:
    """Whether the verb governs the word within its clause."""
    step = token
    for _ in range(6):
        if step == verb:
            return True
        if step.dep_ in ("ccomp", "advcl", "acl:relcl", "parataxis", "conj", "ROOT"):
            return False
        step = step.head
    return False


def _coordinated(linker: Linker, token: Token) -> bool:
    """Whether a mention is one of several joined by "and": "they" means all of them."""
    if token.tag_ in ("NNS", "NNPS"):
        return False
    others = [child for child in token.children if child.dep_ == "conj"] + (
        [token.head] if token.dep_ == "conj" else []
    )
    return any(other.i in linker.cover for other in others)
