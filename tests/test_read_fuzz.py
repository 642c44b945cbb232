"""Damaged files of every format: no exception, no hang, and nothing beside them is lost.

``KGRAPH_FUZZ=5000`` tries so many of them; ``python -m kgraph.evaluate.fuzz`` goes on for as long as wanted.
"""

from __future__ import annotations

import io
import os
import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgraph.evaluate import fuzz
from kgraph.read import READERS, Limits, Reading, Source, read_sources
from kgraph.read.kinds import SUFFIXES, stem

COUNT = int(os.environ.get("KGRAPH_FUZZ", "60"))
VALID = fuzz.samples()
QUICK = sorted(
    name for name in VALID if name.endswith((".txt", ".md", "json", "jsonl", "sv", "zip", "tar", "gz", "xz"))
)
LIMITS = Limits(seconds=20)


def test_damaged_files_of_all_formats() -> None:
    """The same count and seed give the same files; none of them is a fault."""
    result = fuzz.run(count=COUNT, seed=3, limits=LIMITS)
    assert result.inputs == COUNT
    assert (result.exceptions, result.hangs, result.lost) == ([], [], [])
    assert set(VALID) == {f"a{kind}" for kind in result.by_format} or len(VALID) > COUNT


def test_inputs_are_the_same_on_every_run() -> None:
    """A fault that was found can be found again."""
    assert list(fuzz.inputs(40, random.Random(5))) == list(fuzz.inputs(40, random.Random(5)))  # noqa: S311


@settings(max_examples=COUNT, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(QUICK),
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 80), st.binary(max_size=80)), max_size=4),
)
def test_edited_bytes(name: str, edits: list[tuple[float, int, bytes]]) -> None:
    """Whatever stands in a file that is read in this process, its neighbours are read."""
    data = bytearray(VALID[name])
    for place, length, piece in edits:
        begin = int(place * len(data))
        data[begin : begin + length] = piece
    kind = "." + name.rpartition(".")[2]
    bad = Source(name, kind, lambda: io.BytesIO(data))
    good = Source("good", ".txt", lambda: io.BytesIO(fuzz.GOOD.encode()), name="a good one")
    begun = time.process_time()
    found = list(read_sources([bad, good], on_problem=lambda problem: None, reading=Reading(limits=LIMITS)))
    assert found[-1].text == fuzz.GOOD
    assert time.process_time() - begun < LIMITS.seconds


def test_valid_files_are_read() -> None:
    """What is damaged is whole to begin with."""
    sources = [
        Source(name, "." + name.rpartition(".")[2], lambda name=name: io.BytesIO(VALID[name]))  # type: ignore[misc]
        for name in sorted(VALID)
    ]
    problems: list[object] = []
    found = list(read_sources(sources, on_problem=problems.append))
    assert all("id 'n1'" in str(problem) for problem in problems)
    names = {article.id for article in found}
    for name in VALID:
        assert any(each == "n1" or each.startswith(name) for each in names), name


def test_a_fault_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The count of faults can rise: a reader that raises is an exception."""

    def broken(*_: object) -> None:
        raise KeyError("broken")

    monkeypatch.setattr("kgraph.read.READERS", {**READERS, ".md": broken})
    assert len(fuzz.run(count=20, seed=1, limits=LIMITS).exceptions) == 1


HOSTILE = {
    "lines.md": b"---\na:\n" + b" b\n" * 400_000 + b"---\nText.",
    "rules.md": b"---" + b" " * 2_000_000 + b"x\n",
    "keys.md": b"---\n" + b"a" * 2_000_000 + b"\n---\nText.",
    "spaces.txt": b" " * 3_000_000 + b"x",
    "breaks.txt": b"\n\r" * 1_000_000 + b"x",
    "quotes.csv": b"text\n" + b'"' * 2_000_001,
    "cells.csv": b"text" + b"," * 500_000 + b"\n" + b"x" + b"," * 500_000,
    "names.csv": b",".join(b"text%d" % n for n in range(100_000)) + b"\nx",
    "columns.tsv": b"text\t" * 200_000 + b"\nx",
    "open.json": b"[" * 3_000_000,
    "keys.json": b"{" + b'"a":1,' * 300_000 + b'"text":"x"}',
    "digits.json": b'{"text":"x","n":' + b"9" * 3_000_000 + b"}",
    "escapes.json": b'{"text":"' + rb"\ud800" * 300_000 + b'"}',
    "lines.jsonl": b"{}\n" * 20_000,
    "marks.txt": b"\xff\xfe\x00\xd8" * 300_000,
    "mixed.txt": b"\xe2\x80" * 600_000,
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_nothing_grows_with_the_square(name: str) -> None:
    """Texts, JSON and tables made to be slow are done in seconds."""
    source = Source(name, "." + name.rpartition(".")[2], lambda: io.BytesIO(HOSTILE[name]))
    begun = time.process_time()
    list(read_sources([source], on_problem=lambda problem: None))
    assert time.process_time() - begun < 6


def test_every_reader_has_a_sample() -> None:
    """Each format that is read, packed or not, is damaged."""
    packed = {stem(name) for name in VALID}
    assert packed == {"a"}
    kinds = {"." + name.rpartition(".")[2] for name in VALID}
    alike = {".htm": ".html", ".ndjson": ".jsonl", ".mht": ".mhtml", ".tgz": ".gz", ".tbz2": ".bz2"}
    pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    assert {alike.get(kind, kind) for kind in {*READERS, *SUFFIXES}} == kinds | set()
