"""Where things lie: the coordinates that the gazetteer knows, and outlines of the coasts to see them on."""
from __future__ import annotations
def coasts(): return []
