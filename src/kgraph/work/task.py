"""What is handed to those who read, and what they give back; all of it has a form in JSON."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kgraph import rdf, settle
from kgraph.errors import printable
from kgraph.model import Article
from kgraph.resources import Resources

Cause = Literal["error", "crash", "time", "memory"]
"""Why an article could not be read: a fault met in it, or what ended the process that read it."""

SHARD_ARTICLES = 50
SHARD_CHARACTERS = 60_000
"""A shard ends at the one or the other: some 20 articles of 3,000 characters, 3 seconds of work."""


@dataclass(frozen=True, slots=True)
class Task:
    """An article to read, and the hash of all that its reading depends on ("" where that is not known)."""

    article: Article
    input: str

    @classmethod
    def of(cls, article: Article, fingerprint: str | None) -> Task:
        """Return the task; ``fingerprint`` is that of the settings it is read with."""
        if fingerprint is None:
            return cls(article, "")
        text = f"{fingerprint}\n{article_to_json(article)}"
        return cls(article, hashlib.sha256(text.encode()).hexdigest()[:32])


@dataclass(frozen=True, slots=True)
class Shard:
    """Tasks that are read by one process, and their place among all."""

    number: int
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """An article that was read: its IRI, its id and the parts of its reading to keep."""

    article: str
    id: str
    reading: Mapping[str, str]
    facts: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """An article that could not be read, and why in one line."""

    task: Task
    why: str
    cause: Cause


Outcome = Read | Failed


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of the tasks of a shard, in their order; fewer where the build was interrupted."""

    number: int
    outcomes: tuple[Outcome, ...]


def shards(tasks: Iterable[Task], *, articles: int, characters: int) -> Iterator[Shard]:
    """Group tasks so that each shard is about as much work; only one is held at a time."""
    number, held, length = 0, list[Task](), 0
    for task in tasks:
        held.append(task)
        length += len(task.article.text)
        if len(held) >= articles or length >= characters:
            yield Shard(number, tuple(held))
            number, held, length = number + 1, [], 0
    if held:
        yield Shard(number, tuple(held))


def read_one(task: Task, resources: Resources) -> Read:
    """Read one article. Raises whatever a fault in the code or in the model raises."""
    begun = time.perf_counter()
    (extraction,) = resources.facts([task.article])
    article = rdf.article_iri(task.article.id)
    reading = settle.parts(extraction, resources.run, gazetteer=resources.gazetteer)
    settle.check(extraction, resources.run, ontology=resources.ontology)
    if task.input:
        reading[settle.INPUT] = task.input
    found = len(extraction.events) + len(extraction.relations)
    return Read(article, task.article.id, reading, found, time.perf_counter() - begun)


def fault(task: Task, error: Exception) -> Failed:
    """Return what becomes of an article in which the code or the model met a fault."""
    why = printable(" ".join(f"{type(error).__name__}: {error}".split()))[:200]
    return Failed(task, why, "error")


# ---------------------------------------------------------------- JSON


def article_to_json(article: Article) -> str:
    """Return an article as one line of ASCII."""
    return json.dumps(
        {
            "id": article.id,
            "title": article.title,
            "text": article.text,
            "date": article.date,
            "source": article.source,
            "url": article.url,
            "author": article.author,
            "extra": [list(pair) for pair in article.extra],
        }
    )


def article_from(value: Mapping[str, Any]) -> Article:
    """Return the article of such an object, other keys of which are left alone; KeyError for a lack."""
    names = ("id", "title", "text", "date", "source", "url", "author")
    extra = tuple((str(name), str(text)) for name, text in value["extra"])
    return Article(**{name: value[name] for name in names}, extra=extra)


def task_to_json(task: Task) -> str:
    """Return a task as one line of ASCII."""
    return f'{{"input": {json.dumps(task.input)}, "article": {article_to_json(task.article)}}}'


def task_from_json(text: str | bytes) -> Task:
    """Read back what ``task_to_json`` gave."""
    value = json.loads(text)
    return Task(article_from(value["article"]), value["input"])


def outcome_to_json(outcome: Outcome) -> str:
    """Return an outcome as one line of ASCII; the article of one that failed is left out."""
    if isinstance(outcome, Failed):
        return json.dumps({"why": outcome.why, "cause": outcome.cause})
    value = {
        "article": outcome.article,
        "id": outcome.id,
        "reading": dict(outcome.reading),
        "facts": outcome.facts,
        "seconds": round(outcome.seconds, 4),
    }
    return json.dumps(value)


def outcome_from(value: Mapping[str, Any], task: Task) -> Outcome:
    """Return the outcome of a task from its object."""
    if "why" in value:
        return Failed(task, value["why"], value["cause"])
    return Read(**value)
