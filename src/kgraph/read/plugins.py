"""Readers of somebody else's: entry points of the group ``kgraph.readers``, named by the suffix they read.

In the pyproject.toml of such a package:

    [project.entry-points."kgraph.readers"]
    ".docx" = "my_package.docx:read_docx"

``read_docx(source: kgraph.read.source.Source, name: str, report: Callable[[Problem], None])`` yields
``(line or None, Article)``; an article without an id of its own gets ``name``. It reads ``source.read()`` or
``source.open()`` and may raise OSError, or ReadError with what is wrong in one line. It is loaded when a file
of its suffix is met, in a process of its own with bounds on time and memory; whatever it raises costs that
one file.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

GROUP = "kgraph.readers"


@functools.cache
def installed() -> Mapping[str, str]:
    """``module:function`` by suffix of all installed readers, none of them loaded; the first one counts."""
    from importlib.metadata import entry_points  # slow to import, and not needed to ask a graph

    found: dict[str, str] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        suffix = point.name.lower()
        found.setdefault(suffix if suffix.startswith(".") else f".{suffix}", point.value.strip())
    return found
