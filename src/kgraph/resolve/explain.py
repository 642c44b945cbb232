"""Why things are one node or two: scores and reasons for people."""

from __future__ import annotations

import math
import shlex
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kgraph.names import BASE
from kgraph.resolve import Resolution
from kgraph.resolve.curation import Decision
from kgraph.resolve.entities import Node
from kgraph.resolve.profile import Profile

UNSURE = 1.5
"""Log-odds either way within which a pair is shown to a person: between 18 and 82 %."""


@dataclass(frozen=True, slots=True)
class Link:
    """Two names, or two tellings, and how sure they are one (0 to 1), with what speaks for and against it."""

    one: str
    other: str
    sure: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something a person may decide: the line for it, and why it is doubtful."""

    line: str
    joined: bool
    """Whether the two are one node now."""
    link: Link


@dataclass(frozen=True, slots=True)
class Explanation:
    """What made a node what it is."""

    node: Node
    """With class and label as decided."""
    members: tuple[Profile, ...]
    links: tuple[Link, ...]
    """Scored pairs of its names, the surest first."""
    near: tuple[Link, ...]
    """Pairs with other nodes that were not joined, the surest first."""
    decisions: tuple[Decision, ...]


def probability(value: float) -> float:
    """Log-odds as a probability."""
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, value))))


def doubts(resolution: Resolution) -> list[Doubt]:
    """What is least sure, the most doubtful first; each pair of nodes once, and none that was decided."""
    best: dict[tuple[str, ...], tuple[float, Doubt]] = {}
    nodes = resolution.entities
    decided = _by_node(resolution)
    for one, other, score in nodes.pairs:
        if abs(score.value) > UNSURE:
            continue
        left, right = (nodes.of[atom.members[0].article, atom.members[0].entity] for atom in (one, other))
        link = Link(one.key, other.key, probability(score.value), score.reasons)
        mine, theirs = decided.get(left.key, []), decided.get(right.key, [])
        verb = "merge" if left.key == right.key else "split"
        if any(item.verb == "drop" or (item.verb == verb and item in theirs) for item in (*mine, *theirs)):
            continue
        if left.key == right.key:
            if {p.article for p in one.members} & {p.article for p in other.members}:
                continue  # a split is by article
            ids = sorted({resolution.ids[profile.article] for profile in other.members})
            doubt = Doubt(f"split {left.key} {shlex.join(ids)}", True, link)
            pair: tuple[str, ...] = (left.key, one.key, other.key)
        else:
            pair = tuple(sorted((left.key, right.key)))
            doubt = Doubt(f"merge {pair[0]} {pair[1]}", False, link)
        if pair not in best or abs(score.value) < best[pair][0]:
            best[pair] = (abs(score.value), doubt)
    for item in resolution.happened:
        for a, b, value in item.pairs:
            if abs(value.value) <= UNSURE and a.happening.article != b.happening.article:
                first, second = (x.happening.iri.removeprefix(BASE) for x in (a, b))
                link = Link(first, second, probability(value.value), value.reasons)
                away = shlex.quote(resolution.ids[b.happening.article])
                line = f"split {item.iri.removeprefix(BASE)} {away}"
                best.setdefault((item.iri, line), (abs(value.value), Doubt(line, True, link)))
    return [doubt for _, doubt in sorted(best.values(), key=lambda pair: (pair[0], pair[1].line))]


def explain(resolution: Resolution, node: Node) -> Explanation:
    """Mentions, scores and rules of a node."""
    nodes = resolution.entities
    links: list[Link] = []
    near: list[Link] = []
    for one, other, score in nodes.pairs:
        homes = [nodes.of[atom.members[0].article, atom.members[0].entity].key for atom in (one, other)]
        if node.key in homes:
            link = Link(_shown(one.key, one.forms), _shown(other.key, other.forms),
                        probability(score.value), score.reasons)  # fmt: skip
            (links if homes[0] == homes[1] else near).append(link)
    decisions = _by_node(resolution).get(node.key, [])
    said = {decision.verb: decision.words[-1] for decision in decisions}
    return Explanation(
        replace(node, cls=said.get("retype", node.cls), label=said.get("rename", node.label)),
        tuple(sorted(node.members, key=lambda profile: (profile.article, profile.entity))),
        tuple(sorted(links, key=_order)),
        tuple(sorted(near, key=_order)),
        tuple(decisions),
    )


def _by_node(resolution: Resolution) -> dict[str, list[Decision]]:
    """The decisions about each node, by its key; a name that is no key is one that an article gave."""
    keys = {node.key for node in resolution.entities.nodes}
    given: dict[str, set[str]] = defaultdict(set)
    for node in resolution.entities.nodes:
        for profile in node.members:
            given[profile.key].add(node.key)
    found: dict[str, list[Decision]] = defaultdict(list)
    for decision in resolution.decisions:
        names = set(decision.words if decision.verb in ("merge", "split") else decision.words[:1])
        if decision.verb == "split":
            names.add(f"{decision.words[0]}--{min(decision.words[1:])}")
        for key in sorted({key for name in names for key in ({name} if name in keys else given[name])}):
            found[key].append(decision)
    return found


def find(resolution: Resolution, name: str) -> Iterator[Node]:
    """The nodes that a name, a key or an IRI may mean, exact ones first; a name may be a decided one."""
    key = name.removeprefix(f"{BASE}entity/")
    wanted = name.casefold()
    renamed = {
        node
        for node, decisions in _by_node(resolution).items()
        for decision in decisions
        if decision.verb == "rename" and decision.words[1].casefold() == wanted
    }
    exact = [node for node in resolution.entities.nodes if node.key == key]
    named = [
        node
        for node in resolution.entities.nodes
        if node.key != key
        and (
            node.key in renamed
            or any(
                form.casefold() == wanted or profile.key == key
                for profile in node.members
                for form in profile.forms
            )
        )
    ]
    yield from sorted(exact, key=lambda node: node.key)
    yield from sorted(named, key=lambda node: node.key)


def _shown(key: str, forms: frozenset[str]) -> str:
    return f"{min(forms, key=lambda form: (-len(form), form))} ({key})"


def _order(link: Link) -> tuple[float, str, str]:
    return -link.sure, link.one, link.other
