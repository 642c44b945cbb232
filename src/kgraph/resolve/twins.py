"""What copies of one report tell in the sentences that they share is one happening each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kgraph.resolve.clusters import Score
from kgraph.resolve.copies import Copies
from kgraph.resolve.events import Happened, Told, root

CERTAIN = Score(20.0, ("told in the same sentence of a copy",))
"""Log-odds that are beyond doubt, so that nobody is asked about them."""

Name = tuple[str, str]
"""Article and id of an event."""


@dataclass(frozen=True, slots=True)
class Twins:
    """The events of all articles, those that copies repeat apart."""

    first: tuple[Told, ...]
    """Each event once, as the earliest article of a report tells it."""
    others: dict[Name, tuple[Told, ...]]
    """Its twins in copies, by the name of the first."""

    def joined(self, happened: Iterable[Happened]) -> list[Happened]:
        """The happenings with the twins of their members; what only copies tell is one as well."""
        if not self.others:
            return list(happened)
        found = []
        left = dict(self.others)
        for item in happened:
            groups = [(member, left.pop(name(member), ())) for member in item.members]
            found.append(_happened([member for member, _ in groups], groups, item.pairs))
        alone = {name(told): told for told in self.first if name(told) in left}
        found += [_happened([told], [(told, left[key])], ()) for key, told in alone.items()]
        return sorted(found, key=lambda item: item.members[0].order)


def find(told: Sequence[Told], copies: Copies) -> Twins:
    """The events of articles, each of a copy put to the one that the same words tell in an earlier article.

    The same words are the same trigger in a sentence that both have; where the copy's trigger is not found
    there, the only event of that class.
    """
    if not copies.of:
        return Twins(tuple(told), {})
    ordered = sorted(told, key=lambda item: item.order)
    here: dict[tuple[str, int, str, str], list[Told]] = defaultdict(list)
    for item in ordered:
        for begin in item.happening.at:
            here[item.happening.article, begin, root(item.happening.cls), item.happening.realis].append(item)
    first = {name(item): item for item in ordered}
    taken = {name(item): {item.happening.article} for item in ordered}
    places = {
        article: {own.begin: (other, twin.begin) for own, (other, twin) in same.items()}
        for article, same in copies.same.items()
    }
    for item in ordered:
        own = item.happening
        for begin in own.at:
            if begin not in places.get(own.article, {}):
                continue
            kind = root(own.cls), own.realis
            mine = here[own.article, begin, *kind]
            theirs = here.get((*places[own.article][begin], *kind), [])
            alike = [other for other in theirs if other.stem == item.stem]
            number = [other for other in mine if other.stem == item.stem].index(item)
            if number < len(alike):
                match = first[name(alike[number])]
            elif len(mine) == len(theirs) == 1:
                match = first[name(theirs[0])]
            else:
                continue
            if match is not item and own.article not in taken[name(match)]:
                first[name(item)] = match
                taken[name(match)].add(own.article)
                break
    others: dict[Name, list[Told]] = defaultdict(list)
    for item in ordered:
        if first[name(item)] is not item:
            others[name(first[name(item)])].append(item)
    kept = tuple(item for item in ordered if first[name(item)] is item)
    return Twins(kept, {key: tuple(items) for key, items in others.items()})


def name(item: Told) -> Name:
    """Article and id of an event."""
    return item.happening.article, item.happening.event


def _happened(
    members: list[Told],
    groups: list[tuple[Told, tuple[Told, ...]]],
    pairs: Sequence[tuple[Told, Told, Score]],
) -> Happened:
    every = sorted(
        [*members, *(twin for _, others in groups for twin in others)], key=lambda item: item.order
    )
    links = tuple((member, twin, CERTAIN) for member, others in groups for twin in others)
    return Happened(every[0].happening.iri, tuple(every), (*pairs, *links))
