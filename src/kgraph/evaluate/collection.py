"""Our collection of overlapping articles: is the same thing one node in all, and do others stay apart.

A file holds articles in the marks of ``train.annotated``, and identities over all files for numbers::

    ## a-1 | agency | 2019-05-14 | Title
    [Norway|State#state-norway] {moved|Deployment#e-a-jets} <two fighters|Equipment#a-jets> to ...
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kgraph import settle
from kgraph.errors import KGraphError
from kgraph.evaluate.measures import Documents, Tally
from kgraph.extract.identity import category, family
from kgraph.gazetteer import Gazetteer, slug
from kgraph.model import Article, Extraction
from kgraph.nlp.encoder import Encoder
from kgraph.pipeline import Resources
from kgraph.resolve import entities, profile, resolve
from kgraph.resolve.profile import Profile
from kgraph.train.annotated import scan

_LABEL = re.compile(r"([A-Za-z]+)#([a-z0-9-]+)")
PRONOUNS = frozenset(
    "he him his himself she her hers herself it its itself they them their theirs themselves "
    "who whom whose which that we us our ours i me my mine you your one both all".split()
)


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """One marked place: offsets into the article's text, type or class, identity."""

    begin: int
    end: int
    label: str
    identity: str
    kind: str
    """``name``, ``nominal``, ``pronoun`` or ``trigger``."""


@dataclass(frozen=True, slots=True)
class Marked:
    """One article and its marks."""

    article: Article
    marks: tuple[Mark, ...]


def read(path: Path) -> Iterator[Marked]:
    """The articles of a file. Raises KGraphError naming file and line."""
    heading: list[str] | None = None
    texts: list[str] = []
    marks: list[Mark] = []
    begin = 0
    for number, row in enumerate([*path.read_text(encoding="utf-8").splitlines(), "##"], start=1):
        if row.startswith("##"):
            if heading:
                article = Article(heading[0], heading[3], " ".join(texts), date=heading[2], source=heading[1])
                yield Marked(article, tuple(sorted(marks)))
            heading, texts, marks, begin = [part.strip() for part in row[2:].split("|")], [], [], 0
            if row != "##" and len(heading) != 4:
                raise KGraphError(f"{path}:{number}: a heading is '## id | manner | YYYY-MM-DD | title'")
        elif row.strip():
            text, found = _marks(row.strip(), f"{path}:{number}")
            marks += [Mark(begin + m.begin, begin + m.end, m.label, m.identity, m.kind) for m in found]
            texts.append(text)
            begin += len(text) + 1


def _marks(row: str, where: str) -> tuple[str, list[Mark]]:
    text, found = scan(row, where, label=_LABEL, example="Type#identity")
    kinds = {"[": "name", "{": "trigger"}
    marks = [
        Mark(
            begin,
            end,
            match[1],
            match[2],
            kinds.get(bracket) or ("pronoun" if text[begin:end].lower() in PRONOUNS else "nominal"),
        )
        for bracket, begin, end, match in found
    ]
    return text, marks


# ---------------------------------------------------------------- scores

Place = tuple[str, int, int]
"""Article, begin and end of a mark."""


def evaluate(folder: Path, encoder: Encoder) -> Documents:
    """B-cubed of the nodes that a build of all articles of a folder gives, by article.

    Counted are the marks that extraction found too: ``names`` are those of entities called by a name there,
    ``entities`` all mentions of entities, ``events`` the triggers. ``found`` says how many of the marks those
    are. Adjectives and peoples of states are left out: in kgraph they are one node with their state. With
    ``chains given`` resolution gets each article's chains as they are marked, so that it is scored alone.
    """
    paths = sorted(folder.glob("collection-*.txt"))
    if not paths:
        raise KGraphError(f"{folder}: holds no collection-*.txt")
    marked = [item for path in paths for item in read(path)]
    ready = Resources.load(model=encoder.path.parent)
    extractions = list(ready.facts([item.article for item in marked]))
    nodes, gold, kinds = _compared(marked, extractions, ready.gazetteer)
    groups = {
        "names": [place for place in gold if kinds[place] == "name"],
        "entities": [place for place in gold if kinds[place] != "trigger"],
        "events": [place for place in gold if kinds[place] == "trigger"],
    }
    tallies: dict[str, dict[str, Tally]] = {item.article.id: {} for item in marked}
    for name, places in groups.items():
        for article, tally in _b3(nodes, gold, places).items():
            tallies[article][f"{name} B3"] = tally
    for article, tally in _given_chains(marked, ready.gazetteer).items():
        tallies[article]["entities B3, chains given"] = tally
    for item in marked:
        for name, wanted in (("names", {"name"}), ("events", {"trigger"})):
            marks = [mark for mark in item.marks if mark.kind in wanted and mark.label != "Nationality"]
            found = sum((item.article.id, mark.begin, mark.end) in gold for mark in marks)
            tallies[item.article.id][f"{name} found"] = Tally(found, found, found, len(marks))
    return list(tallies.values())


def _compared(
    marked: Sequence[Marked], extractions: Sequence[Extraction], gazetteer: Gazetteer
) -> tuple[dict[Place, Hashable], dict[Place, Hashable], dict[Place, str]]:
    """For every mark that was found: its node, its identity, its kind."""
    readings = [settle.reading_of(extraction, gazetteer=gazetteer) for extraction in extractions]
    resolution = resolve(readings)
    happened = {
        (member.happening.article, member.happening.event): item.iri
        for item in resolution.happened
        for member in item.members
    }
    nodes: dict[Place, Hashable] = {}
    gold: dict[Place, Hashable] = {}
    kinds: dict[Place, str] = {}
    for item, extraction, reading in zip(marked, extractions, readings, strict=True):
        iris = {told.event: told.iri for told in reading.happenings}
        for mark, meant in _aligned(item, extraction):
            place = (item.article.id, mark.begin, mark.end)
            gold[place], kinds[place] = mark.identity, mark.kind
            if mark.kind == "trigger":
                nodes[place] = happened.get((reading.article, meant), iris[meant])
            else:
                node = resolution.entities.of.get((reading.article, meant))
                nodes[place] = reading.keys[meant] if node is None else node.key
    return nodes, gold, kinds


def _given_chains(marked: Sequence[Marked], gazetteer: Gazetteer) -> dict[str, Tally]:
    """B-cubed of all mentions where the chains of each article are known and only their nodes are sought."""
    profiles = [made for item in marked for made in _profiles(item, gazetteer)]
    found = entities.resolve(profiles)
    nodes: dict[Place, Hashable] = {}
    gold: dict[Place, Hashable] = {}
    for item in marked:
        for mark in item.marks:
            if mark.kind != "trigger" and mark.label != "Nationality":
                place = (item.article.id, mark.begin, mark.end)
                node = found.of.get((item.article.id, mark.identity))
                nodes[place] = f"{item.article.id} {mark.identity}" if node is None else node.key
                gold[place] = mark.identity
    return _b3(nodes, gold, list(gold))


def _profiles(item: Marked, gazetteer: Gazetteer) -> Iterator[Profile]:
    """What resolution would know of the named chains of an article if extraction were right."""
    text = item.article.text
    sentences = [text.count(". ", 0, mark.begin) for mark in item.marks]
    groups: dict[str, list[tuple[Mark, int]]] = defaultdict(list)
    for mark, sentence in zip(item.marks, sentences, strict=True):
        if mark.kind != "trigger" and mark.label != "Nationality":
            groups[mark.identity].append((mark, sentence))
    keys: dict[str, str] = {}
    for identity, group in groups.items():
        names = [text[mark.begin : mark.end] for mark, _ in group if mark.kind == "name"]
        if names:
            label = max(names, key=lambda name: (len(name.split()), name))
            label_of = group[0][0].label
            entries = [gazetteer.find(name, mention_type=label_of) for name in names]
            if label_of == "State":
                entries += [gazetteer.capital(name) or gazetteer.metonym(name) for name in names]
                entries = [entry for entry in entries if entry is not None and entry.cls == "State"]
            entry = next((entry for entry in entries if entry is not None), None)
            keys[identity] = entry.key if entry else f"{family(group[0][0].label)}/{slug(label)}"
    for identity, key in keys.items():
        group = groups[identity]
        names = sorted({text[mark.begin : mark.end] for mark, _ in group if mark.kind == "name"})
        entry = gazetteer.entries.get(key)
        label = entry.name if entry else max(names, key=lambda name: (len(name.split()), name))
        offices = [
            profile.title(text[mark.begin : mark.end], gazetteer)
            for mark, _ in group
            if mark.kind == "nominal"
        ]
        near = {sentence for _, sentence in group}
        yield Profile(
            item.article.id,
            identity,
            key,
            entry.cls if entry else group[0][0].label,
            label,
            tuple(name for name in names if name != label),
            known=entry is not None,
            local=entry is None and category(label.lower().split(), nominal=False) is not None,
            states=frozenset(state for _, states in offices for state in states),
            titles=frozenset(words for words, _ in offices if words and group[0][0].label == "Person"),
            mates=frozenset(
                keys[other]
                for other, others in groups.items()
                if other in keys and other != identity and others[0][0].label != "State"
                if any(sentence in near for _, sentence in others)
            ),
            date=item.article.date,
        )


def _aligned(item: Marked, extraction: Extraction) -> Iterator[tuple[Mark, str]]:
    """Marks with the id of the entity or event that was found there; each mention serves one mark.

    A mention fits a mark of the same extent, else one that ends where it does and holds its head.
    """
    taken: set[str] = set()
    marks = [mark for mark in item.marks if mark.kind != "trigger" and mark.label != "Nationality"]
    left = []
    exact = {(mention.span.begin, mention.span.end): mention for mention in extraction.mentions}
    for mark in marks:
        mention = exact.get((mark.begin, mark.end))
        if mention is None:
            left.append(mark)
        else:
            taken.add(mention.id)
            yield mark, mention.entity
    for mark in left:
        for mention in extraction.mentions:
            held = mark.begin <= mention.head.begin and abs(mention.head.end - mark.end) <= 1
            if held and mention.id not in taken and (mark.kind != "name" or mention.kind == "name"):
                taken.add(mention.id)
                yield mark, mention.entity
                break
    triggers = [(telling.trigger, event.id) for event in extraction.events for telling in event.tellings]
    used: set[int] = set()
    for mark in item.marks:
        if mark.kind == "trigger":
            for at, (trigger, event) in enumerate(triggers):
                if at not in used and trigger.begin < mark.end and mark.begin < trigger.end:
                    used.add(at)
                    yield mark, event
                    break


def _b3(
    nodes: Mapping[Place, Hashable], gold: Mapping[Place, Hashable], places: Sequence[Place]
) -> dict[str, Tally]:
    """B-cubed (Bagga and Baldwin 1998) over all articles, the share of each article apart."""
    by_node: dict[Hashable, set[Place]] = defaultdict(set)
    by_gold: dict[Hashable, set[Place]] = defaultdict(set)
    for place in places:
        by_node[nodes[place]].add(place)
        by_gold[gold[place]].add(place)
    found: dict[str, Tally] = defaultdict(Tally)
    for place in places:
        given, wanted = by_node[nodes[place]], by_gold[gold[place]]
        shared = len(given & wanted)
        found[place[0]] += Tally(shared / len(given), 1, shared / len(wanted), 1)
    return found
