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

from spacy.tokens import Token

from kgraph.errors import KGraphError
from kgraph.evaluate.extracted import Read, read
from kgraph.evaluate.measures import Documents, Tally
from kgraph.evaluate.scores import PLOVER_ROOTS
from kgraph.extract.between import Offsets, between, head, meant
from kgraph.model import Article, Event
from kgraph.nlp.encoder import Encoder
from kgraph.ontology import Ontology, load
from kgraph.train.samples import lines

MERGED = {"CONCEDE": "YIELD", "RETREAT": "YIELD"}
"""Codes of our classes that the data set has as one."""
BEYOND = {"Exercise": "COOPERATE"}
"""Our classes beyond PLOVER that are within a class of it: joint exercises are material cooperation there."""
MEASURES = (
    *("class", *(f"class {root}" for root in PLOVER_ROOTS), "class of any event"),
    *("facts", "facts, as meant", "facts, any class", "facts, target anywhere"),
    *(f"fact {root}" for root in PLOVER_ROOTS),
)
"""In the order of the table."""
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
        code = next((it.plover for it in line if it.plover), BEYOND.get(name))
        if code is not None:
            found[name] = MERGED.get(code, code)
    return found


def examples(path: Path) -> Iterator[Marked]:
    """Sentences of the file; KGraphError naming file and line where one cannot be understood."""
    rows = csv.DictReader(lines(path), delimiter="\t")
    for row in rows:
        marked, root = row.get("marked_sentence"), row.get("gold_root")
        if not marked or root not in PLOVER_ROOTS:
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
    our mention, or in another one of the same entity. ``facts, as meant`` counts promises and refusals as
    such; ``facts, target anywhere`` takes the target in any other role too.
    """
    known = roots(load())
    gold = list(examples(path))
    articles = [Article(id=f"plover-{n}", title="", text=item.text) for n, item in enumerate(gold, start=1)]
    found = [score(item, page, known) for item, page in zip(gold, read(articles, encoder), strict=True)]
    return [dict.fromkeys(MEASURES, Tally()) | found[0], *found[1:]] if found else []


def score(item: Marked, found: Read, known: Mapping[str, str]) -> dict[str, Tally]:
    """The tallies of one sentence; ``known`` is the root of each class."""
    return _class(item, found, known) | _facts(item, found, known)


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
    asked = {role for role, _ in sides}
    events = [(known[event.cls], event) for event in found.facts.events if event.cls in known]
    told = [(root, event) for root, event in events if asked <= {part.role for part in event.roles}]
    placed = [event for _, event in told if all(found.fills(event, *side) for side in sides)]
    roots = {known[event.cls] for event in placed}
    meanings = {known.get(meant(event.cls, event.realis)) for event in placed}
    wide = [(root, event) for root, event in events if asked <= _sides(event)]
    loose = {root for root, event in wide if all(_anywhere(found, event, *side) for side in sides)}
    named = {root for root, _ in events}
    tallies = {
        "facts": _hit(item.root in roots, len(told)),
        "facts, as meant": _hit(item.root in meanings, len(told)),
        "facts, any class": _hit(bool(placed), len(told)),
        "facts, target anywhere": _hit(item.root in loose, len(wide)),
        "class of any event": _hit(item.root in named, len(named)),
        f"fact {item.root}": _hit(item.root in roots, 0),
    }
    for root, _ in told:
        name = f"fact {root}"
        tallies[name] = tallies.get(name, Tally()) + Tally(predicted=1)
    return tallies


def _hit(right: bool, predicted: int) -> Tally:
    """One gold fact, found or not, among those predicted."""
    return Tally(right, predicted, right, 1)


def _sides(event: Event) -> set[str]:
    """The sides an event has, where what is in another role is a recipient too."""
    return {"actor" if part.role == "actor" else "recipient" for part in event.roles}


def _anywhere(found: Read, event: Event, role: str, word: Token) -> bool:
    if role == "actor":
        return found.fills(event, role, word)
    return any(
        found.means(part.mention, word) if part.mention else word.text in str(part.value).split()
        for part in event.roles
        if part.role != "actor"
    )
