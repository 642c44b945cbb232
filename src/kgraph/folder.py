"""The folder of a store: what may lie in it, in which form it was made, and who holds it.

Oxigraph itself would let a process read what another is writing, with undefined results, and would begin an
empty store in a folder that lost its table of contents. Both are refused here.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from pathlib import Path

from kgraph.errors import StoreError

FORM = 1
"""The form in which articles and their readings are stored; a kgraph reads its own form and older ones."""
MARK = "KGRAPH"
"""The file that says which form it is; whoever uses the store holds a lock on it."""
MARKED = b"kgraph store %d\n" % FORM
"""What that file says."""
REMEDY = "restore it from a copy, or build it again in another folder"
"""What can be done about a damaged store."""
_CONTENTS = "CURRENT"  # every Oxigraph folder has it
_MARK_OF = re.compile(rb"kgraph store ([0-9]{1,6})\n")


class BusyError(StoreError):
    """Somebody else holds the store."""


def check(path: Path, *, create: bool) -> bool:
    """Return whether ``path`` holds a store that a kgraph marked, or nothing yet; make it with ``create``.

    False is a store of a kgraph before there were marks. Raises StoreError where ``path`` cannot be a store.
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
        return MARK in names
    if MARK in names and any(name.endswith((".sst", ".log")) for name in names):
        raise StoreError(f"{path}: is damaged, its file {_CONTENTS} is missing; {REMEDY}")
    if names and MARK not in names:
        raise StoreError(f"{path}: holds files but no store; choose an empty or new folder")
    if not create:  # nothing in it, or a build was ended before its store was made
        raise empty(path)
    return True


class Hold:
    """A store that is held, ``alone`` to write it or together with others to read, until ``release``.

    Raises StoreError where somebody else holds it, where a build was ended before there was anything to read,
    and for the mark of a newer kgraph or of none.
    """

    def __init__(self, path: Path, *, alone: bool) -> None:
        try:
            self._file = os.open(path / MARK, os.O_RDWR | os.O_CREAT if alone else os.O_RDONLY, 0o666)
        except OSError as error:
            raise StoreError(f"{path}: cannot be used as a store: {reason(error)}; choose another") from error
        try:
            _lock(self._file, path, alone=alone)
            mark = os.read(self._file, 100)
            if mark:
                _check_form(mark, path)
            elif not alone:
                raise empty(path)
        except BaseException as error:
            self.release()
            if isinstance(error, OSError):
                raise unwritable(path, error) from error
            raise
        self._is_marked = bool(mark)

    def mark(self) -> None:
        """Mark the store as made, if it is not; only the one who holds it alone may do so."""
        if not self._is_marked:
            os.write(self._file, MARKED)
            self._is_marked = True

    def release(self) -> None:
        """Let the store go."""
        os.close(self._file)


def _lock(file: int, path: Path, *, alone: bool) -> None:
    if sys.platform == "win32":  # there every store is opened to write, and Oxigraph lets only one do so
        return
    import fcntl

    try:
        fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        raise (
            in_use(path)
            if alone
            else BusyError(f"{path}: is being written by another process; ask again when it has ended")
        ) from None
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.EINVAL):  # a file system without locks
            raise


def _check_form(mark: bytes, path: Path) -> None:
    found = _MARK_OF.fullmatch(mark)
    if found is None:
        raise StoreError(f"{path}: its file {MARK} is no mark of a store; choose another folder")
    if int(found[1]) > FORM:
        raise StoreError(
            f"{path}: made by a newer kgraph (form {int(found[1])}, this one knows {FORM}); "
            "update kgraph, or build into another folder"
        )


def tidy(path: Path) -> None:
    """Remove what nothing reads any more, from a store that is held alone.

    That is the logs of earlier openings, of which Oxigraph would keep a thousand, and the files of a batch in
    which a build was killed.
    """
    for pattern in ("LOG.old.*", "bulk-*.sst"):
        for file in path.glob(pattern):
            file.unlink(missing_ok=True)


def size(path: Path) -> int:
    """Return the bytes that a store takes on disk."""
    return sum(item.stat().st_size for item in path.iterdir() if item.is_file())


# ---------------------------------------------------------------- what goes wrong


def empty(path: Path) -> StoreError:
    """Return the error of a store in which there is nothing to read yet."""
    return StoreError(f"{path}: is empty; fill it with: kgraph build FILES --store {path}")


def in_use(path: Path) -> BusyError:
    """Return the error of a store that somebody else holds."""
    return BusyError(f"{path}: in use by another process; wait until it ends or close it")


def unopened(path: Path, error: BaseException) -> StoreError:
    """Return the error of a store that Oxigraph cannot open."""
    why = reason(error)
    if "lock hold" in why.lower() or "while lock file" in why.lower():
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
