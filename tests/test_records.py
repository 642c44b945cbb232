"""The JSON Lines form: the published fields in their order, read back without loss, malformed ones named."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from kgraph import ontology
from kgraph.errors import KGraphError
from kgraph.model import Article, Extraction, Span, Telling
from kgraph.rdf import iris, quads
from kgraph.records import from_line, from_record, to_line, to_record
from samples import HOSTILE, RUN, TEXT, sample

ONTOLOGY = ontology.load()


def record(extraction: Extraction | None = None) -> dict[str, Any]:
    extraction = extraction or sample()
    return to_record(extraction, iris(extraction))


def test_fields_are_the_published_ones_in_their_order() -> None:
    """Another program finds the fields where the README says."""
    found = record()
    published = "id title date source url text sentences mentions times entities events relations extra"
    assert list(found) == published.split()
    assert list(found["mentions"][0]) == [
        *("id", "begin", "end", "text", "kind", "type", "entity", "confidence", "head")
    ]
    assert list(found["times"][0]) == ["id", "begin", "end", "text", "value", "type", "basis"]
    assert list(found["entities"][0]) == ["id", "iri", "class", "label", "aliases"]
    assert list(found["events"][0]) == [
        *("id", "iri", "class", "mode", "trigger", "roles", "beginDate", "endDate", "dateBasis"),
        *("realis", "accordingTo", "confidence", "sentence", "retold"),
    ]
    assert list(found["relations"][0]) == [
        *("id", "predicate", "subject", "object", "realis", "accordingTo", "confidence", "sentence")
    ]


def test_values_are_written_as_published() -> None:
    """Classes carry their prefix, IRIs are those of the graph, roles hold a mention or a value."""
    found = record()
    event = found["events"][0]
    assert event["class"] == "kg:Assault"
    assert event["iri"] == "https://w3id.org/kgraph/article/keld-2031#event-Assault-42-48"
    assert event["trigger"] == {"begin": 42, "end": 48, "text": "struck"}
    assert event["roles"][0] == {"role": "actor", "mention": "m1"}
    assert event["roles"][3] == {"role": "killed", "value": 13}
    assert found["entities"][4]["iri"] == "https://w3id.org/kgraph/entity/actor/norvia"
    assert found["relations"][0]["object"] == "m8"
    assert found["relations"][2]["object"] == "Minister"
    assert found["sentences"][0] == [0, 91]


def test_reading_back_gives_the_same_extraction() -> None:
    """Nothing is lost on the way through a line of JSON, hostile text and lone surrogates included."""
    extraction = sample()
    line = to_line(record(extraction))
    again = from_line(line)
    assert again == extraction
    assert again.events[0].trigger.text == "struck"
    assert again.mentions[0].head.text == "force"
    assert to_line(record(again)) == line


def test_a_line_is_one_line_of_utf8() -> None:
    """No line separator of any reader, and no lone surrogate, breaks the line."""
    article = Article("x\u2028y", "a\x85b\u2029c", "one\ntwo \ud800 three")
    line = to_line(record(Extraction(article)))
    assert line.splitlines() == [line]
    assert line.encode()
    assert from_line(line).article == article


def test_a_literal_like_a_mention_id_stays_a_literal() -> None:
    """A position called m1 is not the mention m1."""
    extraction = sample()
    odd = dataclasses.replace(extraction.relations[2], value="m1")
    extraction = dataclasses.replace(extraction, relations=(odd,))
    found = record(extraction)
    assert found["relations"][0]["object"] == {"value": "m1"}
    assert from_record(found) == extraction


def test_hand_written_records_may_leave_fields_out() -> None:
    """A gold file needs no IRIs, heads or confidences."""
    found = from_record(
        {
            "id": "g",
            "text": "Norvia left.",
            "sentences": [[0, 12]],
            "entities": [{"id": "e1", "class": "State", "label": "Norvia"}],
            "mentions": [{"id": "m1", "begin": 0, "end": 6, "type": "State", "entity": "e1"}],
            "events": [
                {
                    "id": "v1",
                    "class": "kg:Retreat",
                    "trigger": {"begin": 7, "end": 11},
                    "roles": [{"role": "actor", "mention": "m1"}],
                    "sentence": [0, 12],
                }
            ],
        }
    )
    assert found.events[0].cls == "Retreat"
    assert found.events[0].realis == "actual"
    assert found.mentions[0].confidence == 1.0
    assert found.entities[0].cls == "State"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (["text"], None, "text: expected text, got null"),
        (["sentences"], "no", "sentences: expected a list"),
        (["sentences", 0], [1], "sentences[0]: expected [begin, end], got [1]"),
        (["sentences", 0], [0, 10**6], f"expected an offset from 0 to {len(TEXT)}"),
        (["mentions", 0, "begin"], "0", "mentions[0].begin: expected a whole number"),
        (["mentions", 0, "begin"], True, "mentions[0].begin: expected a whole number"),
        (["mentions", 0, "end"], 1, "mentions[0].end: expected an end not before its begin"),
        (["mentions", 0, "kind"], "verb", "expected one of name, nominal, pronoun"),
        (["mentions", 0, "entity"], "e99", "expected the id of an entity of this record"),
        (["mentions", 1, "id"], "m1", "mentions[1].id: expected an id used once"),
        (["mentions", 0, "confidence"], 7, "expected a number from 0 to 1"),
        (["mentions", 0], "m1", "mentions[0]: expected an object"),
        (
            ["events", 0, "roles", 0, "mention"],
            "m99",
            "events[0].roles[0].mention: expected the id of a mention",
        ),
        (["events", 0, "roles", 3, "value"], 1.5, "expected text or a whole number"),
        (["events", 0, "realis"], "maybe", "expected one of actual, planned, hypothetical, negated"),
        (["events", 0, "trigger"], None, "events[0].trigger"),
        (["relations", 0, "object"], None, "relations[0].object: expected text"),
        (["relations", 0, "accordingTo"], "m99", "expected the id of a mention"),
        (["entities", 0, "iri"], "http://elsewhere/x", "entities[0].iri: expected an IRI in"),
        (["times", 0, "type"], "WHEN", "expected one of DATE, TIME, DURATION, SET"),
    ],
)
def test_a_malformed_record_is_named_in_one_line(path: list[str | int], value: object, said: str) -> None:
    """The message says which record, which field, what was expected and what stood there."""
    found = json.loads(json.dumps(record()))
    part = found
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    with pytest.raises(KGraphError) as caught:
        from_record(found)
    assert said in str(caught.value)
    assert "keld-2031" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("line", ["", "{", "[1]", "3", '"x"', "[" * 100_000])
def test_what_is_no_record_is_refused(line: str) -> None:
    """A broken line of JSON Lines raises KGraphError, never another exception."""
    with pytest.raises(KGraphError, match="record"):
        from_line(line)


def test_hostile_labels_are_data() -> None:
    """Markup in a label travels unchanged; whoever shows it escapes it."""
    assert record()["entities"][9]["label"] == HOSTILE


def test_an_event_told_twice_keeps_both_places() -> None:
    """Both sentences are there in JSON and in RDF, whose event is derived from each."""
    found = sample()
    event, other = found.events[0], found.sentences[-1]
    assert event.sentence != other
    again = Telling(Span(other.begin, other.begin + 3, TEXT[other.begin : other.begin + 3]), other)
    told = dataclasses.replace(event, retold=(again,))
    extraction = dataclasses.replace(found, events=(told, *found.events[1:]))
    assert from_record(record(extraction)) == extraction
    named = f"#char={other.begin},{other.end}"
    derived = [
        quad
        for quad in quads(extraction, ontology=ONTOLOGY, run=RUN)
        if "wasDerivedFrom" in str(quad) and iris(extraction)(told) in str(quad)
    ]
    assert any(named in str(quad) for quad in derived)
    assert len(derived) == 2
