"""The notebooks run from top to bottom, and their committed outputs are what they give today.

``python tests/test_notebooks.py`` runs them and writes the outputs into them.
"""

from __future__ import annotations

import json
import re
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
NAMES = ("first-steps", "who-says-what")
SECONDS = 60
SAME = "{}, cell {}: not what is committed; look at the change, then: python tests/test_notebooks.py"


def executed(path: Path, where: Path) -> Any:
    """Run a notebook in a folder and return it, with outputs that are the same on every machine."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call,unused-ignore]
    NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": str(where)}}).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # times of the clock
        for output in cell.get("outputs", ()):
            page = output.get("data", {}).get("text/html", "")
            if page.startswith("<iframe"):  # the page is half a megabyte; it is kept out of the file
                del output["data"]["text/html"]
                output["data"]["text/plain"] = "(the interactive graph stands here when you run the cell)"
    notebook.metadata = {"kernelspec": notebook.metadata.kernelspec, "language_info": {"name": "python"}}
    return notebook


@pytest.mark.parametrize("name", NAMES)
def test_notebook_gives_what_is_committed(name: str, tmp_path: Path) -> None:
    """Cell by cell; nothing in it is of a clock or of one machine."""
    pytest.importorskip("pandas", reason="pandas is missing: pip install pandas")
    pytest.importorskip("ipykernel", reason="ipykernel is missing: pip install ipykernel")
    pytest.importorskip("nbclient", reason="nbclient is missing: pip install nbclient")
    path = FOLDER / f"{name}.ipynb"
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"/home/|/root/|/tmp/|/usr/|site-packages|\b\d\d:\d\d:\d\d\b", text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Jupyter's own parts
        found = executed(path, tmp_path)
    kept = json.loads(text)
    for cell, old in zip(found.cells, kept["cells"], strict=True):
        outputs = [_plain(output) for output in cell.get("outputs", ())]
        assert outputs == [_plain(output) for output in old.get("outputs", ())], SAME.format(name, cell.id)
    assert any(cell.get("outputs") for cell in kept["cells"])


def _plain(output: dict[str, Any]) -> str:
    """Return what a reader sees of an output: its text, not the markup of a table."""
    text = output["text"] if "text" in output else output["data"]["text/plain"]
    return text if isinstance(text, str) else "".join(text)


def main() -> None:
    """Write today's outputs into the notebooks."""
    for name in NAMES:
        with tempfile.TemporaryDirectory() as folder:
            notebook = executed(FOLDER / f"{name}.ipynb", Path(folder))
        text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
        (FOLDER / f"{name}.ipynb").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
