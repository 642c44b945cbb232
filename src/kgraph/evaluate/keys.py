"""The files of MUC-4 (1992): reports in capitals, and the keys that say which incidents they tell of."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kgraph.errors import KGraphError
from kgraph.model import Article

MONTHS = {
    name: number
    for number, name in enumerate("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), start=1)
}
SLOTS: Mapping[int, str] = {
    2: "date",
    3: "place",
    4: "type",
    6: "instrument",
    9: "perpetrator",
    10: "perpetrator",
    12: "target",
    18: "victim",
    19: "victim",
}
"""Lines of a template that are scored, by what they fill; the others are classes and counts of these."""
_TITLE = re.compile(r"^((?:DEV|TST)\d*-MUC\d-\d{4})\b.*$", re.MULTILINE)
_DATE = re.compile(r"\b(\d{1,2}) ([A-Z]{3}) (\d{2})\b")
_FIELD = re.compile(r"^(\d+)\. +([A-Z ]+: [A-Z ]+?) {2,}(.*)$")
_QUOTED = re.compile(r'"((?:\\.|[^"\\])*)"')
_LABELS = re.compile(r"^\s*(?:\[[^\]]*\]\s*)+")


@dataclass(frozen=True, slots=True)
class Filler:
    """What fills a slot: any of its strings is right; an optional one costs nothing when it is missed."""

    slot: str
    strings: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """One incident of a report."""

    article: str
    fillers: tuple[Filler, ...]
    optional: bool = False


def articles(path: Path) -> Iterator[Article]:
    """Reports, a paragraph a line, with the date of their dateline; KGraphError where there is none."""
    pieces = _TITLE.split(_content(path))
    if len(pieces) < 3:
        raise KGraphError(f"{path}: no report of MUC here (DEV-MUC3-0001 and so on); is this the right file?")
    for name, body in zip(pieces[1::2], pieces[2::2], strict=True):
        line, dashes, text = body.partition("--")
        if not dashes or len(line) > 200:
            line, text = "", body
        found = _DATE.search(line)
        paragraphs = [" ".join(part.split()) for part in _LABELS.sub("", text).split("\n\n")]
        yield Article(
            id=name,
            title="",
            text="\n\n".join(part for part in paragraphs if part),
            date=_iso(found) if found else None,
        )


def templates(path: Path) -> dict[str, list[Template]]:
    """Templates by report, an empty list for one that tells of no incident; KGraphError for another file."""
    result: dict[str, list[Template]] = {}
    fields: dict[int, list[str]] = {}
    number = -1
    for at, line in enumerate([*_content(path).splitlines(), "0.  MESSAGE: ID    "], start=1):
        found = _FIELD.match(line + "  ")
        if line.startswith(";") or not line.strip():
            continue
        if found is None and (number < 0 or not line.startswith("   ")):
            raise KGraphError(f"{path}:{at}: {line[:60]!r} is no line of a template; is this the right file?")
        if found is None:
            fields[number].append(line.strip())
            continue
        number = int(found[1])
        if number == 0 and fields:
            _close(path, at, fields, result)
            fields = {}
        fields[number] = [found[3].strip()]
    return result


def _close(path: Path, at: int, fields: Mapping[int, list[str]], result: dict[str, list[Template]]) -> None:
    if not fields.keys() >= {0, 1, *SLOTS}:
        raise KGraphError(f"{path}:{at}: a template ends here that lacks lines; is this the right file?")
    name, which = fields[0][0].split(" ")[0], fields[1][0]
    known = result.setdefault(name, [])
    if which.startswith("*"):
        return
    fillers = [filler for line in (4, 2, 3, 6, 9, 10, 12) for filler in _fillers(SLOTS[line], fields[line])]
    fillers.extend(_victims(fields[18], fields[19]))
    known.append(Template(name, tuple(dict.fromkeys(fillers)), "OPTIONAL" in which))


def _fillers(slot: str, lines: Sequence[str]) -> Iterator[Filler]:
    for line in lines:
        value = line.strip()
        optional = value.startswith("?")
        value = value.removeprefix("?").strip()
        if value in {"", "-", "*"}:
            continue
        if slot == "place":
            yield from _places(value, optional=optional)
        elif slot in {"date", "type"}:
            yield Filler(slot, tuple(part.strip(" ()?") for part in value.split(" / ")), optional)
        else:
            strings = tuple(_unquoted(item) for item in _QUOTED.findall(value))
            if strings and strings != ("-",):
                yield Filler(slot, strings, optional)


def _places(value: str, *, optional: bool) -> Iterator[Filler]:
    """The narrowest place that is named; the wider ones around it are optional."""
    ways = [
        [re.sub(r" ?\([A-Z ]+\)", "", part).strip(" ()?") for part in re.split(r":| - ", way)]
        for way in value.split(" / ")
    ]
    narrow = tuple(dict.fromkeys(way[-1] for way in ways))
    yield Filler("place", narrow, optional)
    for wide in dict.fromkeys(part for way in ways for part in way[:-1]):
        if wide not in narrow:
            yield Filler("place", (wide,), optional=True)


def _victims(names: Sequence[str], descriptions: Sequence[str]) -> Iterator[Filler]:
    """Named people with what they are called, then those that are only described."""
    named: list[list[str]] = []
    found: list[tuple[list[str], bool]] = []
    for line in names:
        strings = [_unquoted(item) for item in _QUOTED.findall(line)]
        if strings and strings != ["-"]:
            named.append(strings)
            found.append((strings, line.startswith("?")))
    for line in descriptions:
        called, colon, who = _halves(line)
        strings = [_unquoted(item) for item in _QUOTED.findall(called)]
        if not strings or strings == ["-"]:
            continue
        owners = {_unquoted(item) for item in _QUOTED.findall(who)} if colon else set[str]()
        owner = next((each for each in named if owners & set(each)), None)
        if owner is not None:
            owner.extend(strings)
        else:
            found.append((strings, line.startswith("?")))
    for strings, optional in found:
        yield Filler("victim", tuple(dict.fromkeys(strings)), optional)


def _halves(line: str) -> tuple[str, str, str]:
    """A line at its colon that stands outside quotation marks."""
    masked = _QUOTED.sub(lambda found: "x" * len(found[0]), line)
    at = masked.find(":")
    return (line, "", "") if at < 0 else (line[:at], ":", line[at + 1 :])


def days(value: str) -> tuple[str, str] | None:
    """First and last day of a date of the keys as ISO dates; "- 04 FEB 90" gives its only day."""
    found = [_iso(item) for item in _DATE.finditer(value)]
    return (found[0], found[-1]) if found else None


def _iso(found: re.Match[str]) -> str:
    year = int(found[3])
    return f"{1900 + year}-{MONTHS.get(found[2], 1):02}-{int(found[1]):02}"


def _unquoted(value: str) -> str:
    return value.replace('\\"', '"')


def _content(path: Path) -> str:
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError) as error:
        raise KGraphError(f"{path}: cannot be read ({error}); check the path or --corpora") from error
    return data.decode("utf-8", errors="replace").replace("\r", "")
