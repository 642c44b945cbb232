"""Military airfields of the package airportsdata as a gazetteer file: ``kgraph airfields > airfields.tsv``.

Give the file to ``kgraph build --gazetteer airfields.tsv``. Needs ``pip install 'kgraph[airports]'``.
Airfields that the shipped gazetteer has, by name or within some kilometres of one of its bases, are left out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kgraph.errors import KGraphError
from kgraph.gazetteer import Gazetteer, load, slug
from kgraph.ontology import data_dir

_MILITARY = re.compile(
    r"\b(?:Air ?Base|Air Force Base|AFB|Naval Air (?:Station|Base|Facility)|Army (?:Air ?Field|Airport)|"
    r"RAF|RAAF Base|RNAS|Air Reserve Base|Air National Guard Base|Air Force Station|Air Station)\b"
)
_TAIL = re.compile(r"\s*(?:/.*|\(.*|Airport$)")
NEAR = 0.08
"""Degrees within which two airfields are taken for one."""


def rows(airports: Iterable[Mapping[str, Any]], gazetteer: Gazetteer) -> list[tuple[str, ...]]:
    """Lines of a gazetteer file, sorted: name, class, aliases, operators, of, lat, lon."""
    states = _states()
    bases = [
        (entry.lat, entry.lon)
        for entry in gazetteer.entries.values()
        if entry.lat is not None and entry.lon is not None
    ]
    found: dict[str, tuple[str, ...]] = {}
    for airport in airports:
        name = _TAIL.sub("", " ".join(str(airport["name"]).split())).strip()
        state = states.get(str(airport["country"]))
        if not _MILITARY.search(name) or state is None or gazetteer.find(name, mention_type="Base"):
            continue
        lat, lon = float(airport["lat"]), float(airport["lon"])
        if any(abs(lat - other) < NEAR and abs(lon - further) < NEAR for other, further in bases):
            continue
        kind = "NavalBase" if "Naval" in name or "RNAS" in name else "AirBase"
        # The operator is not said there; in peace it is mostly the state, but not always: it is left empty.
        found.setdefault(slug(name), (name, kind, "", "", state, f"{lat:.4f}", f"{lon:.4f}"))
    return [found[key] for key in sorted(found)]


def _states() -> dict[str, str]:
    """Names of states by their ISO code."""
    text = (data_dir() / "gazetteer" / "states.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    table = csv.DictReader(io.StringIO("\n".join(lines)), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row["iso2"]: row["name"] for row in table if row.get("iso2")}


def lines() -> Iterator[str]:
    """The lines of the file. Raises KGraphError where the package is missing."""
    try:
        import airportsdata  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError as error:
        raise KGraphError("airportsdata is not installed: pip install 'kgraph[airports]'") from error
    yield "# source: the package airportsdata (MIT), military airfields by name"
    yield "name\tclass\taliases\toperators\tof\tlat\tlon"
    for row in rows(airportsdata.load("ICAO").values(), load()):
        yield "\t".join(row)
