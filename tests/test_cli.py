"""The commands, with a stand-in for the model: what they print, where, and their exit codes."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import pytest
import typer.main
from rich.console import Console

from kgraph import __version__, cli, gazetteer, pipeline, records, store, terminal
from kgraph.errors import KGraphError, OntologyError
from kgraph.model import Article, Extraction, Problem
from kgraph.pipeline import Resources
from kgraph.rdf import Run
from kgraph.resolve.explain import Doubt, Link
from samples import HOSTILE, RUN, TEXT, sample

TESTS = Path(__file__).parent
COMMANDS = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]
ESCAPE = "\x1b"


class StandIn(Resources):
    """Reads the text of the sample as its facts, any other text as none, and fails on one word."""

    @classmethod
    def load(cls, *arguments: Any, **options: Any) -> Self:
        """Load the ontology and the gazetteers only."""
        nothing: Any = None
        extra = map(Path, options.get("gazetteers", ()))
        return cls(pipeline.load_ontology(), nothing, gazetteer.load(extra=extra), nothing)

    @property
    def run(self) -> Run:
        """A run of a fixed model."""
        return RUN

    def facts(self, articles: Sequence[Article]) -> Iterator[Extraction]:
        """Yield the facts of each article."""
        for article in articles:
            if "explode" in article.text:
                raise ZeroDivisionError("in [red]\x1b[31m\nthe code")
            known = article.text.rstrip("\n") == TEXT
            yield dataclasses.replace(sample(), article=article) if known else Extraction(article)


class Result(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Kgraph = Callable[..., Result]


@pytest.fixture
def kgraph(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Kgraph:
    """Return a function that runs a command in an empty folder."""
    monkeypatch.setattr(pipeline, "Resources", StandIn)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Result:
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            cli.main(arguments)
        return Result(int(caught.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Make a folder of two articles and another of one; their text is the sample's."""
    folder = tmp_path / "news"
    folder.mkdir()
    (tmp_path / "reports").mkdir()
    for name, date in (("news/a", None), ("news/b", None), ("reports/c", "2031-12-12")):
        line = json.dumps({"id": name[-1], "title": "T", "date": date, "text": TEXT})
        (tmp_path / f"{name}.jsonl").write_text(line + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def built(kgraph: Kgraph, news: Path) -> Kgraph:
    """Return the function that runs a command, with kgraph.db filled."""
    assert kgraph("build", "news").code == 0
    return kgraph


def example(name: str) -> str:
    """Return the example in the help of a command, as one would type it."""
    return str(COMMANDS[name].epilog).removeprefix("Example: kgraph ")


def words(line: str) -> list[str]:
    """Split a command line as a shell would; our examples have single quotes only."""
    return [quoted or bare for quoted, bare in re.findall(r"'([^']*)'|(\S+)", line)]


# ---------------------------------------------------------------- help


@pytest.mark.parametrize(
    "name", ["build", "extract", "query", "view", "export", "curate", "explain", "info", "demo"]
)
def test_help_has_an_example(kgraph: Kgraph, name: str) -> None:
    """Each command shows how it is used."""
    result = kgraph(name, "--help")
    assert result.code == 0
    assert f"Example: kgraph {name}" in result.out


def test_examples_work(kgraph: Kgraph, news: Path, tmp_path: Path) -> None:
    """The examples of the help, typed one after the other, do what they say."""
    for name in ("build", "extract", "query", "view", "export"):
        line = example(name)
        assert line.startswith(name)
        command, _, target = line.partition(" > ")
        result = kgraph(*words(command))
        assert (name, result.code, result.err) == (name, 0, "2 rows\n" if name == "query" else "")
        if target:
            (tmp_path / target).write_text(result.out, encoding="utf-8")
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {"news", "reports", "kgraph.db", "facts.jsonl", "graph.html", "graph.ttl"}
    assert len((tmp_path / "facts.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_version_and_no_command(kgraph: Kgraph) -> None:
    """The version is one line; nothing at all shows the help."""
    assert kgraph("--version").out == f"kgraph {__version__}\n"
    assert kgraph("--version").code == 0
    assert "build" in kgraph().out + kgraph().err


# ---------------------------------------------------------------- build


def test_build_says_what_the_graph_holds(kgraph: Kgraph, news: Path) -> None:
    """A table of counts and one line of what this run did; stderr, which is no terminal, stays empty."""
    result = kgraph("build", "news", "--store", "s")
    assert (result.code, result.err) == (0, "")
    counts = dict(re.findall(r"^ *(\w+) +(\d+) *$", result.out, re.MULTILINE))
    assert counts == {"articles": "2", "actors": "6", "bases": "2", "events": "3", "relations": "8"}
    assert re.search(r"^2 articles and 14 facts read in \d+\.\d s, 0 problems$", result.out, re.MULTILINE)


def test_building_again_replaces(built: Kgraph) -> None:
    """The same articles do not count twice."""
    before = built("query", "--name", "counts", "--format", "csv").out
    assert built("build", "news").code == 0
    assert built("query", "--name", "counts", "--format", "csv").out == before
    assert "articles,2" in before


def test_bad_input_is_named_and_the_rest_goes_on(kgraph: Kgraph, news: Path) -> None:
    """One line on stderr for each problem, exit code 3, and the good articles in the graph."""
    (news / "empty.txt").write_bytes(b"")
    (news / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (news / "lines.jsonl").write_text('{"id": "d", "text": "Fine."}\n{oops\n{"text": 3}\n', encoding="utf-8")
    (news / "bomb.txt").write_text("This will explode.\n", encoding="utf-8")
    result = kgraph("build", "news", "not-there")
    lines = result.err.splitlines()
    assert result.code == 3
    for start in ("not-there: ", "news/empty.txt: ", "news/binary.txt: ", "news/lines.jsonl:2: "):
        assert sum(line.startswith(start) for line in lines) == 1, start
    assert len(lines) == 6
    assert re.search(r"^ *articles +3 *$", result.out, re.MULTILINE)
    assert "6 problems" in result.out


def test_an_article_that_breaks_the_code_costs_no_other(kgraph: Kgraph, news: Path) -> None:
    """The problem names the article and the error, in one harmless line."""
    (news / "bomb.txt").write_text("This will explode.\n", encoding="utf-8")
    result = kgraph("build", "news")
    assert result.code == 3
    assert result.err == (
        "article bomb: cannot be worked out (ZeroDivisionError: in [red]\\x1b[31m the code); "
        "skipped; please report it as a fault of kgraph, with the article\n"
    )
    assert kgraph("query", "--name", "counts", "--format", "csv").out.splitlines()[1] == "articles,2"


@pytest.mark.parametrize("command", ["build", "extract"])
def test_nothing_to_do_is_1(kgraph: Kgraph, tmp_path: Path, command: str) -> None:
    """Nothing to read, or nothing that can be read, is a failure; no store is left where there is no file."""
    result = kgraph(command, "not-there", "nor-this")
    assert (result.code, result.out, len(result.err.splitlines())) == (1, "", 3)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "empty.txt").write_bytes(b"")
    assert kgraph(command, "empty.txt").code == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("build", "news", "--date", "soon"), "'soon' is no date; write YYYY-MM-DD"),
        (("build", "news", "--store", "news/a.jsonl"), "is a file, not the folder of a store"),
        (("query", "--name", "bases", "--store", "none"), "none: no such store"),
        (("query", "--name", "basis"), "no query named 'basis'; nearest: bases"),
        (("query", "gone.rq"), "gone.rq: cannot be read: No such file or directory"),
        (("query", "DELETE WHERE { ?s ?p ?o }"), "DELETE is an update"),
        (("export", "--out", "graph.xyz"), "unknown format '.xyz'; known: .ttl"),
        (("export", "--out", "news/a.jsonl/graph.ttl"), "cannot be written"),
        (("export", "--out", "graph.gexf", "--flat"), "only RDF can be flat; choose one of .ttl"),
        (("export", "--out", "tables"), "as folders, with --format: csv, neo4j"),
        (("view", "--out", "no-folder/graph.html"), "no-folder/graph.html: No such file or directory"),
        (("view", "--out", "g.html", "--ontology", "nowhere"), "nowhere: is no folder"),
        (("demo", "--out", "news/a.jsonl"), "news/a.jsonl: File exists"),
    ],
)
def test_errors_are_one_line_and_1(built: Kgraph, arguments: Sequence[str], said: str) -> None:
    """What cannot be done is said in one line on stderr, without a traceback."""
    result = built(*arguments)
    assert (result.code, result.out) == (1, "")
    assert len(result.err.splitlines()) == 1
    assert said in result.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("build",),
        ("built", "news"),
        ("query",),
        ("query", "ASK {}", "--name", "bases"),
        ("query", "--name", "bases", "--bind", "base"),
        ("query", "--name", "bases", "--format", "rdf"),
        ("query", "ASK {}", "twice"),
        ("view", "--out", "g.html", "--max-nodes", "0"),
    ],
)
def test_wrong_usage_is_2(built: Kgraph, arguments: Sequence[str]) -> None:
    """A command line that makes no sense."""
    assert built(*arguments).code == 2


def test_a_store_in_use_is_said_before_any_work(built: Kgraph) -> None:
    """Two builds at a time do not wait for each other's model."""
    with store.open("kgraph.db"):
        result = built("build", "news")
    assert result.code == 1
    assert "in use by another process" in result.err


def test_progress_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal: articles done, facts, rate and time left."""
    screen = io.StringIO()
    monkeypatch.setattr(terminal, "stderr", lambda: Console(file=screen, force_terminal=True, width=120))
    with terminal.bar() as show:
        show(pipeline.Progress(articles=3, failed=1, total=8, facts=1234))
    shown = screen.getvalue()
    assert "4/8" in shown
    assert "1,234 facts" in shown
    assert re.search(r"[\d.]+ articles/s", shown)


# ---------------------------------------------------------------- extract


def test_extract_prints_json_lines_only(kgraph: Kgraph, news: Path) -> None:
    """Each line reads back to the facts; --date is given to articles that state none."""
    result = kgraph("extract", "news", "reports", "--date", "2031-12-20")
    assert (result.code, result.err) == (0, "")
    found = [records.from_line(line) for line in result.out.splitlines()]
    assert [(item.article.id, item.article.date) for item in found] == [
        ("a", "2031-12-20"),
        ("b", "2031-12-20"),
        ("c", "2031-12-12"),
    ]
    assert found[2].events == sample().events
    assert found[2].article.text == TEXT


def test_extract_skips_and_says_so(kgraph: Kgraph, news: Path) -> None:
    """Problems do not get into the JSON Lines."""
    (news / "0.txt").write_text("This will explode.\n", encoding="utf-8")
    result = kgraph("extract", "news")
    assert result.code == 3
    assert [json.loads(line)["id"] for line in result.out.splitlines()] == ["a", "b"]
    assert result.err.startswith("article 0: ")


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    """``kgraph extract … | head -1`` leaves no traceback."""
    line = json.dumps({"text": TEXT})
    (tmp_path / "many.jsonl").write_text(f"{line}\n" * 400, encoding="utf-8")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_cli as t\n"
        "t.pipeline.Resources = t.StandIn; t.cli.main(['extract', sys.argv[2]])"
    )
    command = [sys.executable, "-c", code, str(TESTS), str(tmp_path / "many.jsonl")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603
    assert process.stdout is not None
    assert process.stderr is not None
    assert json.loads(process.stdout.readline())["id"] == "many-1"
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=60) in (0, 1)


# ---------------------------------------------------------------- query


def test_query_formats(built: Kgraph, tmp_path: Path) -> None:
    """The same rows as a table, as CSV and as SPARQL results JSON; from text or a file."""
    sparql = "SELECT ?name WHERE { ?x a kg:AirBase ; skos:prefLabel ?name }"
    (tmp_path / "q.rq").write_text(sparql, encoding="utf-8")
    table = built("query", sparql)
    assert "Brannoch Air Base" in table.out
    assert table.err == "1 row\n"
    assert built("query", "q.rq", "--format", "csv").out == "name\r\nBrannoch Air Base\r\n"
    answer = json.loads(built("query", "q.rq", "-f", "json").out)
    assert answer["results"]["bindings"][0]["name"]["value"] == "Brannoch Air Base"


def test_query_forms(built: Kgraph) -> None:
    """ASK gives yes or no, CONSTRUCT gives Turtle, and what has no rows is not CSV."""
    assert built("query", "ASK { ?x a kg:AirBase }").out == "yes\n"
    assert built("query", "ASK { ?x a kg:Depot ; kg:operatedBy ?y }").out == "no\n"
    assert json.loads(built("query", "ASK {}", "--format", "json").out)["boolean"] is True
    construct = "CONSTRUCT { ?x a kg:AirBase } WHERE { ?x a kg:AirBase }"
    assert "a kg:AirBase" in built("query", construct).out
    assert built("query", construct, "--format", "csv").code == 1
    assert built("query", "ASK {}", "--format", "csv").code == 1


def test_query_binds_variables(built: Kgraph) -> None:
    """--bind gives a variable of a named query its value."""
    base = "https://w3id.org/kgraph/entity/place/brannoch-air-base"
    result = built("query", "--name", "bases", "--bind", f"base={base}", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert [(row["name"], row["operators"]) for row in rows] == [("Brannoch Air Base", "Norvia")]


def test_named_queries_are_in_the_help(kgraph: Kgraph) -> None:
    """A user finds the names without the documentation."""
    assert "timeline-of-actor" in kgraph("query", "--help").out


# ---------------------------------------------------------------- curate, explain, your own names


CURATION = "kgraph.db.curation"


def labels(run: Kgraph) -> str:
    """Return the names of all people in the graph, one on a line."""
    return run("query", "SELECT ?n WHERE { ?x a kg:Person ; skos:prefLabel ?n }", "-f", "csv").out


def test_curate_lists_what_is_unsure(built: Kgraph, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each doubt is a comment and a line that can be taken over; their number is on stderr."""
    assert built("curate") == (0, "", "0 doubts; take a line over with: kgraph curate LINE\n")
    link = Link("person/ada-holm", f"[red]{ESCAPE}", 0.453, ("one letter", "states"))
    found = [Doubt("merge person/ada-holm person/a-holm", False, link), Doubt("split a b", True, link)]
    monkeypatch.setattr("kgraph.resolve.explain.doubts", lambda resolution: found)
    assert built("curate", "--limit", "1") == (
        0,
        "# 45%: person/ada-holm and [red]\\x1b are two: one letter; states\n"
        "merge person/ada-holm person/a-holm\n",
        "2 doubts; take a line over with: kgraph curate LINE\n",
    )
    assert "are one: one letter; states\nsplit a b\n" in built("curate").out


def test_curate_decides_and_writes_the_line(built: Kgraph, tmp_path: Path) -> None:
    """The graph follows at once and after a rebuild, from nothing too; without the file all is as before."""
    before = labels(built)
    assert "Ada Holm" in before
    result = built("curate", "rename", "person/ada-holm", "Ada\nO'Holm", "--because", "she's\nmarried")
    line = "rename person/ada-holm 'Ada O'\"'\"'Holm'  # she's married"
    assert result == (0, f"{CURATION}: {line}\n", "")
    path = tmp_path / CURATION
    assert path.read_text(encoding="utf-8") == f"{line}\n"
    assert "Ada O'Holm" in labels(built)
    assert built("build", "news").code == 0
    assert built("build", "news", "--store", "other.db", "--curation", CURATION).code == 0
    rows = built(
        "query", "SELECT ?n WHERE { ?x a kg:Person ; skos:prefLabel ?n }", "-f", "csv", "-s", "other.db"
    )
    assert labels(built) == rows.out
    assert "Ada O'Holm" in rows.out
    path.unlink()
    assert built("build", "news").code == 0
    assert labels(built) == before


def test_curate_adds_to_a_file_made_by_hand(built: Kgraph, tmp_path: Path) -> None:
    """A last line without an end gets one; a line that was listed may be given as one word."""
    path = tmp_path / "mine.curation"
    path.write_text("# ours\n\ndrop place/port-keld", encoding="utf-8")
    assert built("curate", "retype place/brannoch-air-base Base", "--curation", "mine.curation").code == 0
    assert path.read_text(encoding="utf-8") == (
        "# ours\n\ndrop place/port-keld\nretype place/brannoch-air-base Base\n"
    )
    assert built("query", "ASK { ?x a kg:AirBase }").out == "no\n"
    assert "mine.curation:5: " in built("curate", "drop", "person/x", "--curation", "mine.curation").err
    assert built("curate", "# nothing").code == 2


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (
            ("drop", "person/ada-hlom"),
            f"{CURATION}:2: drop: no node 'person/ada-hlom'; nearest: person/ada-holm",
        ),
        (("marge", "person/ada-holm", "person/x"), f"{CURATION}:2: 'marge' is no decision; nearest: merge"),
        (("retype", "person/ada-holm", "Persn"), "'Persn' is no class; nearest: Person"),
        (("rename", "person/ada-holm", ""), f"{CURATION}:2: a line is: rename"),
    ],
)
def test_a_bad_decision_is_not_written(
    built: Kgraph, tmp_path: Path, decision: Sequence[str], said: str
) -> None:
    """One line says why; neither the file nor the graph is touched."""
    path = tmp_path / CURATION
    path.write_text("drop place/port-keld\n", encoding="utf-8")
    before = labels(built)
    result = built("curate", *decision)
    assert (result.code, result.out, len(result.err.splitlines())) == (1, "", 1)
    assert said in result.err
    assert path.read_text(encoding="utf-8") == "drop place/port-keld\n"
    assert labels(built) == before
    assert built("query", "ASK { ?x skos:prefLabel 'Port Keld'@en }").out == "yes\n"


@pytest.mark.parametrize(
    "name", ["ada holm", "person/ada-holm", "https://w3id.org/kgraph/entity/person/ada-holm"]
)
def test_explain_says_why(built: Kgraph, name: str) -> None:
    """By name, key or IRI: the articles with their names, and what was decided."""
    result = built("explain", name)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("Ada Holm (Person, person/ada-holm)\n")
    assert re.search(r"^ *a +Ada Holm; Holm +minister *$", result.out, re.MULTILINE)
    assert built("curate", "rename", "person/ada-holm", "Minister Holm", "--because", "as all say").code == 0
    said = built("explain", name).out
    assert said.startswith("Minister Holm (Person, person/ada-holm)\n")
    assert f"decided: rename person/ada-holm 'Minister Holm'  # as all say ({CURATION}:1)\n" in said
    assert built("explain", "minister holm").out == said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain", "Ada Hlm"), "no node 'Ada Hlm' has a name; nearest: Ada Holm"),
        (("explain", "person/ada-hol"), "no node 'person/ada-hol' has a name; nearest: person/ada-holm"),
        (("explain", "Ada Holm", "--curation", "gone"), "gone: no such file"),
        (("explain", "Ada Holm", "--curation", "bad.curation"), "bad.curation:2: 'x' is no decision"),
        (("curate", "--curation", "bad.curation"), "bad.curation:2: 'x' is no decision"),
        (("build", "news", "--curation", "gone"), "gone: no such file; make it with: kgraph curate"),
        (("build", "news", "--curation", "bad.curation"), "bad.curation:2: 'x' is no decision"),
        (("build", "news", "--gazetteer", "gone.tsv"), "gone.tsv: cannot be read: No such file"),
        (("build", "news", "--gazetteer", "class.tsv"), "class.tsv:3: 'Camp Keld': 'Camp' is not a class"),
        (
            ("build", "news", "--gazetteer", "lat.tsv"),
            "lat.tsv:2: 'Camp Keld': lat '95' is no number from -90",
        ),
    ],
)
def test_bad_files_of_yours_are_one_line_and_1(
    built: Kgraph, tmp_path: Path, arguments: Sequence[str], said: str
) -> None:
    """The file and the line are named, and the graph is as it was."""
    files = {
        "bad.curation": "# ours\nx person/ada-holm\n",
        "class.tsv": "name\tclass\n# ours\nCamp Keld\tCamp\n",
        "lat.tsv": "name\tclass\tlat\tlon\nCamp Keld\tBase\t95\t10\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    before = labels(built)
    result = built(*arguments)
    assert (result.code, result.out, len(result.err.splitlines())) == (1, "", 1)
    assert said in result.err
    assert labels(built) == before


def test_your_own_names_are_read(built: Kgraph, tmp_path: Path) -> None:
    """A good file is no problem; --gazetteer may repeat."""
    for name in ("one", "two"):
        (tmp_path / f"{name}.tsv").write_text(f"name\tclass\nCamp {name}\tBase\n", encoding="utf-8")
    result = built("build", "news", "--gazetteer", "one.tsv", "--gazetteer", "two.tsv")
    assert (result.code, result.err) == (0, "")


# ---------------------------------------------------------------- hostile text


def test_tables_hold_no_control_characters_and_no_markup(kgraph: Kgraph, news: Path, tmp_path: Path) -> None:
    """What an article says neither steers the terminal nor is read as rich's markup."""
    title = f"[red]loud[/red] {ESCAPE}[2J\x9b31m\u202e {HOSTILE}\a"
    line = json.dumps({"id": "x", "title": title, "text": TEXT})
    (tmp_path / "x.jsonl").write_text(line, encoding="utf-8")
    assert kgraph("build", "x.jsonl").code == 0
    headline = "SELECT ?t WHERE { ?a schema:headline ?t }"
    shown = kgraph("query", headline).out
    assert "[red]loud[/red]" in shown
    assert "onerror=alert(1)" in shown
    assert not set(shown) & {ESCAPE, "\x9b", "\u202e", "\a", "\x00"}


@pytest.mark.parametrize("command", ["csv", "json", "extract"])
def test_a_terminal_gets_escapes_and_a_pipe_the_data(
    kgraph: Kgraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Data for other programs is unchanged in a pipe; typed at a terminal it cannot steer it."""
    line = json.dumps({"id": "x", "title": "T \x9b31m \u202e", "text": "Nothing happened."})
    (tmp_path / "x.jsonl").write_text(line, encoding="utf-8")
    assert kgraph("build", "x.jsonl").code == 0
    query = ("query", "SELECT ?t WHERE { ?a schema:headline ?t }", "--format", command)
    arguments = ("extract", "x.jsonl") if command == "extract" else query
    piped = kgraph(*arguments).out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    typed = kgraph(*arguments).out
    assert {"\x9b", "\u202e"} <= set(piped)
    assert not set(typed) & {"\x9b", "\u202e", ESCAPE, "\x00"}
    assert "\\u009b" in typed


def test_a_path_with_escapes_is_shown_harmlessly(kgraph: Kgraph) -> None:
    """An error names the path without obeying it."""
    result = kgraph("build", f"{ESCAPE}[31mbold\nx")
    assert result.code == 1
    assert result.err.splitlines()[0].startswith("\\x1b[31mbold\\nx: holds no article; skipped")


# ---------------------------------------------------------------- pipeline


def test_batches_are_bounded_by_number_and_length() -> None:
    """Sixteen short articles go together, a long one alone, and none is lost."""
    articles = [Article(str(i), "", "x" * (150_000 if i == 5 else 100)) for i in range(40)]
    batches = list(pipeline._batches(articles, 16))
    assert [len(batch) for batch in batches] == [5, 1, 16, 16, 2]
    assert [article for batch in batches for article in batch] == articles


def test_problems_go_to_the_log_where_nobody_listens(
    kgraph: Kgraph, news: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In a script nothing is skipped in silence."""
    with pipeline.build([news, "not-there"]) as graph:
        assert len(graph.articles()) == 2
    assert ["not-there: is not there" in record.getMessage() for record in caplog.records] == [True]


def test_a_failed_build_lets_go_of_the_store(
    kgraph: Kgraph, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not about one article, such as Ctrl-C, ends the build, and the folder can be opened again."""

    def interrupt(self: StandIn, articles: Sequence[Article]) -> Iterator[Extraction]:
        raise KeyboardInterrupt

    monkeypatch.setattr(StandIn, "facts", interrupt)
    with pytest.raises(KeyboardInterrupt):
        pipeline.build(news, store="s")
    store.open("s").close()


def test_ontology_folder(tmp_path: Path) -> None:
    """What the folder lacks is taken from the shipped ontology; a folder that is not there is an error."""
    shipped = pipeline.load_ontology()
    assert pipeline.load_ontology(tmp_path).classes == shipped.classes
    text = shipped.path.read_text(encoding="utf-8")
    own = 'kg:Siege a owl:Class ; rdfs:subClassOf kg:Assault ; rdfs:label "siege" ; skos:definition "x" .'
    (tmp_path / "kgraph.ttl").write_text(f"{text}\n{own}\n", encoding="utf-8")
    assert pipeline.load_ontology(tmp_path).is_a("Siege", "Event")
    with pytest.raises(OntologyError, match="is no folder"):
        pipeline.load_ontology(tmp_path / "gone")


def test_progress_counts_failures(kgraph: Kgraph, news: Path) -> None:
    """The bar moves past an article that failed."""
    (news / "bomb.txt").write_text("This will explode.\n", encoding="utf-8")
    seen: list[pipeline.Progress] = []
    problems: list[Problem] = []
    pipeline.build(news, on_progress=seen.append, on_problem=problems.append).close()
    assert seen == [pipeline.Progress(articles=2, failed=1, total=3, facts=14)]
    assert [problem.path for problem in problems] == ["article bomb"]
    with pytest.raises(KGraphError, match="no article to read"):
        pipeline.build([], on_problem=problems.append)
