"""Annotated articles in one readable text form: mentions, coreference, events with roles, relations.

An article is a heading, sentences with marks, and under each sentence its events and relations::

    ## own-1-01 | agency | 2023-04-11
    [Norway|State#1] {moved|Deployment#e1} <two [F-35|Equipment#3] fighters|Equipment#2> to [Orland|Base#4].
    e1 actual actor=1 instrument=2 base=4
    = 4 operatedBy 1

``[name|Type#n]`` is a name, ``<words|Type#n>`` a nominal or a pronoun, ``{word|Class#e1}`` the trigger of an
event; marks nest. Mentions with the same number in one article mean the same thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kgraph.errors import KGraphError
from kgraph.nlp import links
from kgraph.nlp.labels import EVENT_CLASSES, MENTION_TYPES, REALIS, RELATIONS, ROLES

CLOSING = {"[": "]", "<": ">", "{": "}"}
LABEL = re.compile(r"([A-Za-z]+)#(e?\d+)")
PRONOUNS = links.PRONOUNS | {"one", "both", "all"}


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A mention or a trigger: offsets into its sentence, end exclusive; ``number`` is its chain or event."""

    begin: int
    end: int
    label: str
    number: str
    kind: str
    """``name``, ``nominal``, ``pronoun`` or ``trigger``."""


@dataclass(frozen=True, slots=True)
class Happening:
    """The line under a sentence that says of a trigger whether it happened and who took part."""

    number: str
    realis: str
    roles: tuple[tuple[str, str], ...]
    """(role, chain) pairs; ``source`` is who says so."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence with its marks, events and relations (subject chain, property, object chain)."""

    text: str
    marks: tuple[Mark, ...]
    happenings: tuple[Happening, ...]
    relations: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Annotated:
    """One annotated article."""

    id: str
    manner: str
    date: str
    lines: tuple[Line, ...]


def parse(rows: Iterable[str], name: str) -> Iterator[Annotated]:
    """Articles of a file. Raises KGraphError naming file, line and what is known."""
    heading: tuple[str, str, str] | None = None
    done: list[Line] = []
    text = ""
    marks: tuple[Mark, ...] = ()
    happenings: list[Happening] = []
    relations: list[tuple[str, str, str]] = []

    def flush() -> None:
        nonlocal text, marks, happenings, relations
        if text:
            done.append(Line(text, marks, tuple(happenings), tuple(relations)))
        text, marks, happenings, relations = "", (), [], []

    for number, row in enumerate(rows, start=1):
        row = row.strip()
        where = f"{name}:{number}"
        if row.startswith("##"):
            flush()
            if heading:
                yield _article(heading, done, where)
            done = []
            fields = [field.strip() for field in row.strip("# ").split("|")]
            if len(fields) != 3:
                raise KGraphError(f"{where}: a heading is '## id | manner | YYYY-MM-DD'")
            heading = (fields[0], fields[1], fields[2])
        elif re.match(r"e\d+ ", row):
            happenings.append(_happening(row, where))
        elif row.startswith("="):
            parts = row[1:].split()
            if len(parts) != 3 or parts[1] not in RELATIONS:
                raise KGraphError(
                    f"{where}: a relation is '= 1 property 2' with one of {', '.join(RELATIONS)}"
                )
            relations.append((parts[0], parts[1], parts[2]))
        elif row:
            flush()
            text, marks = _marks(row, where)
    flush()
    if heading:
        yield _article(heading, done, name)


def read(path: Path) -> Iterator[Annotated]:
    """Articles of a UTF-8 file."""
    with path.open(encoding="utf-8") as stream:
        yield from parse(stream, str(path))


def scan(
    row: str, where: str, *, label: re.Pattern[str] = LABEL, example: str = "Type#1"
) -> tuple[str, list[tuple[str, int, int, re.Match[str]]]]:
    """The text of a row without its marks, and of each mark bracket, begin, end and label, inner ones first.

    Raises KGraphError with ``where`` and, for a label that ``label`` does not match, what one looks like.
    """
    text: list[str] = []
    open_: list[tuple[str, int]] = []
    found: list[tuple[str, int, int, re.Match[str]]] = []
    index = 0
    while index < len(row):
        character = row[index]
        if character in CLOSING:
            open_.append((character, len(text)))
            index += 1
        elif character == "|":
            if not open_:
                raise KGraphError(f"{where}: '|' outside a mark")
            bracket, begin = open_.pop()
            match = label.match(row, index + 1)
            if match is None or row[match.end() : match.end() + 1] != CLOSING[bracket]:
                raise KGraphError(
                    f"{where}: after {row[max(0, index - 20) : index + 12]!r} no {example!r} and end"
                )
            found.append((bracket, begin, len(text), match))
            index = match.end() + 1
        else:
            text.append(character)
            index += 1
    if open_:
        raise KGraphError(f"{where}: a mark is not closed")
    return "".join(text), found


def _marks(row: str, where: str) -> tuple[str, tuple[Mark, ...]]:
    text, found = scan(row, where)
    marks = (
        _mark(bracket, text[begin:end], begin, end, match[1], match[2], where)
        for bracket, begin, end, match in found
    )
    return text, tuple(sorted(marks))


def _mark(bracket: str, surface: str, begin: int, end: int, label: str, number: str, where: str) -> Mark:
    known = EVENT_CLASSES if bracket == "{" else MENTION_TYPES
    if label not in known:
        raise KGraphError(f"{where}: {label!r} is not known; known: {', '.join(known)}")
    if number.startswith("e") != (bracket == "{"):
        raise KGraphError(f"{where}: {surface!r}: mentions have numbers (#1), triggers #e1")
    if not surface.strip() or surface != surface.strip():
        raise KGraphError(f"{where}: {surface!r}: a mark begins and ends with a word")
    kind = {"[": "name", "{": "trigger"}.get(bracket)
    return Mark(
        begin,
        end,
        label,
        number,
        kind or ("pronoun" if surface.lower() in PRONOUNS else "nominal"),
    )


def _happening(row: str, where: str) -> Happening:
    number, realis, *rest = row.split()
    if realis not in REALIS:
        raise KGraphError(f"{where}: {realis!r} is no realis; known: {', '.join(REALIS)}")
    roles: list[tuple[str, str]] = []
    for item in rest:
        role, _, values = item.partition("=")
        if role not in ROLES or not re.fullmatch(r"\d+(,\d+)*", values):
            raise KGraphError(f"{where}: {item!r}: a role is 'actor=1,2' with one of {', '.join(ROLES)}")
        roles.extend((role, value) for value in values.split(","))
    return Happening(number, realis, tuple(roles))


def _article(heading: tuple[str, str, str], lines: list[Line], where: str) -> Annotated:
    """The article, its references checked."""
    chains: dict[str, str] = {}
    events: set[str] = set()
    for line in lines:
        triggers = {mark.number for mark in line.marks if mark.kind == "trigger"}
        if repeated := triggers & events:
            raise KGraphError(f"{where}: {heading[0]}: {', '.join(sorted(repeated))} twice in one article")
        events |= triggers
        if odd := triggers ^ {happening.number for happening in line.happenings}:
            raise KGraphError(
                f"{where}: {heading[0]}: {', '.join(sorted(odd))}: trigger or its line is missing"
            )
        for mark in line.marks:
            if mark.kind != "trigger" and chains.setdefault(mark.number, mark.label) != mark.label:
                raise KGraphError(
                    f"{where}: {heading[0]}: #{mark.number} is {chains[mark.number]} and {mark.label}"
                )
    asked = {chain for line in lines for happening in line.happenings for _, chain in happening.roles}
    asked |= {chain for line in lines for one, _, other in line.relations for chain in (one, other)}
    if unknown := asked - chains.keys():
        raise KGraphError(f"{where}: {heading[0]}: no mention is numbered {', '.join(sorted(unknown))}")
    return Annotated(*heading, tuple(lines))
