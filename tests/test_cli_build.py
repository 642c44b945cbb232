"""``kgraph build`` as a command: what it prints, logs and writes, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from faked import COMMAND, PLACE, Fake, lines, no_model, write
from kgraph import cli, pipeline, store
from kgraph.work import process
from kgraph.work.loop import work_of


class Result(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def log(self) -> list[dict[str, Any]]:
        """The lines of JSON on stderr."""
        return [json.loads(line) for line in self.err.splitlines()]


Kgraph = Callable[..., Result]


@pytest.fixture
def kgraph(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Kgraph:
    """Return a function that runs a command in an empty folder, without a model."""
    monkeypatch.setattr(pipeline, "Resources", Fake)
    monkeypatch.setattr(pipeline.Settings, "run", property(no_model))
    monkeypatch.setattr(process, "COMMAND", COMMAND)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Result:
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            cli.main(arguments)
        return Result(int(caught.value.code or 0), *capsys.readouterr())

    return run


def test_what_a_build_prints(kgraph: Kgraph, tmp_path: Path) -> None:
    """Counts of what was read, unchanged and removed; each article removed has a line."""
    write(tmp_path / "news.jsonl", [("one", ""), ("two", "")])
    assert kgraph("build", "news.jsonl").out.splitlines()[-1].startswith("2 articles and ")
    write(tmp_path / "news.jsonl", [("one", ""), ("three", "")])
    pruned = kgraph("build", "news.jsonl", "--prune")
    assert pruned.code == 0
    assert "removed two: it is not among the given articles any more\n" in pruned.out
    assert ", 1 unchanged, 1 removed, 0 problems\n" in pruned.out
    shown = kgraph("info", "--store", "kgraph.db").out
    for text in ("articles it did not read", "1 unchanged", "articles it removed", "peak memory", "slowest"):
        assert text in shown


def test_a_log_for_programs(kgraph: Kgraph, tmp_path: Path) -> None:
    """Each line of stderr is a JSON object, the last one the report, which is a file as well."""
    write(tmp_path / "news.jsonl", [("one", ""), ("bad", "explode")])
    got = kgraph("build", "news.jsonl", "gone", "--log-format", "json", "--report", "r.json")
    assert got.code == 3
    assert got.out == ""
    assert [line["event"] for line in got.log if line["event"] != "progress"] == ["problem", "problem", "end"]
    assert (got.log[0]["path"], got.log[1]["path"]) == ("gone", "article bad")
    report = json.loads((tmp_path / "r.json").read_text())
    assert {name: got.log[-1][name] for name in report} == report
    assert (report["articles"], report["failed"], report["failures"]) == (1, 1, {"error": 1})
    assert report["rate"] > 0
    assert {"kgraph", "python", "spacy", "onnxruntime"} <= report["versions"].keys()
    assert [name for name, _ in report["slowest"]] == ["one"]


def test_an_error_is_in_the_log(kgraph: Kgraph, tmp_path: Path) -> None:
    """What ends the build is one object too."""
    write(tmp_path / "news.jsonl", [("one", "")])
    (tmp_path / "store").write_text("no folder")
    got = kgraph("build", "news.jsonl", "--store", "store", "--log-format", "json")
    assert got.code == 1
    assert [line["event"] for line in got.log] == ["error"]
    assert "is a file, not the folder of a store" in got.log[0]["text"]


def test_retry_from_the_command_line(kgraph: Kgraph, tmp_path: Path) -> None:
    """It needs no files; with none left it says so and is no failure."""
    write(tmp_path / "news.jsonl", [("one", ""), ("bad", "explode")])
    assert kgraph("build", "news.jsonl").code == 3
    (tmp_path / "news.jsonl").unlink()
    dead = tmp_path / "kgraph.db.dead.jsonl"
    dead.write_text(dead.read_text().replace("explode", "be still"))
    assert kgraph("build", "--retry").code == 0
    assert not dead.exists()
    again = kgraph("build", "--retry")
    assert (again.code, "0 articles" in again.out) == (0, True)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["news", "--retry"],
        ["--retry", "--prune"],
        ["news", "--address", "tcp://h:1"],
        ["x", "--workers", "0"],
    ],
)
def test_what_does_not_fit_together(kgraph: Kgraph, arguments: list[str]) -> None:
    """Wrong usage is exit code 2."""
    assert kgraph("build", *arguments).code == 2


def test_interrupted(kgraph: Kgraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C has an exit code of its own and says how to go on."""
    write(tmp_path / "news.jsonl", [("one", ""), ("two", "")])
    read = Fake.facts
    seen = []

    def stop(self: Fake, articles: Any) -> Any:
        seen.append(articles)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return read(self, articles)

    monkeypatch.setattr(Fake, "facts", stop)
    got = kgraph("build", "news.jsonl")
    assert (got.code, "the same command goes on" in got.err) == (130, True)
    assert ", 1 unchanged," in kgraph("build", "news.jsonl").out


def test_neither_locale_nor_home_nor_clock_matter(kgraph: Kgraph, tmp_path: Path) -> None:
    """LC_ALL=C, no HOME and names beyond ASCII: the same bytes; the clock's time stands in the note."""
    file = write(tmp_path / "наука.jsonl", [("Ångström — 1", ""), ("two", "ü")])
    env = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    command = [*COMMAND, "build", str(tmp_path / "größe"), str(file), "2"]
    subprocess.run(command, env={**env, **PLACE, "LC_ALL": "C"}, check=True)  # noqa: S603
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr(time, "time", lambda: 86_400.0)
        assert kgraph("build", str(file), "--store", "other").code == 0
    stores = []
    for folder in ("größe", "other"):
        with store.open(tmp_path / folder, read_only=True) as graph:
            stores.append(lines(graph))
    assert stores[0] == stores[1]
    assert not work_of(tmp_path / "größe").exists()
