"""What a page shows, as plain sorted values: no RDF, no layout, no HTML.

Ids are IRIs without kgraph's instance namespace (``entity/actor/russia``): short, and the same on
every rebuild, so that a link into a page keeps its meaning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

REALIS = ("actual", "planned", "hypothetical", "negated")  # also the order of strength of an edge


@dataclass(frozen=True, slots=True)
class Node:
    """An entity or an event. ``cls`` is the local name of its most specific class."""

    id: str
    kind: str
    cls: str
    label: str
    names: tuple[str, ...] = ()
    date: str = ""
    realis: str = "actual"
    point: tuple[float, float] | None = None
    """Longitude and latitude in degrees."""


@dataclass(frozen=True, slots=True)
class Paper:
    """An article: what is needed to cite it. ``url`` is http(s) or empty."""

    id: str
    title: str
    date: str = ""
    source: str = ""
    url: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of a sentence, in code points from its begin; ``node`` is who is meant."""

    begin: int
    end: int
    node: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """The text a fact was read from; ``begin`` is its offset in the article."""

    id: str
    article: str
    begin: int
    text: str
    marks: tuple[Mark, ...] = ()
    first: str = ""
    """Where an earlier copy of the same report has it: the id of the sentence there."""


@dataclass(frozen=True, slots=True)
class Fact:
    """An event or a relation, with its evidence.

    ``cls`` is the class of an event or the predicate of a relation. An event's participants are
    ``roles`` (role, node id) and ``values`` (role, literal); a relation has ``subject`` and either
    ``object`` (a node id) or ``value``.
    """

    id: str
    kind: str
    cls: str
    label: str = ""
    mode: str = ""
    subject: str = ""
    object: str = ""
    value: str = ""
    roles: tuple[tuple[str, str], ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    begin: str = ""
    end: str = ""
    basis: str = ""
    realis: str = "actual"
    according_to: tuple[str, ...] = ()
    confidence: float | None = None
    sentences: tuple[str, ...] = ()

    @property
    def nodes(self) -> tuple[str, ...]:
        """Every node the fact names: the event itself, its participants, who says so."""
        own = (self.id,) if self.kind == "event" else ()
        named = (self.subject, self.object, *(node for _, node in self.roles), *self.according_to)
        return tuple(dict.fromkeys((*own, *filter(None, named))))


@dataclass(frozen=True, slots=True)
class Edge:
    """A line of the drawing: a standing relation, or one role of one event.

    ``realis`` is the strongest of its facts: an edge is solid where one of them is actual.
    """

    id: str
    source: str
    target: str
    name: str
    kind: str
    realis: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A subgraph with all that its page tells; every tuple is sorted.

    ``left_out`` counts the nodes that did not fit; ``others`` names those of them that a fact
    on the page mentions.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    facts: tuple[Fact, ...]
    sentences: tuple[Sentence, ...]
    articles: tuple[Paper, ...]
    others: Mapping[str, str]
    left_out: int = 0


def edges_of(facts: tuple[Fact, ...]) -> tuple[Edge, ...]:
    """Draw a relation told several times as one edge, and each participant of an event as one.

    Who says so is an edge of its own only where the speaker has no part in the event.
    """
    found: dict[tuple[str, str, str, str], list[Fact]] = {}
    for fact in facts:
        if fact.kind == "relation" and fact.object:
            found.setdefault((fact.subject, fact.cls, fact.object, "relation"), []).append(fact)
        elif fact.kind == "event":
            for role, node in fact.roles:
                found.setdefault((fact.id, role, node, "role"), []).append(fact)
            for node in {*fact.according_to} - {node for _, node in fact.roles}:
                found.setdefault((fact.id, "accordingTo", node, "claim"), []).append(fact)
    return tuple(
        Edge(
            id="|".join((source, name, target)),
            source=source,
            target=target,
            name=name,
            kind=kind,
            realis=min((fact.realis for fact in told), key=_strength),
            facts=tuple(fact.id for fact in told),
        )
        for (source, name, target, kind), told in sorted(found.items())
    )


def part(
    picture: Picture, kept: Collection[str], *, facts: Collection[str] | None = None, left_out: int = 0
) -> Picture:
    """Keep some nodes, and the facts among them, or those of them in ``facts``.

    Of an event, itself must be kept; of a relation, both ends.
    """
    nodes = {node.id: node for node in picture.nodes}

    def is_kept(fact: Fact) -> bool:
        if facts is not None and fact.id not in facts:
            return False
        if fact.kind == "event":
            return fact.id in kept
        return fact.subject in kept and (not fact.object or fact.object in kept)

    told = tuple(fact for fact in picture.facts if is_kept(fact))
    wanted = {name for fact in told for name in fact.sentences}
    sentences = tuple(sentence for sentence in picture.sentences if sentence.id in wanted)
    cited = {sentence.article for sentence in sentences}
    others = {
        name: nodes[name].label for fact in told for name in fact.nodes if name in nodes and name not in kept
    }
    return Picture(
        nodes=tuple(node for node in picture.nodes if node.id in kept),
        edges=tuple(edge for edge in edges_of(told) if edge.source in kept and edge.target in kept),
        facts=told,
        sentences=sentences,
        articles=tuple(paper for paper in picture.articles if paper.id in cited),
        others={**{name: label for name, label in picture.others.items() if name not in kept}, **others},
        left_out=picture.left_out + left_out,
    )


def most_connected(nodes: Iterable[str], edges: Iterable[Edge], limit: int) -> set[str]:
    """Choose at most ``limit`` nodes: the ends of the busiest edges, then those with the most edges.

    An edge is as busy as its ends together; so what is kept hangs together.
    """
    names = set(nodes)
    if len(names) <= limit:
        return names
    pairs = [(edge.source, edge.target) for edge in edges]
    degree = Counter(end for pair in pairs for end in pair)
    kept: set[str] = set()
    for pair in sorted(set(pairs), key=lambda pair: (-degree[pair[0]] - degree[pair[1]], pair)):
        if len(kept) + sum(end not in kept for end in set(pair)) <= limit:
            kept.update(pair)
        if len(kept) >= limit:
            return kept
    rest = sorted(names - kept, key=lambda node: (-degree[node], node))
    return kept | set(rest[: max(limit - len(kept), 0)])


def _strength(realis: str) -> int:
    return REALIS.index(realis) if realis in REALIS else len(REALIS)
