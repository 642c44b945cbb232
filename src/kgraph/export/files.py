"""Files that are whole at every moment: written beside their place and then renamed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from kgraph.errors import KGraphError


def write_whole(path: Path, pieces: Iterable[str]) -> None:
    """Write ``pieces`` to ``path`` as UTF-8, wholly or not at all; KGraphError where that cannot be done."""
    target = path.resolve()  # what a link points to is replaced, not the link
    _write(path, {target: pieces})


def write_folder(path: Path, files: Mapping[str, Iterable[str]]) -> None:
    """Write the files of a folder by name, as UTF-8; none is put in its place before all are written.

    The folder is made where there is none; other files in it stay as they are. KGraphError where it cannot be
    written; then the older files are left.
    """
    folder = path.resolve()
    fresh = not folder.exists()
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        _write(path, {folder / name: pieces for name, pieces in files.items()})
    except BaseException:
        if fresh:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


def _write(path: Path, files: Mapping[Path, Iterable[str]]) -> None:
    drafts = {target: target.with_name(f".{target.name}.{os.getpid()}.tmp") for target in files}
    try:
        for target, pieces in files.items():
            if target.is_dir():
                raise IsADirectoryError(0, "is a folder")
            with drafts[target].open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(pieces)
        for target, draft in drafts.items():
            draft.replace(target)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        for draft in drafts.values():
            with contextlib.suppress(OSError):
                draft.unlink()


def _unwritable(path: Path, error: OSError) -> KGraphError:
    return KGraphError(f"{path}: cannot be written: {error.strerror or error}; choose another place")
