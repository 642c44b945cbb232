"""The vocabulary of events and relations: whole, and checked against the ontology."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgraph import frames, ontology
from kgraph.errors import OntologyError

ONTOLOGY = ontology.load()
FRAMES = frames.load(ONTOLOGY)


def load(tmp_path: Path, text: str) -> frames.Frames:
    """Frames from a text."""
    path = tmp_path / "frames.yaml"
    path.write_text(text, encoding="utf-8")
    return frames.load(ONTOLOGY, path)


def test_every_event_class_has_words() -> None:
    """No class of event is without verbs or nouns, but Event itself."""
    known = {frame.name for frame in FRAMES.events}
    classes = {name for name in ONTOLOGY.classes if ONTOLOGY.is_a(name, "Event")}
    assert classes - {"Event"} == known
    assert all(frame.verbs or frame.nouns for frame in FRAMES.events)


def test_every_standing_relation_has_words() -> None:
    """Position comes from titles and place from grammar; all others have an entry or titles."""
    names = {frame.name for frame in FRAMES.relations} | set(FRAMES.titles)
    wanted = "operatedBy stationedAt memberOf partOf leads represents alliedWith fights supports uses"
    assert set(wanted.split()) <= names


def test_patterns() -> None:
    """Particles, object nouns and prepositions are told apart."""
    found = frames._pattern("call off >strike|raid @against")
    assert found.words == ("call", "off")
    assert found.objects == {"strike", "raid"}
    assert found.preposition == "against"


def test_the_most_demanding_pattern_comes_first(tmp_path: Path) -> None:
    """The verb with its object noun before the bare verb, whatever the order in the file."""
    made = load(
        tmp_path,
        """
        events:
          - {class: Assault, verbs: [sign]}
          - {class: Agreement, verbs: ["sign >deal"]}
        """,
    )
    assert [frame.name for _, frame in made.event_verbs["sign"]] == ["Agreement", "Assault"]


def test_on_and_off_are_words(tmp_path: Path) -> None:
    """YAML 1.1 would read them as true and false."""
    made = load(tmp_path, "events: [{class: Assault, verbs: [fire], roles: {recipient: [on, off]}}]")
    assert made.events[0].roles["recipient"] == ("on", "off")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "events: [{class: Attack}]",
            r"frames\.yaml: events entry 1 \(Attack\): 'Attack' is not a class; known: .*Assault",
        ),
        ("events: [{class: Person}]", r"entry 1 \(Person\): 'Person' is no kind of Event"),
        ("events: [{class: Assault, mode: fast}]", r"\(Assault\): 'fast' is not a mode; known: .*aerial"),
        (
            "events: [{class: Assault, roles: {victim: [object]}}]",
            r"'victim' is not a property; known: .*recipient",
        ),
        ("events: [{class: Assault, verb: [hit]}]", r"'verb' is not a field; known: class, counts"),
        ("events: [{class: Assault, verbs: hit}]", r"'verbs' must be a list of words"),
        ("events: [{class: Assault, of: both}]", r"'of' is 'both'; known: object, subject"),
        ("relations: [{property: owns}]", r"relations entry 1 \(owns\): 'owns' is not a property"),
        ("titles: {leads: [chief], rules: [king]}", r"'rules' is not a field; known: leads, represents"),
        ("events: [", r"frames\.yaml: not YAML"),
        ("- events", r"top level: must be a mapping"),
    ],
)
def test_an_unknown_name_says_file_entry_and_choices(tmp_path: Path, text: str, said: str) -> None:
    """Errors at load, not silence at extraction."""
    with pytest.raises(OntologyError, match=said):
        load(tmp_path, text)
