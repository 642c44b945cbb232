"""Antecedents from vectors, chains from links, spans from heads, links of pairs."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from kgraph.errors import KGraphError
from kgraph.evaluate.coreference import gum_documents
from kgraph.nlp.annotation import Annotation, Name, Trigger, join, spans
from kgraph.nlp.coreference import antecedents, chains
from kgraph.nlp.extent import children, extent
from kgraph.nlp.labels import PAIRS
from kgraph.nlp.links import BUCKETS, buckets
from kgraph.nlp.pairs import links

NO_BIAS = np.zeros(BUCKETS, np.float32)


def test_the_best_earlier_mention_is_the_antecedent() -> None:
    """Scores decide, later mentions never do, and below zero a mention is new."""
    left = np.array([[1, 0], [0, 1], [1, 0], [-1, -1]], np.float32) * 5
    right = np.array([[1, 0], [0, 1], [1, 0], [1, 0]], np.float32)
    found = antecedents(["Roy", "Mali", "he", "it"], [0, 0, 1, 1], left, right, NO_BIAS)
    assert [link and link[0] for link in found] == [None, None, 0, None]
    assert found[2] is not None
    assert 0.9 < found[2][1] <= 1
    assert chains(found) == [[0, 2], [1], [3]]


def test_a_long_text_takes_linear_time() -> None:
    """Antecedents are looked for within reach only."""
    generator = np.random.default_rng(1)

    def seconds(count: int) -> float:
        left = generator.normal(size=(count, 8)).astype(np.float32)
        words, where = ["x"] * count, list(range(count))
        began = time.process_time()
        antecedents(words, where, left, left, NO_BIAS)
        return time.process_time() - began

    seconds(500)
    assert seconds(16_000) < 12 * seconds(4_000) + 0.2


def test_bias_buckets_know_distance_and_form() -> None:
    """Same name, pronoun, and how many sentences lie between."""
    table = buckets(["Mali", "mali", "it"], [0, 0, 3])
    assert table[1, 0] == 2, "same sentence, same word"
    assert table[2, 0] == 3 * 4 + 1, "three sentences back, from a pronoun"
    assert table[0, 1] == table[1, 0]


def test_chains_of_gum_documents(tmp_path: Path) -> None:
    """Mentions with one number are one chain, across the sentences of their document only."""
    rows = [("Ana", "(1-person-new)"), ("saw", ""), ("a", "(2-animal-new"), ("goat", "2)")]
    sentence = "".join(
        f"{i}\t{word}\t{word}\tX\tX\t_\t0\troot\t_\tEntity={entity}\n"
        for i, (word, entity) in enumerate(rows, start=1)
    )
    file = tmp_path / "x.conllu"
    file.write_text(
        "# global.Entity = GRP-etype-infstat\n"
        + "".join(f"# newdoc id = {name}\n{sentence}\n" * times for name, times in (("a", 2), ("b", 1)))
    )
    (text, first), (_, second) = gum_documents(file)
    assert (len(text.words), list(text.starts)) == (8, [0, 4])
    assert first == [{(0, 1), (4, 5)}, {(2, 4), (6, 8)}]
    assert second == [{(0, 1)}, {(2, 4)}]
    file.write_text(sentence)
    with pytest.raises(KGraphError, match="give a GUM file"):
        next(gum_documents(file))


def test_extent_of_a_mention() -> None:
    """A mention is its head with what modifies it, without preposition, clause and coordination."""
    # of the northern rebels in Homs and Roy said .
    deps = ["case", "det", "amod", "nsubj", "case", "nmod", "cc", "conj", "root", "punct"]
    heads = [3, 3, 3, 8, 5, 3, 7, 3, 8, 8]
    below = children(heads)
    assert extent(3, deps, below) == (1, 6)
    assert extent(5, deps, below) == (5, 6)
    assert extent(7, deps, below) == (7, 8)


def sentence(count: int) -> Annotation:
    """An annotation of n words, each but the first hanging on the first."""
    blank = [""] * count
    return Annotation(
        blank[:],
        blank[:],
        blank[:],
        [0] * count,
        ["root", *["dep"] * (count - 1)],
        [1.0] * count,
        [("None", 1.0)] * count,
        [Trigger(0, "Assault", 0.9, "actual", 0.8)],
        {"names": [Name(1, 2, "Place", 0.7)]},
        {
            name: np.ones((count, 2), np.float32)
            for name in ("coref_left", "coref_right", "pair_left", "pair_right")
        },
    )


def test_roles_go_from_triggers_and_relations_between_mentions() -> None:
    """Undirected relations hold both ways; improbable links are dropped."""
    annotation = sentence(3)
    pair = np.full((len(PAIRS), 2, 2), -5, np.float32)
    pair[PAIRS.index("place")] = 1
    pair[PAIRS.index("alliedWith")] = 1
    found = {(link.left, link.label, link.right) for link in links(annotation, [1, 2], pair)}
    assert found == {(0, "place", 1), (0, "place", 2), (1, "alliedWith", 2), (2, "alliedWith", 1)}
    assert not list(links(annotation, [], pair))


def test_parts_of_a_long_sentence_join() -> None:
    """One root, spans and triggers moved on, vectors one after the other."""
    whole = join([sentence(3), sentence(2)])
    assert whole.heads == [0, 0, 0, 0, 3]
    assert whole.deps[3] == "parataxis"
    assert [(name.begin, name.end) for name in whole.names] == [(1, 2), (4, 5)]
    assert [trigger.word for trigger in whole.triggers] == [0, 3]
    assert whole.vectors["pair_left"].shape == (5, 2)


def test_a_span_has_one_type() -> None:
    """Extent by the mass of B, I and O; the type that its words agree on."""
    # columns: O, B-Person, I-Person, B-Place, I-Place
    shares = np.array(
        [[0.1, 0.3, 0.0, 0.6, 0.0], [0.1, 0.0, 0.8, 0.0, 0.1], [0.9, 0.1, 0.0, 0.0, 0.0]], np.float32
    )
    (found,) = spans(shares, ("Person", "Place"))
    assert (found.begin, found.end, found.type) == (0, 2, "Person")
