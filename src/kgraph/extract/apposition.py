"""What grammar says is one thing: title and name, apposition, subject and predicate, "the city of NAME"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgraph.extract import lexicon
from kgraph.extract.drafts import Draft
from kgraph.extract.identity import family
from kgraph.extract.names import BODIES

if TYPE_CHECKING:
    from kgraph.extract.coref import Linker


def partner(linker: Linker, draft: Draft) -> Draft | None:
    """The mention that grammar says is the same thing: title, apposition, predicate, "the city of X"."""
    token = linker.doc[draft.head]
    above = linker.cover.get(token.head.i)
    if (
        token.dep_ in lexicon.TITLE_DEPS
        and above is not None
        and above is not draft
        and _title(linker, draft, above, token.dep_)
    ):
        return above
    for child in token.children:
        other = linker.cover.get(child.i)
        if other is None or other is draft:
            continue
        case = {word.lower_ for word in child.children if word.dep_ == "case"}
        if child.dep_ in ("appos", "flat") and other.kind == "name" and alike(draft, other):
            return other
        if child.dep_ in ("compound", "nmod:desc") and other.kind == "name" and _named_by(draft, other):
            if not _prefixed(linker, other):
                return other
            continue
        if (
            child.dep_ == "nmod"
            and case == {"of"}
            and draft.lemma in lexicon.PLACE_OF
            and alike(draft, other)
        ):
            return other if other.type in ("Place", "State", "Base") else None
        if (
            child.dep_ in ("nmod", "obl")
            and case <= {"at", "on"}
            and case
            and draft.type == other.type == "Base"
            and draft.number == "sg"
        ):
            return other
    for i in range(draft.begin, draft.head) if draft.type in ("Equipment", "Base") else ():
        within = linker.cover.get(i)
        if within is not None and within.kind == "name" and within.type == draft.type:
            return within
    beside = _beside(linker, draft)
    if beside is not None:
        return beside
    if any(child.dep_ == "cop" for child in token.children) and not denied(linker, draft):
        for child in token.children:
            other = linker.cover.get(child.i)
            if child.dep_ in lexicon.SUBJECTS and other is not None and other in linker.chains:
                like = linker.chains[other].type
                if like == draft.type or (like in BODIES and draft.type in BODIES):
                    return other
    return None


def _beside(linker: Linker, draft: Draft) -> Draft | None:
    """NAME in "base at NAME", "city of NAME", "minister NAME", wherever the parser hung it."""
    after = draft.head + 1
    if draft.kind != "nominal" or draft.number == "pl" or after + 1 >= len(linker.doc):
        return None
    other = linker.cover.get(after)
    if other is not None and other.kind == "name" and other.begin == after and other.type != "Nationality":
        return other if alike(draft, other) else None
    between, other = linker.doc[after].lower_, linker.cover.get(after + 1)
    if other is None or other.kind != "name" or other.begin != after + 1:
        return None
    if between in ("at", "on") and draft.type == other.type == "Base":
        return other
    if between == "of" and draft.lemma in lexicon.PLACE_OF and other.type in ("Place", "State", "Base"):
        return other if alike(draft, other) else None
    return None


def denied(linker: Linker, draft: Draft) -> bool:
    """Whether the nominal is a predicate that is negated: it is nobody."""
    children = list(linker.doc[draft.head].children)
    return any(c.dep_ == "cop" for c in children) and any(
        c.lower_ in ("not", "n't", "n’t", "no", "never") for c in children
    )


PREFIXES = frozenset("anti counter pro non ex post pre former".split())


def _prefixed(linker: Linker, name: Draft) -> bool:
    """Whether a name only says whom something is for or against: "the counter-ISIL coalition"."""
    if name.begin < 1:
        return False
    before = linker.doc[name.begin - 1]
    if before.text in {"-", "–"} and name.begin > 1:
        before = linker.doc[name.begin - 2]
    return before.lower_ in PREFIXES


STATES_OWN = frozenset("ministry department government army navy parliament cabinet".split())
"""Bodies of a state, never called by the name of an organisation of another kind."""


def _title(linker: Linker, draft: Draft, above: Draft, dep: str) -> bool:
    if not alike(draft, above) or (draft.lemma in STATES_OWN and draft.type != above.type):
        return False
    if above.kind == "name":
        return draft.type != "Person" or draft.number == "sg"
    return dep == "appos" and above in linker.chains and draft.type == above.type


def _named_by(draft: Draft, name: Draft) -> bool:
    """Whether "NAME nominal" is the thing named: "Su-22 bomber", "Raqqa city", not "Raqqa airport"."""
    if name.type == "ArmedGroup" and draft.number == "pl":
        return draft.lemma in lexicon.MEMBERS and not draft.indefinite
    if not alike(draft, name) or name.type in ("Person", "State", "Nationality"):
        return False
    if name.type in ("Equipment", "Base"):
        return True
    return draft.number == "sg" and draft.lemma in lexicon.SAME_KIND


def alike(one: Draft, other: Draft) -> bool:
    """Whether two mentions can be one thing by their types."""
    if one.type == other.type or (one.type in BODIES and other.type in BODIES):
        return True
    return {one.type, other.type} <= {"Place", "Base", "State"} and (
        family(one.type) == family(other.type)
        or bool({one.lemma, other.lemma} & (lexicon.PLACE_OF - {"base"}))
    )
