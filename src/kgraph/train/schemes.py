"""Which of our labels each label of a corpus stands for; what a corpus does not say is masked.

The tables here are the documentation of the mapping: each label of a corpus stands for a *set* of our
labels, and the loss asks only that the model stays inside the set. A corpus without weapons so never
teaches that weapons are nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kgraph.nlp.labels import MENTION_TYPES, POLITICS_TYPES

Allowed = frozenset[str]
ORGANIZED: Allowed = frozenset(
    {"GovernmentBody", "MilitaryForce", "ArmedGroup", "InternationalOrganization", "Organization"}
)
LOCATED: Allowed = frozenset({"Place", "State", "Base"})
RARE: Allowed = frozenset({"Nationality", "Equipment", "Event", "Document"})


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a corpus's entity labels map to ours. ``silent`` is what it never marks."""

    types: Mapping[str, Allowed]
    silent: Allowed
    optional: Allowed = frozenset()
    """Labels of the corpus that may also be nothing for us."""


COARSE = {"PER": frozenset({"Person"}), "LOC": LOCATED, "ORG": ORGANIZED | {"State"}, "MISC": RARE}
WIKIGOLD = Scheme(COARSE, silent=frozenset(), optional=frozenset({"MISC"}))
TWEETS = Scheme(COARSE, silent=RARE)
POLITICS = Scheme(
    {
        "person": frozenset({"Person"}),
        "politician": frozenset({"Person"}),
        "organisation": ORGANIZED,
        "politicalparty": frozenset({"Organization"}),
        "event": frozenset({"Event"}),
        "election": frozenset({"Event"}),
        "country": frozenset({"State"}),
        "location": frozenset({"Place", "Base"}),
        "misc": RARE,
    },
    silent=frozenset({"Equipment"}),
    optional=frozenset({"misc", "election"}),
)
GUM = Scheme(
    {
        "person": frozenset({"Person", "Nationality", "ArmedGroup"}),
        "place": LOCATED,
        "organization": ORGANIZED | {"State"},
        "object": frozenset({"Equipment", "Document"}),
        "event": frozenset({"Event"}),
        "abstract": frozenset({"Document", "Event"}),
    },
    silent=frozenset({"Nationality"}),
    optional=frozenset({"object", "abstract"}),
)
AS_POLITICS = Scheme({name: frozenset({name}) for name in POLITICS_TYPES}, silent=frozenset())
"""CrossNER politics in its own types, for the tagger of that scheme."""
OWN = Scheme({name: frozenset({name}) for name in MENTION_TYPES}, silent=frozenset())


def outside(scheme: Scheme) -> Allowed:
    """Tags allowed where a corpus marks nothing."""
    return frozenset({"O", *(f"{prefix}-{name}" for name in scheme.silent for prefix in "BI")})


def inside(types: Allowed, prefix: str, *, optional: bool) -> Allowed:
    """Tags allowed at a marked word."""
    return frozenset({f"{prefix}-{name}" for name in types} | ({"O"} if optional else set()))


_ORGANISED: Allowed = frozenset({"Organisation"})
OWN_RE3D: Mapping[str, Allowed] = {
    "Person": frozenset({"Person", "Organisation"}),
    "State": frozenset({"Organisation", "Location"}),
    "GovernmentBody": _ORGANISED,
    "MilitaryForce": _ORGANISED,
    "ArmedGroup": _ORGANISED,
    "InternationalOrganization": _ORGANISED,
    "Organization": _ORGANISED,
    "Nationality": frozenset({"Nationality", "Organisation"}),
    "Place": frozenset({"Location"}),
    "Base": frozenset({"Location"}),
    "Equipment": frozenset({"Weapon", "MilitaryPlatform", "Vehicle"}),
    "Event": frozenset(),
    "Document": frozenset({"DocumentReference"}),
}
"""Our types as re3d would have them; it counts groups of people as organisations."""
OWN_RE3D_OUTSIDE: Allowed = frozenset(
    {
        "O",
        *(
            f"{prefix}-{name}"
            for name in ("Temporal", "Quantity", "Money", "Frequency", "Coordinates", "CommsIdentifier")
            for prefix in "BI"
        ),
    }
)
"""Tags of re3d where our articles mark nothing: they are silent on times and quantities."""
OWN_POLITICS: Mapping[str, Allowed] = {
    "Person": frozenset({"politician", "person"}),
    "State": frozenset({"country"}),
    "GovernmentBody": frozenset({"organisation"}),
    "MilitaryForce": frozenset({"organisation"}),
    "ArmedGroup": frozenset({"organisation", "politicalparty"}),
    "InternationalOrganization": frozenset({"organisation"}),
    "Organization": frozenset({"organisation", "politicalparty"}),
    "Nationality": frozenset({"misc"}),
    "Place": frozenset({"location"}),
    "Base": frozenset({"location"}),
    "Equipment": frozenset({"misc"}),
    "Event": frozenset({"event", "election"}),
    "Document": frozenset({"misc"}),
}
"""Our names as CrossNER politics would have them."""
OWN_POLITICS_OUTSIDE: Allowed = frozenset({"O", "B-misc", "I-misc"})
COARSE_POLITICS = Scheme(
    {
        "PER": frozenset({"politician", "person"}),
        "LOC": frozenset({"location", "country"}),
        "ORG": frozenset({"organisation", "politicalparty"}),
        "MISC": frozenset({"misc", "event", "election"}),
    },
    silent=frozenset({"misc"}),
    optional=frozenset({"MISC"}),
)
"""The four types of wikigold as CrossNER politics may have them."""
