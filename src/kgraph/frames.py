"""``ontology/frames.yaml`` -> frames: what each class and relation looks like in English, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kgraph.errors import OntologyError
from kgraph.ontology import Ontology, data_dir

ENTRY_KEYS = {
    "events": {
        "class",
        "mode",
        "verbs",
        "nouns",
        "roles",
        "of",
        "needs",
        "needs_all",
        "without",
        "counts",
        "fold",
        "modal",
    },
    "relations": {"property", "verbs", "nouns", "subject", "object", "of", "without"},
}
SETTINGS = {
    "light_verbs",
    "no_events",
    "occurrence_verbs",
    "order_verbs",
    "place",
    "instrument",
    "say_verbs",
    "say_nouns",
    "factive_verbs",
    "factive_nouns",
    "patient_nouns",
    "undergo_verbs",
    "suffer_verbs",
    "implicative_verbs",
    "realis",
}
REALIS_KEYS = {"negated", "planned", "hypothetical", "future_modals", "hypothetical_modals"}
TITLE_PROPERTIES = ("leads", "represents")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One trigger: ``words`` (a verb with its particle, or a run of noun lemmas) and what must go with it."""

    words: tuple[str, ...]
    objects: frozenset[str] = frozenset()
    preposition: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One entry. ``name`` is an event class or a relation's property; ``roles`` map to slots, best first."""

    name: str
    number: int
    mode: str | None
    verbs: tuple[Pattern, ...]
    nouns: tuple[Pattern, ...]
    roles: Mapping[str, tuple[str, ...]]
    of_is: str
    needs: frozenset[str]
    needs_all: frozenset[str]
    without: frozenset[str]
    counts: str | None
    fold: bool
    modal: bool = False
    """Whether a clause that its verb governs must have a modal: "warned that it would strike"."""


@dataclass(frozen=True, slots=True)
class Frames:
    """All entries, indexed by the first word of their patterns."""

    events: tuple[Frame, ...]
    relations: tuple[Frame, ...]
    settings: Mapping[str, frozenset[str]]
    realis: Mapping[str, frozenset[str]]
    titles: Mapping[str, tuple[str, ...]]
    event_verbs: Mapping[str, tuple[tuple[Pattern, Frame], ...]] = field(repr=False)
    event_nouns: Mapping[str, tuple[tuple[Pattern, Frame], ...]] = field(repr=False)
    relation_verbs: Mapping[str, tuple[tuple[Pattern, Frame], ...]] = field(repr=False)
    relation_nouns: Mapping[str, tuple[tuple[Pattern, Frame], ...]] = field(repr=False)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which on, off, yes and no are words: "on" is a preposition here."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the base class's own attribute
        first: [item for item in resolvers if first not in "oOyYnN" or not item[0].endswith(":bool")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def load(ontology: Ontology, path: Path | None = None) -> Frames:
    """Read and check ``frames.yaml`` (default: the shipped one).

    Raises OntologyError naming file, entry and known names where an entry does not fit the ontology.
    """
    path = path or data_dir() / "frames.yaml"
    try:
        with path.open(encoding="utf-8") as stream:
            data = yaml.load(stream, Loader=_Loader)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError) as error:
        raise OntologyError(f"{path}: cannot be read ({error}); check the path") from error
    except yaml.YAMLError as error:
        raise OntologyError(f"{path}: not YAML ({' '.join(str(error).split())})") from error
    return _Checker(path.name, ontology).frames(data)


class _Checker:
    """Builds frames; every error says file, entry and what is known."""

    def __init__(self, file: str, ontology: Ontology) -> None:
        self.file = file
        self.ontology = ontology

    def frames(self, data: Any) -> Frames:
        self.known(data, {"settings", "events", "relations", "titles"}, "top level")
        settings = data.get("settings") or {}
        self.known(settings, SETTINGS, "settings")
        realis = settings.get("realis") or {}
        self.known(realis, REALIS_KEYS, "settings: realis")
        titles = data.get("titles") or {}
        self.known(titles, set(TITLE_PROPERTIES), "titles")
        events = tuple(self.event(i, entry) for i, entry in enumerate(self.listed(data, "events")))
        relations = tuple(self.relation(i, entry) for i, entry in enumerate(self.listed(data, "relations")))
        return Frames(
            events=events,
            relations=relations,
            settings={
                name: frozenset(self.words(settings, name, "settings")) for name in SETTINGS - {"realis"}
            },
            realis={name: frozenset(self.words(realis, name, "settings: realis")) for name in REALIS_KEYS},
            titles={name: self.words(titles, name, "titles") for name in TITLE_PROPERTIES},
            event_verbs=_index((pattern, frame) for frame in events for pattern in frame.verbs),
            event_nouns=_index((pattern, frame) for frame in events for pattern in frame.nouns),
            relation_verbs=_index((pattern, frame) for frame in relations for pattern in frame.verbs),
            relation_nouns=_index((pattern, frame) for frame in relations for pattern in frame.nouns),
        )

    def fail(self, where: str, problem: str, known: Iterable[str] = ()) -> OntologyError:
        listed = ", ".join(sorted(known))
        return OntologyError(f"{self.file}: {where}: {problem}" + (f"; known: {listed}" if listed else ""))

    def known(self, entry: Any, keys: set[str], where: str) -> None:
        if not isinstance(entry, Mapping):
            raise self.fail(where, "must be a mapping of names to values", keys)
        for key in entry:
            if key not in keys:
                raise self.fail(where, f"{key!r} is not a field", keys)

    def listed(self, data: Mapping[str, Any], name: str) -> list[Any]:
        value = data.get(name) or []
        if not isinstance(value, list):
            raise self.fail(name, "must be a list of entries")
        return value

    def words(self, entry: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
        value = entry.get(name) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fail(where, f"{name!r} must be a list of words")
        return tuple(value)

    def patterns(self, entry: Mapping[str, Any], name: str, where: str) -> tuple[Pattern, ...]:
        return tuple(_pattern(text) for text in self.words(entry, name, where))

    def property(self, name: str, where: str) -> None:
        if name not in self.ontology.properties:
            raise self.fail(where, f"{name!r} is not a property", self.ontology.properties)

    def event(self, number: int, entry: Any) -> Frame:
        where = f"events entry {number + 1}"
        self.known(entry, ENTRY_KEYS["events"], where)
        name = entry.get("class")
        where += f" ({name})"
        if name not in self.ontology.classes:
            raise self.fail(where, f"{name!r} is not a class", self.ontology.classes)
        if not self.ontology.is_a(name, "Event"):
            raise self.fail(where, f"{name!r} is no kind of Event")
        mode = entry.get("mode")
        if mode is not None and mode not in self.ontology.modes:
            raise self.fail(where, f"{mode!r} is not a mode", self.ontology.modes)
        roles = entry.get("roles") or {}
        if not isinstance(roles, Mapping):
            raise self.fail(where, "'roles' must map properties to slots")
        counts = entry.get("counts")
        needs = self.words(entry, "needs", where)
        needs_all = self.words(entry, "needs_all", where)
        for role in (*roles, *needs, *needs_all, *([counts] if counts else [])):
            self.property(role, where)
        of_is = entry.get("of", "object")
        if of_is not in {"subject", "object"}:
            raise self.fail(where, f"'of' is {of_is!r}", ("subject", "object"))
        return Frame(
            name=name,
            number=number,
            mode=mode,
            verbs=self.patterns(entry, "verbs", where),
            nouns=self.patterns(entry, "nouns", where),
            roles={role: self.words(roles, role, where) for role in roles},
            of_is=of_is,
            needs=frozenset(needs),
            needs_all=frozenset(needs_all),
            without=frozenset(self.words(entry, "without", where)),
            counts=counts,
            fold=bool(entry.get("fold", False)),
            modal=bool(entry.get("modal", False)),
        )

    def relation(self, number: int, entry: Any) -> Frame:
        where = f"relations entry {number + 1}"
        self.known(entry, ENTRY_KEYS["relations"], where)
        name = entry.get("property")
        where += f" ({name})"
        if not isinstance(name, str):
            raise self.fail(where, "has no 'property'", self.ontology.properties)
        self.property(name, where)
        return Frame(
            name=name,
            number=number,
            mode=None,
            verbs=self.patterns(entry, "verbs", where),
            nouns=self.patterns(entry, "nouns", where),
            roles={role: self.words(entry, role, where) for role in ("subject", "object")},
            of_is=entry.get("of", "object"),
            needs=frozenset(),
            needs_all=frozenset(),
            without=frozenset(self.words(entry, "without", where)),
            counts=None,
            fold=False,
        )


def _pattern(text: str) -> Pattern:
    """``"sign >treaty|deal"`` or ``"call @for"`` as a Pattern."""
    words: list[str] = []
    objects: frozenset[str] = frozenset()
    preposition = None
    for part in text.split():
        if part.startswith(">"):
            objects = frozenset(part[1:].split("|"))
        elif part.startswith("@"):
            preposition = part[1:]
        else:
            words.append(part)
    return Pattern(tuple(words), objects, preposition)


def _index(pairs: Iterable[tuple[Pattern, Frame]]) -> Mapping[str, tuple[tuple[Pattern, Frame], ...]]:
    """By first word; the most demanding pattern first, then the order of the file."""
    table: dict[str, list[tuple[Pattern, Frame]]] = {}
    for pattern, frame in pairs:
        table.setdefault(pattern.words[0], []).append((pattern, frame))

    def demand(item: tuple[Pattern, Frame]) -> tuple[int, int]:
        pattern, frame = item
        return (-len(pattern.words) - bool(pattern.objects) - bool(pattern.preposition), frame.number)

    return {word: tuple(sorted(found, key=demand)) for word, found in table.items()}
