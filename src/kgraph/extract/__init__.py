"""From an annotated Doc to the facts of its article: mentions, times, events, relations."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

    from kgraph.extract import events, relations
    from kgraph.extract.mentions import Mentions
    from kgraph.frames import Frames
    from kgraph.gazetteer import Gazetteer
    from kgraph.model import Article, Event, Extraction, Relation, Span
    from kgraph.ontology import Ontology

__all__ = ["extract_article"]


def extract_article(
    doc: Doc, article: Article, *, ontology: Ontology, frames: Frames, gazetteer: Gazetteer
) -> Extraction:
    """All facts of one article; ``doc`` is its text annotated by the English pipeline."""
    from kgraph.extract import events, relations
    from kgraph.extract import mentions as mentions_module
    from kgraph.extract.dates import Calendar
    from kgraph.extract.time import times
    from kgraph.model import Extraction

    sentences = tuple(_span(sent[0], sent[-1]) for sent in (_trimmed(sent) for sent in doc.sents) if sent)
    mentions = mentions_module.read(doc, article, gazetteer=gazetteer, ontology=ontology)
    found_times = times(article.text, sentences, reference=article.date)
    found = events.find(doc, frames=frames, mentions=mentions, ontology=ontology)
    calendar = Calendar(doc, found_times, triggers={event.trigger.i for event in found})
    claims = _Claims(doc, mentions, frames)
    return Extraction(
        article=article,
        sentences=sentences,
        mentions=mentions.mentions,
        times=found_times,
        entities=mentions.entities,
        events=tuple(claims.event(i, event, calendar) for i, event in enumerate(found, start=1)),
        relations=tuple(
            claims.relation(i, relation)
            for i, relation in enumerate(
                relations.find(doc, frames=frames, mentions=mentions, ontology=ontology), start=1
            )
        ),
    )


def _trimmed(sentence: object) -> list[Token]:
    """The tokens of a sentence without white space at its ends."""
    tokens: list[Token] = list(sentence)  # type: ignore[call-overload]
    while tokens and tokens[-1].is_space:
        tokens.pop()
    while tokens and tokens[0].is_space:
        tokens.pop(0)
    return tokens


def _span(first: Token, last: Token) -> Span:
    from kgraph.model import Span

    end = last.idx + len(last.text)
    return Span(first.idx, end, first.doc.text[first.idx : end])


def _sentence(token: Token) -> Span:
    tokens = _trimmed(token.sent)
    return _span(tokens[0], tokens[-1])


class _Claims:
    """Gives what was found its realis, its source and its date."""

    def __init__(self, doc: Doc, mentions: Mentions, frames: Frames) -> None:
        from kgraph.extract.quotes import quotes

        self.mentions = mentions
        self.frames = frames
        self.quotes = quotes(doc, frames.settings["say_verbs"])

    def claim(self, trigger: Token) -> tuple[str, str | None]:
        """Realis, and the mention id of who says so, in the clause, beside it, or around the quotation."""
        from kgraph.extract.claims import claim_of, reporter

        claim = claim_of(trigger, settings=self.frames.settings, realis=self.frames.realis)
        words = [claim.source]
        if claim.saying is None:
            words.append(reporter(trigger, self.frames.settings["say_verbs"]))
            words.extend(quote.speaker for quote in self.quotes if quote.begin <= trigger.i < quote.end)
        for word in words:
            source = self.mentions.at(word) if word is not None else None
            if source is not None:
                return claim.realis, source.id
        return claim.realis, None

    def event(self, number: int, found: events.Found, calendar: object) -> Event:
        """The finished event."""
        from kgraph.extract.dates import Calendar
        from kgraph.model import Event, Role, Span

        assert isinstance(calendar, Calendar)  # noqa: S101 - made above
        settings = self.frames.settings
        realis, source = self.claim(found.trigger)
        dated = calendar.date(
            found.trigger,
            say_verbs=settings["say_verbs"],
            carriers=settings["light_verbs"] | settings["occurrence_verbs"] | settings["order_verbs"],
        )
        roles = [Role(role, mention=m.id) for role in sorted(found.roles) for m in found.roles[role]]
        roles += [Role(role, value=value) for role, value in found.literals]
        words = sorted(found.words, key=lambda word: word.i)
        begin, end = words[0].idx, words[-1].idx + len(words[-1].text)
        text = found.trigger.doc.text
        if len(words) > 1 and end - begin > 60:
            begin, end = found.trigger.idx, found.trigger.idx + len(found.trigger.text)
        return Event(
            id=f"v{number}",
            cls=found.frame.name,
            mode=found.frame.mode,
            trigger=Span(begin, end, text[begin:end]),
            roles=tuple(roles),
            begin_date=dated.begin,
            end_date=dated.end,
            date_basis=dated.basis,
            realis=realis,  # type: ignore[arg-type]
            according_to=source,
            confidence=found.confidence,
            sentence=_sentence(found.trigger),
        )

    def relation(self, number: int, found: relations.Found) -> Relation:
        """The finished relation."""
        from kgraph.model import Relation

        realis, source = self.claim(found.trigger) if found.stated else ("actual", None)
        return Relation(
            id=f"r{number}",
            predicate=found.property,
            subject=found.subject.id,
            object=found.object.id if found.object else None,
            value=found.value,
            realis=realis,  # type: ignore[arg-type]
            according_to=source,
            confidence=found.confidence,
            sentence=_sentence(found.trigger),
        )
