"""The facts of our annotated articles against what the whole extraction finds, grammar and model together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from pathlib import Path

from kgraph.evaluate.measures import Documents, Tally, of_sets
from kgraph.model import Article, Event, Extraction, Span
from kgraph.nlp.encoder import Encoder
from kgraph.nlp.labels import RELATIONS, ROLES, UNDIRECTED
from kgraph.pipeline import Resources
from kgraph.train.annotated import Annotated, Happening, Line
from kgraph.train.own import held_out_articles

LAYERS = ("events", "events, any class", "realis", "roles", "source", "events, all right", "relations")
Offsets = tuple[int, int]


def evaluate(path: Path, encoder: Encoder) -> Documents:
    """Held-out articles of an annotated file or a folder of such, read from their bare text."""
    chosen = list(held_out_articles(path))
    found = Resources.load(model=encoder.path.parent).facts([plain(article) for article in chosen])
    return [compare(article, extraction) for article, extraction in zip(chosen, found, strict=True)]


def plain(article: Annotated) -> Article:
    """The article without its marks, one sentence after another; a headline stands by itself."""
    text = "".join(line.text + _gap(line) for line in article.lines)
    return Article(id=article.id, title="", text=text, date=article.date)


def _gap(line: Line) -> str:
    """What stands after a sentence."""
    return " " if line.text.rstrip("”’\")'").endswith((".", "!", "?", ":", ";", "—", "-")) else "\n\n"


def compare(article: Annotated, extraction: Extraction) -> dict[str, Tally]:
    """Tallies of the layers of one article.

    An event is right when its trigger touches the gold one and the class is the same; realis, roles and
    source count for those; ``events, all right`` asks for all of it. A mention stands for the chain of the
    smallest gold mention around its head; what stands for none is wrong.
    """
    chains: list[tuple[Offsets, str]] = []
    wanted: dict[str, tuple[Offsets, str, Happening]] = {}
    begin = 0
    relations: set[Hashable] = set()
    for line in article.lines:
        told = {happening.number: happening for happening in line.happenings}
        for mark in line.marks:
            place = (begin + mark.begin, begin + mark.end)
            if mark.kind == "trigger":
                wanted[mark.number] = (place, mark.label, told[mark.number])
            else:
                chains.append((place, mark.number))
        relations |= {
            (begin, label, frozenset({one, other}) if label in UNDIRECTED else (one, other))
            for one, label, other in line.relations
        }
        begin += len(line.text) + len(_gap(line))
    heads = {mention.id: _chain(mention.head, chains) or mention.id for mention in extraction.mentions}
    classes: set[tuple[str, str]] = set()
    places: set[Hashable] = set()
    tallies: dict[str, Tally] = {}
    roles_given: set[tuple[str, str, str]] = set()
    realis_given: set[Hashable] = set()
    source_given: set[Hashable] = set()
    whole: set[Hashable] = set()
    tellings = [telling for event in extraction.events for telling in event.apart()]
    for event in tellings:
        number = next(
            (
                key
                for key, (place, label, _) in sorted(wanted.items())
                if _touch(event.trigger, place) and label == event.cls and (key, label) not in classes
            ),
            None,
        ) or next((key for key, (place, _, _) in wanted.items() if _touch(event.trigger, place)), event.id)
        places.add(number)
        classes.add((number, event.cls))
        if number not in wanted or wanted[number][1] != event.cls:
            continue
        realis_given.add((number, event.realis))
        given = _roles(event, heads)
        roles_given |= {(number, *role) for role in given}
        source = {heads[event.according_to]} if event.according_to else set()
        source_given |= {(number, item) for item in source}
        happening = wanted[number][2]
        right = {(role, chain) for role, chain in happening.roles if role != "source"}
        said = {chain for role, chain in happening.roles if role == "source"}
        if (given, event.realis) == (right, happening.realis) and (source == said or (source & said)):
            whole.add(number)
    matched = {number for number, label in classes if number in wanted and wanted[number][1] == label}
    tallies["events"] = of_sets(classes, {(key, label) for key, (_, label, _) in wanted.items()})
    tallies["events, any class"] = of_sets(places, wanted)
    tallies["realis"] = of_sets(realis_given, {(key, wanted[key][2].realis) for key in matched})
    every = {(key, *role) for key in matched for role in wanted[key][2].roles}
    tallies["roles"] = of_sets(roles_given, {item for item in every if item[1] != "source"})
    for role in ROLES:
        if role != "source":
            tallies[role] = of_sets(
                {item for item in roles_given if item[1] == role}, {item for item in every if item[1] == role}
            )
    tallies["source"] = of_sets(
        source_given, {(key, chain) for key, role, chain in every if role == "source"}
    )
    tallies["events, all right"] = Tally(len(whole), len(tellings), len(whole), len(wanted))
    found: set[Hashable] = set()
    for relation in extraction.relations:
        if relation.predicate in RELATIONS and relation.object and relation.realis == "actual":
            line_begin = _line(article, relation.sentence)
            one, other = heads[relation.subject], heads[relation.object]
            pair = frozenset({one, other}) if relation.predicate in UNDIRECTED else (one, other)
            found.add((line_begin, relation.predicate, pair))
    tallies["relations"] = of_sets(found, relations)
    return tallies


def _roles(event: Event, heads: dict[str, str]) -> set[tuple[str, str]]:
    return {(role.role, heads[role.mention]) for role in event.roles if role.mention and role.role in ROLES}


def _touch(span: Span, place: Offsets) -> bool:
    return span.begin < place[1] and place[0] < span.end


def _chain(head: Span, chains: Iterable[tuple[Offsets, str]]) -> str | None:
    around = [(end - begin, number) for (begin, end), number in chains if begin <= head.begin < end]
    return min(around)[1] if around else None


def _line(article: Annotated, sentence: Span) -> int:
    """Where the gold sentence begins in which a sentence of ours begins."""
    begin = 0
    for line in article.lines:
        if sentence.begin <= begin + len(line.text):
            return begin
        begin += len(line.text) + len(_gap(line))
    return begin
