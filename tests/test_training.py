"""The mapping of corpora to one label scheme; no torch needed."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from kgraph.errors import KGraphError
from kgraph.nlp.labels import MENTION_TYPES, iob
from kgraph.train.own import Tokenize, read_marked
from kgraph.train.samples import Sample, marked_names, read_conll, read_conllu, settle_states
from kgraph.train.schemes import OWN, TWEETS, WIKIGOLD, outside


def test_a_corpus_without_weapons_does_not_teach_that_they_are_nothing(tmp_path: Path) -> None:
    """Where a corpus is silent the tag stays open; where it speaks it is closed."""
    file = tmp_path / "tweets.conll"
    file.write_text("Ankara\tB-LOC\nbought\tO\nS-400\tO\n", encoding="utf-8")
    (sample,) = read_conll(file, TWEETS)
    names = sample.tags["names"]
    assert names[0] == {"B-Place", "B-State", "B-Base"}
    assert "B-Equipment" in names[2]
    assert "B-Person" not in names[2]


def test_iob1_gets_its_beginnings(tmp_path: Path) -> None:
    """A name that starts with I- begins there."""
    file = tmp_path / "gold.conll"
    file.write_text("Rosa I-PER\nLuz I-PER\nspoke O\n", encoding="utf-8")
    (sample,) = read_conll(file, WIKIGOLD)
    assert sample.tags["names"] == [{"B-Person"}, {"I-Person"}, outside(WIKIGOLD)]


def test_marked_sentences(tmp_path: Path) -> None:
    """Names in brackets, heads of nominals in angles; tokens by spaCy's English tokenizer."""
    file = tmp_path / "own.txt"
    file.write_text("The <rebels|ArmedGroup> left [Al Asad|Base]'s gate.\n", encoding="utf-8")
    (sample,) = read_marked(file, Tokenize())
    assert sample.words == ["The", "rebels", "left", "Al", "Asad", "'s", "gate", "."]
    assert [tags for tags in sample.tags["names"] if tags != {"O"}] == [{"B-Base"}, {"I-Base"}]
    assert sample.head_types is not None
    assert sample.head_types[1] == {"ArmedGroup"}


def test_an_unknown_type_names_file_line_and_choices(tmp_path: Path) -> None:
    """A typing error in the data fails at once."""
    file = tmp_path / "own.txt"
    file.write_text("[Kabul|Town] fell.\n", encoding="utf-8")
    with pytest.raises(KGraphError, match=r"own\.txt:1: 'Town' is not a type; known: Person, State"):
        list(read_marked(file, Tokenize()))


def test_mentions_of_gum(tmp_path: Path) -> None:
    """Bracketed mentions give names without titles, and head types with what they leave open."""
    rows = [
        ("President", "PROPN", "NNP", 2, "nmod:desc", "Entity=(1-person-new-nnnnn-cf1-2-sgl-Ana_Roth"),
        ("Roth", "PROPN", "NNP", 3, "nsubj", "Entity=1)"),
        ("saw", "VERB", "VBD", 0, "root", "_"),
        ("a", "DET", "DT", 5, "det", "Entity=(2-animal-new-nnnnn-cf2-2-sgl"),
        ("goat", "NOUN", "NN", 3, "obj", "Entity=2)"),
    ]
    lines = ["# global.Entity = GRP-etype-infstat-salience-centering-minspan-link-identity"]
    lines += [
        f"{i}\t{word}\t{word}\t{upos}\t{xpos}\t_\t{head}\t{dep}\t_\t{misc}"
        for i, (word, upos, xpos, head, dep, misc) in enumerate(rows, start=1)
    ]
    file = tmp_path / "gum.conllu"
    file.write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    (sample,) = read_conllu(file)
    assert sample.tags["names"][1] == {"B-Person"}
    assert "O" in sample.tags["names"][0]
    assert [(span.begin, span.end, span.chain) for span in sample.mentions or ()] == [
        (0, 2, "1"),
        (3, 5, "2"),
    ]
    assert sample.head_types is not None
    assert sample.head_types[4] == {"Other"}
    assert sample.head_types[2] == {"None"}


def test_states_are_settled_by_our_own_sentences() -> None:
    """A "place" whose name our sentences call a state is one; another stays open."""
    own = Sample(["Mali"], tags={"names": [frozenset({"B-State"})]})
    open_place = frozenset({"B-Place", "B-State", "B-Base"})
    other = Sample(["Mali", "Lyon"], tags={"names": [open_place, open_place]})
    settle_states([other], marked_names([own], "State"))
    assert other.tags["names"] == [{"B-State"}, open_place]


def test_the_shipped_sentences_are_well_formed() -> None:
    """Every line of the data parses, every type occurs, no line stands twice."""
    with resources.as_file(resources.files("kgraph.train") / "data") as folder:
        files = sorted(folder.glob("mentions-*.txt"))
        tokenize = Tokenize()
        samples = [sample for file in files for sample in read_marked(file, tokenize)]
        lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(samples) == len(lines) == len(set(lines)) >= 1650
    assert all(not set("[]|") & set("".join(sample.words)) for sample in samples)
    seen = {tag for sample in samples for allowed in sample.tags["names"] for tag in allowed}
    assert {f"B-{name}" for name in MENTION_TYPES} <= seen <= set(iob(MENTION_TYPES))
    assert set(OWN.types) == set(MENTION_TYPES)
