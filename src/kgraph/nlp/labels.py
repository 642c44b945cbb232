"""The label scheme of the English model, shared by training and reading."""

from __future__ import annotations

from kgraph.model import Realis

MENTION_TYPES = (
    "Person",
    "State",
    "GovernmentBody",
    "MilitaryForce",
    "ArmedGroup",
    "InternationalOrganization",
    "Organization",
    "Nationality",
    "Place",
    "Base",
    "Equipment",
    "Event",
    "Document",
)
"""What a name or a nominal can mean; each is a class of the ontology or an attribute of one."""

HEAD_TYPES = ("None", "Other", *MENTION_TYPES)
"""What a head word means: no mention head, a mention of no interest here, or a mention type."""

EVENT_CLASSES = (
    *("Agreement", "Consultation", "Support", "Concession", "Cooperation", "Aid", "Retreat", "Request"),
    *("Accusation", "Rejection", "Threat", "Protest", "Sanction", "Mobilization", "Coercion", "Assault"),
    *("Statement", "Deployment", "Exercise", "BaseChange", "WeaponsTest", "Capture", "Defeat", "Accident"),
)
"""Classes of event triggers, those of the ontology."""

REALIS: tuple[Realis, ...] = ("actual", "planned", "hypothetical", "negated")
"""Whether an event happened, as the text has it."""

ROLES = ("actor", "recipient", "place", "base", "instrument", "source")
"""What a mention can be to a trigger in its sentence; ``source`` is who says so."""

RELATIONS = (
    *("operatedBy", "locatedIn", "stationedAt", "memberOf", "partOf", "leads", "represents", "nationality"),
    *("alliedWith", "fights", "supports", "uses"),
)
"""Standing relations between two mentions of a sentence, properties of the ontology."""

RE3D_TYPES = (
    *("Organisation", "Person", "Location", "Nationality", "Temporal", "Quantity", "Money", "Frequency"),
    *("DocumentReference", "Weapon", "MilitaryPlatform", "Vehicle", "Coordinates", "CommsIdentifier"),
)
"""Entity types of re3d (Defence Science and Technology Laboratory, 2017)."""

POLITICS_TYPES = (
    *("politician", "person", "organisation", "politicalparty", "event", "election", "country"),
    *("location", "misc"),
)
"""Entity types of CrossNER, politics (Liu et al. 2021)."""


def iob(types: tuple[str, ...]) -> tuple[str, ...]:
    """IOB2 tags of some types, O first, then B and I of each."""
    return ("O", *(f"{prefix}-{name}" for name in types for prefix in ("B", "I")))


SCHEMES = {"names": MENTION_TYPES, "re3d": RE3D_TYPES, "politics": POLITICS_TYPES}
"""Taggers of flat spans: our names, and whole mentions as two corpora of the field mark them."""

SEQUENCES = ("re3d", "politics")
"""Schemes whose tags are scored as a sequence (a linear-chain CRF); names are told word by word."""

TRIGGERS = ("None", *EVENT_CLASSES)
"""What a word is as the trigger of an event."""

RE3D_RELATIONS = ("FightingAgainst", "BelongsTo", "InChargeOf", "AlliesOf", "CommWith", "CoLocated")
"""Relations of re3d that are scored."""

UNDIRECTED = frozenset({"FightingAgainst", "AlliesOf", "CommWith", "CoLocated", "alliedWith", "fights"})
"""Relations that hold both ways."""

PAIRS = (*ROLES, *RELATIONS, *RE3D_RELATIONS)
"""What the pair scorer tells: roles (trigger, mention) and relations (mention, mention)."""

SHAPES = ("lower", "Title", "UPPER", "Mixed", "digit", "punct", "other")
"""Word shapes: the base encoder is uncased, so case reaches it through an embedding of these."""


def shape(word: str) -> int:
    """Index into ``SHAPES`` for a word."""
    if word.islower():
        return 0
    if word.isupper():
        return 2 if len(word) > 1 else 1
    if word.istitle():
        return 1
    if word[:1].isdigit():
        return 4
    if any(character.isalpha() for character in word):
        return 3
    return 5 if not any(character.isalnum() for character in word) else 6
