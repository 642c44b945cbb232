"""What extraction needs besides an article, and the few words by which another process makes the same."""

from __future__ import annotations

import functools
import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from kgraph import __version__, rdf
from kgraph.errors import ModelError, OntologyError
from kgraph.model import MIN_CONFIDENCE, Article, Extraction
from kgraph.nlp import MODEL

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from kgraph.frames import Frames
    from kgraph.gazetteer import Gazetteer
    from kgraph.ontology import Ontology

READER = "kgraph_reader"
"""The pipe of ``kgraph.nlp`` that holds the model."""
LIBRARIES = ("numpy", "onnxruntime", "spacy", "tokenizers")
"""Libraries whose version can change what is read."""
_CODE = (
    *("nlp/*.py", "extract/*.py", "resolve/profile.py", "frames.py", "gazetteer.py", "model.py"),
    *("ontology.py", "rdf.py", "records.py", "resources.py", "settle.py", "spelling.py"),
)

_log = logging.getLogger("kgraph")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How resources are loaded: the options of ``Resources.load``, to be handed to another process."""

    ontology: str | None = None
    model: str | None = None
    nlp: str | None = None
    gazetteers: tuple[str, ...] = ()
    min_confidence: float = MIN_CONFIDENCE

    @classmethod
    def of(
        cls,
        ontology: str | Path | None = None,
        *,
        model: str | Path | None = None,
        nlp: str | None = None,
        gazetteers: Iterable[str | Path] = (),
        min_confidence: float = MIN_CONFIDENCE,
    ) -> Self:
        """Return the settings, with whole paths: a process elsewhere has another working folder."""
        # A pipeline of spaCy is named by its package or by its folder.
        named = str(Path(nlp).absolute()) if nlp and Path(nlp).is_dir() else nlp
        return cls(
            ontology=None if ontology is None else str(Path(ontology).absolute()),
            model=None if model is None else str(Path(model).absolute()),
            nlp=named,
            gazetteers=tuple(str(Path(path).absolute()) for path in gazetteers),
            min_confidence=min_confidence,
        )

    def to_json(self) -> str:
        """Return them as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read back what ``to_json`` gave."""
        value = json.loads(text)
        return cls(**{**value, "gazetteers": tuple(value["gazetteers"])})

    def load_ontology(self) -> Ontology:
        """Load the ontology alone; raises OntologyError."""
        return load_ontology(self.ontology)

    def load_gazetteer(self, schema: Ontology) -> Gazetteer:
        """Load the gazetteer alone; raises OntologyError."""
        from kgraph import gazetteer

        return gazetteer.load(
            _own(self.ontology, "gazetteer"), extra=map(Path, self.gazetteers), ontology=schema
        )

    @property
    def run(self) -> rdf.Run | None:
        """What facts are marked as made by, without loading the model; None where spaCy alone knows.

        Raises ModelError where the model is not there.
        """
        return rdf.Run(__version__, _digest(self._model("model.onnx"))[:12]) if self.nlp is None else None

    def fingerprint(self, run: rdf.Run) -> str:
        """Return a hash of all that reading depends on besides the article: 32 hexadecimal digits.

        That is kgraph's code for it, its libraries, the model (which ``run`` names), the ontology, the
        frames, the names and the least confidence. Raises ModelError and OntologyError where a file cannot be
        read.
        """
        from kgraph.ontology import data_dir

        own = Path(__file__).parent
        parts = [f"kgraph {__version__}", self.nlp or "", run.model, f"{self.min_confidence!r}"]
        parts += [f"{name} {metadata.version(name)}" for name in LIBRARIES]
        files = sorted({file for pattern in _CODE for file in own.glob(pattern)})
        shipped = data_dir()
        for name in ("kgraph.ttl", "frames.yaml"):
            files.append(_own(self.ontology, name) or shipped / name)
        files += sorted((_own(self.ontology, "gazetteer") or shipped / "gazetteer").glob("*.tsv"))
        files += map(Path, self.gazetteers)
        if self.nlp is None:
            files.append(self._model("tokenizer.json"))
        try:
            parts += [f"{file.name} {_digest(file)}" for file in files]
        except OSError as error:
            raise OntologyError(f"{error.filename}: cannot be read: {error.strerror}") from error
        return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]

    def _model(self, name: str) -> Path:
        path = (Path(self.model) if self.model else MODEL) / name
        if not path.is_file():
            raise ModelError(f"{path}: no model here; make one with 'kgraph train' or reinstall kgraph")
        return path


@dataclass(frozen=True, slots=True)
class Resources:
    """What extraction needs besides an article; made once, by ``Resources.load``."""

    ontology: Ontology
    frames: Frames
    gazetteer: Gazetteer
    nlp: Language
    lacks: tuple[str, ...] = ()
    """What the named spaCy pipeline does not give; empty for kgraph's own."""
    min_confidence: float = MIN_CONFIDENCE
    """Facts below are left out."""
    settings: Settings | None = None
    """How they were loaded; None for what was put together by hand."""

    @classmethod
    def load(
        cls,
        ontology: str | Path | None = None,
        *,
        model: str | Path | None = None,
        nlp: str | None = None,
        gazetteers: Iterable[str | Path] = (),
        threads: int = 0,
        min_confidence: float = MIN_CONFIDENCE,
    ) -> Self:
        """Load what extraction needs.

        ``ontology`` is a folder with ``kgraph.ttl``, ``frames.yaml`` and ``gazetteer/``; what it lacks is
        taken from the shipped one. ``gazetteers`` are files of your own names, which go before ours.
        ``model`` is a folder made by ``kgraph train``; ``nlp`` names a spaCy pipeline to use instead;
        ``threads`` are the model's, 0 for all cores; facts whose confidence is below ``min_confidence`` (0 to
        1) are left out. Raises OntologyError and ModelError in one line.
        """
        from kgraph import frames
        from kgraph.nlp import component, foreign

        settings = Settings.of(
            ontology, model=model, nlp=nlp, gazetteers=gazetteers, min_confidence=min_confidence
        )
        schema = settings.load_ontology()
        lacks: list[str] = []
        if nlp is None:
            pipeline = component.load(model, threads=threads)
        else:
            pipeline, lacks = foreign.load(nlp)
            _log.warning("%s lacks: %s", nlp, ", ".join(lacks))
        return cls(
            ontology=schema,
            frames=frames.load(schema, _own(ontology, "frames.yaml")),
            gazetteer=settings.load_gazetteer(schema),
            nlp=pipeline,
            lacks=tuple(lacks),
            min_confidence=min_confidence,
            settings=settings,
        )

    @property
    def run(self) -> rdf.Run:
        """What the facts are marked as made by: this version of kgraph and a hash of its model."""
        if self.nlp.has_pipe(READER):
            reader: Any = self.nlp.get_pipe(READER)
            return rdf.Run(__version__, reader.encoder.digest)
        return rdf.Run(__version__, f"{self.nlp.meta['name']} {self.nlp.meta['version']}")

    def facts(self, articles: Sequence[Article]) -> Iterator[Extraction]:
        """Yield what each article says; they are annotated together, so pass few at a time."""
        return (facts for _, facts in self.read(articles))

    def read(self, articles: Sequence[Article]) -> Iterator[tuple[Doc, Extraction]]:
        """Yield each article's annotated Doc and what it says."""
        from kgraph.extract import extract_article

        pairs = ((article.text, article) for article in articles)
        for doc, article in self.nlp.pipe(pairs, as_tuples=True, batch_size=max(len(articles), 1)):
            found = extract_article(
                doc, article, ontology=self.ontology, frames=self.frames, gazetteer=self.gazetteer
            )
            yield doc, self.kept(found)

    def kept(self, extraction: Extraction) -> Extraction:
        """The extraction without the facts that are less sure than wanted."""
        return replace(
            extraction,
            events=tuple(event for event in extraction.events if event.confidence >= self.min_confidence),
            relations=tuple(
                relation for relation in extraction.relations if relation.confidence >= self.min_confidence
            ),
        )


def load_ontology(folder: str | Path | None = None) -> Ontology:
    """Load ``kgraph.ttl`` of a folder, or the shipped one where the folder is None or has none."""
    from kgraph import ontology

    if folder is not None and not Path(folder).is_dir():
        raise OntologyError(f"{folder}: is no folder; name one that holds kgraph.ttl or frames.yaml")
    return ontology.load(_own(folder, "kgraph.ttl"))


def _own(folder: str | Path | None, name: str) -> Path | None:
    """Return a file of the user's ontology folder, None where it is not there."""
    path = None if folder is None else Path(folder) / name
    return path if path is not None and path.exists() else None


def _digest(file: Path) -> str:
    stat = file.stat()
    return _digest_of(file, stat.st_mtime_ns, stat.st_size)


@functools.lru_cache(maxsize=256)
def _digest_of(file: Path, changed: int, size: int) -> str:
    """Return the SHA-256 of a file; its time and size tell whether it is the one hashed before."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
