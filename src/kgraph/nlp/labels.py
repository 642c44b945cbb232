"""The label scheme of the English model, shared by training and reading."""

from __future__ import annotations

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

NAME_TAGS = ("O", *(f"{prefix}-{name}" for name in MENTION_TYPES for prefix in ("B", "I")))
"""Tags of the name tagger, IOB2 (Ramshaw and Marcus 1995)."""

HEAD_TYPES = ("None", "Other", *MENTION_TYPES)
"""What a head word means: no mention head, a mention of no interest here, or a mention type."""

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
