"""The values that travel through kgraph: frozen, sorted, free of spaCy and of RDF.

All offsets are Unicode code points into ``Article.text``, end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

Kind = Literal["name", "nominal", "pronoun"]
Realis = Literal["actual", "planned", "hypothetical", "negated"]
DateBasis = Literal["explicit", "relative", "publication"]

MIN_CONFIDENCE = 0.4
"""Facts that are less sure are left out unless somebody asks for them."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article as read; ``text`` is unchanged, so that offsets stay exact.

    ``date`` is ``YYYY-MM-DD`` or None where the article states none. ``author`` is the byline; several names
    are set apart by ``; ``.
    ``extra`` keeps fields that kgraph does not know, as (name, JSON text) pairs.
    """

    id: str
    title: str
    text: str
    date: str | None = None
    source: str | None = None
    url: str | None = None
    author: str | None = None
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Bad input, said in one line: where, what is wrong, and what to do."""

    path: str
    reason: str
    remedy: str
    line: int | None = None

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.reason}; {self.remedy}"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A piece of the article's text."""

    begin: int
    end: int
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Mention:
    """One place in the text that names or means an entity.

    ``type`` is the local name of a mention type (``Person``, ``State``, ``Base``, …);
    ``entity`` is the id of its Entity in the same Extraction; ``head`` is the span of its head word.
    """

    id: str
    span: Span
    kind: Kind
    type: str
    entity: str
    confidence: float
    head: Span


@dataclass(frozen=True, slots=True)
class Time:
    """One time expression; ``value`` follows TIMEX3 (``2017-12-11``, ``2016-06``, ``P3D``)."""

    id: str
    span: Span
    value: str
    type: Literal["DATE", "TIME", "DURATION", "SET"]
    basis: DateBasis = "explicit"


@dataclass(frozen=True, slots=True)
class Entity:
    """One real thing as this article knows it.

    ``cls`` is the local name of an ontology class (``State``, ``AirBase``); ``key`` is its identity
    over all articles, from which its IRI is made: ``"actor/united-states"``.
    """

    id: str
    key: str
    cls: str
    label: str
    aliases: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    """IRIs of the same thing elsewhere, from curation alone."""
    curated: tuple[str, ...] = ()
    """Decisions of a person that made it what it is."""


@dataclass(frozen=True, slots=True)
class Role:
    """What takes part in an event: a mention, or a literal (killed 13, quantity, object)."""

    role: str
    mention: str | None = None
    value: str | int | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """A further place that tells an event: its trigger and its sentence."""

    trigger: Span
    sentence: Span


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or was said to, planned or denied. ``cls`` is an ontology class."""

    id: str
    cls: str
    mode: str | None
    trigger: Span
    roles: tuple[Role, ...]
    begin_date: str | None
    end_date: str | None
    date_basis: DateBasis | None
    realis: Realis
    according_to: str | None
    confidence: float
    sentence: Span
    retold: tuple[Telling, ...] = ()
    """Where the article tells it again."""
    key: str | None = None
    """The IRI of a happening that several articles tell; None where this article alone does."""
    label: str | None = None
    """What the happening is called over all articles, where that is not its trigger here."""
    curated: tuple[str, ...] = ()
    """Decisions of a person that joined it to others or took it from them."""

    @property
    def tellings(self) -> tuple[Telling, ...]:
        """All places that tell it, the first one first."""
        return (Telling(self.trigger, self.sentence), *self.retold)

    def apart(self) -> tuple[Event, ...]:
        """Each telling as an event of its own, with ids ``v3``, ``v3.1`` and so on."""
        first = replace(self, retold=())
        others = (
            replace(self, id=f"{self.id}.{n}", trigger=item.trigger, sentence=item.sentence, retold=())
            for n, item in enumerate(self.retold, start=1)
        )
        return (first, *others)


@dataclass(frozen=True, slots=True)
class Relation:
    """A standing relation; ``object`` is a mention id, or ``value`` a literal."""

    id: str
    predicate: str
    subject: str
    object: str | None
    value: str | None
    realis: Realis
    according_to: str | None
    confidence: float
    sentence: Span


@dataclass(frozen=True, slots=True)
class Copy:
    """That an article is a copy of one report, in IRIs."""

    original: str
    """The earliest article of the same report."""
    repeated: tuple[tuple[Span, str], ...] = ()
    """Its sentences that an earlier copy has too, each with the first sentence of that text."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was read from one article. Every id is unique within it and stable over runs."""

    article: Article
    sentences: tuple[Span, ...] = ()
    mentions: tuple[Mention, ...] = ()
    times: tuple[Time, ...] = ()
    entities: tuple[Entity, ...] = ()
    events: tuple[Event, ...] = ()
    relations: tuple[Relation, ...] = ()
    copy: Copy | None = None
    """Given by resolution, which knows the other articles."""
