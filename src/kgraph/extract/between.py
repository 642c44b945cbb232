"""What goes on between two places of a text: the best event class from one actor to another.

Facts come first; where the grammar found none, the model's own triggers, its roles and the tree are asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import prod

from spacy.tokens import Doc, Token
from spacy.tokens import Span as Tokens

from kgraph.model import Event, Extraction
from kgraph.nlp.annotation import Trigger
from kgraph.nlp.component import LINKS, TRIGGERS
from kgraph.nlp.pairs import Link

Offsets = tuple[int, int]
SPOKEN = "Statement"
"""What one says is seldom between two: any other class that is found goes before it."""
FRIENDLY = frozenset({"Agreement", "Consultation", "Support", "Concession", "Cooperation", "Aid", "Retreat"})
HOSTILE = frozenset({"Assault", "Capture", "Coercion", "Sanction", "Mobilization", "Deployment"})


def between(doc: Doc, extraction: Extraction, source: Offsets | None, target: Offsets | None) -> str | None:
    """Class of what the source does to the target (characters, end exclusive), None where there is nothing.

    In this order: an event with both, an event with one of them, the model's trigger best linked with both,
    its most probable trigger on the way between them in the tree or above both, its most probable one in the
    sentence. A side that is None is not known and asks for nothing. What is only promised or refused is an
    agreement or a rejection, see ``meant``.
    """
    ends = [head(doc, span) for span in (source, target)]
    words = [word for word in ends if word is not None]
    if not words:
        return None
    who, whom = (None if word is None else entities(extraction, word) for word in ends)
    sentences = list({word.sent.start: word.sent for word in words}.values())
    way = path(words)
    here = [event for event in extraction.events if _within(event, sentences)]
    triggers = {
        i: trigger
        for i, trigger in doc.user_data.get(TRIGGERS, {}).items()
        if any(sent.start <= i < sent.end for sent in sentences)
    }
    classes = [
        *_of_events(extraction, here, who, whom, {doc[i].idx for i in way}),
        *_linked(triggers, doc.user_data.get(LINKS, ()), ends),
        *_ranked(trigger for i, trigger in triggers.items() if i in way),
        *_ranked(triggers.values()),
    ]
    return next((cls for cls in classes if cls != SPOKEN), SPOKEN if classes else None)


def meant(cls: str, realis: str) -> str:
    """The class of what is not done but promised or refused: an agreement, a rejection, as in PLOVER.

    A hostile act that is planned is a threat.
    """
    if cls in FRIENDLY and realis == "negated":
        return "Rejection"
    if realis == "planned":
        return "Agreement" if cls in FRIENDLY else "Threat" if cls in HOSTILE else cls
    return cls


def head(doc: Doc, span: Offsets | None) -> Token | None:
    """The word of a span that hangs on a word outside it; None where the span has no word."""
    found = None if span is None else doc.char_span(*span, alignment_mode="expand")
    words = [token for token in found or () if not token.is_space and not token.is_punct]
    inside = {token.i for token in words}
    return next((word for word in words if word.head == word or word.head.i not in inside), None)


def entities(extraction: Extraction, word: Token) -> frozenset[str]:
    """Ids of the entities that a word means: as the head of a mention, or in the shortest one around it."""
    begin, end = word.idx, word.idx + len(word.text)
    around = [m for m in extraction.mentions if m.span.begin <= begin and end <= m.span.end]
    exact = [m for m in around if m.head.begin == begin]
    shortest = min((m.span.end - m.span.begin for m in around), default=0)
    return frozenset(m.entity for m in exact or around if exact or m.span.end - m.span.begin == shortest)


def path(words: Sequence[Token]) -> frozenset[int]:
    """Words of the tree on the way from one word to the other, and those above both."""
    return frozenset(token.i for word in words for token in (word, *word.ancestors))


def parts(event: Event, role: str, extraction: Extraction) -> frozenset[str]:
    """Ids of the entities in a role of an event."""
    by_id = {mention.id: mention.entity for mention in extraction.mentions}
    return frozenset(by_id[item.mention] for item in event.roles if item.role == role and item.mention)


def _within(event: Event, sentences: Iterable[Tokens]) -> bool:
    return any(sent.start_char <= event.trigger.begin < sent.end_char for sent in sentences)


def _of_events(
    extraction: Extraction,
    events: Iterable[Event],
    who: frozenset[str] | None,
    whom: frozenset[str] | None,
    way: Collection[int],
) -> list[str]:
    """Classes of events with both sides, then of those with one: first where the other is free."""
    ranked = []
    for event in events:
        sides = []
        for role, wanted in (("actor", who), ("recipient", whom)):
            found = parts(event, role, extraction)
            sides.append(2 if wanted is None or found & wanted else 0 if found else 1)
        if 2 in (sides[0] if who is not None else 0, sides[1] if whom is not None else 0):
            on_way = event.trigger.begin in way
            ranked.append((sum(sides), on_way, event.confidence, meant(event.cls, event.realis)))
    return [cls for *_, cls in sorted(ranked, key=lambda item: item[:3], reverse=True)]


def _linked(
    triggers: Mapping[int, Trigger], links: Iterable[Link], ends: Sequence[Token | None]
) -> list[str]:
    """Classes of the triggers that the model links with both sides, the surest first."""
    shares: dict[tuple[int, str], float] = {}
    for link in links:
        for role, word in zip(("actor", "recipient"), ends, strict=True):
            if word is not None and link.label == role and link.right == word.i:
                shares[link.left, role] = link.confidence
    wanted = [role for role, word in zip(("actor", "recipient"), ends, strict=True) if word is not None]
    both = [
        (prod(shares[i, role] for role in wanted), meant(trigger.cls, trigger.realis))
        for i, trigger in triggers.items()
        if all((i, role) in shares for role in wanted)
    ]
    return [cls for _, cls in sorted(both, reverse=True)]


def _ranked(triggers: Iterable[Trigger]) -> list[str]:
    return [
        meant(item.cls, item.realis)
        for item in sorted(triggers, key=lambda item: item.confidence, reverse=True)
    ]
