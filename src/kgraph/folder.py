"""The folder of a store: what may lie in it, in which form it was made, and what its readers see.

Who writes holds Oxigraph's own lock and is the only one to touch the store itself. Oxigraph gives no safe
way to read what another process writes, so the writer publishes: a copy, made of hard links, of the store as
it stands between two transactions. Readers open the copy that was published last, and keep it from being
removed by a lock on its folder; they never wait for a writer, nor a writer for them.

    store.db/            the store; LOCK is held by the one who writes
      KGRAPH             the mark: in which form it was made
      published/7/       what readers see; 8 takes its place
      published/open     there while somebody writes: when nobody does any more, the writer was killed
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph.errors import StoreError

if TYPE_CHECKING:
    import pyoxigraph as ox

FORM = 2
"""The form in which articles and their readings are stored; a kgraph reads its own form and older ones."""
MARK = "KGRAPH"
"""The file that says which form it is."""
REMEDY = "restore it from a copy, or build it again in another folder"
"""What can be done about a damaged store."""
_CONTENTS = "CURRENT"  # every Oxigraph folder has it
_PUBLISHED, _OPEN, _SIZES = "published", "open", "SIZES"
_MARKED = re.compile(rb"kgraph store ([0-9]{1,6})\n")


def check(path: Path, *, create: bool) -> None:
    """Make the folder with ``create``; StoreError where ``path`` cannot be a store, or one of a newer kgraph.

    A store of a kgraph before there were marks has none.
    """
    try:
        if path.exists() and not path.is_dir():
            raise StoreError(f"{path}: is a file, not the folder of a store; name a folder")
        if create:
            path.mkdir(parents=True, exist_ok=True)
            if not os.access(path, os.W_OK):
                raise StoreError(f"{path}: may not be written; choose another folder or change its rights")
        elif not path.exists():
            raise StoreError(f"{path}: no such store; make it with: kgraph build FILES --store {path}")
        names = {item.name for item in path.iterdir()}
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: cannot be used as a store: {reason(error)}; choose another") from error
    if _CONTENTS in names:
        if not _check_mark(path) and MARK in names and not create:
            raise empty(path)  # its first build was ended before there was anything to read
        return
    if MARK in names and any(name.endswith((".sst", ".log")) for name in names):
        raise StoreError(f"{path}: is damaged, its file {_CONTENTS} is missing; {REMEDY}")
    if names and MARK not in names:
        raise StoreError(f"{path}: holds files but no store; choose an empty or new folder")
    if not create:  # nothing in it, or a build was ended before its store was made
        raise empty(path)
    _check_mark(path)
    (path / MARK).touch()  # from here on it is known for a store that is being made


def mark(path: Path) -> None:
    """Mark the store as made by this kgraph; only the one who writes may do so."""
    text = b"kgraph store %d\n" % FORM
    try:
        if not (path / MARK).exists() or (path / MARK).read_bytes() != text:
            beside = path / f"{MARK}.new"
            beside.write_bytes(text)
            beside.replace(path / MARK)
    except OSError as error:
        raise unwritable(path, error) from error


def _check_mark(path: Path) -> bool:
    """Return whether the store has its mark; StoreError for one of another kgraph."""
    try:
        found = (path / MARK).read_bytes()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreError(f"{path}: cannot be used as a store: {reason(error)}; choose another") from error
    if found:
        _check_form(found, path)
    return bool(found)


# ---------------------------------------------------------------- what readers see


class Shown:
    """A published copy that is held, so that no writer removes it, until ``release``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None
        with suppress(OSError, ImportError):  # where folders cannot be locked, open files keep it well enough
            import fcntl

            self._file = os.open(path, os.O_RDONLY)
            fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def release(self) -> None:
        """Let it go."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


def newest(path: Path) -> Path | None:
    """Return the copy that was published last; None where there is none."""
    found = _published(path)
    return found[-1] if found else None


def shown(path: Path) -> Shown | None:
    """Hold the copy that was published last; None where there is none."""
    while (last := newest(path)) is not None:
        held = Shown(last)
        wrong = _wrong(last)
        if not wrong:
            return held
        held.release()
        if newest(path) == last:  # else it was removed in the meantime, because there is a newer one
            name = last.relative_to(path) / wrong
            raise StoreError(f"{path}: is damaged, its file {name} is not as it was written; {REMEDY}")
    return None


def publish(store: ox.Store, path: Path) -> None:
    """Let readers see what the store holds now; only the one who writes may do so.

    Nothing is done where nothing was written since the last time.
    """
    store.flush()
    last = newest(path)
    if last is not None and _tables(last) == _tables(path):
        return
    number = int(last.name) + 1 if last is not None else 1
    folder = path / _PUBLISHED
    folder.mkdir(exist_ok=True)
    beside = folder / f"{number}.new"
    shutil.rmtree(beside, ignore_errors=True)
    store.backup(str(beside))
    sizes = sorted((item.name, item.stat().st_size) for item in beside.iterdir())
    (beside / _SIZES).write_text("".join(f"{name} {size}\n" for name, size in sizes))
    beside.rename(folder / str(number))
    _remove_older(path)


def begin(path: Path) -> None:
    """Note that somebody writes; only the one who does may do so."""
    (path / _PUBLISHED).mkdir(exist_ok=True)
    (path / _PUBLISHED / _OPEN).touch()


def end(path: Path) -> None:
    """Note that all that was written is published."""
    (path / _PUBLISHED / _OPEN).unlink(missing_ok=True)


def is_behind(path: Path) -> bool:
    """Whether there may be more in the store than was published: somebody writes, or was killed."""
    return newest(path) is None or (path / _PUBLISHED / _OPEN).exists()


def is_written(path: Path) -> bool:
    """Whether another process writes the store; not to be asked by one that writes it itself.

    The lock is Oxigraph's. To ask for it is to hold it for a moment; ``store.open`` waits as long.
    """
    try:
        import fcntl

        with (path / "LOCK").open("rb") as file:
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except ImportError:  # Windows: there one has to try
        return False
    except FileNotFoundError:
        return False
    except OSError as error:
        return error.errno in (errno.EACCES, errno.EAGAIN)
    return False


def _published(path: Path) -> list[Path]:
    """Return what is published, the oldest first."""
    try:
        found = [item for item in (path / _PUBLISHED).iterdir() if item.name.isdecimal()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unreadable(path, error) from error
    return sorted(found, key=lambda item: int(item.name))


def _wrong(copy: Path) -> str:
    """Return the first file that is missing or of another size; Oxigraph might see an older state there."""
    try:
        lines = (copy / _SIZES).read_text().splitlines()
    except (OSError, ValueError):
        return _SIZES
    for line in lines:
        name, _, size = line.rpartition(" ")
        try:
            if str((copy / name).stat().st_size) != size:
                return name
        except OSError:
            return name
    return "" if lines else _SIZES


def _tables(path: Path) -> set[str]:
    """Return the files of statements; each is written once and never changed."""
    return {item.name for item in path.iterdir() if item.suffix == ".sst"}


def _remove_older(path: Path) -> None:
    """Remove what was published before, as far as nobody reads it."""
    for old in _published(path)[:-1]:
        with suppress(OSError):
            try:
                import fcntl

                file = os.open(old, os.O_RDONLY)
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    gone = old.rename(old.with_name(f"{old.name}.gone"))
                finally:
                    os.close(file)
            except ImportError:  # Windows, where what is open cannot be renamed
                gone = old.rename(old.with_name(f"{old.name}.gone"))
            shutil.rmtree(gone, ignore_errors=True)


def _check_form(mark: bytes, path: Path) -> None:
    found = _MARKED.fullmatch(mark)
    if found is None:
        raise StoreError(f"{path}: its file {MARK} is no mark of a store; choose another folder")
    if int(found[1]) > FORM:
        raise StoreError(
            f"{path}: made by a newer kgraph (form {int(found[1])}, this one knows {FORM}); "
            "update kgraph, or build into another folder"
        )


def tidy(path: Path) -> None:
    """Remove what nothing reads any more; only the one who writes may do so.

    That is the logs of earlier openings, of which Oxigraph would keep a thousand, the files of a batch in
    which a build was killed, and what it did not come to publish or to remove.
    """
    for pattern in ("LOG.old.*", "bulk-*.sst"):
        for file in path.glob(pattern):
            file.unlink(missing_ok=True)
    for pattern in ("*.new", "*.new.tmp", "*.gone"):
        for folder in (path / _PUBLISHED).glob(pattern):
            shutil.rmtree(folder, ignore_errors=True)
    _remove_older(path)


def size(path: Path) -> int:
    """Return the bytes that a store takes on disk; what is published and not in it any more counts too."""
    files = {file.stat().st_ino: file.stat().st_size for file in path.rglob("*") if file.is_file()}
    return sum(files.values())


# ---------------------------------------------------------------- what goes wrong


def is_made(path: Path) -> bool:
    """Whether Oxigraph made a store in the folder."""
    return (path / _CONTENTS).exists()


def is_locked(error: BaseException) -> bool:
    """Whether Oxigraph could not open a store because somebody else writes it."""
    why = str(error).lower()
    return "lock hold" in why or "while lock file" in why


def empty(path: Path) -> StoreError:
    """Return the error of a store in which there is nothing to read yet."""
    return StoreError(f"{path}: is empty; fill it with: kgraph build FILES --store {path}")


def unpublished(path: Path) -> StoreError:
    """Return the error of a store that is built for the first time, of which nothing can be read yet."""
    return StoreError(f"{path}: is being written for the first time; ask again in a few seconds")


class BusyError(StoreError):
    """A store that somebody else holds."""


def in_use(path: Path) -> BusyError:
    """Return the error of a store that somebody else holds."""
    return BusyError(f"{path}: in use by another process; wait until it ends or close it")


def unopened(path: Path, error: BaseException) -> StoreError:
    """Return the error of a store that Oxigraph cannot open."""
    why = reason(error)
    if is_locked(error):
        return in_use(path)
    if _full(error):
        return unwritable(path, error)
    if isinstance(error, PermissionError) or "permission denied" in str(error).lower():
        return StoreError(f"{path}: cannot be opened: {why}; change its rights")
    return StoreError(f"{path}: cannot be opened as a store: {why}; {REMEDY}")


def unreadable(path: Path | None, error: BaseException) -> StoreError:
    """Return the error of a store in which something cannot be read."""
    return StoreError(f"{path or 'memory'}: cannot be read: {reason(error)}; {REMEDY}")


def unwritable(path: Path | None, error: BaseException) -> StoreError:
    """Return the error of a store that does not take what is to be written."""
    if full := _full(error):
        advice = "free some space and build again; what was stored before is kept"
        return StoreError(f"{path}: cannot be written: {full}; {advice}")
    if "read-write instance" in str(error):
        return StoreError(f"{path}: cannot be written: it was opened only to be read")
    return StoreError(f"{path or 'memory'}: cannot be written: {reason(error)}")


def reason(error: BaseException) -> str:
    """Return what an error says, in one line of at most 200 characters."""
    line = " ".join(str(getattr(error, "strerror", None) or error).split())
    return line if len(line) <= 200 else line[:200] + " …"


def _full(error: BaseException) -> str:
    """Return what says that there is no room, "" where something else is wrong."""
    said = ("No space left on device", "File too large", "Disk quota exceeded")
    return next((sign for sign in said if sign in str(error)), "")
