"""Where things lie: the coordinates that the gazetteer knows, and outlines of the coasts to see them on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from kgraph.errors import OntologyError
from kgraph.view.picture import Picture

Point = tuple[float, float]
"""Longitude and latitude in degrees."""


def located(picture: Picture) -> Picture:
    """Give every place that the gazetteer knows its point; one that the graph itself states is kept."""
    known = points()
    nodes = (
        replace(node, point=known[node.id]) if node.point is None and node.id in known else node
        for node in picture.nodes
    )
    return replace(picture, nodes=tuple(nodes))


@cache
def points() -> Mapping[str, Point]:
    """Read the points of bases, places and capitals, by the ids that their nodes have.

    Raises OntologyError for a line that is wrong.
    """
    from kgraph.ontology import data_dir

    folder = data_dir() / "gazetteer"
    found: dict[str, Point] = {}
    text = (folder / "points.txt").read_text(encoding="utf-8")
    for name, latitude, longitude in _cells("points.txt", text.splitlines(), (0, 1, 2)):
        _add(found, "points.txt", name, latitude, longitude)
    for file in sorted(folder.glob("*.tsv")):
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        header = lines[0].split("\t") if lines else []
        if {"name", "lat", "lon"} <= set(header):
            places = (header.index("name"), header.index("lat"), header.index("lon"))
            for name, latitude, longitude in _cells(file.name, lines[1:], places):
                if latitude and longitude:
                    _add(found, file.name, name, latitude, longitude)
    return MappingProxyType(found)


def _cells(file: str, lines: Iterable[str], places: tuple[int, int, int]) -> Iterable[tuple[str, str, str]]:
    for line in lines:
        cells = line.split("\t")
        if line.strip() and not line.startswith("#"):
            cells += [""] * (max(places) + 1 - len(cells))
            yield cells[places[0]].strip(), cells[places[1]].strip(), cells[places[2]].strip()


def _add(found: dict[str, Point], file: str, name: str, latitude: str, longitude: str) -> None:
    from kgraph.gazetteer import slug

    try:
        point = (float(longitude), float(latitude))
    except ValueError as error:
        raise OntologyError(f"{file}: {name!r}: {latitude!r}, {longitude!r} are no degrees") from error
    found.setdefault(f"entity/place/{slug(name)}", point)


@cache
def coasts() -> tuple[Mapping[str, Any], ...]:
    """Read the outlines: kind (land or lake), name, and points as [longitude, latitude]."""
    found = []
    for line in (files("kgraph.view") / "coasts.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            head, _, outline = line.partition("\t")
            kind, _, name = head.partition(" ")
            corners = [[float(x) for x in corner.split(",")] for corner in outline.split()]
            found.append({"kind": kind, "name": name, "points": corners})
    return tuple(found)
