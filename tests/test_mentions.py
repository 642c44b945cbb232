"""Mentions are found with their right extent, kind and type, and stay in step with the Doc."""

from __future__ import annotations

import pytest
from spacy.tokens import Doc

from docs import article, build
from kgraph import gazetteer, ontology
from kgraph.extract.mentions import Mentions, read
from kgraph.gazetteer import Gazetteer
from kgraph.ontology import Ontology


@pytest.fixture(scope="module")
def known() -> tuple[Gazetteer, Ontology]:
    classes = ontology.load()
    return gazetteer.load(ontology=classes), classes


def read_doc(doc: Doc, known: tuple[Gazetteer, Ontology]) -> Mentions:
    return read(doc, article(doc), gazetteer=known[0], ontology=known[1])


def texts(found: Mentions) -> list[tuple[str, str, str]]:
    return [(mention.span.text, mention.kind, mention.type) for mention in found.mentions]


def test_extent_of_names(known: tuple[Gazetteer, Ontology]) -> None:
    """A name loses its article, its title and its possessive."""
    doc = build(
        """
        The/DT/det/Hague#1 Hague/NNP/nmod:poss/envoy 's/POS/case/Hague envoy/NN/nsubj/met/envoy
          met/VBD/ROOT//meet Mr./NNP/nmod:desc/Keller Keller/NNP/obj/met ./.
        """,
        names={"The Hague 's": "Place", "Mr. Keller": "Person"},
    )
    assert texts(read_doc(doc, known)) == [("Hague", "name", "Place"), ("Keller", "name", "Person")]


def test_nominal_takes_its_modifiers_and_no_clause(known: tuple[Gazetteer, Ontology]) -> None:
    """A nominal spans determiner and modifiers; what follows the head stays out; the head is one word."""
    doc = build(
        """
        The/DT/det/convoy long/JJ/amod/convoy supply/NN/compound/convoy convoy/NN/nsubj/left
          of/IN/case/trucks trucks/NNS/nmod/convoy/truck left/VBD/ROOT//leave ./.
        """,
        heads={"convoy": "Equipment"},
    )
    found = read_doc(doc, known)
    assert texts(found) == [("The long supply convoy", "nominal", "Equipment")]
    assert found.mentions[0].head.text == "convoy"


def test_unsure_heads_and_left_out_types(known: tuple[Gazetteer, Ontology]) -> None:
    """A doubtful head word is no mention; nor are events and documents."""
    doc = build(
        "Exercise/NNP/nsubj/ended ended/VBD/ROOT//end near/IN/case/camp camp/NN/obl/ended ./.",
        names={"Exercise": "Event"},
        heads={"camp": "Base"},
        probability=0.2,
    )
    assert texts(read_doc(doc, known)) == []


def test_word_inside_a_name_is_no_nominal(known: tuple[Gazetteer, Ontology]) -> None:
    """A noun that is part of a name has no mention of its own."""
    doc = build(
        "Camp/NNP/compound/Zorn Zorn/NNP/nsubj/closed closed/VBD/ROOT//close ./.",
        names={"Camp Zorn": "Base"},
        heads={"Camp": "Base", "Zorn": "Base"},
    )
    found = read_doc(doc, known)
    assert texts(found) == [("Camp Zorn", "name", "Base")]
    assert found.entity(found.mentions[0]).cls == "ArmyBase"


def test_ways_back_to_the_doc(known: tuple[Gazetteer, Ontology]) -> None:
    """``at`` and ``token`` lead from head to mention and back; offsets cut the text out of the article."""
    doc = build(
        "Sergei/NNP/nsubj/left Lavrov/NNP/flat/Sergei left/VBD/ROOT//leave ./.",
        names={"Sergei Lavrov": "Person"},
    )
    found = read_doc(doc, known)
    mention = found.at(doc[0])
    assert mention is not None
    assert found.token(mention) == doc[0]
    assert doc.text[mention.span.begin : mention.span.end] == "Sergei Lavrov"
    assert found.at(doc[2]) is None


@pytest.mark.parametrize("word", ["it", "It"])
def test_empty_it_is_no_mention(known: tuple[Gazetteer, Ontology], word: str) -> None:
    """“It was reported that” points at nothing, even with a state nearby."""
    doc = build(
        f"""
        Russia/NNP/nsubj/spoke spoke/VBD/ROOT//speak ./.
        {word}/PRP/expl/reported was/VBD/aux:pass/reported/be reported/VBN/ROOT//report that/IN/mark/fled
          rebels/NNS/nsubj/fled/rebel fled/VBD/csubj/reported/flee ./.
        """,
        names={"Russia": "State"},
    )
    assert [text for text, _, _ in texts(read_doc(doc, known))] == ["Russia"]


def test_hostile_text_stays_text(known: tuple[Gazetteer, Ontology]) -> None:
    """Markup and right-to-left marks in a name neither break reading nor leave the key unsafe."""
    doc = build(
        "<{slash}script>\u202eX/NNP/nsubj/spoke spoke/VBD/ROOT//speak ./.",
        names={"</script>\u202eX": "Organization"},
    )
    found = read_doc(doc, known)
    (entity,) = found.entities
    assert entity.label == "</script>\u202eX"
    assert set(entity.key) <= set("abcdefghijklmnopqrstuvwxyz0123456789/-%ABCDEF")


def test_empty_doc(known: tuple[Gazetteer, Ontology]) -> None:
    """No words, no mentions."""
    doc = build("./. ok/UH/ROOT")
    assert read_doc(doc, known).mentions == ()
