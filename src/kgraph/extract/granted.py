"""What is taken for granted whatever governs it, and what a noun's own words say of its time."""

from __future__ import annotations

from collections.abc import Mapping

from spacy.tokens import Token

from kgraph.extract.grammar import is_verb, relation, verb_lemma

DATED = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday yesterday week month year weekend night".split()
)
"""What owns an event that was: "Monday's bombing", "last week's raid"."""
ASKING = frozenset({"where", "how", "why", "when"})
"""Words that open what is taken for granted: "did not know where the bombs went off"."""
KNOWING = frozenset(
    "know understand explain say tell remember realize realise learn reveal disclose ask investigate "
    "determine see establish clarify recall".split()
)
CHARGING = frozenset("accuse charge suspect blame acquit convict indict clear arrest try".split())
"""Whoever is charged with it may not have done it; it was done."""
INFORMING = frozenset({"advise", "warn", "remind", "caution"})
"""With a clause in a tense of the past these say that it was so: "warned that troops had crossed"."""
HELD = frozenset("hold host stage conduct take start begin open launch resume carry follow run".split())
SCHEDULED = frozenset("scheduled planned expected proposed slated due set foreseen".split())
"""Participles that put what they describe into the future."""
REASONS = frozenset("purpose aim objective goal motive reason target scale".split())
"""What belongs to something that is: "the purpose of the attack"."""


def presupposed(noun: Token, lemma: str, realis: Mapping[str, frozenset[str]]) -> bool:
    """Whether a noun behind a preposition means what was: "no link to that raid", "behind the killings".

    After "the" only where the word above says nothing of its realis: "plans for the raid" does.
    """
    for child in noun.children:
        if child.dep_ == "det" and child.lower_ in {"this", "that", "these", "those"}:
            return True
        if child.dep_ == "nmod:poss" and child.lower_ in DATED:
            return True
        if child.dep_ == "det" and child.lower_ == "the":
            return lemma in REASONS or not any(lemma in words for words in realis.values())
    return False


def known(noun: Token) -> bool:
    """Whether a noun means what the text spoke of before: "this attack"."""
    return any(child.dep_ == "det" and child.lower_ in {"this", "these", "those"} for child in noun.children)


def definite(noun: Token) -> bool:
    """Whether a noun means a certain happening: "the murder of the judge"."""
    return noun.pos_ == "NOUN" and any(
        child.dep_ == "nmod:poss"
        or (child.dep_ == "det" and child.lower_ in {"the", "this", "these", "those"})
        for child in noun.children
    )


def asked(clause: Token) -> bool:
    """Whether a clause asks for a circumstance of what was: "where the bombs went off"."""
    modal = any(child.tag_ == "MD" for child in clause.children)
    return not modal and any(child.dep_ == "advmod" and child.lower_ in ASKING for child in clause.children)


def informs(parent: Token, node: Token, kind: str, lemma: str) -> bool:
    """Whether a verb that may also advise or warn tells what was: "warned that troops had crossed"."""
    if lemma not in INFORMING or kind != "ccomp" or not is_verb(parent):
        return False
    if any(child.tag_ == "MD" for child in node.children):
        return False
    return node.tag_ == "VBD" or any(
        relation(child) in {"aux", "cop"} and (child.tag_ == "VBD" or child.lemma_ == "have")
        for child in node.children
    )


def purpose(node: Token, realis: Mapping[str, frozenset[str]]) -> set[str]:
    """What the subject of a predicate says of it: "the goal is the capture of", "the plan was to attack"."""
    clause = node.head if node.dep_ in {"xcomp", "ccomp"} and node.head.lemma_ == "be" else node
    if clause is node and not any(child.dep_ == "cop" for child in node.children):
        return set()
    subjects = {child.lemma_.lower() for child in clause.children if child.dep_ == "nsubj"}
    return {name for name in ("negated", "planned", "hypothetical") if subjects & realis[name]}


def to_come(noun: Token, realis: Mapping[str, frozenset[str]]) -> set[str]:
    """What a clause on a noun says of its time: "talks that will be held", "a drill scheduled for May"."""
    for child in noun.children:
        if child.dep_ == "acl:relcl" and is_verb(child) and verb_lemma(child) in HELD:
            if any(c.tag_ == "MD" and c.lower_ in realis["future_modals"] for c in child.children):
                return {"planned"}
        elif child.dep_ == "acl" and child.tag_ == "VBN" and child.lower_ in SCHEDULED:
            return {"planned"}
    return set()
