"""What ``kgraph extract`` printed against a gold file in the same format, article by article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kgraph.errors import KGraphError
from kgraph.model import Event, Extraction
from kgraph.records import from_line


@dataclass(frozen=True, slots=True)
class Score:
    """Counts and what follows from them; a share is None where there is nothing to divide by."""

    right: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float | None:
        """Right among predicted."""
        return self.right / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """Right among gold."""
        return self.right / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (self.predicted + self.gold) if self.predicted + self.gold else None


def read(path: Path) -> dict[str, Extraction]:
    """Records by article id; KGraphError naming file and line for a malformed one."""
    found: dict[str, Extraction] = {}
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise KGraphError(
            f"{path}: cannot be read ({error}); give a file made by 'kgraph extract'"
        ) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = from_line(line)
        except KGraphError as error:
            raise KGraphError(f"{path}:{number}: {error}") from error
        found[record.article.id] = record
    if not found:
        raise KGraphError(f"{path}: no records; give a file made by 'kgraph extract'")
    return found


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


def compare(
    gold: Mapping[str, Extraction], predicted: Mapping[str, Extraction]
) -> Iterator[tuple[str, Score]]:
    """One score a layer over all gold articles; an article without a prediction counts as empty."""
    totals: dict[str, list[int]] = {}
    for identifier, record in sorted(gold.items()):
        wanted = facts(record)
        found = facts(predicted[identifier]) if identifier in predicted else {}
        for layer, answers in wanted.items():
            given: Counter[Hashable] = found.get(layer, Counter())
            total = totals.setdefault(layer, [0, 0, 0])
            total[0] += (answers & given).total()
            total[1] += given.total()
            total[2] += answers.total()
    for layer, (right, given_count, gold_count) in totals.items():
        yield layer, Score(right, given_count, gold_count)
