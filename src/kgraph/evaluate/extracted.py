"""Articles as ``kgraph extract`` reads them, each with its Doc: what the scores of facts are counted on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from kgraph.model import Article, Event, Extraction, Mention
from kgraph.nlp.encoder import Encoder
from kgraph.pipeline import Resources


@dataclass(frozen=True, slots=True)
class Read:
    """One article read: its Doc, its facts, and its mentions by id and by entity."""

    doc: Doc
    facts: Extraction
    mentions: dict[str, Mention] = field(init=False, repr=False)
    chains: dict[str, list[Mention]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        chains: dict[str, list[Mention]] = {}
        for mention in self.facts.mentions:
            chains.setdefault(mention.entity, []).append(mention)
        object.__setattr__(self, "mentions", {mention.id: mention for mention in self.facts.mentions})
        object.__setattr__(self, "chains", chains)

    @property
    def tellings(self) -> list[Event]:
        """Its events, one for each place that tells them."""
        return [telling for event in self.facts.events for telling in event.apart()]

    def means(self, mention: str, word: Token) -> bool:
        """Whether a word is in the mention or in another one of the same entity."""
        begin, end = word.idx, word.idx + len(word.text)
        chain = self.chains[self.mentions[mention].entity]
        return any(m.span.begin <= begin and end <= m.span.end for m in chain)

    def fills(self, event: Event, role: str, word: Token) -> bool:
        """Whether a word is what fills a role of an event."""
        return any(
            item.role == role and item.mention and self.means(item.mention, word) for item in event.roles
        )


def read(articles: Iterable[Article], encoder: Encoder) -> Iterator[Read]:
    """Read each article with the model of the encoder, in their order."""
    ready = Resources.load(model=encoder.path.parent)
    return (Read(doc, facts) for doc, facts in ready.read(list(articles)))
