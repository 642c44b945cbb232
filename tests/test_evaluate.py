"""The measures of ``kgraph evaluate``: on answers small enough to count by hand."""

from __future__ import annotations

from collections.abc import Hashable
from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest

from kgraph.errors import KGraphError
from kgraph.evaluate import chains, measures, scores
from kgraph.evaluate.measures import Tally, calibration_error, interval, mean_f1, of_sets
from kgraph.evaluate.mentions import iob_spans, records

Chains = list[frozenset[Hashable]]


def test_tally_of_sets() -> None:
    """Two of three predicted are right, and two of four wanted are found."""
    tally = of_sets("abx", "abcd")
    assert (round(tally.precision, 1), tally.recall, round(tally.f1, 1)) == (66.7, 50.0, 57.1)
    assert Tally().f1 == 0


def test_intervals_hold_the_score_and_narrow_with_more_documents() -> None:
    """The bootstrap draws documents, with the same seed every time."""
    few = [{"x": Tally(1, 2, 1, 2)}, {"x": Tally(2, 2, 2, 2)}]
    low, high = interval(few, ["x"])
    assert low < mean_f1(few, ["x"]) < high
    assert interval(few, ["x"]) == (low, high)
    wide = interval(few * 50, ["x"])
    assert wide[1] - wide[0] < high - low


# The worked example of Pradhan et al. (2014) and of Luo (2005) in letters.
KEY: Chains = [frozenset("abc"), frozenset("defg")]
RESPONSE: Chains = [frozenset("ab"), frozenset("cd"), frozenset("fghi")]


def test_coreference_measures_by_hand() -> None:
    """MUC, B-cubed and CEAF-e of a small example, computed on paper."""
    found = chains.compare(RESPONSE, KEY)
    assert (found["muc"].recalled, found["muc"].gold) == (2, 5)
    assert (found["muc"].right, found["muc"].predicted) == (2, 5)
    # recall: (4 + 1) / 3 + (1 + 4) / 4 over 7; precision: 2 + (1 + 1) / 2 + 4 / 4 over 8
    assert found["b3"].recalled / found["b3"].gold == pytest.approx((5 / 3 + 5 / 4) / 7)
    assert found["b3"].right / found["b3"].predicted == pytest.approx((2 + 1 + 1) / 8)
    # best alignment: ab with abc (4 / 5), fghi with defg (4 / 8)
    assert found["ceafe"].right == pytest.approx(0.8 + 0.5)
    assert (found["mentions"].right, found["mentions"].gold) == (6, 7)


def test_equal_partitions_score_a_hundred() -> None:
    """And none against some scores nothing."""
    same = chains.compare(KEY, KEY)
    assert mean_f1([same], chains.CONLL) == pytest.approx(100)
    assert mean_f1([chains.compare([], KEY)], chains.CONLL) == 0


def test_calibration_error() -> None:
    """Nine of ten right at 0.9 is calibrated; all right at 0.6 is off by forty points."""
    assert calibration_error([(0.9, True)] * 9 + [(0.9, False)]) == pytest.approx(0)
    assert calibration_error([(0.6, True)] * 10) == pytest.approx(40)


def test_iob_spans() -> None:
    """A new label or a B begins a span."""
    tags = ["B-event", "I-event", "B-event", "O", "I-misc", "I-event"]
    assert list(iob_spans(tags)) == [(0, 2, "event"), (2, 3, "event"), (4, 5, "misc"), (5, 6, "event")]


def test_bad_gold_is_one_line(tmp_path: Path) -> None:
    """A wrong file, a missing file and an unknown name say what to do."""
    file = tmp_path / "x.jsonl"
    file.write_text('{"text": "a"}\n', encoding="utf-8")
    with pytest.raises(KGraphError, match=r"x\.jsonl:1: not a record with text, entities"):
        list(records(file, "text", "entities"))
    with pytest.raises(KGraphError, match="cannot be read"):
        list(records(tmp_path / "none.jsonl"))
    with pytest.raises(KGraphError, match="'syntaxx' is nothing to score; known: all, gold, syntax"):
        scores.table("syntaxx", [])
    with pytest.raises(KGraphError, match="re3d: name its files, or the folder of the corpora"):
        scores.table("re3d", [])


@pytest.mark.parametrize("task", scores.TASKS.values(), ids=scores.TASKS)
def test_evaluators_are_there(task: scores.Task) -> None:
    """Each is named as it is called: with a path, an encoder and its options."""
    module, _, function = task.evaluator.partition(".")
    evaluate = getattr(import_module(f"kgraph.evaluate.{module}"), function)
    signature(evaluate).bind(Path(), None, **task.options)


def test_totals_add_up() -> None:
    """A measure that a document lacks counts as nothing there."""
    documents = [{"x": Tally(1, 1, 1, 2)}, {}]
    assert measures.total(documents, "x") == Tally(1, 1, 1, 2)
