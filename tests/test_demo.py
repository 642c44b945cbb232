"""What a newcomer meets first, with the real model: the demo, the wheel, the README and the notebook."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import kgraph
from kgraph import cli, pipeline
from kgraph.pipeline import Resources

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXPORTS = ("demo.ttl", "demo.html")
SAME = "{} is not what today's code makes; look at the change, then: make demo, and commit exports/"


@pytest.fixture(scope="module")
def resources() -> Resources:
    """Load the shipped model once."""
    return Resources.load()


def block(language: str, nth: int = 0) -> str:
    """Return a code block of the README without its indentation in a list."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", README, re.MULTILINE | re.DOTALL)
    indent, text = found[nth]
    return str(re.sub(rf"^{indent}", "", text, flags=re.MULTILINE))


# ---------------------------------------------------------------- demo and wheel


def test_demo_makes_the_committed_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Today's code makes the bytes of exports/, and prints a table and the rows of a query."""
    with pytest.raises(SystemExit) as caught:
        cli.main(["demo", "--out", str(tmp_path / "out")])
    shown = capsys.readouterr()
    assert (caught.value.code or 0, shown.err) == (0, "")
    assert re.search(r"^ *articles +14 *$", shown.out, re.MULTILINE)
    assert re.search(r"^ *2015-08-12 +Assault +United Sta", shown.out, re.MULTILINE)
    for name in EXPORTS:
        same = (tmp_path / "out" / name).read_bytes() == (ROOT / "exports" / name).read_bytes()
        assert same, SAME.format(name)


def test_the_wheel_does_the_same_demo(tmp_path: Path) -> None:
    """A built wheel holds all it needs: unpacked outside the checkout it makes the same graph."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own interpreter
    (wheel,) = tmp_path.glob("kgraph-*.whl")
    unpacked = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        archive.extractall(unpacked)
    for name in (
        "ontology_data/kgraph.ttl",
        "ontology_data/frames.yaml",
        "ontology_data/gazetteer/states.tsv",
        "nlp/model/model.onnx",
        "nlp/model/tokenizer.json",
        "query/named/demo.rq",
        "view/page.html.j2",
        "samples/12-bagram-handover.md",
        "py.typed",
    ):
        assert f"kgraph/{name}" in held
    code = (
        "import kgraph, sys; from kgraph.cli import main; sys.stderr.write(kgraph.__file__); main(['demo'])"
    )
    empty = tmp_path / "elsewhere"
    empty.mkdir()
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code],
        cwd=empty,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == str(unpacked / "kgraph" / "__init__.py")
    for name in EXPORTS:
        same = (empty / "exports" / name).read_bytes() == (ROOT / "exports" / name).read_bytes()
        assert same, SAME.format(name)


# ---------------------------------------------------------------- README and notebook


def test_readme_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lines of Python in the README print what stands below them, and leave both files."""
    shutil.copytree(pipeline.SAMPLES, tmp_path / "src" / "kgraph" / "samples")
    monkeypatch.chdir(tmp_path)
    exec(compile(block("python"), "README.md", "exec"), {})  # noqa: S102 - our own text
    assert capsys.readouterr().out == block("text")
    assert (tmp_path / "graph.ttl").stat().st_size > 1000
    assert (tmp_path / "graph.html").stat().st_size > 1000


def test_a_class_is_added_without_python(tmp_path: Path) -> None:
    """The three steps of the README: a copy of the ontology, its two additions, and a build."""
    from kgraph.ontology import data_dir

    own = tmp_path / "my-ontology"
    shutil.copytree(data_dir(), own)
    schema, frames = own / "kgraph.ttl", own / "frames.yaml"
    schema.write_text(schema.read_text(encoding="utf-8") + block("turtle"), encoding="utf-8")
    text = frames.read_text(encoding="utf-8")
    assert text.count("\nevents:\n") == 1
    frames.write_text(text.replace("\nevents:\n", "\nevents:\n" + block("yaml")), encoding="utf-8")
    article = tmp_path / "article.txt"
    article.write_text("In March 2019 the United States inspected Tartus naval base.\n", encoding="utf-8")
    with kgraph.build(article, resources=Resources.load(own)) as graph:
        rows = graph.query(
            "SELECT ?actor ?date WHERE { ?e a kg:Inspection , kg:Event ; kg:beginDate ?date ;"
            " kg:actor/skos:prefLabel ?actor }"
        )
        assert [(row.actor, row.date) for row in rows] == [("United States", "2019-03")]
        graph.view(tmp_path / "view.html", ontology=pipeline.load_ontology(own))


def test_readme_names_every_class_and_property(resources: Resources) -> None:
    """The table of the README has no name that the ontology lacks, and misses no event or relation."""
    table = README.partition("## Ontology")[2].partition("## ")[0]
    rows = re.findall(r"^\| ([A-Z][^|]+) \| ([^|]+) \|$", table, re.MULTILINE)[1:]
    told = {name for _, names in rows for name in re.findall(r"(?<![:\w])[A-Za-z]{3,}", names)}
    known = {*resources.ontology.classes, *resources.ontology.properties}
    events = {name for name in resources.ontology.classes if resources.ontology.is_a(name, "Event")}
    prose = {"the", "sentence", "run", "prov", "kg"}
    assert told - prose <= known
    assert events - {"Event"} <= told


def test_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The notebook has the shape of nbformat 4, and its code runs from top to bottom, without Jupyter too."""
    notebook = json.loads((ROOT / "notebooks" / "first-steps.ipynb").read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(ids) == len(set(ids))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for cell in notebook["cells"]:
        assert cell["cell_type"] in {"markdown", "code"}
        if cell["cell_type"] == "code":
            code = "".join(cell["source"])
            exec(compile(code, f"first-steps.ipynb: {cell['id']}", "exec"), names)  # noqa: S102 - our own
    assert names["rows"]
    assert {path.name for path in tmp_path.iterdir()} == {"first-steps.html", "first-steps.ttl"}
