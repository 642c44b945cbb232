"""All facts of one article, put together: what was found gets its realis, its source and its date."""

from __future__ import annotations

from spacy.tokens import Doc, Token
from spacy.tokens import Span as Tokens

from kgraph.extract import events, folding, mentions, relations, retold
from kgraph.extract.claims import announced, claim_of, reporter, settled
from kgraph.extract.dates import Calendar
from kgraph.extract.mentions import Mentions
from kgraph.extract.quotes import quotes
from kgraph.extract.time import times
from kgraph.frames import Frames
from kgraph.gazetteer import Gazetteer
from kgraph.model import Article, Event, Extraction, Realis, Relation, Role, Span
from kgraph.ontology import Ontology

LONGEST_TRIGGER = 60
"""A trigger of several words that lie further apart than this many characters is marked by its first word."""


def extract_article(
    doc: Doc, article: Article, *, ontology: Ontology, frames: Frames, gazetteer: Gazetteer
) -> Extraction:
    """All facts of one article; ``doc`` is its text annotated by the English pipeline."""
    spans = {sent.start: _trimmed(sent, article.text) for sent in doc.sents}
    sentences = tuple(span for span in spans.values() if span.end > span.begin)
    found_times = times(article.text, sentences, reference=article.date)
    who = mentions.read(doc, article, gazetteer=gazetteer, ontology=ontology)
    timed = frozenset(
        token.i
        for time in found_times
        for token in doc.char_span(time.span.begin, time.span.end, alignment_mode="expand") or ()
    )
    found_events = events.find(doc, frames=frames, mentions=who, ontology=ontology, timed=timed)
    found_relations = relations.find(doc, frames=frames, mentions=who, ontology=ontology, gazetteer=gazetteer)
    found_relations = [item for item in found_relations if not _told(item, found_events)]
    calendar = Calendar(doc, found_times, triggers={event.trigger.i for event in found_events})
    finish = _Finisher(doc, article.text, spans, who, frames, ontology, calendar)
    finished = [finish.event(number, event) for number, event in enumerate(found_events, start=1)]
    once = retold.merge(finished, [event.trigger for event in found_events], {m.id: m for m in who.mentions})
    return Extraction(
        article=article,
        sentences=sentences,
        mentions=who.mentions,
        times=found_times,
        entities=who.entities,
        events=tuple(once),
        relations=tuple(
            finish.relation(number, relation) for number, relation in enumerate(found_relations, start=1)
        ),
    )


MOMENTARY = frozenset({"stationedAt", "uses", "fights", "supports"})


def _told(relation: relations.Found, found: list[folding.Found]) -> bool:
    """Whether an event of the sentence says what the model takes for a standing relation.

    Who raids a post is not stationed there.
    """
    if not relation.learned or relation.object is None or relation.property not in MOMENTARY:
        return False
    both = {relation.subject.entity, relation.object.entity}
    return any(
        both <= {mention.entity for filled in event.roles.values() for mention in filled}
        for event in found
        if event.trigger.sent == relation.trigger.sent
    )


def _trimmed(sentence: Tokens, text: str) -> Span:
    """The sentence without white space at its ends."""
    begin, end = sentence.start_char, sentence.end_char
    inner = text[begin:end]
    begin += len(inner) - len(inner.lstrip())
    end = max(begin, end - (len(inner) - len(inner.rstrip())))
    return Span(begin, end, text[begin:end])


class _Finisher:
    """Makes frozen facts of what the extractors found."""

    def __init__(
        self,
        doc: Doc,
        text: str,
        sentences: dict[int, Span],
        who: Mentions,
        frames: Frames,
        ontology: Ontology,
        calendar: Calendar,
    ) -> None:
        self.ontology = ontology
        self.text = text
        self.sentences = sentences
        self.who = who
        self.frames = frames
        self.calendar = calendar
        self.quotes = quotes(doc, frames.settings["say_verbs"])
        settings = frames.settings
        self.carriers = settings["light_verbs"] | settings["occurrence_verbs"] | settings["order_verbs"]

    def claim(self, trigger: Token) -> tuple[Realis, str | None]:
        """Realis, and the mention id of who says so: in the clause, beside it, or around the quotation."""
        claim = claim_of(trigger, settings=self.frames.settings, realis=self.frames.realis)
        words = [claim.source]
        if claim.saying is None:
            words.append(reporter(trigger, self.frames.settings["say_verbs"]))
            words.append(announced(trigger))
            words.extend(quote.speaker for quote in self.quotes if quote.begin <= trigger.i < quote.end)
        for word in words:
            source = self.who.at(word) if word is not None else None
            if source is not None and self.ontology.accepts(
                "accordingTo", object=self.who.entity(source).cls
            ):
                return claim.realis, source.id
        return claim.realis, None

    def event(self, number: int, found: folding.Found) -> Event:
        """The finished event."""
        realis, source = self.claim(found.trigger)
        if found.learned_realis is not None:
            realis = settled(realis, *found.learned_realis)
        dated = self.calendar.date(
            found.trigger, say_verbs=self.frames.settings["say_verbs"], carriers=self.carriers
        )
        roles = [Role(role, mention=m.id) for role in sorted(found.roles) for m in found.roles[role]]
        roles += [Role(role, value=value) for role, value in found.literals]
        words = sorted(found.words, key=lambda word: word.i)
        begin, end = words[0].idx, words[-1].idx + len(words[-1].text)
        if end - begin > LONGEST_TRIGGER:
            begin, end = found.trigger.idx, found.trigger.idx + len(found.trigger.text)
        return Event(
            id=f"v{number}",
            cls=found.frame.name,
            mode=found.frame.mode,
            trigger=Span(begin, end, self.text[begin:end]),
            roles=tuple(roles),
            begin_date=dated.begin,
            end_date=dated.end,
            date_basis=dated.basis,
            realis=realis,
            according_to=source,
            confidence=found.confidence,
            sentence=self.sentences[found.trigger.sent.start],
        )

    def relation(self, number: int, found: relations.Found) -> Relation:
        """The finished relation."""
        realis, source = self.claim(found.trigger) if found.stated else ("actual", None)
        return Relation(
            id=f"r{number}",
            predicate=found.property,
            subject=found.subject.id,
            object=found.object.id if found.object else None,
            value=found.value,
            realis=realis,
            according_to=source,
            confidence=found.confidence,
            sentence=self.sentences[found.trigger.sent.start],
        )
