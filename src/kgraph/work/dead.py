"""Dead letters: articles that could not be read, whole and with the reason, in a file beside the store.

One JSON object a line: the fields of the article, and ``failed`` with why, cause and input. The file is the
articles' own copy, so that ``kgraph build --retry`` needs no other.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from kgraph.errors import StoreError
from kgraph.folder import unwritable
from kgraph.model import Article
from kgraph.rdf import article_iri
from kgraph.work.parts import write_whole
from kgraph.work.task import Failed, article_from, article_to_json


class DeadLetters:
    """The dead letters of a store; without a file they are forgotten at the end.

    Raises StoreError where the file cannot be read or written.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._lines: dict[str, str] = {}
        self._inputs: dict[str, str] = {}
        self._changed = False
        for line in self._read():
            self._lines[line["id"]] = json.dumps(line)
            self._inputs[line["id"]] = line["failed"]["input"]

    def __len__(self) -> int:
        return len(self._lines)

    def articles(self) -> Iterator[Article]:
        """Yield the articles, in the order in which they failed."""
        for line in list(self._lines.values()):
            yield article_from(json.loads(line))

    def has(self, id: str, input: str) -> bool:
        """Whether an article failed before, just as it is now."""
        return bool(input) and self._inputs.get(id) == input

    def add(self, failed: Failed) -> None:
        """Put an article among them, in the place of an older one of the same id."""
        article = failed.task.article
        value = json.loads(article_to_json(article))
        value["failed"] = {"why": failed.why, "cause": failed.cause, "input": failed.task.input}
        self._lines.pop(article.id, None)
        self._lines[article.id] = json.dumps(value)
        self._inputs[article.id] = failed.task.input
        if self.path is None:
            return
        # At once, so that a build that is ended has not lost it; the file is put in order at the end.
        try:
            with self.path.open("a", encoding="ascii") as stream:
                stream.write(self._lines[article.id] + "\n")
        except OSError as error:
            raise unwritable(self.path, error) from error
        self._changed = True

    def solve(self, id: str) -> None:
        """Take an article from among them: it was read."""
        if self._lines.pop(id, None) is not None:
            self._changed = True

    def keep(self, iris: Collection[str]) -> None:
        """Take all from among them but the articles of these IRIs."""
        for id in [id for id in self._lines if article_iri(id) not in iris]:
            self.solve(id)

    def save(self) -> None:
        """Write the file anew if anything changed; there is none where there are no dead letters."""
        if self.path is None or not self._changed:
            return
        try:
            if self._lines:
                write_whole(self.path, "".join(f"{line}\n" for line in self._lines.values()).encode())
            else:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self.path, error) from error
        self._changed = False

    def _read(self) -> Iterator[dict[str, Any]]:
        if self.path is None or not self.path.exists():
            return
        try:
            lines = self.path.read_bytes().splitlines()
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be read: {error.strerror}; change its rights") from error
        for number, line in enumerate(lines, start=1):
            try:
                value = json.loads(line)
                article_from(value)
                _ = value["failed"]["input"], value["failed"]["why"]
            except (ValueError, KeyError, TypeError):
                if number == len(lines):  # in which a build was ended
                    self._changed = True
                    return
                raise StoreError(f"{self.path}:{number}: is no dead letter; remove the line") from None
            yield value


def dead_letters_of(store: Path) -> Path:
    """The file of dead letters of a store: beside it."""
    return store.with_name(store.name + ".dead.jsonl")
