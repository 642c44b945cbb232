"""Builds that read only what changed, in several processes, and keep what cannot be read."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from faked import COMMAND, PLACE, Fake, lines, no_model, write
from kgraph import pipeline, settle, store
from kgraph.errors import KGraphError, StoreError
from kgraph.model import Article, Problem
from kgraph.pipeline import Plan, Settings
from kgraph.store import Graph
from kgraph.work import Limits, process
from kgraph.work.dead import dead_letters_of
from kgraph.work.parts import MANIFEST, Parts
from kgraph.work.task import Finished, Read, Task, article_from, article_to_json, shards

MOMENTS = int(os.environ.get("KGRAPH_MOMENTS", "2"))
linux = pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc and resource limits of Linux")


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without a model, in this process and in others."""
    monkeypatch.setattr(pipeline, "Resources", Fake)
    monkeypatch.setattr(Settings, "run", property(no_model))
    monkeypatch.setattr(process, "COMMAND", COMMAND)


class Built:
    """A build and what it said."""

    def __init__(self, *paths: Path, **options: Any) -> None:
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.progress: list[pipeline.Progress] = []
        options.setdefault("resources", Settings())
        with pipeline.build(
            list(paths),
            on_problem=self.problems.append,
            on_note=self.notes.append,
            on_progress=self.progress.append,
            **options,
        ) as graph:
            self.lines = lines(graph)
            last = settle.last_run(graph)
        assert last is not None
        self.last = last

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Articles read, unchanged, failed and removed."""
        return self.last.articles, self.last.unchanged, self.last.failed, self.last.removed


def many(number: int) -> list[tuple[str, str]]:
    """Return so many articles of different lengths."""
    return [(f"news-{n}", "and so on " * (n % 7)) for n in range(number)]


# ---------------------------------------------------------------- only what changed


def test_only_what_changed_is_read(tmp_path: Path) -> None:
    """Adding, changing and pruning give what a build from nothing gives, byte for byte."""
    file, kept = tmp_path / "news.jsonl", tmp_path / "kept"
    write(file, many(5))
    assert Built(file, store=kept).counts == (5, 0, 0, 0)
    again = Built(file, store=kept)
    assert again.counts == (0, 5, 0, 0)
    assert again.progress == [pipeline.Progress(0, 0, 5, 0, 5)]
    write(file, [*many(5), ("more", "")])
    assert Built(file, store=kept).counts == (1, 5, 0, 0)
    write(file, [("news-0", "changed"), *many(5)[1:4], ("more", "")])
    assert Built(file, store=kept).counts == (1, 4, 0, 0)
    pruned = Built(file, store=kept, prune=True)
    assert pruned.counts == (0, 5, 0, 1)
    assert pruned.notes == ["removed news-4: it is not among the given articles any more"]
    assert pruned.lines == Built(file, store=tmp_path / "fresh").lines
    assert Built(file, store=kept, force=True).counts == (5, 0, 0, 0)


def test_other_settings_read_anew(tmp_path: Path) -> None:
    """What is read depends on the least confidence, the ontology and the names, so they count as a change."""
    file = write(tmp_path / "news.jsonl", many(2))
    names = tmp_path / "names.tsv"
    names.write_text("name\ttype\nKeld Yard\tBase\n", encoding="utf-8")
    prints = {
        Settings.of(**options).fingerprint(Fake.load().run)
        for options in ({}, {"min_confidence": 0.5}, {"gazetteers": [names]})
    }
    assert len(prints) == 3
    Built(file, store=tmp_path / "s")
    assert Built(file, store=tmp_path / "s", resources=Settings.of(min_confidence=0.5)).counts == (2, 0, 0, 0)
    names.write_text("name\ttype\nKeld Dock\tBase\n", encoding="utf-8")
    assert Settings.of(gazetteers=[names]).fingerprint(Fake.load().run) not in prints


def test_resources_by_hand_are_no_reason_to_skip(tmp_path: Path) -> None:
    """Nothing is known of how they were made, so all is read; and no other process can make them."""
    file = write(tmp_path / "news.jsonl", many(2))
    own = dataclasses.replace(Fake.load(), settings=None)
    for _ in range(2):
        assert Built(file, store=tmp_path / "s", resources=own).counts == (2, 0, 0, 0)
    with pytest.raises(KGraphError, match="put together by hand"):
        Built(file, store=tmp_path / "s", resources=own, work=Plan(workers=2))


def test_prune_removes_nothing_where_something_could_not_be_read(tmp_path: Path) -> None:
    """An unmounted folder must not empty the store."""
    file, kept = write(tmp_path / "news.jsonl", many(3)), tmp_path / "s"
    Built(file, store=kept)
    partly = Built(write(tmp_path / "one.jsonl", many(1)), tmp_path / "gone", store=kept, prune=True)
    assert partly.last.removed == 0
    assert str(partly.problems[-1]).startswith(
        "--prune: some of it could not be read, so nothing was removed"
    )
    (tmp_path / "empty.jsonl").write_text("\n")
    empty = Built(tmp_path / "empty.jsonl", store=kept, prune=True)
    assert empty.last.removed == 0
    assert "nothing could be read, so nothing was removed" in str(empty.problems[-1])
    with store.open(kept) as graph:
        assert len(graph.articles()) == 3


# ---------------------------------------------------------------- processes


def test_processes_give_the_same_bytes(tmp_path: Path) -> None:
    """Whoever reads, in however many processes: the same store, with parts kept or not."""
    file = write(tmp_path / "news.jsonl", many(60))
    here = Built(file, store=tmp_path / "a", work=Plan(workers=1))
    three = Built(file, store=tmp_path / "b", work=Plan(workers=3, parts=tmp_path / "parts"))
    assert (here.last.workers, three.last.workers) == (0, 3)
    assert here.lines == three.lines
    assert not (tmp_path / "b.work").exists()
    manifest = [json.loads(line) for line in (tmp_path / "parts" / MANIFEST).read_text().splitlines()]
    assert sum(line["articles"] for line in manifest) == 60
    assert sum(line["facts"] for line in manifest) == three.last.facts == here.last.facts
    # Parts that were kept serve another store.
    assert (
        Built(file, store=tmp_path / "c", work=Plan(workers=1, parts=tmp_path / "parts")).last.resumed == 60
    )
    assert Built(file, work=Plan(workers=2)).lines == here.lines


def test_few_articles_start_no_process(tmp_path: Path) -> None:
    """Nobody waits for processes over a handful of articles, unless a limit was asked for."""
    file = write(tmp_path / "news.jsonl", many(4))
    assert Built(file).last.workers == 0
    assert Built(file, work=Plan(max_seconds=30)).last.workers == 1


@linux
def test_hostile_articles_cost_no_others(tmp_path: Path) -> None:
    """What ends its process, takes too long or too much memory is set aside with its reason, and retried."""
    bad = [("a", "crash"), ("b", "hang"), ("c", "eat"), ("d", "explode")]
    good = many(6)
    mixed = [pair for both in zip(good, bad, strict=False) for pair in both] + good[4:]
    file = write(tmp_path / "news.jsonl", mixed)
    plan = Plan(workers=2, max_seconds=5, max_megabytes=1000)
    built = Built(file, store=tmp_path / "s", work=plan)
    assert built.counts == (6, 0, 4, 0)
    assert dict(built.last.failures) == {"crash": 1, "time": 1, "memory": 1, "error": 1}
    said = sorted(map(str, built.problems))
    dead = dead_letters_of(tmp_path / "s")
    assert said[0].startswith(
        f"article a: cannot be read: ended the process that read it (SIGSEGV); skipped; it is in {dead}; "
    )
    assert "took longer than 5 s" in said[1]
    assert "needed more than 1,000 MB of memory" in said[2]
    assert "ZeroDivisionError: in the code" in said[3]
    assert not (tmp_path / "s.work").exists()
    letters = [json.loads(line) for line in dead.read_text().splitlines()]
    assert {letter["id"]: letter["failed"]["cause"] for letter in letters} == {
        "a": "crash", "b": "time", "c": "memory", "d": "error",
    }  # fmt: skip

    # The next build leaves them alone; a retry takes them from the file, and what is solved leaves it.
    again = Built(file, store=tmp_path / "s", work=plan)
    assert again.counts == (0, 6, 0, 0)
    assert again.last.aside == 4
    assert "holds 4 of the articles, which failed before" in str(again.problems[-1])
    letters = [letter for letter in letters if letter["id"] in ("a", "d")]
    text = "".join(json.dumps(letter) + "\n" for letter in letters)
    dead.write_text(text.replace("crash", "calm"))
    assert Built(store=tmp_path / "s", work=plan, retry=True).counts == (1, 0, 1, 0)
    assert [json.loads(line)["id"] for line in dead.read_text().splitlines()] == ["d"]
    write(file, [*good, ("d", "mended")])
    Built(file, store=tmp_path / "s", prune=True)
    assert not dead.exists()


def test_an_article_that_fails_in_this_process_is_set_aside_too(tmp_path: Path) -> None:
    """With one process there are dead letters as well."""
    file = write(tmp_path / "news.jsonl", [*many(2), ("bad", "explode")])
    assert Built(file, store=tmp_path / "s").counts == (2, 0, 1, 0)
    assert [json.loads(line)["id"] for line in dead_letters_of(tmp_path / "s").read_text().splitlines()] == [
        "bad"
    ]
    assert Built(store=tmp_path / "s", retry=True).counts == (0, 0, 1, 0)


def test_a_worker_with_another_kgraph_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that changed meanwhile, or another version on the cluster, must not get into the store."""
    file = write(tmp_path / "news.jsonl", many(3))
    monkeypatch.setattr(Settings, "fingerprint", lambda self, run: "other")
    with pytest.raises(KGraphError, match="another kgraph, model or ontology"):
        Built(file, store=tmp_path / "s", work=Plan(workers=2))
    store.open(tmp_path / "s").close()


def test_a_process_that_cannot_start_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The build ends, and the store can be opened again."""
    file = write(tmp_path / "news.jsonl", many(3))
    monkeypatch.setattr(process, "COMMAND", (COMMAND[0], "-c", "import sys; sys.exit(4)"))
    with pytest.raises(KGraphError, match=r"ended when it started: .*exit code 4"):
        Built(file, store=tmp_path / "s", work=Plan(workers=2))
    store.open(tmp_path / "s").close()


# ---------------------------------------------------------------- ended in the middle


def start(folder: Path, file: Path) -> subprocess.Popen[bytes]:
    """Start a build with two processes."""
    command = [*COMMAND, "build", str(folder), str(file), "2"]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, **PLACE})  # noqa: S603


def children(parent: int) -> list[int]:
    """Return the processes that another started."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if (
                entry.name.isdigit()
                and int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == parent
            ):
                found.append(int(entry.name))
        except (OSError, IndexError):
            continue
    return found


@linux
def test_killed_at_any_moment_and_resumed(tmp_path: Path) -> None:
    """Kill the build or one of its workers: the next build ends as an undisturbed one, byte for byte.

    For more moments: ``KGRAPH_MOMENTS=50 pytest tests/test_work.py -k killed``.
    """
    file = write(tmp_path / "news.jsonl", [(id, more + " slow") for id, more in many(80)])
    begun = time.monotonic()
    assert start(tmp_path / "whole", file).wait() == 0
    seconds = time.monotonic() - begun
    with store.open(tmp_path / "whole", read_only=True) as graph:
        wanted = lines(graph)
    chance = random.Random(11)  # noqa: S311 - the same moments on every run
    for moment in range(MOMENTS):
        folder = tmp_path / f"killed-{moment}"
        build = start(folder, file)
        time.sleep(chance.uniform(0.2 * seconds, seconds))
        workers = children(build.pid)
        if moment % 2 and workers:
            os.kill(chance.choice(workers), signal.SIGKILL)
        else:
            build.kill()
            gone = time.monotonic() + 30
            while any(Path(f"/proc/{pid}").exists() for pid in workers):
                assert time.monotonic() < gone, "workers outlive the build"
                time.sleep(0.05)
        if build.wait() != 0:
            assert start(folder, file).wait() == 0
        with store.open(folder, read_only=True) as graph:
            assert lines(graph) == wanted
        left = sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(f"{folder.name}."))
        assert left == []


def test_parts_of_other_input_or_damaged_ones_are_not_used(tmp_path: Path) -> None:
    """What was read counts for the same article and settings only, and only as it was written."""
    article = Article("a", "", "text")
    one, other = Task.of(article, "settings"), Task.of(article, "other settings")
    read = Read("https://w3id.org/kgraph/article/a", "a", {"facts": "f", "input": one.input}, 1, 0.1)
    parts = Parts(tmp_path / "w", versions={}, kept=True)
    file = parts.write(Finished(0, (read,)))
    assert file is not None
    with (tmp_path / "w" / MANIFEST).open("a") as stream:
        stream.write('{"file": "part-0')  # a build that was ended here
    left = Parts(tmp_path / "w", versions={}, kept=True)
    assert left.take(other.input) is None
    found = left.take(one.input)
    assert found is not None
    assert found.reading == read.reading
    assert left.write(Finished(1, (read,))) is not None
    assert len(list(Parts(tmp_path / "w", versions={}, kept=True)._manifest())) == 2
    file.write_bytes(file.read_bytes()[:-20])
    (tmp_path / "w" / MANIFEST).write_text((tmp_path / "w" / MANIFEST).read_text().splitlines()[0] + "\n")
    assert Parts(tmp_path / "w", versions={}, kept=True).take(one.input) is None


def test_an_interrupted_build_keeps_what_was_read(tmp_path: Path) -> None:
    """Ctrl-C in the middle: no process is left, and the next build reads the rest."""
    file = write(tmp_path / "news.jsonl", many(60))

    def stop(now: pipeline.Progress) -> None:
        if now.articles >= 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.build(
            file, store=tmp_path / "s", resources=Settings(), work=Plan(workers=2), on_progress=stop
        )
    assert not Path("/proc").is_dir() or children(os.getpid()) == []
    rest = Built(file, store=tmp_path / "s", work=Plan(workers=2))
    assert rest.last.unchanged >= 10
    assert rest.last.articles + rest.last.unchanged + rest.last.resumed == 60
    assert rest.lines == Built(file, work=Plan(workers=1)).lines


# ---------------------------------------------------------------- where it cannot work


@linux
def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    """What does not fit is said; when there is room again, the build goes on."""
    file, folder = write(tmp_path / "news.jsonl", many(60)), tmp_path / "s"
    code = (
        "import resource, sys; sys.argv = ['', 'build', *sys.argv[1:]]; import signal;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000,) * 2);"
        "import faked; from kgraph.work import process; from kgraph import pipeline;"
        "process.COMMAND = faked.COMMAND; pipeline.Settings.run = property(faked.no_model)\n"
        "try: pipeline.build(sys.argv[3], store=sys.argv[2], resources=pipeline.Settings(),"
        " work=pipeline.Plan(workers=2))\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    run = subprocess.run(  # noqa: S603
        [COMMAND[0], "-c", code, str(folder), str(file)],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parent,
        env={**os.environ, **PLACE},
    )  # fmt: skip
    assert run.stdout.startswith("StoreError")
    assert "File too large" in run.stdout
    assert Built(file, store=folder, work=Plan(workers=2)).lines == Built(file).lines


def test_two_builds_on_one_store(tmp_path: Path) -> None:
    """The second is told at once, before it reads anything."""
    file = write(tmp_path / "news.jsonl", many(2))
    with (
        pipeline.build(file, store=tmp_path / "s", resources=Settings()),
        pytest.raises(StoreError, match="in use by another process"),
    ):
        Built(file, store=tmp_path / "s")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_store_that_may_not_be_written(tmp_path: Path) -> None:
    """One line, and the store is as it was."""
    file = write(tmp_path / "news.jsonl", many(2))
    before = Built(file, store=tmp_path / "s").lines
    (tmp_path / "s").chmod(0o555)
    with pytest.raises(StoreError, match="may not be written"):
        Built(file, store=tmp_path / "s")
    (tmp_path / "s").chmod(0o755)
    with store.open(tmp_path / "s") as graph:
        assert lines(graph) == before


# ---------------------------------------------------------------- small parts


def test_shards_are_balanced_and_lose_nothing() -> None:
    """By number and by length; long articles stand with few others."""
    tasks = [Task(Article(str(n), "", "x" * (9_000 if n == 4 else 100)), "") for n in range(20)]
    made = list(shards(iter(tasks), articles=6, characters=5_000))
    assert [len(shard.tasks) for shard in made] == [5, 6, 6, 3]
    assert [shard.number for shard in made] == [0, 1, 2, 3]
    assert [task for shard in made for task in shard.tasks] == tasks


def test_long_articles_may_take_longer() -> None:
    """A book is not set aside for being one."""
    limits = Limits(seconds=10)
    assert [limits.allowed("x" * size) for size in (0, 49_999, 50_000, 1_000_000)] == [10, 10, 20, 210]


def test_articles_survive_their_json() -> None:
    """Lone surrogates and line separators too; every field changes the input's hash."""
    article = Article("a\u2028", "t", "x\ud800\u0085", "2031-01-01", "s", "u", "b", (("k", '"v"'),))
    assert article_from(json.loads(article_to_json(article))) == article
    assert "\n" not in article_to_json(article)
    others = [Article("a", "t", "x"), Article("a", "t", "x", "2031"), Article("a", "t", "x", None, "2031")]
    assert len({Task.of(item, "f").input for item in others} | {Task.of(others[0], "g").input}) == 4


def test_many_readings_are_kept_at_once(tmp_path: Path) -> None:
    """New ones and changed ones together; what is the same stays described."""
    with store.open(tmp_path / "s", create=True) as graph:
        one, two = "https://w3id.org/kgraph/article/1", "https://w3id.org/kgraph/article/2"
        settle.keep_all(graph, {one: {"facts": "f", "input": "i"}})
        graph.keep(one, {**graph.reading(one), settle.NAMES: "n"})
        settle.keep_all(graph, {one: {"facts": "f", "input": "i"}, two: {"facts": 'g"\\\n'}})
        assert graph.reading(one) == {"facts": "f", "input": "i", settle.NAMES: "n"}
        settle.keep_all(graph, {one: {"facts": "f", "input": "j"}, two: {"facts": "h"}})
        assert graph.reading(one) == {"facts": "f", "input": "j"}
        assert graph.part(two, "facts") == "h"
        assert graph.part(two, "input") is None
    assert isinstance(Graph.memory().part(one, "facts"), type(None))


# ---------------------------------------------------------------- on a cluster


def test_a_cluster_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask in this process: hostile articles end the processes of its workers, never the workers."""
    distributed = pytest.importorskip("distributed", reason="needs kgraph[cluster]")
    monkeypatch.setenv("DASK_CONFIG", str(tmp_path / "dask"))
    file = write(tmp_path / "news.jsonl", [*many(12), ("bad", "crash")])
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp"
    )
    try:
        plan = Plan(engine="dask", address=cluster.scheduler_address)
        there = Built(file, store=tmp_path / "s", work=plan)
        here = Built(write(tmp_path / "good.jsonl", many(12)), work=Plan(workers=1))
    finally:
        cluster.close()
    assert there.counts == (12, 0, 1, 0)
    assert there.last.workers == 2
    assert there.lines == here.lines


@linux
@pytest.mark.skipif("KGRAPH_MOMENTS" not in os.environ, reason="slow: set KGRAPH_MOMENTS to run it")
def test_a_worker_of_the_cluster_is_killed_twice(tmp_path: Path) -> None:
    """Its shards run again elsewhere, and nothing is doubled."""
    distributed = pytest.importorskip("distributed", reason="needs kgraph[cluster]")
    file = write(tmp_path / "news.jsonl", [(id, more + " slow" * 9) for id, more in many(150)])
    preload = (
        "from kgraph.work import process; from kgraph.resources import Settings; from samples import RUN\n"
        f"process.COMMAND = {COMMAND!r}; Settings.run = property(lambda self: RUN)"
    )
    (tmp_path / "preload.py").write_text(
        f"import sys; sys.path.append({str(Path(__file__).parent)!r})\n{preload}\n"
    )
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, preload=[str(tmp_path / "preload.py")]
    )
    killed: list[int] = []

    def kill(now: pipeline.Progress) -> None:
        if len(killed) < 2 and now.articles >= 5 * (1 + 4 * len(killed)):
            pid = min(client.run(os.getpid).values())
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    try:
        with distributed.Client(cluster, set_as_default=False) as client:
            plan = Plan(engine="dask", address=cluster.scheduler_address)
            with pipeline.build(
                file, store=tmp_path / "s", resources=Settings(), work=plan, on_progress=kill
            ) as graph:
                there, last = lines(graph), settle.last_run(graph)
    finally:
        cluster.close()
    assert len(killed) == 2
    assert last is not None
    assert (last.articles, last.failed) == (150, 0)
    assert there == Built(file, work=Plan(workers=1)).lines


def test_no_scheduler_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong address, or no Dask at all."""
    pytest.importorskip("distributed", reason="needs kgraph[cluster]")
    from kgraph.work import cluster

    file = write(tmp_path / "news.jsonl", many(1))
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(KGraphError, match="no Dask scheduler answers"):
        Built(file, work=Plan(engine="dask", address="tcp://127.0.0.1:9"))

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(cluster, "import_module", missing)
    with pytest.raises(KGraphError, match=r"pip install 'kgraph\[cluster\]'"):
        Built(file, work=Plan(engine="dask"))
