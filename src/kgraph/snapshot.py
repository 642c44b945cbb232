"""What a store held when it was last closed, to be read while a build writes on.

Oxigraph lets no process read what another is writing. A snapshot is a store of its own in a folder of the
store; its files are hard links, so it takes milliseconds, and room only for what is changed later. It may be
deleted at any time.

    STORE/readable/7/    the newest; older ones stay as long as somebody reads them
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

import pyoxigraph as ox

from kgraph import folder
from kgraph.errors import StoreError

FOLDER = "readable"
_TRIES = 5  # each time another build has ended meanwhile


def publish(store: ox.Store, path: Path) -> None:
    """Make what ``store`` in the folder ``path`` holds now readable for others; only its writer may do so.

    Snapshots that nobody reads any more are removed. Raises OSError, and what Oxigraph raises.
    """
    place = path / FOLDER
    place.mkdir(exist_ok=True)
    for left in place.glob(".*"):  # by a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    older = _numbers(path)
    number = max(older, default=0) + 1
    beside = place / f".{number}"
    store.backup(str(beside))
    (beside / folder.MARK).write_bytes(folder.MARKED)
    beside.rename(place / str(number))
    for old in older:
        _remove(place / str(old))


def newest(path: Path) -> int:
    """Return the number of the newest snapshot of the store in ``path``, 0 where there is none."""
    return max(_numbers(path), default=0)


def open(path: Path) -> tuple[ox.Store, folder.Hold, int]:
    """Open the newest snapshot of the store in ``path`` for reading; returns its number too.

    It stays until what holds it is released. Raises StoreError where there is none.
    """
    for _ in range(_TRIES):
        number = newest(path)
        if not number:
            break
        place = path / FOLDER / str(number)
        try:
            held = folder.Hold(place, alone=False)
        except StoreError:  # it was just removed, and there is a newer one
            continue
        try:
            # Between the look and the lock it may have been moved away.
            if (place / folder.MARK).exists():
                return ox.Store.read_only(str(place)), held, number
        except (OSError, RuntimeError, ValueError) as error:
            held.release()
            raise folder.unopened(place, error) from error
        held.release()
    raise StoreError(f"{path}: is being written by another process; ask again when it has ended")


def _numbers(path: Path) -> list[int]:
    try:
        names = os.listdir(path / FOLDER)  # noqa: PTH208 - asked before every query, so the quick one
    except OSError:
        return []
    return [int(name) for name in names if name.isdecimal() and name.isascii()]


def _remove(place: Path) -> None:
    """Remove a snapshot, unless somebody reads it."""
    with contextlib.suppress(StoreError, OSError):
        held = folder.Hold(place, alone=True)
        try:
            gone = place.with_name(f".{place.name}")
            place.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)
        finally:
            held.release()
