"""From a word in a slot to the mentions that may fill a role."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from kgraph.extract.grammar import coordinated, preposition, relation
from kgraph.extract.mentions import Mentions
from kgraph.model import Mention
from kgraph.nlp.component import TRIGGERS
from kgraph.ontology import Ontology

PARTITIVE = frozenset(
    "portion part number dozen hundred thousand million score majority minority rest half third quarter most "
    "all many several some any none each one both handful couple pair lot bulk remainder percent remnant "
    "member element group batch contingent convoy series wave".split()
)
"""Nouns that count or cut out what follows "of": "a portion of the forces" are forces."""


class Values:
    """The mentions of a Doc as fillers, checked against the ontology's domains and ranges.

    ``timed``: the words of time expressions, which fill no role.
    """

    def __init__(
        self,
        mentions: Mentions,
        ontology: Ontology,
        *,
        places: frozenset[str],
        timed: frozenset[int] = frozenset(),
    ) -> None:
        self.mentions = mentions
        self.ontology = ontology
        self.places = places
        self.timed = timed

    def of(self, token: Token, property: str, *, subject: bool = False) -> list[Mention]:
        """Mentions at the word that the property accepts, else its owner where an actor is wanted.

        "dozens of soldiers" gives the soldiers; "Coalition aircraft" as a recipient gives the Coalition.
        """
        for candidate in core(token):
            mention = self.mentions.at(candidate)
            if mention is not None and mention.type == "Nationality" and candidate.tag_ in {"NNPS", "NNS"}:
                # A people is not its state: who kills Syrians does not strike Syria.
                return []
            if mention is not None and self._accepts(mention, property, subject=subject):
                return [mention]
        return [owner for owner in self.owners(token) if self._accepts(owner, property, subject=subject)]

    def _accepts(self, mention: Mention, property: str, *, subject: bool) -> bool:
        cls = self.mentions.entity(mention).cls
        if subject:
            return self.ontology.accepts(property, subject=cls)
        return self.ontology.accepts(property, object=cls)

    def owners(self, token: Token) -> list[Mention]:
        """Actors to whom it belongs: "Syria's jet", "Syrian jet", "planes belonging to the coalition"."""
        found = []
        for child in token.children:
            kind = relation(child)
            if preposition(child) == "of" and tells(token):
                # "the killing of six priests" does not belong to the priests.
                continue
            if kind in {"amod", "compound", "nmod"} and (child.i < token.i or preposition(child) == "of"):
                words = [child]
            elif kind == "acl" and child.lemma_ == "belong":
                words = [word for word in child.children if preposition(word) == "to"]
            elif kind == "acl" and child.lemma_ in {"own", "operate", "fly", "command"}:
                words = [word for word in child.children if preposition(word) == "by"]
            else:
                continue
            for word in words:
                for part in coordinated(word):
                    mention = self.mentions.at(part)
                    if mention is not None and self.ontology.is_a(self.mentions.entity(mention).cls, "Actor"):
                        found.append(mention)
        return found


def tells(token: Token) -> bool:
    """Whether the model takes a noun for the trigger of an event."""
    trigger = token.doc.user_data.get(TRIGGERS, {}).get(token.i)
    return trigger is not None and trigger.told > 0.5


def core(token: Token) -> Iterator[Token]:
    """The word, then what it is a part or a number of."""
    yield token
    node = token
    for _ in range(3):
        if node.lemma_.lower() not in PARTITIVE and node.pos_ not in {"NUM", "DET"}:
            return
        inner = next((c for c in node.children if c.dep_ == "nmod" and preposition(c) == "of"), None)
        if inner is None:
            return
        node = inner
        yield node


def phrase(token: Token) -> str:
    """The words of a phrase without its preposition and relative clauses, at most 120 characters."""
    left = [
        word
        for word in token.subtree
        if word.i < token.i and not (word.dep_ == "case" and word.head == token)
    ]
    right = [
        word
        for child in token.rights
        if relation(child) in {"nmod", "flat", "compound", "nummod", "conj", "acl"}
        and child.dep_ != "acl:relcl"
        for word in child.subtree
    ]
    words = sorted([*left, token, *right], key=lambda word: word.i)
    begin, end = words[0].i, words[-1].i + 1
    text = " ".join(token.doc[begin:end].text.split()).lstrip(" ,;:–—-")
    return text if len(text) <= 120 else text[:119].rsplit(" ", 1)[0] + "…"
