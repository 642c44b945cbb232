"""Whether a capital or a building acts, and so stands for its state or body, or is only a place.

Metonymy after Markert and Nissim (2002): the reading follows from grammatical role, verb and noun.
"""

from __future__ import annotations

from spacy.tokens import Token

from kgraph.extract import lexicon

ACTORS = frozenset(
    {
        "State",
        "GovernmentBody",
        "MilitaryForce",
        "ArmedGroup",
        "InternationalOrganization",
        "Organization",
        "Person",
    }
)


def acts(token: Token, types: dict[int, str]) -> bool:
    """Whether the name headed by ``token`` acts or is dealt with as an actor.

    ``types`` maps token numbers inside names to the type of the name, for what it is coordinated with.
    """
    dep, above = token.dep_, token.head
    if dep == "conj":
        return types.get(above.i) in ACTORS - {"Person"} or acts(above, types)
    case = {child.lower_ for child in token.children if child.dep_ == "case"}
    if dep in ("nsubj", "nsubj:outer"):
        return _subject_acts(above)
    if dep == "nsubj:pass":
        return above.lemma_.lower() in lexicon.JUDGED
    if dep in ("obj", "iobj"):
        return above.lemma_.lower() in lexicon.JUDGED or dep == "iobj"
    if dep == "nmod:poss":
        return above.lemma_.lower() not in lexicon.CIVIC
    if dep in ("compound", "amod"):
        return above.lemma_.lower() in lexicon.GOVERNING or (
            above.i + 1 < len(above.doc)
            and above.doc[token.i + 1].text in ("-", "–")
            and above.pos_ == "VERB"
        )
    if dep == "obl:agent" or case & lexicon.AGAINST:
        return True
    governor = above.lemma_.lower()
    if "to" in case:
        return governor in lexicon.TOWARDS or governor in lexicon.SAYING or "according" in case
    if "from" in case:
        return governor in lexicon.OUTOF
    if case & {"on", "upon", "over"}:
        return governor in lexicon.UPON
    if not case and dep in ("ROOT", "parataxis", "appos"):
        return any(types.get(child.i) in ACTORS for child in token.children if child.dep_ == "conj")
    return False


def _subject_acts(above: Token) -> bool:
    """Whether what this predicate says is said of an actor."""
    copula = any(child.dep_ == "cop" for child in above.children)
    if copula or above.pos_ in ("ADJ", "NOUN", "PROPN"):
        return above.pos_ == "ADJ" or above.pos_ == "VERB"
    return above.lemma_.lower() not in lexicon.STILL
