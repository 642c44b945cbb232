"""The shipped English model: what it must reach, and that nothing makes it stumble."""

from __future__ import annotations

from pathlib import Path

import pytest
from spacy.language import Language
from spacy.tokens import Doc

import kgraph
from kgraph.errors import ModelError
from kgraph.evaluate import syntax
from kgraph.evaluate.measures import total
from kgraph.nlp.component import ANTECEDENTS, HEAD_TYPES, LINKS, MODEL, TRIGGERS, load
from kgraph.nlp.encoder import Encoder

CORPORA = Path(__file__).parents[2] / "shared" / "corpora"


@pytest.fixture(scope="module")
def nlp() -> Language:
    """The pipeline as users get it."""
    return load(threads=1)


@pytest.mark.parametrize(("treebank", "least"), [("ewt", 86.0), ("gum", 86.0)])
def test_labelled_attachment_on_treebanks(treebank: str, least: float) -> None:
    """LAS with subtypes on gold words, int8."""
    path = CORPORA / "syntax" / f"{treebank}.dev.conllu.gz"
    if not path.is_file():
        pytest.skip("the treebanks are not beside this checkout (shared/corpora/syntax)")
    documents = syntax.evaluate(path, Encoder(MODEL))
    assert total(documents, "las").f1 >= least
    assert total(documents, "lemma").f1 >= 96


def test_a_sentence_is_annotated_in_every_layer(nlp: Language) -> None:
    """Tags, lemmas, a tree with one root, names and the meaning of head words."""
    doc = nlp("The rebels attacked Kabul on Monday. Russian jets struck the airfield.")
    assert [sent.root.lemma_ for sent in doc.sents] == ["attack", "strike"]
    assert {ent.text: ent.label_ for ent in doc.ents} == {"Kabul": "Place", "Russian": "Nationality"}
    types = {token.text: doc.user_data[HEAD_TYPES][token.i][0] for token in doc}
    assert (types["rebels"], types["jets"], types["airfield"]) == ("ArmedGroup", "Equipment", "Base")


def test_what_the_text_says_beyond_names(nlp: Language) -> None:
    """Triggers with class and realis, who did it, and whom a pronoun means, across sentences."""
    doc = nlp(
        "Turkish troops shelled Kafr Nabl on Monday. They may attack the airfield again, officials warned."
    )
    words = {token.text: token.i for token in doc}
    triggers = {doc[i].text: trigger for i, trigger in doc.user_data[TRIGGERS].items()}
    assert (triggers["shelled"].cls, triggers["shelled"].realis) == ("Assault", "actual")
    assert triggers["attack"].realis != "actual"
    back = doc.user_data[ANTECEDENTS][words["They"]]
    assert back is not None
    assert doc[back[0]].text == "troops"
    links = {(link.left, link.label): link for link in doc.user_data[LINKS] if link.confidence > 0.5}
    assert links[words["shelled"], "actor"].right == words["troops"]


def test_load_is_a_spacy_language() -> None:
    """The public way in, with nothing to name."""
    nlp = kgraph.load()
    assert isinstance(nlp, Language)
    assert nlp.pipe_names == ["kgraph_sentences", "kgraph_reader"]


def test_batches_do_not_change_the_reading(nlp: Language) -> None:
    """An article reads the same alone and beside a longer one."""
    text = "The minister met his Turkish counterpart in Doha."
    alone = nlp(text)
    beside = next(iter(nlp.pipe([text, "Troops left. " * 40])))
    assert [(t.tag_, t.dep_, t.head.i) for t in alone] == [(t.tag_, t.dep_, t.head.i) for t in beside]
    assert alone.user_data[HEAD_TYPES] == beside.user_data[HEAD_TYPES], "to the last bit of confidence"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\n",
        "=" * 5000,
        "a" * 3000,
        "word, " * 3000,
        "\u202eabc\u202c",
        "🚀 " * 700,
        "x\x00y",
        "?" * 900,
    ],
)
def test_strange_texts_are_read_whole(nlp: Language, text: str) -> None:
    """Nothing is cut: every token has a head in its own sentence and a tag."""
    doc = nlp(text)
    assert doc.text == text
    assert all(token.tag_ for token in doc)
    assert all(token.head.sent == token.sent for token in doc)


def test_given_words_are_kept(nlp: Language) -> None:
    """A Doc with its own tokens and sentences goes in as it is, so that others can score it."""
    words = ["Ships", "left", "Tartus", ".", "Nobody", "spoke", "."]
    doc = Doc(nlp.vocab, words=words, sent_starts=[i in (0, 4) for i in range(7)])
    read = nlp(doc)
    assert [token.text for token in read] == words
    assert [sent.root.text for sent in read.sents] == ["left", "spoke"]


def test_a_missing_model_is_one_clear_line(tmp_path: Path) -> None:
    """The error names the file and what to do."""
    with pytest.raises(ModelError, match=r"model\.onnx: no model here; make one with 'kgraph train'"):
        Encoder(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(ModelError, match="not a model of this version"):
        Encoder(tmp_path)
