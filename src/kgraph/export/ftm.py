"""FollowTheMoney entities, one JSON object a line, as Aleph and its kin read them.

FollowTheMoney knows no realis and no named graphs: only what some article tells as actual is written, with
its articles as ``proof``. Written by hand against model 4, so that the package need not be there.

The nearest schemata: a state is a PublicBody, since nothing else may have members and heads; a people is a
LegalEntity; places and bases are Addresses; equipment is an Asset unless its name says which vehicle it is.
Relations without a schema of their own are UnknownLinks with their name as ``role``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping

from kgraph.export.facts import Claim, Evidence, Facts, Happening, Thing
from kgraph.rdf import slug

# The first of these that is among the classes of an entity: the particular before the general.
_SCHEMATA: Mapping[str, str] = {
    "State": "PublicBody",
    "GovernmentBody": "PublicBody",
    "MilitaryForce": "Organization",
    "ArmedGroup": "Organization",
    "InternationalOrganization": "Organization",
    "Organization": "Organization",
    "Person": "Person",
    "Nationality": "LegalEntity",
    "Actor": "LegalEntity",
    "Base": "Address",
    "Place": "Address",
    "Equipment": "Asset",
    "Document": "Document",
}
_TOPICS: Mapping[str, str] = {
    "GovernmentBody": "gov",
    "MilitaryForce": "mil",
    "InternationalOrganization": "gov.igo",
}
# The last word of a name, or its first, says what kind of equipment it is; what is hit by it does not.
_AIRPLANES = frozenset(
    "aircraft airplane plane jet bomber helicopter drone airliner".split()
    + "aircrafts airplanes planes jets bombers helicopters drones airliners".split()
)
_VESSELS = frozenset(
    "ship warship submarine frigate destroyer cruiser corvette carrier boat vessel gunboat".split()
    + "ships warships submarines frigates destroyers cruisers corvettes carriers boats vessels".split()
)
_VEHICLES = frozenset("tank truck vehicle car jeep tanks trucks vehicles cars jeeps".split())
_SHIP_NAMES = re.compile(r"(?:USS|HMS|INS|HMAS|HMCS) ")
# predicate -> schema, property of the subject, property of the object, schemata the object may have
_ORGANIZATIONS = frozenset({"Organization", "PublicBody"})
_LEGAL = _ORGANIZATIONS | {"LegalEntity", "Person"}
_LINKS: Mapping[str, tuple[str, str, str, frozenset[str]]] = {
    "memberOf": ("Membership", "member", "organization", _ORGANIZATIONS),
    "leads": ("Directorship", "director", "organization", _ORGANIZATIONS),
    "represents": ("Representation", "agent", "client", _LEGAL),
}
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?", re.ASCII)

Properties = dict[str, list[str]]


def followthemoney(facts: Facts) -> Iterator[str]:
    """Yield articles, entities, events and links, each a line."""
    schemata = {iri: schema(thing) for iri, thing in facts.entities.items()}
    known = {paper.iri for paper in facts.papers}
    for paper in facts.papers:
        said: Properties = {"title": [paper.title], "name": [paper.title], "publisher": [paper.source]}
        said["author"] = [paper.author]
        yield _line(paper.iri, "Article", said | {"publishedAt": _date(paper.date), "sourceUrl": [paper.url]})
    for thing in facts.entities.values():
        yield _line(thing.iri, schemata[thing.iri], _thing(facts, thing, schemata[thing.iri]))
    for event in facts.events:
        evidence = tuple(item for item in event.evidence if item.realis == "actual")
        if evidence or (not event.evidence and event.realis == "actual"):
            said = _event(facts, event, schemata) | _proof(facts, evidence, known)
            yield _line(event.iri, "Event", said)
    for claim in facts.relations:
        if claim.object and claim.realis == "actual":
            name, ends = _link(claim, schemata)
            said = ends | _proof(facts, claim.evidence, known) | {"recordId": [claim.iri]}
            about = " ".join((claim.subject, claim.predicate, claim.object))
            yield _line(claim.iri or about, name, said)


def schema(thing: Thing) -> str:
    """Return the nearest schema of an entity; Note where its class is none of ours."""
    found = next((name for cls, name in _SCHEMATA.items() if cls in thing.classes), "Note")
    if found != "Asset":
        return found
    words = re.findall(r"[a-z]+", thing.label.lower()) or [""]
    if words[-1] in _VESSELS or _SHIP_NAMES.match(thing.label):
        return "Vessel"
    return "Airplane" if words[-1] in _AIRPLANES else "Vehicle" if words[-1] in _VEHICLES else "Asset"


def ftm_id(iri: str) -> str:
    """Return an id of the shape that FollowTheMoney allows; a hash keeps slugged IRIs apart."""
    short = re.sub("[^A-Za-z0-9]+", "-", slug(iri.rpartition("/kgraph/")[2]))[:60].strip("-")
    return f"kg-{short}-{hashlib.sha256(iri.encode()).hexdigest()[:10]}"


def _thing(facts: Facts, thing: Thing, name: str) -> Properties:
    said: Properties = {"name": [thing.label], "alias": list(thing.aliases), "keywords": [thing.cls]}
    if name == "Address":
        said["full"] = [thing.label]
        if thing.point:
            said["latitude"], said["longitude"] = ([str(value)] for value in thing.point)
    if name in _LEGAL:
        said["topics"] = [topic for cls, topic in _TOPICS.items() if cls in thing.classes]
    if name == "Person":
        claims = facts.literals.get(thing.iri, ())
        said["position"] = sorted({str(c.value) for c in claims if c.predicate == "position"})
    wikidata = [iri.rpartition("/")[2] for iri in thing.same_as if "wikidata.org/entity/Q" in iri]
    return said | {"wikidataId": wikidata}


def _event(facts: Facts, event: Happening, schemata: Mapping[str, str]) -> Properties:
    by_role: dict[str, list[str]] = {}
    for role, iri in event.roles:
        by_role.setdefault(role, []).append(iri)
    involved = [iri for _, iri in event.roles if schemata[iri] in _LEGAL]
    places = [iri for _, iri in event.roles if schemata[iri] == "Address"]
    dates: Properties = {"startDate": _date(event.begin), "endDate": _date(event.end)}
    if not dates["endDate"]:
        dates = {"date": dates["startDate"]}
    notes = [f"{role}: {', '.join(map(facts.label, iris))}" for role, iris in sorted(by_role.items())]
    notes += [f"{name}: {value}" for name, value in event.values]
    return dates | {
        "name": [event.label],
        "keywords": [event.cls, event.mode],
        "involved": [ftm_id(iri) for iri in involved],
        "addressEntity": [ftm_id(iri) for iri in places],
        "location": [facts.label(iri) for role in ("place", "base") for iri in by_role.get(role, ())],
        "notes": notes,
        "recordId": [event.iri],
    }


def _link(claim: Claim, schemata: Mapping[str, str]) -> tuple[str, Properties]:
    name, first, second, objects = _LINKS.get(claim.predicate, ("", "", "", frozenset()))
    if schemata[claim.subject] not in _LEGAL or schemata[claim.object] not in objects:
        name, first, second = "UnknownLink", "subject", "object"
    ends = {first: [ftm_id(claim.subject)], second: [ftm_id(claim.object)]}
    return name, ends | {"role": [claim.predicate]}


def _proof(facts: Facts, evidence: tuple[Evidence, ...], known: set[str]) -> Properties:
    articles = [item.article for item in evidence if item.article in known]
    papers = [facts.paper(iri) for iri in dict.fromkeys(articles)]
    return {
        "proof": [ftm_id(paper.iri) for paper in papers],
        "publisher": [paper.source for paper in papers],
        "sourceUrl": [paper.url for paper in papers],
        "summary": [facts.sentence(item.sentence).text for item in evidence],
    }


def _date(text: str) -> list[str]:
    return [text] if _DATE.fullmatch(text) else []


def _line(iri: str, name: str, properties: Properties) -> str:
    kept = {}
    for key, values in sorted(properties.items()):
        if some := [value for value in dict.fromkeys(values) if value.strip()]:
            kept[key] = some
    record = {"id": ftm_id(iri), "schema": name, "properties": kept}
    return json.dumps(record, ensure_ascii=False) + "\n"
