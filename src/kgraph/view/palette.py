"""What each class looks like: a colour and a shape, never one alone.

Colours: Okabe & Ito, "Color Universal Design" (2008), which people with any colour vision tell
apart; shapes: those of vis-network that carry their label outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """The drawing of one group of classes; an empty colour means the colour of the text."""

    group: str
    section: str
    color: str
    shape: str
    size: int = 12


ACTORS, PLACES, EVENTS, OTHER = "Actors", "Places and equipment", "Events", "Other"

STYLES: tuple[Style, ...] = (
    Style("State", ACTORS, "#0072B2", "square"),
    Style("GovernmentBody", ACTORS, "#56B4E9", "square"),
    Style("MilitaryForce", ACTORS, "#009E73", "triangle"),
    Style("ArmedGroup", ACTORS, "#D55E00", "triangleDown"),
    Style("InternationalOrganization", ACTORS, "#0072B2", "hexagon"),
    Style("Organization", ACTORS, "#E69F00", "hexagon"),
    Style("Person", ACTORS, "#E69F00", "dot"),
    Style("Actor", ACTORS, "#999999", "hexagon"),
    Style("Base", PLACES, "#F0E442", "star"),
    Style("Place", PLACES, "#999999", "dot"),
    Style("Equipment", PLACES, "#CC79A7", "square"),
    Style("Event", EVENTS, "", "diamond", 7),
    Style("Thing", OTHER, "#999999", "triangle"),
)
_BY_GROUP = {style.group: style for style in STYLES}


def style_of(cls: str, parents: Mapping[str, frozenset[str]], *, kind: str = "entity") -> Style:
    """Return the style of a class or of its nearest ancestor that has one; ``Thing`` for the unknown."""
    if kind == "event":
        return _BY_GROUP["Event"]
    if cls in _BY_GROUP:
        return _BY_GROUP[cls]
    known = parents.get(cls, frozenset())
    nearest = [style for style in STYLES if style.group in known]
    return max(nearest, key=lambda style: len(parents.get(style.group, ())), default=_BY_GROUP["Thing"])
