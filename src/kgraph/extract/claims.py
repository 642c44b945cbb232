"""Whether it happened, and who says so: read by climbing from a trigger to the top of its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spacy.tokens import Token

from kgraph.extract.grammar import NOMINAL, is_verb, preposition, relation, verb_lemma, verb_slots
from kgraph.extract.granted import (
    CHARGING,
    KNOWING,
    asked,
    definite,
    informs,
    known,
    presupposed,
    purpose,
    to_come,
)
from kgraph.model import Realis

CONFIRMING = frozenset({"confirm", "believe", "think", "verify", "say"})
"""What somebody does not confirm is neither so nor not so."""
CIRCUMSTANCES = frozenset(
    {"after", "before", "since", "during", "following", "despite", "amid", "because of"}
)
"""What happens after or during something does not make that something less real."""
NEGATIONS = frozenset(
    {"not", "n't", "n’t", "never", "neither", "nor", "no", "without", "hardly", "barely", "nearly", "almost"}
)
FINDING = frozenset({"find", "conclude", "observe", "mark"})
"""Verbs that say a clause, but not what they have as an object: "find a way"."""
NOBODY = frozenset({"no", "nobody", "none", "neither", "nothing"})
CONDITIONS = frozenset({"if", "unless", "whether", "provided", "lest", "in case", "should"})
COMPLEMENTS = frozenset({"of", "for", "from", "against", "to", "on", "in"})
"""Prepositions that open what a word is about: "committed to defeating", "accused of striking"."""
GOVERNED = frozenset(
    {"ccomp", "xcomp", "csubj", "acl", "obj", "nsubj", "obl", "nmod", "parataxis", "advcl", "conj"}
)


DOUBT = 0.6
"""How probable the model's realis must be to replace that of grammar."""


@dataclass(frozen=True, slots=True)
class Claim:
    """``source`` is the word that means who says so; ``saying`` the verb or noun of saying."""

    realis: Realis
    source: Token | None
    saying: Token | None


def claim_of(
    trigger: Token, *, settings: Mapping[str, frozenset[str]], realis: Mapping[str, frozenset[str]]
) -> Claim:
    """Realis and attribution of the event or relation that a word triggers."""
    signs: set[str] = set()
    node, bearing = trigger, True
    own, twice = True, False
    for _ in range(14):
        if own and bearing:
            found = _own_signs(node, realis, settings["implicative_verbs"])
            if twice and "negated" in found:
                # "never ruled out the raid", "did not deny it": neither so nor not so.
                signs = signs - {"negated"} | {"hypothetical"}
                found -= {"negated"}
            signs |= found
        own, twice = True, False
        parent, kind = node.head, relation(node)
        if parent == node:
            if bearing and "?" in {word.text for word in node.sent[-2:]}:
                signs.add("hypothetical")
            break
        if kind == "conj":
            if _finite(node) and _has(node, "nsubj"):
                # A clause of its own; it may still stand under the verb of saying of its partner.
                bearing = False
            # With its own auxiliary the partner's negation or modal is not its own.
            own = not _has(node, "aux") or node.tag_ == "VB"
            node = parent
            continue
        lemma = verb_lemma(parent) if is_verb(parent) else parent.lemma_.lower()
        if bearing and node.dep_ == "acl:relcl" and _has(node, "cop"):
            # "our aim, which is the defeat of …": what the noun means holds for its predicate.
            before = node.doc[max(node.left_edge.i - 1, node.sent.start)].lemma_.lower()
            signs |= {
                name for name in ("negated", "planned", "hypothetical") if {lemma, before} & realis[name]
            }
        bearing = bearing and _bears(parent, node, kind, lemma, settings, realis)
        if bearing and node != trigger and lemma in CHARGING and definite(trigger):
            bearing, signs = False, set()
        if bearing:
            signs |= _adverbial_signs(node) if kind == "advcl" else set()
            if _governs(parent, node, kind) and not informs(parent, node, kind, lemma):
                signs |= {name for name in ("negated", "planned", "hypothetical") if lemma in realis[name]}
                twice = lemma in realis["negated"]
        if _speaks(parent, node, lemma, settings):
            if bearing and (twice or lemma in CONFIRMING) and "negated" in _own_signs(parent, realis):
                signs = signs - {"negated"} | {"hypothetical"}
            return Claim(_verdict(signs), _speaker(parent), parent)
        node = parent
    source, saying = _according_to(trigger)
    return Claim(_verdict(signs), source, saying)


def _bears(
    parent: Token,
    node: Token,
    kind: str,
    lemma: str,
    settings: Mapping[str, frozenset[str]],
    realis: Mapping[str, frozenset[str]],
) -> bool:
    """Whether what is said of ``parent`` (not, may, will, plans to) is still said of ``node``.

    Not across a relative clause or a clause of time with its own tense, nor from a subject that exists
    whatever its verb does: "the withdrawal may anger Paris".
    """
    if kind in {"appos", "compound", "amod"}:
        return True
    if kind not in GOVERNED or node.dep_ == "acl:relcl":
        return False
    if kind == "acl" and node.tag_ in {"VBN", "VBD", "VBG"} and not _marked(node):
        # "the trawlers seized in May will be sunk": they were seized.
        return False
    if kind == "parataxis" and _finite(node) and _has(node, "nsubj"):
        return False
    if node.dep_ in {"obj", "nsubj:pass"} and not is_verb(node) and lemma in settings["factive_verbs"]:
        # Whoever comes "to condemn the attack" speaks of one that was.
        return False
    if kind == "obj" and not is_verb(node) and known(node) and lemma not in settings["light_verbs"]:
        # "will help to clarify this attack"
        return False
    if kind == "ccomp" and lemma in KNOWING and _finite(node) and asked(node):
        return False
    if kind == "nmod" and lemma in settings["factive_nouns"]:
        # "called for an end to the shelling": there is shelling.
        return False
    if kind in {"obl", "nmod"} and node.pos_ == "NOUN" and presupposed(node, lemma, realis):
        return False
    if kind == "advcl":
        return not _finite(node) or bool(_adverbial_signs(node))
    if node.dep_ == "nsubj":
        # "Talks should help", "a pact would harm us": not said to be; "the raid did not help" was one.
        modal = any(child.tag_ == "MD" and relation(child) == "aux" for child in parent.children)
        return modal or lemma in settings["occurrence_verbs"]
    return kind not in {"obl", "nmod"} or preposition(node) not in CIRCUMSTANCES


def _marked(node: Token) -> bool:
    """Whether a clause has a word that opens it: "accused of bombing", "a threat to bomb"."""
    return any(child.dep_ in {"mark", "case"} or child.tag_ == "TO" for child in node.children)


def settled(rule: Realis, learned: Realis, confidence: float) -> Realis:
    """The realis where grammar and the model differ.

    The model may take an event out of what happened, and never put one there.
    """
    return learned if learned not in {"actual", rule} and confidence >= DOUBT else rule


def _verdict(signs: set[str]) -> Realis:
    if "negated" in signs:
        return "negated"
    if "hypothetical" in signs:
        return "hypothetical"
    return "planned" if "planned" in signs else "actual"


def _has(token: Token, kind: str) -> bool:
    return any(relation(child) == kind for child in token.children)


def _finite(verb: Token) -> bool:
    """Whether a clause has its own tense."""
    if verb.tag_ in {"VBD", "VBZ", "VBP", "MD"}:
        return True
    return any(
        relation(child) in {"aux", "cop"} and child.tag_ in {"VBD", "VBZ", "VBP", "MD"}
        for child in verb.children
    )


def _own_signs(
    node: Token, realis: Mapping[str, frozenset[str]], implicative: frozenset[str] = frozenset()
) -> set[str]:
    """Negation, modals, conditions and infinitives at the word itself."""
    signs = purpose(node, realis) | (to_come(node, realis) if node.pos_ == "NOUN" else set())
    perfect = any(child.lemma_ == "have" and relation(child) == "aux" for child in node.children)
    for child in node.children:
        word, kind = child.lower_, relation(child)
        nobody = kind in {"nsubj", "obj"} and (
            word in NOBODY or any(part.dep_ == "det" and part.lower_ in NOBODY for part in child.children)
        )
        if nobody and is_verb(node):
            signs.add("negated")
        negates = kind in {"advmod", "det", "cc", "case"} and word in NEGATIONS and child.i < node.i + 3
        if negates or (kind == "aux" and word == "cannot"):
            signs.add("negated")
        elif kind == "aux" and child.tag_ == "MD":
            lemma = {"ca": "can", "wo": "will", "'ll": "will", "’ll": "will", "'d": "would"}.get(word, word)
            if lemma in realis["hypothetical_modals"] or (lemma == "would" and perfect):
                signs.add("hypothetical")
            elif lemma in realis["future_modals"]:
                signs.add("planned")
        elif (kind == "mark" and word in CONDITIONS) or (kind == "amod" and word in realis["hypothetical"]):
            signs.add("hypothetical")
        elif kind == "amod" and word in {
            "planned",
            "future",
            "upcoming",
            "proposed",
            "expected",
            "scheduled",
        }:
            signs.add("planned")
        elif kind == "amod" and word in {
            "alleged",
            "suspected",
            "possible",
            "potential",
            "feared",
            "threatened",
        }:
            signs.add("hypothetical")
    if node.tag_ == "VB" and is_verb(node) and relation(node) == "ROOT":
        words = [child.tag_ for child in node.children]
        if "TO" in words:
            # A headline's future: "Germany to send troops".
            signs.add("planned")
        elif not any(relation(child) in {"aux", "nsubj"} for child in node.children):
            signs.add("hypothetical")
    elif (
        node.tag_ == "VB"
        and relation(node) in {"advcl", "acl"}
        and any(c.tag_ == "TO" for c in node.children)
        and node.head.lemma_.lower() not in implicative
    ):
        signs.add("planned")
    return signs


def _adverbial_signs(node: Token) -> set[str]:
    """Clauses that have not happened: "before it could strike", "instead of striking"."""
    for child in node.children:
        if child.dep_ in {"mark", "case"} and child.lower_ in {"without", "instead", "rather"}:
            return {"negated"}
        if child.dep_ == "mark" and child.lower_ in CONDITIONS:
            return {"hypothetical"}
    return set()


def _governs(parent: Token, node: Token, kind: str) -> bool:
    """Whether the meaning of ``parent`` bears on ``node``: its complement, not its circumstance."""
    if parent.lemma_.lower() == "able" and any(
        relation(child) == "cop" and child.tag_ == "VBD" for child in parent.children
    ):
        # Who was able to do it has done it.
        return False
    if kind in {"ccomp", "xcomp", "csubj", "acl"} or node.dep_ in {"obj", "nsubj:pass"}:
        return True
    if kind == "obl":
        return preposition(node) in {"of", "for", "from", "against", "with", "to", "on"} and is_verb(parent)
    if kind == "advcl":
        return any(child.lower_ in COMPLEMENTS for child in node.children if child.dep_ in {"mark", "case"})
    if kind == "nmod":
        return preposition(node) in {"of", "for", "to", "against"} and parent.pos_ == "NOUN"
    return False


def _speaks(parent: Token, node: Token, lemma: str, settings: Mapping[str, frozenset[str]]) -> bool:
    """Whether ``parent`` says ``node``."""
    kind = relation(node)
    if is_verb(parent):
        if lemma not in settings["say_verbs"] and parent.lemma_.lower() not in settings["say_verbs"]:
            return False
        if kind in {"ccomp", "parataxis"}:
            return True
        if lemma in FINDING:
            return False
        # "denied the attack", "accused Iran of attacking", "announced a withdrawal"
        return _governs(parent, node, kind)
    return (
        parent.pos_ == "NOUN"
        and lemma in settings["say_nouns"]
        and (kind in {"acl", "ccomp"} or _governs(parent, node, kind))
    )


def _speaker(saying: Token) -> Token | None:
    """Who says it: the subject of the verb, the owner of the noun."""
    if is_verb(saying):
        slots = verb_slots(saying)
        found = slots.get("subject") or []
        return found[0] if found else None
    for child in saying.children:
        if child.dep_ == "nmod:poss" or (
            relation(child) == "nmod" and preposition(child) in {"by", "of", "from"}
        ):
            return child
    for child in saying.children:
        if relation(child) in {"amod", "compound"} and child.pos_ in {"PROPN", "ADJ"}:
            return child
    return None


def _according_to(trigger: Token) -> tuple[Token | None, Token | None]:
    """The phrase "according to X", or "X says" set beside the clause that holds the trigger."""
    node = trigger
    for _ in range(12):
        for child in node.children:
            if relation(child) in {"obl", "nmod", "parataxis", "advcl"} and preposition(child).startswith(
                "according"
            ):
                return child, child
            if child.lower_ == "according":
                for grandchild in child.children:
                    if grandchild.pos_ in NOMINAL:
                        return grandchild, child
        if node.head == node:
            return None, None
        node = node.head
    return None, None


def reporter(trigger: Token, say_verbs: frozenset[str]) -> Token | None:
    """Who says the sentence in a clause set beside it: "…, Interfax reports", "…, said Lavrov"."""
    for child in trigger.sent.root.children:
        if relation(child) == "parataxis" and is_verb(child) and child.lemma_.lower() in say_verbs:
            return _speaker(child)
    return None


LONGEST_SPEAKER = 6


def announced(trigger: Token) -> Token | None:
    """Who says a headline: the head of the words before a colon that open it, "Lavrov: line helped"."""
    sentence = trigger.sent
    for token in sentence[1 : LONGEST_SPEAKER + 1]:
        if token.text == ":" and token.i < trigger.i and token.whitespace_:
            return sentence.doc[sentence.start : token.i].root
        if not (token.pos_ in NOMINAL or token.dep_ in {"case", "det", "amod", "flat", "compound"}):
            return None
    return None
