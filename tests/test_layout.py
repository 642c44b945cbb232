"""The shape of the project: imports point left only, one module prints, nothing heavy loads at import."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import kgraph

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "kgraph"
PARTS = sorted(SOURCE.rglob("*.py"))

# From left to right; those of one line may not import each other. kgraph itself holds only lazy names.
ORDER = (
    ("kgraph",),
    ("errors",),
    ("names",),
    ("model",),
    ("ontology",),
    ("frames", "gazetteer"),
    ("spelling",),
    ("airports",),
    ("read",),
    ("fetch",),
    ("nlp",),
    ("extract",),
    ("resolve",),
    ("records",),
    ("terms",),
    ("rdf",),
    ("counted", "folder"),
    ("store",),
    ("query",),
    ("view", "export", "check"),
    ("serve",),
    ("settle", "resources"),
    ("info",),
    ("work",),
    ("pipeline",),
    ("train",),
    ("evaluate",),
    ("terminal", "cli_options"),
    ("cli_build", "cli_model"),
    ("cli",),
)
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}

# The methods of Graph ask, draw and export: for users the graph is one thing. Both are imported when called.
LAZY = {("store", "query"), ("store", "view"), ("store", "export")}

HEAVY = ("spacy", "rdflib", "trafilatura", "onnxruntime", "networkx", "pyvis", "pyoxigraph", "yaml", "numpy")


def part(path: Path) -> str:
    """Return the part of the package that a file belongs to."""
    first = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    return "kgraph" if first == "__init__" else first


def imports(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Yield (part of kgraph that is imported, whether only inside a function or for types)."""
    loose = {
        id(node)
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(outer, ast.If) and "TYPE_CHECKING" in ast.dump(outer.test))
        for node in ast.walk(outer)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            inside = node.module == "kgraph"
            names = [f"kgraph.{alias.name}" if inside else str(node.module) for alias in node.names]
        else:
            continue
        for name in names:
            package, _, rest = name.partition(".")
            if package == "kgraph":
                found = rest.partition(".")[0]
                yield (found if found in RANK else "kgraph"), id(node) in loose


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_imports_point_left(path: Path) -> None:
    """A module imports its own part and those left of it; later ones only where a reason is given above."""
    own = part(path)
    assert own in RANK, f"{own} has no place in ORDER"
    if own == "kgraph":
        return
    for found, is_loose in imports(ast.parse(path.read_text(encoding="utf-8"))):
        left = found == own or RANK[found] < RANK[own]
        assert left or (is_loose and (own, found) in LAZY), f"{path.name} imports kgraph.{found}"


def test_the_package_itself_imports_nothing_of_its_own() -> None:
    """All of ``kgraph/__init__.py`` is lazy."""
    tree = ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8"))
    assert all(is_loose for _, is_loose in imports(tree))


def test_an_import_to_the_right_is_seen() -> None:
    """The check itself can fail: it sees every way to import."""
    code = (
        "import kgraph.cli\nfrom kgraph import store, build\nfrom kgraph.rdf import iris\n"
        "if TYPE_CHECKING:\n    import kgraph.model\ndef f():\n    from kgraph.query import select\n"
    )
    assert list(imports(ast.parse(code))) == [
        ("cli", False),
        ("store", False),
        ("kgraph", False),
        ("rdf", False),
        ("model", True),
        ("query", True),
    ]


def test_torch_is_needed_by_training_only() -> None:
    """Who installs kgraph gets no torch, so nothing else may ask for it."""
    for path in PARTS:
        if part(path) == "train":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            named += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            heads = {name.partition(".")[0] for name in named}
            assert not heads & {"torch", "transformers", "onnx"}, path


def test_one_module_prints() -> None:
    """Only the commands, terminal.py and what is run by itself write to the standard streams."""
    for path in PARTS:
        text = path.read_text(encoding="utf-8")
        if re.fullmatch(r"cli(?:_\w+)?\.py|terminal\.py", path.name) or '__name__ == "__main__"' in text:
            continue
        assert not re.search(r"\bprint\(|sys\.std(?:out|err)", text), path


def test_import_is_quick_and_light() -> None:
    """``import kgraph`` costs less than 50 ms of processor time and loads nothing heavy."""
    code = (
        "import sys, time\nbegun = time.process_time()\nimport kgraph\n"
        "print(time.process_time() - begun, *sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    seconds, *loaded = answer.stdout.split()
    assert float(seconds) < 0.05
    assert not set(loaded) & set(HEAVY)


def test_public_names_are_there() -> None:
    """Every name of __all__ can be had, and no submodule hides it."""
    import kgraph.cli  # loads every submodule, which would then stand in the way of a name

    assert len(kgraph.__all__) == len(set(kgraph.__all__)) <= 12
    for name in kgraph.__all__:
        assert not isinstance(getattr(kgraph, name), type(sys)), name
    assert set(kgraph.__all__) <= set(dir(kgraph))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = kgraph.nothing


def test_one_version() -> None:
    """The package, its metadata and the changelog agree."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert kgraph.__version__ == project["version"]
    assert f"## {kgraph.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_top_level() -> None:
    """What a visitor looks for lies where it is looked for."""
    folders = ("exports", "notebooks", "ontology", "ontology/gazetteer", "src/kgraph", "tests", ".ci")
    files = (
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "Makefile",
        "pyproject.toml",
        ".ci/run",
        "src/kgraph/py.typed",
    )
    assert [name for name in folders if not (ROOT / name).is_dir()] == []
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_modules_are_short() -> None:
    """The median module has near 100 lines; none is so long that it hides two."""
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in PARTS}
    assert statistics.median(lengths.values()) <= 150
    longest = max(lengths, key=lambda path: lengths[path])
    assert lengths[longest] <= 600, longest


def test_no_machine_is_named() -> None:
    """No path of one machine stands in what is shipped."""
    machine = re.compile(r"(?<![\w.])/(?:home|work|root|opt|Users)/\w")
    shipped = [*PARTS, *SOURCE.rglob("*.rq"), ROOT / "README.md", ROOT / "Makefile", ROOT / "pyproject.toml"]
    for path in shipped:
        assert not machine.search(path.read_text(encoding="utf-8")), path
