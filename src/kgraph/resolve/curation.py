"""Decisions of a person about nodes: lines of a plain file that every build applies again.

One decision a line, ``#`` opens a comment, which is kept as the reason::

    merge person/lavrov person/sergei-lavrov     # the first names the node
    split person/hassan keld-2031 as person/hassan-of-keld
    rename actor/nsf "Northern Sun Forces"
    retype place/camp-minase ArmyBase
    drop person/home
    same-as actor/nato https://www.wikidata.org/entity/Q7184

Events are named by the ends of their IRIs, ``article/keld-2031#event-Assault-42-48``; they can be merged,
split and dropped. A node is named by the end of its IRI, or by a key that an article gave it, so that a line
still holds when new articles give the node another name. A split names articles by their ids.
"""

from __future__ import annotations

import difflib
import re
import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from kgraph.errors import CurationError
from kgraph.names import BASE
from kgraph.ontology import Ontology
from kgraph.resolve.clusters import Score
from kgraph.resolve.entities import Entities, Homes, Node
from kgraph.resolve.events import Happened, Told
from kgraph.resolve.scoring import Atom

VERBS: Mapping[str, str] = {
    "merge": "merge NODE NODE …",
    "split": "split NODE ARTICLE … [as NODE]",
    "rename": 'rename NODE "LABEL"',
    "retype": "retype NODE CLASS",
    "drop": "drop NODE",
    "same-as": "same-as NODE IRI",
}
KINDS = frozenset({"Actor", "Place", "Equipment", "Document"})
"""What is under one of these classes is an entity."""
_WORD = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'[^']*')+(?=\s|$)|\S+""")
"""A word, or a whole one in quotation; one that begins with ``#`` opens a comment, an IRI's does not."""
_IRI = re.compile(r'https?://[^\x00-\x20\x7f-\x9f<>"{}|\\^`\ud800-\udfff]+')
"""What ``rdf`` takes for an IRI of the web."""
_ENTITY = f"{BASE}entity/"


@dataclass(frozen=True, slots=True)
class Decision:
    """One line: what to do, with what, why, and where it stands."""

    verb: str
    words: tuple[str, ...]
    reason: str
    place: str

    def __str__(self) -> str:
        """The line itself."""
        line = f"{self.verb} {shlex.join(self.words)}"
        return f"{line}  # {self.reason}" if self.reason else line

    @property
    def of_event(self) -> bool:
        """Whether it is about events, which are named by IRIs of articles."""
        return "#event-" in self.words[0]

    def error(self, reason: str) -> CurationError:
        """Say what is wrong, after file and line."""
        return CurationError(f"{self.place}: {self.verb}: {reason}; nothing of the file is applied")


def read(path: Path) -> list[Decision]:
    """The decisions of a file, none where there is no file. Raises CurationError naming file and line."""
    if not path.exists():
        return []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CurationError(f"{path}: cannot be read: {error.strerror or error}; check the file") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise CurationError(f"{path}:{line}: is not UTF-8 text: {error.reason}; save it as UTF-8") from error
    return [
        decision
        for number, line in enumerate(text.split("\n"), start=1)
        if (decision := parse(line, f"{path}:{number}")) is not None
    ]


def parse(line: str, place: str) -> Decision | None:
    """One line as a decision, None for an empty one. Raises CurationError with ``place``."""
    begin = next((word.start() for word in _WORD.finditer(line) if word[0].startswith("#")), len(line))
    reason = line[begin + 1 :].strip()
    try:
        words = shlex.split(line[:begin])
    except ValueError as error:
        raise CurationError(f"{place}: {error}; close the quotation") from error
    if not words:
        return None
    verb, rest = words[0], tuple(word.removeprefix(_ENTITY).removeprefix(BASE) for word in words[1:])
    if verb not in VERBS:
        near = difflib.get_close_matches(verb, VERBS, n=1, cutoff=0.0)[0]
        raise CurationError(f"{place}: {verb!r} is no decision; nearest: {VERBS[near]}")
    least = {"drop": 1, "rename": 2, "retype": 2, "same-as": 2, "split": 2, "merge": 2}[verb]
    most = {"merge": 1000, "split": 1000}.get(verb, least)
    if not least <= len(rest) <= most or not all(map(str.strip, rest)):
        raise CurationError(f"{place}: a line is: {VERBS[verb]}")
    if verb == "same-as" and not _IRI.fullmatch(rest[1]):
        raise CurationError(f"{place}: same-as: {rest[1]!r} is no http(s) IRI; for instance one of Wikidata")
    decision = Decision(verb, rest, reason, place)
    if decision.of_event and verb not in ("merge", "split", "drop"):
        raise CurationError(f"{place}: {verb}: is for entities; events can be merged, split and dropped")
    return decision


@dataclass(slots=True)
class Curated:
    """What decisions ask of one node besides its members."""

    key: str
    label: str | None = None
    cls: str | None = None
    dropped: bool = False
    same_as: list[str] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)


def apply(
    found: Entities,
    decisions: Sequence[Decision],
    *,
    articles: Mapping[str, str],
    ontology: Ontology | None,
) -> tuple[Entities, dict[str, Curated]]:
    """The nodes as decisions want them, and by key what else they ask.

    ``articles`` gives the IRI of an article by its id. Splits come first, then merges, then the rest. Raises
    CurationError naming file and line, before anything is changed.
    """
    if not decisions:
        return found, {}
    table = _Table(found, articles)
    for decision in decisions:
        if decision.verb == "split":
            table.split(decision)
    _check_cycles(decisions, table)
    for decision in decisions:
        if decision.verb == "merge":
            table.merge(decision)
    for decision in decisions:
        if decision.verb not in ("split", "merge"):
            table.mark(decision, ontology)
    return table.result(found), table.marks


class _Table:
    """Nodes by key while decisions change them."""

    def __init__(self, found: Entities, articles: Mapping[str, str]) -> None:
        self.nodes = {node.key: node for node in found.nodes}
        self.articles = articles
        self.marks: dict[str, Curated] = {}
        self.gone: dict[str, str] = {}
        self.by_old: dict[str, set[str]] = defaultdict(set)
        for node in found.nodes:
            for profile in node.members:
                self.by_old[profile.key].add(node.key)

    def find(self, name: str, decision: Decision) -> Node:
        """The node of this name, or the only one that an article called so."""
        key = self.now(name)
        if key in self.nodes:
            return self.nodes[key]
        called = {self.now(other) for other in self.by_old.get(name, ())}
        if len(called) == 1:
            return self.nodes[called.pop()]
        if called:
            raise decision.error(f"{name!r} is called so in several: {', '.join(sorted(called))}; name one")
        near = difflib.get_close_matches(name, sorted(self.nodes), n=3, cutoff=0.0)
        raise decision.error(f"no node {name!r}; nearest: {', '.join(near) or 'none'}")

    def now(self, key: str) -> str:
        """The key of the node that what had this key went into."""
        while key in self.gone:
            key = self.gone[key]
        return key

    def note(self, node: Node, decision: Decision) -> Curated:
        """What is asked of a node, with one decision more."""
        mark = self.marks.setdefault(node.key, Curated(node.key))
        mark.decisions.append(decision)
        return mark

    def split(self, decision: Decision) -> None:
        """Take the entities of some articles out of a node."""
        words = list(decision.words)
        key = None
        if "as" in words:
            at = words.index("as")
            if at != len(words) - 2 or at < 2:
                raise decision.error(f"a line is: {VERBS['split']}")
            key = words[-1]
            words = words[:at]
        node = self.find(words[0], decision)
        iris = set()
        for name in words[1:]:
            if name not in self.articles:
                near = difflib.get_close_matches(name, sorted(self.articles), n=3, cutoff=0.0)
                raise decision.error(f"no article {name!r}; nearest: {', '.join(near) or 'none'}")
            iris.add(self.articles[name])
        apart = [p for p in node.members if p.article in iris]
        if not apart or len(apart) == sum(1 for _ in node.members):
            raise decision.error(f"{node.key} has {'no' if not apart else 'no other'} mention there")
        key = key or f"{node.key}--{min(words[1:])}"
        family = node.key.partition("/")[0] + "/"
        if key in self.nodes:
            raise decision.error(f"{key!r} is taken; name another")
        if not key.startswith(family) or key == family:
            raise decision.error(f"{key!r} is no name of what {node.key} is; begin it with {family}")
        taken = {(p.article, p.entity) for p in apart}
        self.nodes[node.key] = replace(node, atoms=_kept(node, taken, inside=False))
        self.nodes[key] = Node(key, apart[0].cls, apart[0].label, _kept(node, taken, inside=True))
        left = {profile.key for profile in self.nodes[node.key].members}
        for profile in apart:
            self.by_old[profile.key].add(key)
            if profile.key not in left:
                self.by_old[profile.key].discard(node.key)
        self.note(self.nodes[node.key], decision)
        self.note(self.nodes[key], decision)

    def merge(self, decision: Decision) -> None:
        """Make one node of several; the first gives key, class and label."""
        first = self.find(decision.words[0], decision)
        for name in decision.words[1:]:
            other = self.find(name, decision)
            if other.key == first.key:
                continue
            if other.key.partition("/")[0] != first.key.partition("/")[0]:
                raise decision.error(
                    f"{other.key} and {first.key} are of different kinds; retype cannot help"
                )
            first = replace(first, atoms=(*first.atoms, *other.atoms))
            self.nodes[first.key] = first
            del self.nodes[other.key]
            self.gone[other.key] = first.key
            for earlier in self.marks.pop(other.key, Curated(other.key)).decisions:
                self.note(first, earlier)
        self.note(first, decision)

    def mark(self, decision: Decision, ontology: Ontology | None) -> None:
        """Note what is asked of one node."""
        node = self.find(decision.words[0], decision)
        value = decision.words[1] if len(decision.words) > 1 else ""
        if decision.verb == "retype" and ontology is not None:
            if value not in ontology.classes:
                near = difflib.get_close_matches(value, sorted(ontology.classes), n=3, cutoff=0.0)
                raise decision.error(f"{value!r} is no class; nearest: {', '.join(near)}")
            if not KINDS & ontology.classes[value].parents:
                raise decision.error(f"{value!r} is no class of people, bodies, places or equipment")
        mark = self.note(node, decision)
        if decision.verb == "retype":
            mark.cls = value
        elif decision.verb == "rename":
            mark.label = value
        elif decision.verb == "drop":
            mark.dropped = True
        else:
            mark.same_as.append(value)

    def result(self, found: Entities) -> Entities:
        """All nodes, those that were changed in their new form."""
        nodes = [self.nodes[key] for key in sorted(self.nodes)]
        return Entities(nodes, found.pairs, Homes(nodes))


def _kept(node: Node, taken: set[tuple[str, str]], *, inside: bool) -> tuple[Atom, ...]:
    """The atoms of a node with only the members that are, or are not, among those taken."""
    kept = []
    for atom in node.atoms:
        members = tuple(p for p in atom.members if ((p.article, p.entity) in taken) == inside)
        if members:
            kept.append(replace(atom, members=members))
    return tuple(kept)


def _check_cycles(decisions: Iterable[Decision], table: _Table) -> None:
    """Raise CurationError where merges run in a circle, so that no node is the first."""
    into: dict[str, tuple[str, Decision]] = {}
    for decision in decisions:
        if decision.verb != "merge":
            continue
        keys = [table.find(name, decision).key for name in decision.words]
        for other in keys[1:]:
            if other != keys[0]:
                into.setdefault(other, (keys[0], decision))
        seen = []
        key = keys[0]
        while key in into and key not in seen:
            seen.append(key)
            key = into[key][0]
        if key in seen:
            places = ", ".join(sorted({into[name][1].place for name in seen}))
            raise decision.error(f"merges run in a circle ({' into '.join([*seen, key])}; see {places})")


# ---------------------------------------------------------------- events


class Decided(NamedTuple):
    """What decisions made of the happenings; events are told apart by (article, event)."""

    happened: list[Happened]
    dropped: set[tuple[str, str]]
    lines: dict[tuple[str, str], tuple[str, ...]]
    """The merges and splits that each event went through, as their lines."""


def of_events(
    happened: Sequence[Happened],
    told: Sequence[Told],
    decisions: Sequence[Decision],
    *,
    articles: Mapping[str, str],
) -> Decided:
    """The happenings as decisions want them, which events are dropped, and what was decided of the others.

    Splits come first, then merges, then what is dropped; the earliest article names what is merged.
    Raises CurationError naming file and line.
    """
    if not decisions:
        return Decided(list(happened), set(), {})
    groups: dict[str, list[Told]] = {item.iri: list(item.members) for item in happened}
    order = ("split", "merge", "drop")
    shared = {m.happening.iri for members in groups.values() for m in members}
    groups |= {item.happening.iri: [item] for item in told if item.happening.iri not in shared}
    own = {item.happening.iri: item for item in told}

    def find(name: str, decision: Decision) -> str:
        iri = name if name.startswith("http") else BASE + name
        if iri in groups:
            return iri
        if iri in own:
            return next(key for key, members in groups.items() if own[iri] in members)
        near = difflib.get_close_matches(iri, sorted(own), n=2, cutoff=0.0)
        raise decision.error(f"no event {name!r}; nearest: {', '.join(near) or 'none'}")

    gone: set[str] = set()
    decided: dict[tuple[str, str], list[str]] = defaultdict(list)
    for decision in sorted(decisions, key=lambda decision: order.index(decision.verb)):
        iri = find(decision.words[0], decision)
        if decision.verb == "drop":
            gone.add(iri)
        elif decision.verb == "merge":
            for name in decision.words[1:]:
                other = find(name, decision)
                if other != iri:
                    groups[iri] += groups.pop(other)
            _note(decided, decision, groups[iri])
        else:
            unknown = [name for name in decision.words[1:] if name not in articles]
            if unknown:
                near = difflib.get_close_matches(unknown[0], sorted(articles), n=3, cutoff=0.0)
                raise decision.error(f"no article {unknown[0]!r}; nearest: {', '.join(near) or 'none'}")
            away = {articles[name] for name in decision.words[1:]}
            apart = [m for m in groups[iri] if m.happening.article in away]
            rest = [m for m in groups[iri] if m.happening.article not in away]
            if not apart or not rest:
                raise decision.error(f"{iri} has {'no' if not apart else 'no other'} sentence there")
            del groups[iri]
            _note(decided, decision, [*apart, *rest])
            for part in (apart, rest):
                first = min(part, key=lambda member: member.order)
                groups[first.happening.iri] = part
    dropped = {(m.happening.article, m.happening.event) for iri in gone for m in groups.pop(iri)}
    home = {m.happening.iri: iri for iri, members in groups.items() for m in members}
    links: dict[str, list[tuple[Told, Told, Score]]] = defaultdict(list)
    for pair in (pair for item in happened for pair in item.pairs):
        left, right = (home.get(side.happening.iri) for side in pair[:2])
        if left is not None and left == right:
            links[left].append(pair)
    made = []
    for key, members in groups.items():
        if len(members) > 1:
            ordered = sorted(members, key=lambda member: member.order)
            made.append(Happened(ordered[0].happening.iri, tuple(ordered), tuple(links[key])))
    lines = {event: tuple(texts) for event, texts in decided.items() if event not in dropped}
    return Decided(sorted(made, key=lambda item: item.iri), dropped, lines)


def _note(decided: dict[tuple[str, str], list[str]], decision: Decision, members: Iterable[Told]) -> None:
    for member in members:
        decided[member.happening.article, member.happening.event].append(str(decision))
