"""The JSON form of an Extraction: one object per article, as ``kgraph extract`` prints it.

Field names and their order are fixed. ``title``, ``date``, … are null where unknown. Four fields go beyond
the published list, so that reading back loses nothing: ``head`` of a mention, ``basis`` of a time and, only
where an article has them, ``author`` and ``extra`` (fields kgraph does not know, as JSON text by name).

The ``object`` of a relation is the id of a mention or else a literal; a literal that happens to read like the
id of a mention is written ``{"value": "m1"}``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast, get_args
from urllib.parse import quote

from kgraph.errors import KGraphError
from kgraph.model import (
    Article,
    DateBasis,
    Entity,
    Event,
    Extraction,
    Kind,
    Mention,
    Realis,
    Relation,
    Role,
    Span,
    Telling,
    Time,
)
from kgraph.names import BASE

T = TypeVar("T")

IriOf = Callable[[Entity | Event], str]
"""Gives the IRI of an entity or event of one Extraction; ``kgraph.rdf.iris(extraction)`` makes one."""

ENTITY_NAMESPACE = f"{BASE}entity/"
TIME_TYPES = ("DATE", "TIME", "DURATION", "SET")

# Line separators that str.splitlines and JavaScript see and JSON does not: escaped, so that a line stays one.
_LINE_BREAKS = re.compile("[\x85\u2028\u2029]")


# ---------------------------------------------------------------- writing


def to_record(extraction: Extraction, iri_of: IriOf) -> dict[str, Any]:
    """Return the JSON form of ``extraction``: only dicts, lists, str, int, float and None."""
    article = extraction.article
    mention_ids = {mention.id for mention in extraction.mentions}
    record: dict[str, Any] = {
        "id": article.id,
        "title": article.title,
        "date": article.date,
        "source": article.source,
        "url": article.url,
        "text": article.text,
        "sentences": [_pair(span) for span in extraction.sentences],
        "mentions": [_mention(mention, article.text) for mention in extraction.mentions],
        "times": [_time(time, article.text) for time in extraction.times],
        "entities": [
            {
                "id": entity.id,
                "iri": iri_of(entity),
                "class": f"kg:{entity.cls}",
                "label": entity.label,
                "aliases": list(entity.aliases),
            }
            for entity in extraction.entities
        ],
        "events": [_event(event, article.text, iri_of) for event in extraction.events],
        "relations": [_relation(relation, mention_ids) for relation in extraction.relations],
    }
    if article.author:
        record["author"] = article.author
    if article.extra:
        record["extra"] = dict(article.extra)
    return record


def to_line(record: Mapping[str, Any]) -> str:
    """Return ``record`` as one line of JSON without its line end, always encodable as UTF-8."""
    line = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
    line = _LINE_BREAKS.sub(lambda match: f"\\u{ord(match[0]):04x}", line)
    try:
        line.encode()
    except UnicodeEncodeError:  # a lone surrogate in the article's text
        return json.dumps(record, allow_nan=False, separators=(", ", ": "))
    return line


def _pair(span: Span) -> list[int]:
    return [span.begin, span.end]


def _piece(span: Span, text: str) -> dict[str, Any]:
    return {"begin": span.begin, "end": span.end, "text": text[span.begin : span.end]}


def _mention(mention: Mention, text: str) -> dict[str, Any]:
    return {
        "id": mention.id,
        **_piece(mention.span, text),
        "kind": mention.kind,
        "type": mention.type,
        "entity": mention.entity,
        "confidence": mention.confidence,
        "head": _pair(mention.head),
    }


def _time(time: Time, text: str) -> dict[str, Any]:
    return {
        "id": time.id,
        **_piece(time.span, text),
        "value": time.value,
        "type": time.type,
        "basis": time.basis,
    }


def _event(event: Event, text: str, iri_of: IriOf) -> dict[str, Any]:
    return {
        "id": event.id,
        "iri": iri_of(event),
        "class": f"kg:{event.cls}",
        "mode": event.mode,
        "trigger": _piece(event.trigger, text),
        "roles": [
            {"role": role.role, "value": role.value}
            if role.mention is None
            else {"role": role.role, "mention": role.mention}
            for role in event.roles
        ],
        "beginDate": event.begin_date,
        "endDate": event.end_date,
        "dateBasis": event.date_basis,
        "realis": event.realis,
        "accordingTo": event.according_to,
        "confidence": event.confidence,
        "sentence": _pair(event.sentence),
        "retold": [
            {"trigger": _piece(telling.trigger, text), "sentence": _pair(telling.sentence)}
            for telling in event.retold
        ],
    }


def _relation(relation: Relation, mention_ids: set[str]) -> dict[str, Any]:
    target: Any = relation.object
    if target is None:
        target = {"value": relation.value} if relation.value in mention_ids else relation.value
    return {
        "id": relation.id,
        "predicate": f"kg:{relation.predicate}",
        "subject": relation.subject,
        "object": target,
        "realis": relation.realis,
        "accordingTo": relation.according_to,
        "confidence": relation.confidence,
        "sentence": _pair(relation.sentence),
    }


# ---------------------------------------------------------------- reading


def from_line(line: str) -> Extraction:
    """Read one line of JSON Lines; raises KGraphError in one line where it is not a record."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise KGraphError(f"record: not JSON ({error}); expected one object per line") from None
    return from_record(value)


def from_record(record: Mapping[str, Any]) -> Extraction:
    """Return the Extraction of a record; the text of spans is taken from ``text``.

    ``id`` and ``text`` must be there; lists may be left out (empty), as may confidences (1.0), ``kind``
    (name), ``head`` (the mention itself), ``realis`` (actual) and ``iri`` (a key of its own): enough for gold
    files written by hand. Raises KGraphError naming the record, the field and what was expected.
    """
    name = record.get("id") if isinstance(record, Mapping) else None
    return _read(_Part(record, f"record {name!r}", ""))


@dataclass(frozen=True, slots=True)
class _Part:
    """One JSON value of a record with the way to it, so that a message can name the place."""

    value: Any
    record: str
    path: str

    def fail(self, expected: str) -> KGraphError:
        """Return the error that says what was expected here."""
        shown = json.dumps(self.value, default=str)[:60]
        return KGraphError(f"{self.record}: {self.path or 'it'}: expected {expected}, got {shown}")

    def __getitem__(self, name: str) -> _Part:
        if not isinstance(self.value, Mapping):
            raise self.fail("an object")
        path = f"{self.path}.{name}" if self.path else name
        return _Part(self.value.get(name), self.record, path)

    def items(self) -> Iterator[_Part]:
        """Yield the parts of a list; nothing where it is left out."""
        if self.value is None:
            return
        if not isinstance(self.value, (list, tuple)):
            raise self.fail("a list")
        for index, value in enumerate(self.value):
            yield _Part(value, self.record, f"{self.path}[{index}]")

    def text(self) -> str:
        """Return a string that must be there."""
        if not isinstance(self.value, str):
            raise self.fail("text")
        return self.value

    def optional(self) -> str | None:
        """Return a string or None."""
        return None if self.value is None else self.text()

    def choice(self, choices: Iterable[str], default: str | None = None) -> str:
        """Return one of a few words."""
        if self.value is None and default is not None:
            return default
        if self.value not in tuple(choices):
            raise self.fail("one of " + ", ".join(choices))
        return self.text()

    def confidence(self) -> float:
        """Return a number from 0 to 1; 1.0 where it is left out."""
        if self.value is None:
            return 1.0
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            raise self.fail("a number from 0 to 1")
        if not (math.isfinite(self.value) and 0 <= self.value <= 1):
            raise self.fail("a number from 0 to 1")
        return float(self.value)

    def known(self, names: Mapping[str, object], what: str) -> str:
        """Return a string that is an id given elsewhere in the record."""
        if self.text() not in names:
            raise self.fail(f"the id of {what} of this record")
        return self.text()

    def local_name(self) -> str:
        """Return the name behind ``kg:``; the bare name is read as well."""
        return self.text().removeprefix("kg:")


def _span(begin: _Part, end: _Part, text: str) -> Span:
    for part in (begin, end):
        if isinstance(part.value, bool) or not isinstance(part.value, int):
            raise part.fail("a whole number")
        if not 0 <= part.value <= len(text):
            raise part.fail(f"an offset from 0 to {len(text)}")
    if end.value < begin.value:
        raise end.fail(f"an end not before its begin {begin.value}")
    return Span(begin.value, end.value, text[begin.value : end.value])


def _read_pair(part: _Part, text: str) -> Span:
    ends = list(part.items())
    if len(ends) != 2:
        raise part.fail("[begin, end]")
    return _span(ends[0], ends[1], text)


def _read_piece(part: _Part, text: str) -> Span:
    return _span(part["begin"], part["end"], text)


def _by_id(parts: Iterable[_Part], read: Callable[[_Part], T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for part in parts:
        key = part["id"].text()
        if key in found:
            raise part["id"].fail("an id used once")
        found[key] = read(part)
    return found


def _read(part: _Part) -> Extraction:
    extra = part["extra"].value or {}
    if not isinstance(extra, Mapping):
        raise part["extra"].fail("an object")
    article = Article(
        id=part["id"].text(),
        title=part["title"].optional() or "",
        text=part["text"].text(),
        date=part["date"].optional(),
        source=part["source"].optional(),
        url=part["url"].optional(),
        author=part["author"].optional(),
        extra=tuple((str(name), part["extra"][name].text()) for name in extra),
    )
    text = article.text
    entities = _by_id(part["entities"].items(), _read_entity)
    mentions = _by_id(part["mentions"].items(), lambda item: _read_mention(item, text, entities))
    return Extraction(
        article=article,
        sentences=tuple(_read_pair(item, text) for item in part["sentences"].items()),
        mentions=tuple(mentions.values()),
        times=tuple(_by_id(part["times"].items(), lambda item: _read_time(item, text)).values()),
        entities=tuple(entities.values()),
        events=tuple(_by_id(part["events"].items(), lambda item: _read_event(item, text, mentions)).values()),
        relations=tuple(
            _by_id(part["relations"].items(), lambda item: _read_relation(item, text, mentions)).values()
        ),
    )


def _read_entity(part: _Part) -> Entity:
    iri = part["iri"].optional()
    if iri is None:
        key = "unknown/" + quote(part["id"].text(), safe="", errors="replace")
    else:
        key = iri.removeprefix(ENTITY_NAMESPACE)
        if key == iri or "/" not in key:
            raise part["iri"].fail(f"an IRI in {ENTITY_NAMESPACE}")
    return Entity(
        id=part["id"].text(),
        key=key,
        cls=part["class"].local_name(),
        label=part["label"].text(),
        aliases=tuple(alias.text() for alias in part["aliases"].items()),
    )


def _read_mention(part: _Part, text: str, entities: Mapping[str, Entity]) -> Mention:
    span = _read_piece(part, text)
    return Mention(
        id=part["id"].text(),
        span=span,
        kind=cast(Kind, part["kind"].choice(get_args(Kind), "name")),
        type=part["type"].text(),
        entity=part["entity"].known(entities, "an entity"),
        confidence=part["confidence"].confidence(),
        head=span if part["head"].value is None else _read_pair(part["head"], text),
    )


def _read_time(part: _Part, text: str) -> Time:
    return Time(
        id=part["id"].text(),
        span=_read_piece(part, text),
        value=part["value"].text(),
        type=cast(Any, part["type"].choice(TIME_TYPES, "DATE")),
        basis=cast(DateBasis, part["basis"].choice(get_args(DateBasis), "explicit")),
    )


def _read_role(part: _Part, mentions: Mapping[str, Mention]) -> Role:
    role = part["role"].text()
    if part["mention"].value is not None:
        return Role(role, mention=part["mention"].known(mentions, "a mention"))
    value = part["value"].value
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise part["value"].fail("text or a whole number, or a mention")
    return Role(role, value=value)


def _read_event(part: _Part, text: str, mentions: Mapping[str, Mention]) -> Event:
    by, basis = part["accordingTo"], part["dateBasis"]
    return Event(
        id=part["id"].text(),
        cls=part["class"].local_name(),
        mode=part["mode"].optional(),
        trigger=_read_piece(part["trigger"], text),
        roles=tuple(_read_role(role, mentions) for role in part["roles"].items()),
        begin_date=part["beginDate"].optional(),
        end_date=part["endDate"].optional(),
        date_basis=None if basis.value is None else cast(DateBasis, basis.choice(get_args(DateBasis))),
        realis=cast(Realis, part["realis"].choice(get_args(Realis), "actual")),
        according_to=None if by.value is None else by.known(mentions, "a mention"),
        confidence=part["confidence"].confidence(),
        sentence=_read_pair(part["sentence"], text),
        retold=tuple(
            Telling(_read_piece(item["trigger"], text), _read_pair(item["sentence"], text))
            for item in part["retold"].items()
        ),
    )


def _read_relation(part: _Part, text: str, mentions: Mapping[str, Mention]) -> Relation:
    by, target = part["accordingTo"], part["object"]
    literal = target["value"].text() if isinstance(target.value, Mapping) else target.text()
    is_mention = literal in mentions and not isinstance(target.value, Mapping)
    return Relation(
        id=part["id"].text(),
        predicate=part["predicate"].local_name(),
        subject=part["subject"].known(mentions, "a mention"),
        object=literal if is_mention else None,
        value=None if is_mention else literal,
        realis=cast(Realis, part["realis"].choice(get_args(Realis), "actual")),
        according_to=None if by.value is None else by.known(mentions, "a mention"),
        confidence=part["confidence"].confidence(),
        sentence=_read_pair(part["sentence"], text),
    )


def read_file(path: Path) -> dict[str, Extraction]:
    """Records of a file by article id; KGraphError naming file and line for a malformed one."""
    found: dict[str, Extraction] = {}
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise KGraphError(
            f"{path}: cannot be read ({error}); give a file made by 'kgraph extract'"
        ) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = from_line(line)
        except KGraphError as error:
            raise KGraphError(f"{path}:{number}: {error}") from error
        found[record.article.id] = record
    if not found:
        raise KGraphError(f"{path}: no records; give a file made by 'kgraph extract'")
    return found
