"""Another spaCy pipeline in our place: its trees become Universal Dependencies, its lacks are said."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from kgraph.errors import ModelError
from kgraph.nlp import foreign
from kgraph.nlp.component import HEAD_TYPES


def doc_of(rows: list[tuple[str, str, str, int, str]]) -> Doc:
    """A Doc from (word, lemma, universal tag, head, label)."""
    words, lemmas, pos, heads, deps = zip(*rows, strict=True)
    return Doc(
        spacy.blank("en").vocab,
        words=list(words),
        lemmas=list(lemmas),
        pos=list(pos),
        heads=list(heads),
        deps=list(deps),
    )


def trees(doc: Doc) -> dict[str, tuple[str, str]]:
    """Word -> (label, head)."""
    return {token.text: (token.dep_, token.head.text) for token in doc}


def test_prepositions_and_passives() -> None:
    """A passive with its agent and a place."""
    doc = doc_of(
        [
            ("Homs", "Homs", "PROPN", 2, "nsubjpass"),
            ("was", "be", "AUX", 2, "auxpass"),
            ("shelled", "shell", "VERB", 2, "ROOT"),
            ("by", "by", "ADP", 2, "agent"),
            ("rebels", "rebel", "NOUN", 3, "pobj"),
            ("from", "from", "ADP", 2, "prep"),
            ("hills", "hill", "NOUN", 5, "pobj"),
        ]
    )
    foreign.to_universal(doc)
    assert trees(doc) == {
        "Homs": ("nsubj:pass", "shelled"),
        "was": ("aux:pass", "shelled"),
        "shelled": ("ROOT", "shelled"),
        "by": ("case", "rebels"),
        "rebels": ("obl:agent", "shelled"),
        "from": ("case", "hills"),
        "hills": ("obl", "shelled"),
    }


def test_copula_and_coordination() -> None:
    """The complement is the root; conjuncts hang on the first one."""
    doc = doc_of(
        [
            ("Roy", "Roy", "PROPN", 1, "nsubj"),
            ("is", "be", "AUX", 1, "ROOT"),
            ("minister", "minister", "NOUN", 1, "attr"),
            ("of", "of", "ADP", 2, "prep"),
            ("war", "war", "NOUN", 3, "pobj"),
            (",", ",", "PUNCT", 4, "punct"),
            ("trade", "trade", "NOUN", 4, "conj"),
            ("and", "and", "CCONJ", 6, "cc"),
            ("health", "health", "NOUN", 6, "conj"),
        ]
    )
    foreign.to_universal(doc)
    found = trees(doc)
    assert found["minister"] == ("ROOT", "minister")
    assert found["is"] == ("cop", "minister")
    assert found["Roy"] == ("nsubj", "minister")
    assert found["war"] == ("nmod", "minister")
    assert found["health"] == ("conj", "war")
    assert found["and"] == ("cc", "health")


def test_names_come_in_our_types_and_lacks_are_named(tmp_path: Path) -> None:
    """A pipeline on disk with nothing but names is taken, and what it lacks is said."""
    nlp: Language = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns(  # type: ignore[attr-defined]
        [{"label": "PERSON", "pattern": "Ada Roy"}, {"label": "DATE", "pattern": "Monday"}]
    )
    nlp.to_disk(tmp_path / "names")
    other, lacks = foreign.load(str(tmp_path / "names"))
    doc = other("Ada Roy spoke on Monday. She left.")
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Ada Roy", "Person")]
    assert len(list(doc.sents)) == 2
    assert len(doc.user_data[HEAD_TYPES]) == len(doc)
    assert "names" not in lacks
    assert any("dependencies" in lack for lack in lacks)


def test_a_pipeline_that_is_not_there_is_one_line() -> None:
    """The name, the reason and what to do."""
    with pytest.raises(ModelError, match="en_core_web_none: spaCy cannot load it") as caught:
        foreign.load("en_core_web_none")
    assert "\n" not in str(caught.value)
