"""Names that every reader of the news knows: states, forces, bases, places, organisations, peoples.

The files are tab-separated. As YAML the same entries took three times as long to load,
with PyYAML's C loader.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from kgraph.errors import OntologyError
from kgraph.ontology import Ontology, data_dir
from kgraph.ontology import load as load_ontology

MENTION_TYPES = (
    "State",
    "InternationalOrganization",
    "GovernmentBody",
    "MilitaryForce",
    "ArmedGroup",
    "Organization",
    "Person",
    "Nationality",
    "Base",
    "Place",
    "Equipment",
    "Event",
    "Document",
)
"""The types of a mention, in the order in which entries of one name are preferred when no type is given."""

_BODIES = MENTION_TYPES[:6]  # a body named well is found although the model took it for another kind of body
_FAMILIES = {"Person": "person", "Base": "place", "Place": "place"} | {
    name: name.lower() for name in ("Equipment", "Event", "Document")
}
_SEARCH: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in MENTION_TYPES},
    **{name: (name, *(other for other in _BODIES[1:] if other != name), "State") for name in _BODIES[1:]},
    "State": ("State", "Place", *_BODIES[1:]),
    "Place": ("Place", "Base", "State"),  # no body: a building is not the people in it
}
_COLUMNS = frozenset(
    {
        "name",
        "class",
        "iso2",
        "official",
        "aliases",
        "adjectives",
        "people",
        "capital",
        "of",
        "operators",
        "lat",
        "lon",
        "metonym",
        "means",
    }
)
_SLUG_LENGTH = 80
_DOTS_AND_APOSTROPHES = re.compile(r"(?<=[^\W\d])\.|['’‘ʼʻʾʿ`´′]")
_PLAIN = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_SEPARATORS = re.compile(r"[^a-z0-9+]+")
_LETTERS = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One known thing. ``key`` is its identity (``"actor/united-states"``), ``cls`` an ontology class.

    ``state`` is the name of the state it lies in or belongs to, ``operators`` are names of entries;
    ``lat`` and ``lon`` are degrees, ``located_by`` is the name of the file that says so.
    """

    key: str
    name: str
    cls: str
    aliases: tuple[str, ...] = ()
    state: str | None = None
    operators: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
    located_by: str = ""


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Entries by key, and ways to find one by what a text calls it."""

    entries: Mapping[str, Entry]
    _types: Mapping[str, str] = field(repr=False)
    _names: Mapping[str, tuple[Entry, ...]] = field(repr=False)
    _adjectives: Mapping[str, Entry] = field(repr=False)
    _capitals: Mapping[str, Entry] = field(repr=False)
    _metonyms: Mapping[str, Entry] = field(repr=False)

    def find(self, name: str, *, mention_type: str | None = None) -> Entry | None:
        """Look a name up, whatever its case, accents, hyphens or leading "the".

        Acronyms of up to four letters must have their capitals ("US" is a state, "us" is not).
        ``mention_type`` chooses among entries of one name and keeps out what it cannot be;
        OntologyError for a type that is not one of MENTION_TYPES.
        """
        if mention_type is not None and mention_type not in _SEARCH:
            known = ", ".join(sorted(MENTION_TYPES))
            raise OntologyError(f"{mention_type!r} is not a type of mention; known: {known}")
        found = [entry for key in _lookup_keys(name) for entry in self._names.get(key, ())]
        for wanted in MENTION_TYPES if mention_type is None else _SEARCH[mention_type]:
            for entry in found:
                if self.type_of(entry) == wanted:
                    return entry
        return self.adjective(name) if mention_type == "Nationality" else None

    def adjective(self, word: str) -> Entry | None:
        """Return the state of an adjective or people: "Russian", "Britons", but not "polish"."""
        return self._adjectives.get(normalize(word)) if word[:1].isupper() else None

    def capital(self, name: str) -> Entry | None:
        """Return the state whose seat of government this is: "Moscow" gives Russia."""
        return self._capitals.get(normalize(name))

    def type_of(self, entry: Entry) -> str:
        """Return the type of mention that names such an entry: an AirBase is named by a Base."""
        return self._types[entry.cls]

    def metonym(self, name: str) -> Entry | None:
        """Return the state for which a building or street stands: "the Kremlin" gives Russia."""
        return self._metonyms.get(normalize(name))


def normalize(name: str) -> str:
    """Fold case, accents, hyphens, dots, apostrophes and a leading "the"; may return the empty string."""
    if _PLAIN.fullmatch(name):  # most names, in a third of the time
        return name.lower().removeprefix("the ")
    text = _POSSESSIVE.sub("", name.strip())
    text = _DOTS_AND_APOSTROPHES.sub("", text.casefold()).replace("&", " and ")
    text = _SEPARATORS.sub(" ", text).strip() if text.isascii() else _fold(text)
    return text.removeprefix("the ")


def slug(name: str) -> str:
    """Make the part of an IRI that stands for a name: ASCII letters, digits, hyphens and percent-escapes.

    Never empty; a long name is cut and told apart by a hash of the whole.
    """
    text = "-".join(normalize(name).replace("+", " plus ").split())
    if not text or len(text) > _SLUG_LENGTH:
        digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
        text = f"{text[:_SLUG_LENGTH].rstrip('-') or 'x'}-{digest}"
    return text if text.isascii() else quote(text.encode("utf-8", "replace"), safe="-")


def load(
    path: Path | None = None, *, extra: Iterable[Path] = (), ontology: Ontology | None = None
) -> Gazetteer:
    """Read every ``*.tsv`` of a folder, by default the shipped one, and the extra files.

    Coordinates of places stand in ``points.txt`` of the folder, where there is one; a file's own go before.

    An entry of an extra file takes the place of one with the same key. Raises OntologyError
    with file, line, entry and known names.
    """
    folder = data_dir() / "gazetteer" if path is None else path
    files = sorted(folder.glob("*.tsv"))
    if not files:
        raise OntologyError(f"{folder}: no gazetteer here: no *.tsv file")
    classes = (load_ontology() if ontology is None else ontology).classes
    types = {name: kind for name, cls in classes.items() for kind in [_type(cls.parents)] if kind}
    rows = [
        row for file in extra for row in _rows(file, extra=True)
    ]  # first: in every index the first one counts
    rows += [row for file in files for row in _rows(file)]
    points = folder / "points.txt"
    return _gazetteer(
        rows, types, list(_rows(points, header=["name", "lat", "lon"])) if points.exists() else []
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a file: its cells by column."""

    place: str
    cells: Mapping[str, str]
    extra: bool

    def __getitem__(self, column: str) -> str:
        """Return a cell, empty where the line or the file has none."""
        return self.cells.get(column, "")

    @property
    def label(self) -> str:
        """The name of the entry, of whichever kind."""
        return self["name"] or self["metonym"]

    def list(self, column: str) -> list[str]:
        """Split a cell of several values."""
        return [value for part in self[column].split(";") if (value := part.strip())]

    def error(self, reason: str) -> OntologyError:
        """Say what is wrong, after file, line and entry."""
        return OntologyError(f"{self.place}: {self.label!r}: {reason}")

    def number(self, column: str, limit: float) -> float | None:
        """Read a cell of degrees."""
        if not self[column]:
            return None
        try:
            value = float(self[column])
        except ValueError:
            value = float("nan")
        if not -limit <= value <= limit:
            raise self.error(f"{column} {self[column]!r} is no number from {-limit:g} to {limit:g}")
        return value


def _rows(file: Path, *, extra: bool = False, header: Sequence[str] = ()) -> Iterator[_Row]:
    """Read the lines of one file, its header checked; ``header`` is that of a file without one."""
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise OntologyError(f"{file}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise OntologyError(f"{file}: is not UTF-8 text: {error.reason} at byte {error.start}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        place = f"{file}:{number}"
        if not header:
            header = cells
            if unknown := sorted(set(header) - _COLUMNS):
                raise OntologyError(
                    f"{place}: {unknown[0]!r} is not a column; known: {', '.join(sorted(_COLUMNS))}"
                )
            continue
        row = _Row(place, dict(zip(header, cells, strict=False)), extra)
        if len(cells) > len(header):
            raise row.error(f"{len(cells)} cells under {len(header)} columns")
        if not row.label:
            raise OntologyError(f"{place}: no name; an entry needs a cell under 'name' or 'metonym'")
        yield row


def _gazetteer(rows: list[_Row], types: Mapping[str, str], points: list[_Row]) -> Gazetteer:
    """Make the entries, then the indices over them."""
    named = [row for row in rows if row["name"]]
    for row in named:
        if row["class"] not in types:
            raise row.error(f"{row['class']!r} is not a class of entities; known: {', '.join(sorted(types))}")
    states = {row["name"] for row in named if types[row["class"]] == "State"}
    names = {row["name"] for row in named}
    entries: dict[str, Entry] = {}
    origin: dict[str, _Row] = {}
    for row in named:
        entry = _entry(row, types[row["class"]], states, names)
        first = origin.setdefault(entry.key, row)
        if first is row:
            entries[entry.key] = entry
        elif first.extra == row.extra:
            raise row.error(f"has the same key as {first.label!r} in {first.place}: {entry.key}; rename one")
    state_of = {entry.name: entry for entry in entries.values() if types[entry.cls] == "State"}
    adjectives: dict[str, Entry] = {}
    capitals: dict[str, Entry] = {}
    cities: dict[str, Entry] = {}
    for row in named:
        if types[row["class"]] != "State":
            continue
        state = state_of[row["name"]]
        for word in row.list("adjectives") + row.list("people"):
            adjectives.setdefault(normalize(word), state)
        for city, *variants in (cell.split("=") for cell in row.list("capital")):
            key = f"place/{slug(city)}"
            cities.setdefault(key, Entry(key, city, "Place", tuple(variants), state=state.name))
            for word in (city, *variants):
                capitals.setdefault(normalize(word), state)
    metonyms: dict[str, Entry] = {}
    for row in rows:
        for word in (row["metonym"], *row.list("aliases")) if row["metonym"] else ():
            metonyms.setdefault(normalize(word), state_of[_known(row, row["of"], states, "a state")])
    entries = cities | entries  # a capital comes before its namesakes; a place with its key says more of it
    for row in points:
        key = f"place/{slug(row['name'])}"
        if key not in entries:
            raise row.error(
                "is no place of the gazetteer; it needs an entry of its own, or is written otherwise"
            )
        if entries[key].lat is None:
            entries[key] = replace(entries[key], **_point(row))
    return Gazetteer(
        MappingProxyType(entries), types, _index(entries.values()), adjectives, capitals, metonyms
    )


def _entry(row: _Row, kind: str, states: Collection[str], names: Collection[str]) -> Entry:
    """Make one entry; ``kind`` is the mention type of its class."""
    aliases = dict.fromkeys(row.list("official") + row.list("aliases"))
    aliases.pop(row["name"], None)
    return Entry(
        key=f"{_FAMILIES.get(kind, 'actor')}/{slug(row['name'])}",
        name=row["name"],
        cls=row["class"],
        aliases=tuple(aliases),
        state=_known(row, row["of"], states, "a state") if row["of"] else None,
        operators=tuple(_known(row, name, names, "an entry") for name in row.list("operators")),
        **_point(row),
    )


def _point(row: _Row) -> dict[str, Any]:
    """Read where it lies; half a pair of coordinates is none."""
    lat, lon = row.number("lat", 90), row.number("lon", 180)
    if lat is None or lon is None:
        return {}
    return {"lat": lat, "lon": lon, "located_by": Path(row.place.rpartition(":")[0]).name}


def _index(entries: Iterable[Entry]) -> Mapping[str, tuple[Entry, ...]]:
    """Map every name and alias to its entries."""
    found: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        for name in (entry.name, *entry.aliases):
            for key in _index_keys(name):
                found.setdefault(key, {})[entry.key] = entry
    return {key: tuple(group.values()) for key, group in found.items()}


def _index_keys(name: str) -> tuple[str, ...]:
    """Say under which keys a name is kept: "=US" for a short acronym, else its normal form."""
    bare = name.replace(".", "")
    capitals = sum(map(str.isupper, bare)) if len(bare) <= 4 else 0
    if capitals < 2 or 2 * capitals < len(bare):
        return (normalize(name),)
    if len(bare) == 4:  # British papers write Nato, Isis, Opec
        return (f"={bare}", f"={bare.capitalize()}")
    return (f"={bare}",)


def _lookup_keys(name: str) -> tuple[str, str]:
    """Say under which keys to look for what a text calls something."""
    bare = _POSSESSIVE.sub("", name.strip()).replace(".", "")
    return f"={bare.removeprefix('the ').removeprefix('The ')}", normalize(name)


def _type(parents: Collection[str]) -> str | None:
    """Return the mention type of a class with these ancestors, None for what is no entity."""
    return next((kind for kind in MENTION_TYPES if kind in parents), None)


def _known(row: _Row, name: str, known: Collection[str], what: str) -> str:
    """Return the name if it is known, else complain and show the nearest."""
    if name in known:
        return name
    near = difflib.get_close_matches(name, sorted(known), n=5, cutoff=0.0)
    raise row.error(f"{name!r} is not {what}; nearest of {len(known)} known: {', '.join(near)}")


def _fold(text: str) -> str:
    """Fold what is not ASCII: accents go, letters and their marks of other scripts stay."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    kept = (
        char if char.isalnum() or char == "+" or unicodedata.category(char)[0] == "M" else " "
        for char in decomposed
        if not unicodedata.combining(char) and unicodedata.category(char) != "Cf"
    )
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())
