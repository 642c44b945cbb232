"""One node per real thing: entities of many articles, joined by blocking, scoring and constrained clustering.

What has one key, one set of states and one set of offices in all articles is an atom. Atoms that share a
block (the sound of a name, an acronym) are scored in pairs; clusters grow from the surest pair on, by the
mean of all pairs across (average linkage), and no cluster takes in what cannot be one with any of its
members. A component of atoms that no pair joins to others is clustered by itself: what a new article brings
touches no other.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kgraph import spelling as names
from kgraph.gazetteer import normalize, slug
from kgraph.resolve import scoring
from kgraph.resolve.clusters import Pair, Score, cluster, components
from kgraph.resolve.profile import Profile
from kgraph.resolve.scoring import Atom

AMBIGUOUS = 1.5
"""Log-odds that a part of a name loses for each doubling of those who could be meant."""
MANY = 50
"""Articles with a family name alone beyond which they are not told apart one by one."""
LARGEST, WINDOW, BEARERS = 300, 50, 100
"""Atoms of a block of which all pairs are compared; how many of its neighbours each is compared with in a
larger one; with how many whole names a part of them that many share is compared."""
FAVOURED = 1.0
"""How much surer than the next one that must be whom or what a part of a name means."""


@dataclass(frozen=True, slots=True)
class Node:
    """One real thing over all articles."""

    key: str
    cls: str
    label: str
    atoms: tuple[Atom, ...]

    @property
    def members(self) -> Iterator[Profile]:
        """The entities of articles that it is made of."""
        return (profile for atom in self.atoms for profile in atom.members)


class Homes(Mapping[tuple[str, str], Node]):
    """The node of each entity of an article, by the article's IRI and the entity's id."""

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self.inside: dict[str, dict[str, Node]] = {}
        """For each article the nodes of its entities by their ids."""
        for node in nodes:
            for profile in node.members:
                self.inside.setdefault(profile.article, {})[profile.entity] = node

    def __getitem__(self, place: tuple[str, str]) -> Node:
        article, entity = place
        return self.inside[article][entity]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((article, entity) for article, homes in self.inside.items() for entity in homes)

    def __len__(self) -> int:
        return sum(map(len, self.inside.values()))


@dataclass(slots=True)
class Entities:
    """Nodes, and the pairs of atoms with their scores that made or did not make them."""

    nodes: list[Node] = field(default_factory=list)
    pairs: list[tuple[Atom, Atom, Score]] = field(default_factory=list)
    of: Homes = field(default_factory=Homes)
    """The node of an entity of an article."""


def resolve(profiles: Iterable[Profile]) -> Entities:
    """Join the entities of articles to nodes; the result does not depend on their order."""
    found = atoms(profiles)
    scores: dict[Pair, Score | None] = {}

    def scored(left: int, right: int) -> Score | None:
        pair = (left, right) if left < right else (right, left)
        if pair not in scores:
            scores[pair] = scoring.score(found[pair[0]], found[pair[1]])
        return scores[pair]

    wanted = [pair for pair in sorted(candidates(found)) if scored(*pair) is not None]
    result = Entities()
    scores |= _ambiguity(found, wanted, scores)
    for members, pairs in components(len(found), wanted):
        for group in cluster(members, pairs, scored):
            result.nodes.append(_node([found[at] for at in group]))
    result.nodes = _named_apart(result.nodes)
    result.pairs = [
        (found[left], found[right], value)
        for left, right in wanted
        if (value := scores[left, right]) is not None
    ]
    result.of = Homes(result.nodes)
    return result


def atoms(profiles: Iterable[Profile]) -> list[Atom]:
    """Group entities that are alike in key, states and offices, sorted."""
    profiles = list(profiles)
    shared = _shared_surnames(profiles)
    groups: dict[tuple[object, ...], list[Profile]] = defaultdict(list)
    for profile in profiles:
        # What the gazetteer knows is one whatever articles say of it.
        if profile.known:
            said: tuple[object, ...] = ()
        else:
            said = profile.states, scoring.offices(profile.titles) if profile.titles else profile.titles
        if profile.label in shared and profile.family == "person":
            said = (*said, profile.article)  # each article may mean another of those who are called so
        groups[profile.key, profile.cls in scoring.BASES, *said].append(profile)
    made = []
    for group in groups.values():
        group.sort(key=lambda profile: (profile.article, profile.entity))
        classes = Counter(profile.cls for profile in group)
        made.append(
            Atom(
                key=group[0].key,
                cls=_class(classes),
                forms=frozenset(form for profile in group for form in profile.forms),
                known=group[0].known,
                local=group[0].local,
                states=_together(profile.states for profile in group),
                titles=_together(profile.titles for profile in group),
                mates=_together(profile.mates for profile in group),
                dates=_ends(profile.date for profile in group),
                members=tuple(group),
            )
        )
    return sorted(made, key=lambda atom: atom.order)


def _together(parts: Iterable[Iterable[str]]) -> frozenset[str]:
    return frozenset(item for part in parts for item in part)


def _ends(dates: Iterable[str | None]) -> frozenset[str]:
    """The first and the last of some dates: what lies between them says nothing more."""
    known = {date for date in dates if date}
    return frozenset((min(known), max(known))) if known else frozenset()


def _shared_surnames(profiles: Iterable[Profile]) -> set[str]:
    """Labels that are family names alone which several full names have, and that stand alone in few articles.

    Which spellings are one family name, their sound says.
    """
    labels = Counter(profile.label for profile in profiles if profile.family == "person")
    bearers: dict[str, set[str]] = defaultdict(set)
    alone: Counter[str] = Counter()
    singles: dict[str, list[str]] = defaultdict(list)
    for label, count in labels.items():
        words = scoring.person_words(label)
        sound = names.skeleton(words[-1]) if words else ""
        if len(words) > 1:
            bearers[sound].add(names.skeleton(words[0]))
        elif words:
            alone[sound] += count
            singles[sound].append(label)
    return {
        label
        for sound, people in bearers.items()
        if len(people) > 1 and alone[sound] <= MANY
        for label in singles.get(sound, ())
    }


def _class(classes: Mapping[str, int]) -> str:
    """The class most articles give; one that says more goes before Base."""
    precise = {name: count for name, count in classes.items() if name != "Base"} or classes
    return min(precise, key=lambda name: (-precise[name], name))


def candidates(found: Sequence[Atom]) -> set[Pair]:
    """Pairs of atoms that share a block.

    In a block of more than ``LARGEST`` atoms, which are in the order of their names, each is compared with
    the next ``WINDOW`` ones only (sorted neighbourhood; Hernández and Stolfo 1995), and a name that stands
    alone with the ``BEARERS`` whole ones of which most articles tell: cost grows with the atoms, not with
    their square.
    """
    blocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    full: dict[str, list[int]] = defaultdict(list)
    alone: dict[str, list[int]] = defaultdict(list)
    for at, atom in enumerate(found):
        if atom.local:
            continue
        for block in {block for form in atom.forms for block in _blocks(atom, form)}:
            blocks[block].append(at)
        if atom.family == "person":
            for words in {scoring.person_words(form) for form in atom.forms}:
                kept = alone if len(words) == 1 else full
                for word in words:
                    for sound in _sounds(word):
                        kept[sound].append(at)
    pairs: set[Pair] = set()
    for members in blocks.values():
        pairs.update(_near_pairs(members))
    for sound, singles in alone.items():
        pairs.update(_near_pairs(sorted({*singles})))
        bearers = full.get(sound, [])
        if len(singles) * len(bearers) > LARGEST**2:
            bearers = sorted({*bearers}, key=lambda at: (-len(found[at].members), at))[:BEARERS]
        pairs.update((min(a, b), max(a, b)) for a in singles for b in bearers if a != b)
    return pairs


def _near_pairs(members: Sequence[int]) -> Iterator[Pair]:
    """All pairs of a block, or of a large one those of neighbours; members are sorted."""
    reach = WINDOW if len(members) > LARGEST else len(members)
    for index, left in enumerate(members):
        for right in members[index + 1 : index + 1 + reach]:
            if left != right:
                yield left, right


def _sounds(word: str) -> set[str]:
    """Under which sounds a person's name is found: its own, and those of its lines in the table."""
    return {names.skeleton(word), *(f"line {line}" for line in names.variants().get(word, ()))}


def _blocks(atom: Atom, form: str) -> Iterator[tuple[str, ...]]:
    family = atom.family
    yield (family, "form", normalize(form))
    if family == "person":
        words = scoring.person_words(form)
        if len(words) > 1:
            yield from ((family, "last", sound) for sound in _sounds(words[-1]))
            # A family name spelled far apart is found by the given name and the sound it begins with.
            first = names.skeleton(words[-1])[:1]
            yield from ((family, "given", sound, first) for sound in _sounds(words[0]))
        if len(words) == 2:
            yield (family, "pair", *sorted(map(names.skeleton, words)))
    elif family == "place":
        words = names.core(form, drop=names.ARTICLES | names.KINDS)
        yield (family, "core", *(names.skeleton(word) for word in words))
        yield (family, "joined", names.skeleton("".join(words)))
    elif family == "equipment":
        yield (family, "joined", "".join(word for word in names.words(form) if word not in scoring.SHIPS))
    elif family == "actor" and atom.cls not in scoring.FIXED:
        words = names.core(form, drop=names.ARTICLES | names.MINOR)
        yield (family, "core", *(names.skeleton(word) for word in words))
        if len(words) > 1:
            yield (family, "two", *(names.skeleton(word) for word in words[:2]))
        for acronym in names.initials(form):
            yield (family, "acronym", acronym)
        if names.is_acronym(form):
            yield (family, "acronym", normalize(form).replace(" ", ""))


def _ambiguity(
    found: Sequence[Atom], pairs: Sequence[Pair], scores: Mapping[Pair, Score | None]
) -> dict[Pair, Score]:
    """Scores of candidate pairs; a part of a name that several whole ones fit loses by their number.

    Where what is said of them favours one clearly, that one keeps its score.
    """
    adjusted = {pair: score for pair in pairs if (score := scores[pair]) is not None}
    whole = [
        pair
        for pair, score in adjusted.items()
        if score.value > 0 and score.reasons[0] not in scoring.PARTIAL
    ]
    one_of = {member: group[0] for group, _ in components(len(found), whole) for member in group}
    fits: dict[int, dict[int, float]] = defaultdict(dict)
    partners: dict[int, list[tuple[Pair, int]]] = defaultdict(list)
    for pair, score in adjusted.items():
        if score.reasons[0] in scoring.PARTIAL:
            alone, other = sorted(pair, key=lambda at: (_width(found[at]), at))
            name = one_of[other]
            fits[alone][name] = max(fits[alone].get(name, -math.inf), score.value)
            partners[alone].append((pair, name))
    for alone, by_name in fits.items():
        if len(by_name) < 2:
            continue
        best, second = sorted(by_name.values(), reverse=True)[:2]
        for pair, name in partners[alone]:
            score = adjusted[pair]
            if by_name[name] < best or best - second < FAVOURED:
                less = AMBIGUOUS * math.log2(len(by_name))
                reason = f"{len(by_name)} could be meant"
                adjusted[pair] = Score(score.value - less, (*score.reasons, reason))
    return adjusted


def _width(atom: Atom) -> int:
    """Words of its longest name."""
    return max(len(names.words(form)) for form in atom.forms)


# ---------------------------------------------------------------- nodes


def _node(group: Sequence[Atom]) -> Node:
    """The node of a cluster: the gazetteer's name, else the fullest name that most articles use."""
    if len(group) == 1 and len(group[0].members) == 1:
        only = group[0].members[0]
        return Node(only.key, only.cls, only.label, tuple(group))
    leading = [atom for atom in group if atom.known] or group
    labels = Counter((profile.label, profile.key) for atom in group for profile in atom.members)

    def rank(item: tuple[str, str]) -> tuple[object, ...]:
        label, key = item
        return (
            -min(len(label.split()), 4),
            -labels[item],
            label.isupper(),
            names.is_acronym(label),
            label,
            key,
        )

    label, key = min({(profile.label, profile.key) for atom in leading for profile in atom.members}, key=rank)
    classes = Counter(profile.cls for atom in leading for profile in atom.members)
    return Node(key, _class(classes), label, tuple(group))


def _named_apart(nodes: Iterable[Node]) -> list[Node]:
    """Give nodes of one key a key each: with office and state, else with the first article."""
    by_key: dict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        by_key[node.key].append(node)
    result = []
    for key in sorted(by_key):
        group = by_key[key]
        if len(group) == 1:
            result.append(group[0])
            continue
        group.sort(key=lambda node: min((profile.article, profile.entity) for profile in node.members))
        tags = [_tag(node) for node in group]
        for node, tag in zip(group, tags, strict=True):
            unique = tag and tags.count(tag) == 1
            article, entity = min((profile.article, profile.entity) for profile in node.members)
            first = f"{article.rpartition('/')[2]}:{entity}"
            mark = tag if unique else "-".join(part for part in (tag, slug(first)) if part)
            result.append(Node(f"{key}--{mark}", node.cls, node.label, node.atoms))
    return result


def _tag(node: Node) -> str:
    """What tells a node from its namesakes: its state, its office."""
    states = Counter(state for atom in node.atoms for state in atom.states for _ in atom.members)
    titles = Counter(title for atom in node.atoms for title in atom.titles for _ in atom.members)
    parts = []
    if titles:
        parts.append(slug(min(titles, key=lambda title: (-titles[title], title))))
    if states:
        parts.append(min(states, key=lambda state: (-states[state], state)).partition("/")[2])
    return "-".join(parts)
