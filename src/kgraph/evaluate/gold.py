"""What ``kgraph extract`` printed against a gold file in the same format, article by article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping

from kgraph.evaluate.measures import Documents, Tally
from kgraph.model import Event, Extraction


def facts(record: Extraction) -> dict[str, Counter[Hashable]]:
    """What counts as one answer, by layer. Mentions are strict: both ends and the type.

    Events match by class and the sentence and trigger they stand in; arguments by event, role and the head
    of the mention or the literal; relations by predicate and the heads of both sides.
    """
    mentions = {mention.id: mention for mention in record.mentions}

    def place(identifier: str | None) -> Hashable:
        return (mentions[identifier].head.begin, mentions[identifier].head.end) if identifier else None

    def key(event: Event) -> Hashable:
        return (event.cls, event.trigger.begin, event.trigger.end)

    return {
        "mentions": Counter((m.span.begin, m.span.end, m.type) for m in record.mentions),
        "names": Counter((m.span.begin, m.span.end, m.type) for m in record.mentions if m.kind == "name"),
        "times": Counter((t.span.begin, t.span.end, t.value) for t in record.times),
        "events": Counter(key(event) for event in record.events),
        "dates": Counter((key(event), event.begin_date) for event in record.events if event.begin_date),
        "realis": Counter((key(event), event.realis) for event in record.events),
        "sources": Counter((key(e), place(e.according_to)) for e in record.events if e.according_to),
        "arguments": Counter(
            (key(event), role.role, place(role.mention) if role.mention else role.value)
            for event in record.events
            for role in event.roles
        ),
        "relations": Counter(
            (r.predicate, place(r.subject), place(r.object) if r.object else r.value)
            for r in record.relations
        ),
    }


def compare(gold: Mapping[str, Extraction], predicted: Mapping[str, Extraction]) -> Documents:
    """Tallies of every layer for each gold article; an article without a prediction counts as empty."""
    documents = []
    for identifier, record in sorted(gold.items()):
        wanted = facts(record)
        found = facts(predicted[identifier]) if identifier in predicted else {}
        tallies = {}
        for layer, answers in wanted.items():
            given: Counter[Hashable] = found.get(layer, Counter())
            right = (answers & given).total()
            tallies[layer] = Tally(right, given.total(), right, answers.total())
        documents.append(tallies)
    return documents
