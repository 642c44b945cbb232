"""From an annotated Doc to mentions and entities: who and what an article speaks of.

``drafts`` finds where, ``names`` and ``coref`` say which are one, ``identity`` says what that one is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from spacy.tokens import Doc, Token

from kgraph.extract import drafts as drafts_module
from kgraph.extract.coref import Linker
from kgraph.extract.drafts import Draft
from kgraph.extract.identity import Chain, Identifier
from kgraph.extract.names import Names, lengthen
from kgraph.gazetteer import Gazetteer
from kgraph.model import Article, Entity, Mention, Span
from kgraph.ontology import Ontology

ALIAS = 0.95
"""Confidence of a name that joined its chain under another form."""


@dataclass(frozen=True, slots=True)
class Mentions:
    """The mentions of an article in text order and the entities they mean, with the way back to the Doc."""

    mentions: tuple[Mention, ...]
    entities: tuple[Entity, ...]
    _doc: Doc = field(repr=False, compare=False)
    _by_token: Mapping[int, Mention] = field(repr=False, compare=False)
    _heads: Mapping[str, int] = field(repr=False, compare=False)
    _by_id: Mapping[str, Entity] = field(repr=False, compare=False)

    def at(self, token: Token) -> Mention | None:
        """The mention whose head this is, or whose syntactic top it is within a name."""
        return self._by_token.get(token.i)

    def token(self, mention: Mention) -> Token:
        """The head of a mention."""
        return self._doc[self._heads[mention.id]]

    def entity(self, mention: Mention) -> Entity:
        """What a mention means."""
        return self._by_id[mention.entity]


def read(doc: Doc, article: Article, *, gazetteer: Gazetteer, ontology: Ontology) -> Mentions:
    """Read the mentions and entities of an article from its annotated Doc.

    Token offsets must be offsets into ``article.text``. Pronouns without a sure antecedent, and names and
    nominals of events and documents, are left out.
    """
    found = lengthen(drafts_module.find(doc), doc, gazetteer)
    identifier = Identifier(article, gazetteer, ontology)
    names = Names(doc, gazetteer, identifier)
    names.read(found)
    linker = Linker(doc, names, identifier, found)
    linker.run()
    kept = sorted(
        (draft for draft in found if draft in linker.chains), key=lambda draft: (draft.begin, -draft.end)
    )
    entities = _entities(kept, linker.chains, identifier)
    unique = tuple({entity.id: entity for entity in entities.values()}.values())
    mentions: list[Mention] = []
    by_token: dict[int, Mention] = {}
    heads: dict[str, int] = {}
    for number, draft in enumerate(kept, 1):
        chain = linker.chains[draft]
        sure = linker.sure.get(draft, 1.0)
        if draft.kind == "name" and chain.entry is None and draft.text != entities[chain].label:
            sure *= ALIAS
        mention = Mention(
            id=f"m{number}",
            span=_span(doc, draft.begin, draft.end),
            kind=draft.kind,
            type=draft.type or chain.type,
            entity=entities[chain].id,
            confidence=round(draft.confidence * sure, 2),
            head=_span(doc, draft.head, draft.head + 1),
        )
        mentions.append(mention)
        by_token[draft.head] = mention
        heads[mention.id] = draft.head
    return Mentions(
        mentions=tuple(mentions),
        entities=unique,
        _doc=doc,
        _by_token=MappingProxyType(by_token),
        _heads=MappingProxyType(heads),
        _by_id=MappingProxyType({entity.id: entity for entity in unique}),
    )


def _entities(kept: list[Draft], chains: dict[Draft, Chain], identifier: Identifier) -> dict[Chain, Entity]:
    """Entities by chain in text order; chains that came to one key are one entity."""
    order = list(dict.fromkeys(chains[draft] for draft in kept))
    by_key: dict[str, Chain] = {}
    owner: dict[Chain, Chain] = {}
    for chain in order:
        key = identifier.entity(chain, 0).key
        first = by_key.setdefault(key, chain)
        owner[chain] = first
        if first is not chain:
            for draft in chain.drafts:
                first.add(draft)
    made = {chain: identifier.entity(chain, number) for number, chain in enumerate(by_key.values(), 1)}
    return {chain: made[first] for chain, first in owner.items()}


def _span(doc: Doc, begin: int, end: int) -> Span:
    text = doc[begin:end].text
    start = doc[begin].idx
    return Span(start, start + len(text), text)
