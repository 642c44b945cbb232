"""Outlines of the coasts, to see on them where things lie; where they lie, the graph says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


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
