"""Lemmas: scripts, irregular verbs, and the lexicon behind them."""

from __future__ import annotations

import pytest

from kgraph.nlp.lemma import Lexicon, apply, lexicon, script

KNOWN = lexicon(
    [
        ("warned", "VBD", "warn"),
        ("establish", "VB", "establish"),
        ("report", "NN", "report"),
        ("trace", "VB", "trace"),
        ("plan", "VB", "plan"),
        ("deny", "VB", "deny"),
        ("base", "NN", "base"),
    ]
)


@pytest.mark.parametrize(
    ("form", "lemma"),
    [("bases", "base"), ("Forces", "force"), ("NATO", "NATO"), ("was", "be"), ("Moscow", "Moscow")],
)
def test_a_script_gives_back_its_lemma(form: str, lemma: str) -> None:
    """Making a script and applying it to the same form are inverse."""
    assert apply(form, script(form, lemma)) == lemma


def test_a_script_longer_than_the_word_leaves_it() -> None:
    """A wrong script never makes an empty or negative slice."""
    assert apply("of", "5|") == "of"
    assert apply("as", "2|") == "as"


@pytest.mark.parametrize(
    ("form", "tag", "wrong", "lemma"),
    [
        ("warned", "VBD", "1|", "warn"),
        ("established", "VBN", "1|", "establish"),
        ("traced", "VBD", "2|", "trace"),
        ("planned", "VBN", "2|", "plan"),
        ("denied", "VBD", "2|", "deny"),
        ("reports", "NNS", "2|", "report"),
        ("struck", "VBD", "0|", "strike"),
        ("overthrown", "VBN", "0|", "overthrow"),
        ("STRUCK", "VBD", "0|", "strike"),
        ("rewarned", "VBD", "1|", "rewarn"),
        ("mobilized", "VBN", "2|", "mobilize"),
        ("recaptured", "VBD", "2|", "recapture"),
        ("shelled", "VBN", "1|", "shell"),
        ("evacuating", "VBG", "3|", "evacuate"),
    ],
)
def test_words_that_exist_win_over_a_wrong_script(form: str, tag: str, wrong: str, lemma: str) -> None:
    """The script "1|" makes "establishe"; the lexicon knows better."""
    assert KNOWN.lemma(form, wrong, tag) == lemma


def test_an_unknown_word_keeps_the_script() -> None:
    """With no known word in reach the model's choice stands."""
    assert Lexicon({}).lemma("frobbed", "3|", "VBD") == "frob"
