"""A user's own annotated articles, in the format of ``kgraph extract``, as training samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from kgraph.errors import KGraphError
from kgraph.model import Event, Extraction, Mention, Relation
from kgraph.model import Span as Characters
from kgraph.nlp.labels import EVENT_CLASSES, MENTION_TYPES, RELATIONS, ROLES
from kgraph.records import read_file
from kgraph.train.own import Tokenize, covered
from kgraph.train.samples import Links, Sample, Span
from kgraph.train.schemes import Allowed


def read_records(path: Path, tokenize: Tokenize) -> Iterator[Sample]:
    """The sentences of annotated articles; all marks in them are taken as complete.

    Raises KGraphError naming the article with a type or class that the model does not know.
    """
    for record in read_file(path).values():
        if not record.sentences:
            raise KGraphError(f"{path}: {record.article.id}: has no sentences; keep those that extract gave")
        for mention in record.mentions:
            if mention.type not in MENTION_TYPES:
                raise KGraphError(
                    f"{path}: {record.article.id}: {mention.type!r} is not a type; "
                    f"known: {', '.join(MENTION_TYPES)}"
                )
        for sentence in record.sentences:
            sample = _sample(record, sentence, tokenize)
            if sample.words:
                yield sample


def _sample(record: Extraction, sentence: Characters, tokenize: Tokenize) -> Sample:
    text = record.article.text[sentence.begin : sentence.end]
    tokens = [(word, at + sentence.begin) for word, at in tokenize(text)]
    count = len(tokens)
    mentions = [
        (mention, covered(tokens, mention.span.begin, mention.span.end))
        for mention in record.mentions
        if sentence.begin <= mention.span.begin and mention.span.end <= sentence.end
    ]
    mentions = [(mention, place) for mention, place in mentions if place[0] < place[1]]
    names: list[Allowed] = [frozenset({"O"})] * count
    for mention, (begin, end) in mentions:
        if mention.kind == "name":
            for index in range(begin, end):
                names[index] = frozenset({f"{'B' if index == begin else 'I'}-{mention.type}"})
    events = [
        (event, covered(tokens, event.trigger.begin, event.trigger.end)[0])
        for event in record.events
        if sentence.begin <= event.trigger.begin < sentence.end and event.cls in EVENT_CLASSES
    ]
    triggers: list[Allowed] = [frozenset({"None"})] * count
    realis: list[Allowed] = [frozenset()] * count
    for event, word in events:
        triggers[word], realis[word] = frozenset({event.cls}), frozenset({event.realis})
    return Sample(
        [word for word, _ in tokens],
        tags={"names": names},
        head_types=[frozenset({"None", "Other"})] * count,
        triggers=triggers,
        realis=realis,
        mentions=[Span(*place, mention.entity, frozenset({mention.type})) for mention, place in mentions],
        typed=True,
        links=_links([mention for mention, _ in mentions], events, record.relations),
        document=record.article.id,
        boundaries=True,
    )


def _links(
    mentions: Sequence[Mention], events: Sequence[tuple[Event, int]], relations: Sequence[Relation]
) -> Links:
    place = {mention.id: f"m{index}" for index, mention in enumerate(mentions)}
    positive: dict[tuple[str, str], set[str]] = {}
    for event, word in events:
        roles = [(role.role, role.mention) for role in event.roles] + [("source", event.according_to)]
        for label, mention in roles:
            if label in ROLES and mention in place:
                positive.setdefault((f"t{word}", place[mention]), set()).add(label)
    for relation in relations:
        if relation.predicate in RELATIONS and relation.subject in place and relation.object in place:
            pair = (place[relation.subject], place[relation.object])
            positive.setdefault(pair, set()).add(relation.predicate)
    return Links(positive, frozenset({*ROLES, *RELATIONS}))
