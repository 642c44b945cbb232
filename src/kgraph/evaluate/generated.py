"""Articles that nobody wrote, as extraction would have read them: for measuring joining and storing at scale.

A news archive has few names that everybody tells of and a tail that never ends: people, places and groups
are drawn by a Zipf-Mandelbrot law, states and some bodies come from the gazetteer, the rest are invented.
Articles belong to affairs that last from days to years; what happens in an affair on a day is told by several
of its articles, each in a part of the words. Article ``i`` of a seed is always the same, whatever is made
beside it.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kgraph.gazetteer import Gazetteer, slug
from kgraph.model import Article, Entity, Event, Extraction, Mention, Realis, Relation, Role, Span

FIRST_DAY = datetime.date(2011, 1, 1).toordinal()
DAYS = 3650
"""Days over which articles are spread, however many they are: more articles are more on each day."""
LONG_AFFAIRS = 60
"""Affairs that last as long as the archive."""
_MASK = (1 << 64) - 1

_ONSETS = "b d f g h k l m n p r s t v z sh kh br dr kr tr gr".split()
_VOWELS = "a e i o u aa ei".split()
_CODAS = ["", "", "", "n", "r", "l", "s", "m", "k", "d", "nd", "rt"]
_GIVEN = 400
_KINDS = (
    ("Front", "ArmedGroup"), ("Brigade", "ArmedGroup"), ("Movement", "ArmedGroup"),
    ("Ministry", "GovernmentBody"), ("Council", "GovernmentBody"),
    ("Command", "MilitaryForce"), ("Division", "MilitaryForce"),
    ("Union", "Organization"), ("Agency", "Organization"), ("League", "InternationalOrganization"),
)  # fmt: skip
_COLOURS = "Northern Southern Eastern Western Free Popular National United Green Black Red Central".split()
_OFFICES = (
    "foreign minister", "defence minister", "president", "prime minister", "general", "colonel", "spokesman",
    "governor", "ambassador", "deputy foreign minister", "interior minister", "envoy",
)  # fmt: skip
_TOLD = (  # class, mode, trigger, how often
    ("Assault", None, "attacked", 20), ("Assault", "aerial", "bombed", 14), ("Assault", None, "shelled", 10),
    ("Capture", "capture", "captured", 4), ("Consultation", "meet", "met", 10),
    ("Consultation", "visit", "visited", 5), ("Request", None, "urged", 7),
    ("Accusation", None, "accused", 7),
    ("Statement", None, "said", 6), ("Agreement", None, "signed", 4), ("Retreat", "withdraw", "withdrew", 4),
    ("Aid", None, "aided", 4), ("Support", None, "backed", 3), ("Coercion", "arrest", "arrested", 5),
    ("Threat", None, "threatened", 2), ("Deployment", None, "deployed", 2), ("Protest", None, "marched", 1),
)  # fmt: skip
_WEIGHTS = [often for *_, often in _TOLD]
_REALIS: tuple[Realis, ...] = ("actual", "actual", "actual", "actual", "actual", "planned", "hypothetical")


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with a name in the invented world."""

    key: str
    cls: str
    label: str
    short: str
    """What it is called after the first time."""
    state: int = 0
    office: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """What happened in an affair on a day."""

    kind: int
    actor: Thing
    recipient: Thing
    place: Thing
    day: int
    killed: int
    words: tuple[str, ...]
    realis: Realis


def mixed(*parts: int) -> int:
    """A number that looks random, the same for the same parts (the mixer of splitmix64)."""
    value = 0x9E3779B97F4A7C15
    for part in parts:
        value = (value ^ (part & _MASK)) * 0xBF58476D1CE4E5B9 & _MASK
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB & _MASK
        value ^= value >> 31
    return value


def _rank(number: int, *, shape: float, head: float) -> int:
    """A rank by a Zipf-Mandelbrot law without end: the smaller ``shape`` the longer the tail."""
    share = ((number >> 11) + 1) / (1 << 53)
    return int(min(head * (share ** (-1 / shape) - 1), 1e12))


def _word(number: int, syllables: int) -> str:
    text = ""
    for _ in range(syllables):
        text += _ONSETS[number % len(_ONSETS)]
        number //= len(_ONSETS)
        text += _VOWELS[number % len(_VOWELS)]
        number //= len(_VOWELS)
    return text + _CODAS[number % len(_CODAS)]


_WORDS = [_word(mixed(9, number), 2 + number % 2) for number in range(3000)]
"""What sentences are filled with; all are written small and long enough to count."""


class World:
    """Everything that generated articles may name; ``gazetteer`` gives the states and the known bodies."""

    def __init__(self, gazetteer: Gazetteer, *, seed: int = 1) -> None:
        entries = sorted(
            gazetteer.entries.values(), key=lambda entry: mixed(seed, len(entry.key), *entry.key.encode())
        )
        self.states = [Thing(e.key, e.cls, e.name, e.name) for e in entries if e.cls == "State"]
        self.known = [
            Thing(e.key, e.cls, e.name, e.name)
            for e in entries
            if e.cls in _BODIES and e.key.startswith("actor/")
        ]
        self.bases = [Thing(e.key, e.cls, e.name, e.name) for e in entries if e.key.startswith("place/")]
        self.seed = seed

    def state(self, number: int) -> Thing:
        """A state; a few are told of far more than others."""
        return self.states[_rank(number, shape=0.7, head=8) % len(self.states)]

    def person(self, number: int) -> Thing:
        """Somebody, by a rank that tells how well known."""
        rank = _rank(number, shape=0.18, head=12)
        chance = mixed(self.seed, 1, rank)
        given = _word(mixed(2, _rank(mixed(chance, 1), shape=0.9, head=20) % _GIVEN), 2).capitalize()
        family = _word(mixed(3, _rank(mixed(chance, 2), shape=0.5, head=300)), 2 + chance % 2).capitalize()
        label = f"{given} {family}"
        office = _OFFICES[mixed(chance, 3) % len(_OFFICES)] if chance % 3 else ""
        return Thing(
            f"person/{slug(label)}",
            "Person",
            label,
            family,
            _rank(mixed(chance, 4), shape=0.7, head=8),
            office,
        )

    def place(self, number: int) -> Thing:
        """A town or, now and then, a known base or town."""
        if number % 4 == 0:
            return self.bases[_rank(mixed(number, 1), shape=0.6, head=5) % len(self.bases)]
        rank = _rank(number, shape=0.25, head=20)
        label = _word(mixed(self.seed, 4, rank), 2 + rank % 2).capitalize()
        return Thing(f"place/{slug(label)}", "Place", label, label)

    def body(self, number: int) -> Thing:
        """A group, a force, a ministry; a third of them are known to the gazetteer."""
        if number % 3 == 0:
            return self.known[_rank(mixed(number, 1), shape=0.6, head=5) % len(self.known)]
        rank = _rank(number, shape=0.25, head=20)
        chance = mixed(self.seed, 5, rank)
        kind, cls = _KINDS[chance % len(_KINDS)]
        word = _word(mixed(chance, 1), 2 + chance % 2).capitalize()
        label = f"{_COLOURS[mixed(chance, 2) % len(_COLOURS)]} {word} {kind}"
        short = "".join(part[0] for part in label.split()) if chance % 7 == 0 else label
        return Thing(f"actor/{slug(label)}", cls, label, short)

    def anyone(self, number: int) -> Thing:
        """Whoever may act."""
        of = number % 10
        number = mixed(number, 7)
        return self.state(number) if of < 4 else self.person(number) if of < 7 else self.body(number)


_BODIES = frozenset(
    {"InternationalOrganization", "ArmedGroup", "MilitaryForce", "GovernmentBody", "Organization"}
)


def articles(count: int, *, gazetteer: Gazetteer, seed: int = 1, first: int = 0) -> Iterator[Extraction]:
    """Yield what was read from ``count`` articles from ``first`` on: some 20 mentions and 4 events each."""
    world = World(gazetteer, seed=seed)
    for number in range(first, first + count):
        yield _article(world, number)


def _article(world: World, number: int) -> Extraction:
    chance = random.Random(mixed(world.seed, number))  # noqa: S311 - nothing secret
    affair = _rank(chance.getrandbits(64), shape=0.22, head=30)
    begin = mixed(world.seed, 6, affair) % DAYS
    lasts = DAYS if affair < LONG_AFFAIRS else 5 + mixed(world.seed, 7, affair) % 120
    day = (begin + int(chance.random() ** 2 * lasts)) % DAYS
    deeds = [
        _deed(world, affair, max(0, day - chance.choice((0, 0, 0, 1, 1, 2, 6))), chance.randrange(4))
        for _ in range(chance.choice((3, 4, 5, 5, 6, 7)))
    ]
    date = datetime.date.fromordinal(FIRST_DAY + day).isoformat() if chance.random() < 0.9 else None
    return _Draft(world, chance, number, affair, date).tell(list(dict.fromkeys(deeds)))


def _deed(world: World, affair: int, day: int, which: int) -> Deed:
    """What happened: the cast of an affair is small, and now and then somebody else takes part."""
    at = mixed(world.seed, 8, affair, day, which)
    kind = random.Random(at).choices(range(len(_TOLD)), _WEIGHTS)[0]  # noqa: S311

    def cast(role: int, size: int) -> int:
        """A member of the affair's cast, or one time in four of all the world."""
        pick = mixed(at, role)
        return mixed(world.seed, 9, affair, role, pick % size) if pick >> 60 < 12 else pick

    return Deed(
        kind,
        world.anyone(cast(1, 4)),
        world.anyone(cast(2, 4)),
        world.place(cast(3, 5)),
        day,
        mixed(at, 4) % 60 + 1 if kind < 4 and mixed(at, 5) % 3 == 0 else 0,
        tuple(_WORDS[mixed(at, 6, place) % len(_WORDS)] for place in range(12)),
        _REALIS[mixed(at, 7) % len(_REALIS)],
    )


class _Draft:
    """An article while it is made: its text, and what stands where."""

    def __init__(
        self, world: World, chance: random.Random, number: int, affair: int, date: str | None
    ) -> None:
        self.world, self.chance = world, chance
        self.id, self.date, self.affair = f"generated-{number:08d}", date, affair
        self.text, self.at = "", 0
        self.sentences: list[Span] = []
        self.mentions: list[Mention] = []
        self.entities: dict[str, Entity] = {}
        self.aliases: dict[str, set[str]] = {}
        self.relations: list[Relation] = []

    def tell(self, deeds: Sequence[Deed]) -> Extraction:
        """The whole article."""
        events = [event for number, deed in enumerate(deeds) if (event := self._sentence(number, deed))]
        self._background()
        article = Article(self.id, self.text.partition(".")[0], self.text, self.date)
        found = tuple(
            Entity(e.id, e.key, e.cls, e.label, tuple(sorted(self.aliases[e.key] - {e.label})))
            for e in self.entities.values()
        )
        return Extraction(
            article,
            tuple(self.sentences),
            tuple(self.mentions),
            (),
            found,
            tuple(events),
            tuple(self.relations),
        )

    def _say(self, text: str) -> Span:
        begin = len(self.text)
        self.text += text + " "
        return Span(begin, begin + len(text), text)

    def _name(self, thing: Thing) -> Mention:
        """Name somebody: in full the first time, mostly; now and then in another spelling."""
        known = thing.key in self.entities
        text = thing.label
        if (known and self.chance.random() < 0.7) or (thing.cls == "Person" and self.chance.random() < 0.08):
            text = thing.short
        elif thing.cls in ("Person", "Place") and self.chance.random() < 0.03:
            text = text.replace("k", "q").replace("v", "w")
        first = self.entities.get(thing.key)
        if first is None:
            key = thing.key if text == thing.label else f"{thing.key.partition('/')[0]}/{slug(text)}"
            first = self.entities[thing.key] = Entity(f"e{len(self.entities)}", key, thing.cls, text)
            self.aliases[key] = set()
        self.aliases[first.key].add(text)
        mention = self._mention(self._say(text), "name", thing.cls, first.id)
        if thing.cls == "Person" and not known:
            self._introduce(thing, mention)
        return mention

    def _mention(self, span: Span, kind: str, cls: str, entity: str) -> Mention:
        found = Mention(f"m{len(self.mentions)}", span, kind, cls, entity, 0.9, span)  # type: ignore[arg-type]
        self.mentions.append(found)
        return found

    def _introduce(self, thing: Thing, mention: Mention) -> None:
        """Say somebody's office and state, as three articles in ten do."""
        if thing.office and self.chance.random() < 0.3:
            self._relate("position", mention, None, thing.office)
        if self.chance.random() < 0.25:
            state = self._name(self.world.states[thing.state % len(self.world.states)])
            self._relate("nationality", mention, state.id, None)

    def _relate(self, predicate: str, subject: Mention, object_: str | None, value: str | None) -> None:
        place = Span(self.at, self.at + 1)  # put right when the sentence ends
        self.relations.append(
            Relation(
                f"r{len(self.relations)}", predicate, subject.id, object_, value, "actual", None, 0.9, place
            )
        )

    def _nominal(self, text: str, cls: str) -> Mention:
        """Something without a name."""
        span = self._say(text)
        key = f"{'person' if cls == 'Person' else 'actor'}/{slug(self.id)}-{slug(text)}-{span.begin}"
        entity = Entity(f"e{len(self.entities)}", key, cls, text)
        self.entities[key] = entity
        self.aliases[key] = set()
        return self._mention(span, "nominal", cls, entity.id)

    def _end(self) -> Span:
        """End the sentence."""
        self.text = self.text[:-1] + ". "
        span = Span(self.at, len(self.text) - 1)
        self.sentences.append(span)
        self.relations = [
            Relation(r.id, r.predicate, r.subject, r.object, r.value, r.realis, None, 0.9, span)
            if r.sentence == Span(self.at, self.at + 1)
            else r
            for r in self.relations
        ]
        self.at = len(self.text)
        return span

    def _sentence(self, number: int, deed: Deed) -> Event:
        chance = self.chance
        cls, mode, verb, _ = _TOLD[deed.kind]
        roles = []
        actor = self._name(deed.actor) if chance.random() < 0.85 else self._nominal("fighters", "ArmedGroup")
        roles.append(Role("actor", actor.id))
        trigger = self._say(verb)
        if chance.random() < 0.7:
            roles.append(Role("recipient", self._name(deed.recipient).id))
        if chance.random() < 0.5:
            self._say("near" if chance.random() < 0.5 else "in")
            roles.append(Role("place", self._name(deed.place).id))
        if deed.killed and chance.random() < 0.7:
            self._say(f"killing {deed.killed}")
            roles.append(Role("killed", None, deed.killed + (chance.random() < 0.2)))
        self._say("while " + " ".join(chance.sample(deed.words, 7)))
        if chance.random() < 0.2:
            self._name(self.world.anyone(chance.getrandbits(64)))
        if chance.random() < 0.5:
            self._nominal("officials", "Person")
        day = datetime.date.fromordinal(FIRST_DAY + deed.day).isoformat() if chance.random() < 0.12 else None
        return Event(
            f"v{number}", cls, mode, trigger, tuple(roles), day, None, "relative" if day else None,
            deed.realis, None, round(0.5 + chance.random() / 2, 3), self._end(),
        )  # fmt: skip

    def _background(self) -> None:
        """Sentences that name others of the affair and of the world without telling of a deed."""
        world, chance = self.world, self.chance
        for number in range(2):
            cast = mixed(world.seed, 9, self.affair, 1 + number, chance.randrange(4))
            self._name(world.anyone(cast))
            self._say("is not far from")
            self._name(world.place(mixed(world.seed, 9, self.affair, 3, chance.randrange(5))))
            self._say("and")
            self._name(world.anyone(chance.getrandbits(64)))
            self._nominal("officials", "Person")
            self._end()
