"""What was read, on disk until it is in the store: a file of N-Quads for each shard, and a manifest.

A part appears whole or not at all (written beside, flushed to the disk, renamed), and counts only with its
line in the manifest. A build that goes on where another was ended takes from the parts what was read of the
same article with the same settings, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kgraph import folder
from kgraph.errors import StoreError
from kgraph.settle import INPUT
from kgraph.store import READINGS
from kgraph.work.task import Failed, Finished, Read

MANIFEST = "manifest.jsonl"
_NAME = READINGS.value + "#"


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the manifest."""

    file: str
    output: str
    """SHA-256 of the file."""
    inputs: tuple[str, ...]
    """For each article in it the hash of what it was read from."""


class Parts:
    """A folder of parts; ``kept`` where it is to outlive the build.

    Raises StoreError where it cannot be written.
    """

    def __init__(self, path: Path, *, versions: Mapping[str, str], kept: bool) -> None:
        self.path = path
        self.kept = kept
        self._versions = dict(versions)
        self._ready = False
        self._known: dict[str, Part] = {}
        self._open: tuple[str, dict[str, Read]] = ("", {})
        try:
            for part in self._manifest():
                self._known.update(dict.fromkeys(part.inputs, part))
        except OSError as error:
            raise folder.unwritable(path, error) from error

    def take(self, input: str) -> Read | None:
        """Return what an ended build had read from the same input; None where there is no such part."""
        part = self._known.get(input)
        if part is None or not input:
            return None
        if self._open[0] != part.file:  # articles come in the order in which they were read, part after part
            self._open = (part.file, {read.reading[INPUT]: read for read in self._read(part)})
        return self._open[1].get(input)

    def write(self, finished: Finished) -> Path | None:
        """Write what was read of a shard and return the file; None where none of it could be read."""
        done = [outcome for outcome in finished.outcomes if isinstance(outcome, Read)]
        failed = [outcome for outcome in finished.outcomes if isinstance(outcome, Failed)]
        if not done:
            return None
        data = ox.serialize(_quads(done), format=ox.RdfFormat.N_QUADS) or b""
        output = hashlib.sha256(data).hexdigest()
        name = f"part-{finished.number:06}-{output[:12]}.nq"
        line = {
            "file": name,
            "output": output,
            "inputs": [read.reading.get(INPUT, "") for read in done],
            "articles": len(done),
            "facts": sum(read.facts for read in done),
            "errors": [{"id": item.task.article.id, "cause": item.cause, "why": item.why} for item in failed],
            "versions": self._versions,
        }
        try:
            self._prepare()
            write_whole(self.path / name, data)
            # One write at the end of the file: a line is there or not, or it is no JSON and counts for none.
            with (self.path / MANIFEST).open("ab", buffering=0) as stream:
                stream.write(json.dumps(line).encode() + b"\n")
                os.fsync(stream.fileno())
        except OSError as error:
            raise folder.unwritable(self.path, error) from error
        return self.path / name

    def load(self, file: Path) -> dict[str, dict[str, str]]:
        """Return the readings of a part by the IRIs of their articles; StoreError where it is damaged."""
        found: dict[str, dict[str, str]] = {}
        try:
            for quad in ox.parse(path=str(file), format=ox.RdfFormat.N_QUADS):
                name = quad.predicate.value.removeprefix(_NAME)
                found.setdefault(quad.subject.value, {})[name] = quad.object.value
        except (OSError, SyntaxError, ValueError) as error:
            raise StoreError(f"{file}: cannot be read: {folder.reason(error)}; build again") from error
        return found

    def drop(self, file: Path) -> None:
        """Remove a part that is in the store, unless it is to be kept."""
        if not self.kept:
            file.unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove what the folder holds of this and of earlier builds, and the folder, unless it is kept."""
        if self.kept or not self.path.is_dir():
            return
        for pattern in ("part-*.nq", "part-*.nq.new", MANIFEST):
            for file in self.path.glob(pattern):
                file.unlink(missing_ok=True)
        try:
            self.path.rmdir()
        except OSError:  # somebody put something else there
            return

    def _manifest(self) -> Iterator[Part]:
        """Yield the parts that are there, of whichever build."""
        try:
            text = (self.path / MANIFEST).read_bytes()
        except FileNotFoundError:
            return
        for line in text.splitlines():
            try:
                value = json.loads(line)
                part = Part(str(value["file"]), str(value["output"]), tuple(map(str, value["inputs"])))
            except (ValueError, KeyError, TypeError):  # a line in which a build was ended
                continue
            if Path(part.file).name == part.file and (self.path / part.file).is_file():
                yield part

    def _read(self, part: Part) -> Iterator[Read]:
        """Yield what a part holds; nothing where it is not what was written."""
        file = self.path / part.file
        try:
            data = file.read_bytes()
        except OSError:
            return
        if hashlib.sha256(data).hexdigest() != part.output:
            return
        for article, reading in self.load(file).items():
            if INPUT in reading:
                yield Read(article, "", reading, 0, 0.0)

    def _prepare(self) -> None:
        if not self._ready:
            self.path.mkdir(parents=True, exist_ok=True)
            manifest = self.path / MANIFEST
            # A build may have been ended within a line: ours must not be joined to it.
            if manifest.exists() and manifest.read_bytes()[-1:] != b"\n":
                with manifest.open("ab") as stream:
                    stream.write(b"\n")
            self._ready = True


def _quads(reads: Sequence[Read]) -> Iterator[ox.Quad]:
    for read in reads:
        article = ox.NamedNode(read.article)
        for name, text in sorted(read.reading.items()):
            yield ox.Quad(article, ox.NamedNode(_NAME + name), ox.Literal(text), READINGS)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there wholly or not at all, also if the machine stops."""
    beside = path.with_name(path.name + ".new")
    try:
        with beside.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
