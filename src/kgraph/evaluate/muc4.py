"""Incidents against the templates of MUC-4: type, date, place, perpetrator, target, victim, instrument.

Scored are triples (incident of a report, slot, filler) after the incidents were aligned to the templates.
Strings are right by their head nouns, as is usual for these keys (Patwardhan and Riloff 2009).
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kgraph.errors import KGraphError
from kgraph.evaluate import keys
from kgraph.evaluate.extracted import Read, read
from kgraph.evaluate.keys import Filler, Template
from kgraph.evaluate.measures import Documents, Tally
from kgraph.model import Event
from kgraph.nlp.encoder import Encoder

ATTACKS = frozenset({"Assault", "Capture", "Defeat"})
TYPES: Mapping[str, str] = {
    **dict.fromkeys(("bombing", "explosives", "suicide"), "BOMBING"),
    "abduct": "KIDNAPPING",
}
"""Incident types of modes; every other attack is ATTACK. We have no class or mode for ROBBERY and
FORCED WORK STOPPAGE."""
BURNING = re.compile(r"burn|torch|ablaze|arson|\bfire to\b", re.IGNORECASE)
"""Triggers of destruction and sabotage that are ARSON."""
THREATS = frozenset({"violence", "ultimatum", "nuclear"})
"""Modes of a threat of attack."""
PEOPLE = frozenset({"Person", "Nationality", "MilitaryForce", "ArmedGroup"})
"""What is hit as a victim; all else is a target."""
SLOTS = ("type", "date", "place", "perpetrator", "target", "victim", "instrument")
_BREAK = re.compile(
    r"\s+(?:OF|IN|FROM|AT|ON|WHO|WHICH|THAT|WITH|FOR|TO|NEAR|BELONGING|LOCATED|AND)\b|,|\s[(\[]"
)
_LOOSE = re.compile(r"^(?:(?:THE|A|AN|SOME|SEVERAL|HIS|HER|ITS|THEIR|THIS|THOSE|\d+)\s+)+")


@dataclass(frozen=True, slots=True)
class Answer:
    """One predicted filler; ``strings`` are all that the article calls it."""

    slot: str
    strings: frozenset[str]

    def fits(self, filler: Filler) -> bool:
        """Whether this is the filler, under any of its names."""
        if self.slot != filler.slot:
            return False
        if self.slot == "type":
            return not self.strings.isdisjoint(filler.strings)
        if self.slot == "date":
            return any(same_date(ours, theirs) for ours in self.strings for theirs in filler.strings)
        return any(same(ours, theirs) for ours in self.strings for theirs in filler.strings)


def same(one: str, other: str) -> bool:
    """Whether two phrases have the same words, or the same head noun."""
    one, other = _plain(one), _plain(other)
    return bool(one) and (one == other or head(one) == head(other))


def head(phrase: str) -> str:
    """The last word before any preposition, clause or bracket, without the s of the plural."""
    words = re.findall(r"[^\W_]+", _BREAK.split(_plain(phrase), maxsplit=1)[0])
    last = words[-1] if words else ""
    return last.removesuffix("S") if len(last) > 3 else last


def _plain(phrase: str) -> str:
    return _LOOSE.sub("", " ".join(re.sub(r"[\"“”]", "", phrase.upper()).split()))


def same_date(ours: str, theirs: str) -> bool:
    """Whether our date is in the span of the keys; a year or month where the whole span is in it."""
    span = keys.days(theirs)
    if span is None:
        return False
    first, last = span
    if len(ours) == len(first):
        return first <= ours <= last
    return first[: len(ours)] == ours == last[: len(ours)]


def incident_type(event: Event) -> str | None:
    """What an event is in MUC-4, None for what is no incident or is said not to have been."""
    if event.realis == "negated":
        return None
    if event.mode is not None and event.mode in TYPES:
        return TYPES[event.mode]
    if event.cls in ATTACKS:
        burnt = event.mode in {"destroy", "sabotage"} and BURNING.search(event.trigger.text)
        return "ARSON" if burnt else "ATTACK"
    return "ATTACK" if event.cls == "Threat" and event.mode in THREATS else None


def incidents(page: Read) -> list[frozenset[Answer]]:
    """What an article tells: events of one type that share what was hit, the place or the date are one."""
    groups: list[tuple[set[Hashable], set[Answer]]] = []
    for event in page.facts.events:
        kind = incident_type(event)
        if kind is None:
            continue
        keys_: set[Hashable] = set()
        answers = {Answer("type", frozenset({kind}))}
        for slot, key, strings in _said(page, event):
            answers.add(Answer(slot, strings))
            if slot in {"victim", "target", "place", "date"}:
                keys_.add((kind, slot, key))
        shared = [group for group in groups if group[0] & keys_]
        groups = [group for group in groups if group not in shared]
        groups.append((keys_.union(*(each for each, _ in shared)), answers.union(*(a for _, a in shared))))
    return [frozenset(answers) for _, answers in groups]


def _said(page: Read, event: Event) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Slot, key and strings of all that an event has."""
    if event.begin_date:
        yield "date", event.begin_date, frozenset({event.begin_date})
    classes = {entity.id: entity.cls for entity in page.facts.entities}
    for role in event.roles:
        if role.mention is None:
            if role.role == "object" and isinstance(role.value, str):
                yield "target", role.value, frozenset({role.value})
            continue
        entity = page.mentions[role.mention].entity
        strings = frozenset(m.span.text for m in page.chains[entity] if m.kind != "pronoun")
        slot = {
            "actor": "perpetrator",
            "recipient": "victim" if classes[entity] in PEOPLE else "target",
            "base": "target",
            "place": "place",
            "instrument": "instrument",
        }.get(role.role)
        if slot is not None:
            yield slot, entity, strings


def align(
    found: Sequence[frozenset[Answer]], gold: Sequence[Template]
) -> list[tuple[int | None, int | None]]:
    """Pairs of an incident and a template, those with most fillers in common first; the rest stays alone."""
    common = {
        (i, j): sum(any(answer.fits(filler) for answer in answers) for filler in template.fillers)
        for i, answers in enumerate(found)
        for j, template in enumerate(gold)
    }
    pairs: list[tuple[int | None, int | None]] = []
    for (i, j), count in sorted(common.items(), key=lambda item: (-item[1], item[0])):
        if count and all(i != one and j != other for one, other in pairs):
            pairs.append((i, j))
    ours, theirs = {one for one, _ in pairs}, {other for _, other in pairs}
    pairs.extend((i, None) for i in range(len(found)) if i not in ours)
    pairs.extend((None, j) for j in range(len(gold)) if j not in theirs)
    return pairs


def score(found: Sequence[frozenset[Answer]], gold: Sequence[Template]) -> dict[str, Tally]:
    """Tallies of an article: all triples, each slot, those of aligned incidents, and the incidents.

    Optional fillers and templates are right when they are found and cost nothing when they are not.
    """
    tallies = {name: Tally() for name in ("all", *SLOTS, "incidents", "without spurious incidents")}
    for i, j in align(found, gold):
        answers = found[i] if i is not None else frozenset[Answer]()
        template = gold[j] if j is not None else None
        fillers = template.fillers if template else ()
        missed_free = template is not None and i is None and template.optional
        must = template is not None and not template.optional
        tallies["incidents"] += Tally(
            i is not None and j is not None, i is not None, must and i is not None, must
        )
        for slot in SLOTS:
            given = [answer for answer in answers if answer.slot == slot]
            needed = [f for f in fillers if f.slot == slot and not f.optional and not missed_free]
            right = sum(any(answer.fits(filler) for filler in fillers) for answer in given)
            recalled = sum(any(answer.fits(filler) for answer in given) for filler in needed)
            tally = Tally(right, len(given), recalled, len(needed))
            tallies[slot] += tally
            tallies["all"] += tally
            if template is not None:
                tallies["without spurious incidents"] += tally
    return tallies


def evaluate(path: Path, encoder: Encoder) -> Documents:
    """A file of reports against the ``key…`` files beside it."""
    gold: dict[str, list[Template]] = {}
    for file in sorted(path.parent.glob("key*")):
        gold.update(keys.templates(file))
    articles = list(keys.articles(path))
    for article in articles:
        if article.id not in gold:
            raise KGraphError(f"{path}: {article.id} has no template in the key files of {path.parent}")
    return [score(incidents(page), gold[page.facts.article.id]) for page in read(articles, encoder)]
