"""Archives and compressed files, read in place: nothing is written to disk, no name in them is a path."""

from __future__ import annotations

import bz2
import dataclasses
import functools
import gzip
import io
import lzma
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

from kgraph.errors import ReadError, printable
from kgraph.model import Problem
from kgraph.read.encoding import without_surrogates
from kgraph.read.fields import Report
from kgraph.read.kinds import ARCHIVES, COMPRESSED, SUFFIXES, stem, suffix
from kgraph.read.limits import Limits
from kgraph.read.source import Source, megabytes

DAMAGED = (
    *(ArithmeticError, AssertionError, EOFError, LookupError, MemoryError, NotImplementedError),
    *(RuntimeError, TypeError, ValueError),
    *(lzma.LZMAError, struct.error, tarfile.TarError, zipfile.BadZipFile, zlib.error),
)
"""What the modules of the standard library raise on archives that are broken or made to break them."""

_SLACK = 10_000_000  # bytes that a tiny archive may expand to whatever its ratio
_CHUNK = 1 << 20
_LONGEST_HEADER = 65_536
_ADDITIONS = frozenset(b"xgXLK"[i : i + 1] for i in range(5))  # of pax, of Solaris, and of GNU for long names
_KEYED = frozenset((tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE))
_DIGITS = re.compile(rb"[0-9]{100}")
_REMEDY = "skipped; pack it again or leave it out"
_UNPACKERS: dict[str, Callable[[BinaryIO], Any]] = {
    ".bz2": bz2.BZ2File,
    ".gz": lambda raw: gzip.GzipFile(fileobj=raw),
    ".xz": lzma.LZMAFile,
}


def unpacked(source: Source, known: Collection[str], limits: Limits, report: Report) -> Iterator[Source]:
    """Yield the readable sources in a source: itself, unpacked where need be, or an archive's members.

    Each is to be read before the next is asked for. What is refused goes to ``report``, and the rest is read.
    """
    if source.suffix not in SUFFIXES:
        yield source
        return
    yield from _inside(source, known, _Budget(limits), report, depth=0)


@dataclass(slots=True)
class _Budget:
    """What one archive, with the archives in it, may still cost."""

    limits: Limits
    expanded: int = 0
    members: int = 0

    def spend(self, size: int) -> None:
        """Count bytes that came out. Raises ReadError where they are too many."""
        self.expanded += size
        self.check()

    def count(self) -> None:
        """Count a member. Raises ReadError where they are too many."""
        self.members += 1
        self.check()

    def check(self) -> None:
        """Raise ReadError where the archive has cost too much."""
        if self.expanded > self.limits.expanded:
            raise _SpentError(f"holds more than {megabytes(self.limits.expanded)}")
        if self.members > self.limits.members:
            raise _SpentError(f"has more than {self.limits.members:,} members")


class _SpentError(ReadError):
    """The archive as a whole is refused from here on."""


class _Counted(io.RawIOBase):
    """A stream that counts what is read from it or skipped, and turns damage into ReadError.

    ``packed`` is how many bytes it is unpacked from; None where it is not, and was counted on the way here.
    """

    def __init__(
        self, inner: BinaryIO, budget: _Budget, packed: int | None, below: BinaryIO | None = None
    ) -> None:
        self._inner, self._budget, self._packed, self._below = inner, budget, packed, below
        self._out = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._inner.seekable()

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        with _damage():
            data = self._inner.read(min(len(buffer), _CHUNK))
        buffer[: len(data)] = data
        self._spend(len(data))
        return len(data)

    def _spend(self, size: int) -> None:
        if self._packed is not None:
            self._out += size
            if self._out > max(_SLACK, self._packed * self._budget.limits.ratio):
                raise ReadError(f"expands to more than {self._budget.limits.ratio} times its size")
            self._budget.spend(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Seek within a stream; forwards by reading, so that a bomb is noticed on the way."""
        if whence == io.SEEK_CUR:
            offset, whence = offset + self.tell(), io.SEEK_SET
        if whence == io.SEEK_SET and offset > self.tell():
            while (left := offset - self.tell()) > 0:
                with _damage():
                    data = self._inner.read(min(left, _CHUNK))
                if not data:
                    break
                self._spend(len(data))
            return self.tell()
        with _damage():
            return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            if self._below is not None:  # what unpacks does not close what it unpacks
                self._below.close()
        super().close()


class _damage:  # noqa: N801 - a context, used as one
    """Turn what a broken archive raises into one ReadError."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, DAMAGED) or (isinstance(error, OSError) and error.errno is None):
            raise ReadError(why(error)) from None


def why(error: BaseException) -> str:
    """Say in one line what is wrong with an archive."""
    text = str(error)
    if "password" in text or "encrypted" in text:
        return "is encrypted"
    if isinstance(error, NotImplementedError):
        return "is packed in a way that Python does not unpack"
    return "is damaged, or not of the kind that its name says"


def _inside(
    source: Source, known: Collection[str], budget: _Budget, report: Report, *, depth: int
) -> Iterator[Source]:
    """Yield the sources in a compressed file or an archive, and in the archives in it."""

    def problem(shown: str, reason: str, remedy: str = _REMEDY) -> None:
        report(Problem(shown, reason, remedy))

    if source.suffix in COMPRESSED:
        inner = suffix(source.shown, known)
        if inner is None:
            problem(source.shown, "holds a file of a kind that kgraph does not read", "skipped")
            return
        source = _compressed(source, inner, budget)
    if source.suffix not in ARCHIVES:
        yield source
        return
    if depth >= budget.limits.depth:
        problem(source.shown, f"is the {budget.limits.depth + 1}th archive within an archive", "skipped")
        return
    members = _zip if source.suffix == ".zip" else _tar
    found = False
    try:
        for name, open_member, refused in members(source, budget):
            budget.count()
            shown = f"{source.shown}!{printable(name[:200])}"
            kind = suffix(name, known)
            reason = _unsafe(name) or refused
            if reason is not None:
                problem(shown, reason, "skipped; pack it again without it")
                found = True
                continue
            if kind is None or any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts):
                continue
            found = True
            member = Source(
                shown,
                PurePosixPath(name.lower()).suffix,
                open_member,
                name="-".join((source.name, *_name(name, source.suffix))),
            )
            if member.suffix in SUFFIXES:
                yield from _nested(member, known, budget, report, depth + 1)
            else:
                yield member
    except _SpentError:
        raise
    except DAMAGED as error:
        raise ReadError(why(error)) from None
    if not found:
        problem(source.shown, "holds no article", f"skipped; kgraph reads {' '.join(sorted(known))}")


def _nested(
    member: Source, known: Collection[str], budget: _Budget, report: Report, depth: int
) -> Iterator[Source]:
    """Yield what is in a member that is packed itself; damage of it costs it alone."""
    try:
        if suffix(member.shown, known) in ARCHIVES:
            packed = member.bounded(budget.limits.size).read()  # to be opened again and sought in
            member = Source(member.shown, member.suffix, lambda: io.BytesIO(packed), name=member.name)
        yield from _inside(member, known, budget, report, depth=depth)
    except _SpentError:
        raise
    except ReadError as error:
        report(Problem(member.shown, str(error), _REMEDY))


def _compressed(source: Source, kind: str, budget: _Budget) -> Source:
    """Return the source that is in a compressed one."""
    unpack = _UNPACKERS[source.suffix]
    packed = source.path.stat().st_size if source.path is not None else _length(source)

    def opened() -> BinaryIO:
        raw = source.open()
        return _counted(unpack(raw), budget, packed, raw)

    return Source(source.shown, kind, opened, source.url, source.stated, name=source.name)


def _counted(inner: BinaryIO, budget: _Budget, packed: int | None, below: BinaryIO | None = None) -> BinaryIO:
    return io.BufferedReader(_Counted(inner, budget, packed, below), _CHUNK)


Member = tuple[str, Callable[[], BinaryIO], str | None]
"""Its name, a way to open it, and why it is refused."""


def _zip(source: Source, budget: _Budget) -> Iterator[Member]:
    with source.open() as raw:
        end = zipfile._EndRecData(raw)  # type: ignore[attr-defined]  # the list is read as a whole later on
        if end and end[5] > 200 * budget.limits.members:
            raise _SpentError(f"has more than {budget.limits.members:,} members")
        yield from _of_zip(raw, budget)


def _of_zip(raw: BinaryIO, budget: _Budget) -> Iterator[Member]:
    with zipfile.ZipFile(raw) as archive:
        for info in archive.infolist():
            if not info.filename or info.filename.endswith("/"):
                continue
            mode = info.external_attr >> 16
            refused = None
            if info.flag_bits & 1:
                refused = "is encrypted"
            elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                refused = "is a link or a device, not a file"

            def opened(info: zipfile.ZipInfo = info) -> BinaryIO:
                with _damage():
                    return _counted(cast(BinaryIO, archive.open(info)), budget, info.compress_size)

            yield info.filename, opened, refused


def _tar(source: Source, budget: _Budget) -> Iterator[Member]:
    kind = {".tgz": ".gz", ".tbz2": ".bz2", ".txz": ".xz"}.get(source.suffix)
    if kind is not None:
        source = _compressed(dataclasses.replace(source, suffix=kind), ".tar", budget)
    with source.open() as stream, tarfile.open(fileobj=stream, mode="r:", tarinfo=_Header) as archive:
        for info in archive:
            if info.isdir():
                continue
            refused = None if info.isreg() else "is a link or a device, not a file"
            if info.issparse():
                refused = "is a sparse file, which may expand without end"

            @functools.cache  # to go back in a compressed stream is to unpack it anew from its start
            def content(info: tarfile.TarInfo = info) -> bytes:
                with _damage(), cast(BinaryIO, archive.extractfile(info)) as inner:
                    return inner.read()

            def opened(info: tarfile.TarInfo = info, content: Callable[[], bytes] = content) -> BinaryIO:
                if info.size <= budget.limits.size:
                    return io.BytesIO(content())
                with _damage():
                    return _counted(cast(BinaryIO, archive.extractfile(info)), budget, None)

            yield info.name, opened, refused
            archive.members = []  # type: ignore[attr-defined]  # else each member ever met is held


class _Header(tarfile.TarInfo):
    """A header of a tar archive whose additions are small and well formed.

    The patterns of tarfile take a time that grows with the square of what they meet, and it reads long names
    and the like into memory whatever their size.
    """

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _ADDITIONS:
            stream = cast(BinaryIO, archive.fileobj)
            begin = stream.tell()
            data = stream.read(self.size) if self.size <= _LONGEST_HEADER else b""
            stream.seek(begin)
            if len(data) != self.size or (self.type in _KEYED and not _well_formed(data)):
                raise ReadError("has a header that is damaged or too long")
        found: tarfile.TarInfo = super()._proc_member(archive)  # type: ignore[misc]
        return found


def _well_formed(data: bytes) -> bool:
    """Tell whether data consist of records ``27 path=talks/äther.txt``, each with its length in front."""
    begin = 0
    while begin < len(data) and data[begin]:
        digits, _, _ = data[begin : begin + 8].partition(b" ")
        end = begin + int(digits) if digits.isdigit() else 0
        if end <= begin + len(digits) or data[end - 1 : end] != b"\n" or b"=" not in data[begin:end]:
            return False
        begin = end
    return _DIGITS.search(data) is None


def _unsafe(name: str) -> str | None:
    """Say why a name could lead out of a folder; nothing is written by it, but it betrays the archive."""
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or name[1:2] == ":" or ".." in parts:
        return "has a name that leads out of the archive"
    return None


def _name(member: str, kind: str) -> tuple[str, ...]:
    """Return the parts of an id from the path of a member; its suffix too, for it may have a twin."""
    path = PurePosixPath(without_surrogates(member))
    return (*path.parts[:-1], stem(path.name), "-".join(each[1:] for each in path.suffixes[-1:]))


def _length(source: Source) -> int:
    """Count the bytes of a source that is no file."""
    size = 0
    with source.open() as handle:
        while data := handle.read(_CHUNK):
            size += len(data)
    return size
