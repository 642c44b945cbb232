"""``ontology/kgraph.ttl`` read into an Ontology: the classes, properties and modes the rest may name.

Read with pyoxigraph, not rdflib: some 4 ms for the shipped file instead of 75 ms, and no 180 ms import.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox

from kgraph.errors import OntologyError

KG = "https://w3id.org/kgraph#"
_OWL = "http://www.w3.org/2002/07/owl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SCHEMA = "https://schema.org/"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_XSD = "http://www.w3.org/2001/XMLSchema#"

_PROPERTY_TYPES = {_OWL + name for name in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")}
_LOCAL_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_MODE_PREFIX = "mode-"
_VALUE_KINDS: Mapping[str, str] = {
    _SKOS + "Concept": "concept",
    _RDFS + "Literal": "literal",
    _RDF + "langString": "literal",
    **dict.fromkeys((_XSD + name for name in ("string", "decimal", "boolean", "anyURI")), "literal"),
    **dict.fromkeys((_XSD + name for name in ("date", "dateTime", "gYearMonth", "gYear")), "date"),
    **dict.fromkeys((_XSD + name for name in ("integer", "nonNegativeInteger")), "integer"),
}

_Facts = dict[str, dict[str, list[ox.NamedNode | ox.Literal]]]


@dataclass(frozen=True, slots=True)
class Class:
    """One class; ``parents`` are the local names of all its ancestors in kg:, itself included."""

    name: str
    label: str
    definition: str
    parents: frozenset[str]
    plover: str | None


@dataclass(frozen=True, slots=True)
class Property:
    """One property; an empty ``domain`` or ``range`` allows everything.

    ``domain`` holds class names; ``range`` also ``"literal"``, ``"date"``, ``"integer"`` and ``"concept"``.
    """

    name: str
    label: str
    definition: str
    domain: frozenset[str]
    range: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ontology:
    """What may be said. Names are local names: ``"AirBase"``, ``"operatedBy"``, mode ``"withdraw"``."""

    classes: Mapping[str, Class]
    properties: Mapping[str, Property]
    modes: frozenset[str]
    path: Path

    def is_a(self, cls: str, ancestor: str) -> bool:
        """Whether ``cls`` is ``ancestor`` or below it; OntologyError for a name that is no class."""
        self._check_class(ancestor)
        self._check_class(cls)
        return ancestor in self.classes[cls].parents

    def accepts(self, property: str, *, subject: str | None = None, object: str | None = None) -> bool:
        """Whether the property may stand between these.

        ``subject`` is a class name, ``object`` a class name or a kind of value (see Property.range);
        None is not looked at. OntologyError for a name that is no property or class.
        """
        found = self.properties.get(property)
        if found is None:
            raise OntologyError(_unknown(self.path, property, "a property", self.properties))
        return self._fits(subject, found.domain) and self._fits(object, found.range)

    def _fits(self, name: str | None, allowed: frozenset[str]) -> bool:
        if name is None:
            return True
        if name in _VALUE_KINDS.values():
            return not allowed or name in allowed
        self._check_class(name)
        return not allowed or not allowed.isdisjoint(self.classes[name].parents)

    def _check_class(self, name: str) -> None:
        if name not in self.classes:
            raise OntologyError(_unknown(self.path, name, "a class", self.classes))


def data_dir() -> Path:
    """Find the ontology's files: inside an installed package, else at the top of the checkout."""
    packaged = Path(__file__).parent / "ontology_data"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "ontology"


def load(path: Path | None = None) -> Ontology:
    """Read a Turtle file, by default the shipped one.

    Only terms in the kg: namespace count. Raises OntologyError with file, entry and known names.
    """
    path = data_dir() / "kgraph.ttl" if path is None else path
    facts = _read(path)
    kinds = {
        name: {str(value.value) for value in said.get(_RDF + "type", ())} for name, said in facts.items()
    }
    classes = [name for name in sorted(facts) if _OWL + "Class" in kinds[name]]
    properties = [name for name in sorted(facts) if kinds[name] & _PROPERTY_TYPES]
    if not classes:
        raise OntologyError(f"{path}: no owl:Class in the namespace {KG}; is this a kgraph ontology?")
    reader = _Reader(path, facts, frozenset(classes))
    return Ontology(
        classes=MappingProxyType({name: reader.class_(name) for name in classes}),
        properties=MappingProxyType({name: reader.property(name) for name in properties}),
        modes=frozenset(reader.mode(name) for name in facts if _SKOS + "Concept" in kinds[name]),
        path=path,
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns the statements about one kg: name into a value, complaining in the file's terms."""

    path: Path
    facts: _Facts
    classes: frozenset[str]

    def class_(self, name: str) -> Class:
        """Make one class with all its ancestors."""
        codes = sorted(value.value for value in self.facts[name].get(KG + "ploverCode", ()))
        return Class(
            name=name,
            label=self._text(name, _RDFS + "label"),
            definition=self._text(name, _SKOS + "definition", _RDFS + "comment"),
            parents=self._ancestors(name),
            plover=codes[0] if codes else None,
        )

    def property(self, name: str) -> Property:
        """Make one property with its domain and range."""
        return Property(
            name=name,
            label=self._text(name, _RDFS + "label"),
            definition=self._text(name, _SKOS + "definition", _RDFS + "comment"),
            domain=self._names(name, _RDFS + "domain", _SCHEMA + "domainIncludes"),
            range=self._names(name, _RDFS + "range", _SCHEMA + "rangeIncludes", values=True),
        )

    def mode(self, name: str) -> str:
        """Check one mode and return its name without the prefix."""
        if not name.startswith(_MODE_PREFIX):
            raise OntologyError(
                f"{self.path}: kg:{name} is a skos:Concept, so its name must begin with {_MODE_PREFIX!r}"
            )
        self._text(name, _SKOS + "prefLabel")
        self._text(name, _SKOS + "definition")
        self._names(name, _SKOS + "related")
        return name.removeprefix(_MODE_PREFIX)

    def _text(self, name: str, *predicates: str) -> str:
        for predicate in predicates:
            found = [value for value in self.facts[name].get(predicate, ()) if isinstance(value, ox.Literal)]
            if found:  # English first, then a fixed order
                return min(found, key=lambda text: ((text.language or "en") != "en", text.value)).value
        wanted = " or ".join(_short(predicate) for predicate in predicates)
        raise OntologyError(f"{self.path}: kg:{name} has no {wanted}; add one")

    def _names(self, name: str, *predicates: str, values: bool = False) -> frozenset[str]:
        found = set()
        for predicate in predicates:
            for value in self.facts[name].get(predicate, ()):
                iri = value.value
                if iri.startswith(KG) and iri.removeprefix(KG) in self.classes:
                    found.add(iri.removeprefix(KG))
                elif values and iri in _VALUE_KINDS:
                    found.add(_VALUE_KINDS[iri])
                else:
                    where = f"kg:{name} {_short(predicate)}"
                    raise OntologyError(
                        _unknown(self.path, _short(iri), "a class", self.classes, where=where)
                    )
        return frozenset(found)

    def _ancestors(self, name: str) -> frozenset[str]:
        seen: set[str] = set()
        todo = [name]
        while todo:  # a circle of subclasses is legal OWL: equal classes
            cls = todo.pop()
            if cls in seen:
                continue
            seen.add(cls)
            for parent in self.facts[cls].get(_RDFS + "subClassOf", ()):
                if not parent.value.startswith(KG):
                    continue
                if parent.value.removeprefix(KG) not in self.classes:
                    where = f"kg:{cls} rdfs:subClassOf"
                    raise OntologyError(
                        _unknown(self.path, _short(parent.value), "a class", self.classes, where=where)
                    )
                todo.append(parent.value.removeprefix(KG))
        return frozenset(seen)


def _read(path: Path) -> _Facts:
    """Collect what the file says of each kg: name, by predicate; blank nodes are left out."""
    facts: _Facts = defaultdict(lambda: defaultdict(list))
    try:
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
            subject, value = quad.subject, quad.object
            if not isinstance(subject, ox.NamedNode) or not subject.value.startswith(KG):
                continue
            if isinstance(value, ox.NamedNode | ox.Literal):
                facts[subject.value.removeprefix(KG)][quad.predicate.value].append(value)
    except OSError as error:
        raise OntologyError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (SyntaxError, ValueError) as error:
        raise OntologyError(f"{path}: no valid Turtle: {error}") from error
    for name in facts:
        if not _LOCAL_NAME.fullmatch(name):
            raise OntologyError(f"{path}: kg:{name} is no plain name; use ASCII letters, digits, - and _")
    return facts


def _unknown(
    path: Path, name: str, what: str, known: Mapping[str, object] | frozenset[str], *, where: str = ""
) -> str:
    place = f"{path}: {where}: " if where else f"{path}: "
    return f"{place}{name!r} is not {what}; known: {', '.join(sorted(known))}"


def _short(iri: str) -> str:
    prefixes = {
        KG: "kg",
        _OWL: "owl",
        _RDF: "rdf",
        _RDFS: "rdfs",
        _SCHEMA: "schema",
        _SKOS: "skos",
        _XSD: "xsd",
    }
    for namespace, prefix in prefixes.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri
