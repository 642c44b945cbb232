"""Events against PLOVER: which class stands between two marked actors, and who does what to whom unmarked.

The data (Halterman et al. 2023) name a source, a target and one of 15 root classes for each sentence;
other events of a sentence are not marked, so that precision is a lower bound.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kgraph.errors import KGraphError
from kgraph.evaluate.extracted import Read, read
from kgraph.evaluate.measures import Documents, Tally
from kgraph.evaluate.scores import PLOVER_ROOTS as ROOTS
from kgraph.extract.between import Offsets, between, head
from kgraph.model import Article
from kgraph.nlp.encoder import Encoder
from kgraph.ontology import Ontology, load
from kgraph.train.samples import lines

MERGED = {"CONCEDE": "YIELD", "RETREAT": "YIELD"}
"""Codes of our classes that the data set has as one."""
_TAG = re.compile(r"</?[st]>")


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence and its one event; a side that the data do not name is None."""

    text: str
    source: Offsets | None
    target: Offsets | None
    root: str


def roots(ontology: Ontology) -> Mapping[str, str]:
    """PLOVER root of each event class that has one, its own or that of its nearest ancestor."""
    found = {}
    for name, cls in ontology.classes.items():
        line = sorted((ontology.classes[parent] for parent in cls.parents), key=lambda it: -len(it.parents))
        code = next((it.plover for it in line if it.plover), None)
        if code is not None:
            found[name] = MERGED.get(code, code)
    return found


def examples(path: Path) -> Iterator[Marked]:
    """Sentences of the file; KGraphError naming file and line where one cannot be understood."""
    rows = csv.DictReader(lines(path), delimiter="\t")
    for row in rows:
        marked, root = row.get("marked_sentence"), row.get("gold_root")
        if not marked or root not in ROOTS:
            raise KGraphError(
                f"{path}:{rows.line_num}: no marked_sentence with a gold_root of PLOVER; is this the file?"
            )
        yield unmarked(marked, root)


def unmarked(marked: str, root: str) -> Marked:
    """The plain sentence, and where ``<s>…</s>`` and ``<t>…</t>`` stood in it."""
    text, at, found = "", 0, dict[str, Offsets | None]()
    begins: dict[str, int] = {}
    for tag in _TAG.finditer(marked):
        text += marked[at : tag.start()]
        at = tag.end()
        side = tag[0][-2]
        if tag[0][1] != "/":
            begins[side] = len(text)
        elif side in begins:
            begin = begins.pop(side)
            inner = text[begin:]
            begin += len(inner) - len(inner.lstrip())
            found[side] = (begin, max(begin, len(text.rstrip())))
    return Marked(text + marked[at:], found.get("s"), found.get("t"), root)


def evaluate(path: Path, encoder: Encoder) -> Documents:
    """Class between the marked places (``class …``; none found is wrong) and facts of the bare sentence.

    A fact is right when its class, its actor and its recipient are: the head word of what the data name is in
    our mention, or in another mention of the same entity.
    """
    known = roots(load())
    gold = list(examples(path))
    articles = [Article(id=f"plover-{n}", title="", text=item.text) for n, item in enumerate(gold, start=1)]
    return [
        _class(item, found, known) | _facts(item, found, known)
        for item, found in zip(gold, read(articles, encoder), strict=True)
    ]


def _class(item: Marked, found: Read, known: Mapping[str, str]) -> dict[str, Tally]:
    cls = between(found.doc, found.facts, item.source, item.target)
    root = known.get(cls) if cls else None
    tallies = {f"class {item.root}": Tally(gold=1)}
    right = root == item.root
    if root is not None:
        name = f"class {root}"
        tallies[name] = tallies.get(name, Tally()) + Tally(right, 1, right)
    tallies["class"] = Tally(right, root is not None, right, 1)
    return tallies


def _facts(item: Marked, found: Read, known: Mapping[str, str]) -> dict[str, Tally]:
    """Events with an actor and a recipient, or with the one side that the data name."""
    sides = [
        (role, word)
        for role, span in (("actor", item.source), ("recipient", item.target))
        if (word := head(found.doc, span)) is not None
    ]
    told = [
        (known[event.cls], event)
        for event in found.facts.events
        if event.cls in known and {role for role, _ in sides} <= {part.role for part in event.roles}
    ]
    placed = [
        (root, event) for root, event in told if all(found.fills(event, role, word) for role, word in sides)
    ]
    hit = any(root == item.root for root, _ in placed)
    tallies = {f"fact {item.root}": Tally(hit, 0, hit, 1)}
    for root, _ in told:
        tallies[f"fact {root}"] = tallies.get(f"fact {root}", Tally()) + Tally(predicted=1)
    tallies["facts"] = Tally(hit, len(told), hit, 1)
    tallies["sides of facts"] = Tally(bool(placed), len(told), bool(placed), 1)
    tallies["class of events"] = _any_class(item, found, known)
    return tallies


def _any_class(item: Marked, found: Read, known: Mapping[str, str]) -> Tally:
    named = {known[event.cls] for event in found.facts.events if event.cls in known}
    hit = item.root in named
    return Tally(hit, len(named), hit, 1)
