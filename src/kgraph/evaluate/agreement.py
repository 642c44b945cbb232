"""Agreement of two annotators who did not see each other's marks, on our held-out articles."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

from kgraph.evaluate import chains
from kgraph.evaluate.measures import Documents, Tally, of_sets
from kgraph.nlp.labels import UNDIRECTED
from kgraph.train.annotated import Annotated, Line, read


def evaluate(folder: Path, _: object = None) -> Documents:
    """F1 of ``blind.txt`` (annotated from the bare text) against the checked articles, by layer.

    Spans are strict. Roles and relations are compared by the spans of their chains in the sentence. No model
    is asked.
    """
    checked = {
        article.id: article for file in sorted(folder.glob("articles-*.txt")) for article in read(file)
    }
    return [_compare(blind, checked[blind.id]) for blind in read(folder / "blind.txt")]


def _compare(one: Annotated, other: Annotated) -> dict[str, Tally]:
    tallies: dict[str, Tally] = {}
    sides: list[dict[str, set[Hashable]]] = [{}, {}]
    for number, lines in enumerate(zip(one.lines, other.lines, strict=True)):
        found, wanted = (_answers(line) for line in lines)
        for name in wanted:
            tallies[name] = tallies.get(name, Tally()) + of_sets(found[name], wanted[name])
        for side, line in zip(sides, lines, strict=True):
            for mark in line.marks:
                if mark.kind != "trigger":
                    side.setdefault(mark.number, set()).add((number, mark.begin, mark.end))
    partitions = [[frozenset(chain) for chain in side.values() if len(chain) > 1] for side in sides]
    return tallies | chains.compare(*partitions)


def _answers(line: Line) -> dict[str, set[Hashable]]:
    marks = [mark for mark in line.marks if mark.kind != "trigger"]
    triggers = {mark.number: mark for mark in line.marks if mark.kind == "trigger"}
    places = {
        number: frozenset((mark.begin, mark.end) for mark in marks if mark.number == number)
        for number in {mark.number for mark in marks}
    }

    def relation(subject: str, label: str, object_: str) -> set[Hashable]:
        pairs: set[Hashable] = set()
        for left in places.get(subject, ()):
            for right in places.get(object_, ()):
                pair = (left, right)
                pairs.add((label, frozenset(pair) if label in UNDIRECTED else pair))
        return pairs

    return {
        "names": {(mark.begin, mark.end, mark.label) for mark in marks if mark.kind == "name"},
        "nominals and pronouns": {
            (mark.begin, mark.end, mark.label) for mark in marks if mark.kind != "name"
        },
        "mentions, any type": {(mark.begin, mark.end) for mark in marks},
        "triggers": {(mark.begin, mark.label) for mark in triggers.values()},
        "triggers, any class": {mark.begin for mark in triggers.values()},
        "realis": {(triggers[item.number].begin, item.realis) for item in line.happenings},
        "roles": {
            (triggers[item.number].begin, role, place)
            for item in line.happenings
            for role, chain in item.roles
            for place in places.get(chain, ())
        },
        "relations": set().union(*(relation(*item) for item in line.relations)) if line.relations else set(),
    }
