"""Archives and compressed files: read in place, bounded, and nothing in them leads anywhere."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kgraph.read import Limits, Reading, expand
from kgraph.read.kinds import stem, suffix
from reading import got, only, refused, written

TEXT = "The navy of Norland opened a repair yard.\n"
LINES = '{"text": "One."}\n{"text": "Two."}\n'
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


def zipped(path: Path, members: dict[str | zipfile.ZipInfo, str | bytes]) -> Path:
    """Write a .zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, members: dict[str | tarfile.TarInfo, bytes], mode: str = "w") -> Path:
    """Write a .tar file, packed as ``mode`` says."""
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name) if isinstance(name, str) else name
            info.size = len(data) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("kind", sorted(PACKERS))
def test_compressed(tmp_path: Path, kind: str) -> None:
    """A compressed file is read as what is in it, and named without either suffix."""
    article = only(written(tmp_path / f"talks.txt{kind}", PACKERS[kind](TEXT.encode())))
    assert (article.id, article.text) == ("talks", TEXT)
    articles, _ = got(written(tmp_path / f"press.jsonl{kind}", PACKERS[kind](LINES.encode())))
    assert [article.id for article in articles] == ["press-1", "press-2"]


def test_zip(tmp_path: Path) -> None:
    """Members are named from archive and member; hidden ones and other kinds are passed over."""
    path = zipped(
        tmp_path / "news.zip",
        {
            "may/talks.txt": TEXT,
            "press.jsonl": LINES,
            ".x.txt": TEXT,
            "__MACOSX/a.txt": TEXT,
            "run.exe": "MZ",
        },
    )
    articles, problems = got(path)
    assert problems == []
    assert [article.id for article in articles] == [
        "news-may-talks-txt",
        "news-press-jsonl-1",
        "news-press-jsonl-2",
    ]


@pytest.mark.parametrize(
    ("name", "mode"),
    [("n.tar", "w"), ("n.tar.gz", "w:gz"), ("n.tgz", "w:gz"), ("n.tbz2", "w:bz2"), ("n.tar.xz", "w:xz")],
)
def test_tar(tmp_path: Path, name: str, mode: str) -> None:
    """Tar archives are read whatever packs them, also with names that need an extended header."""
    long = "d" * 90 + "/" + "é" * 90 + ".txt"
    path = tarred(tmp_path / name, {"a.txt": TEXT.encode(), long: b"Two men met.", "b.md": b"# Three"}, mode)
    articles, problems = got(path)
    assert problems == []
    assert [article.text for article in articles] == [TEXT, "Two men met.", "# Three"]
    assert articles[1].id == f"n-{'d' * 90}-{'é' * 90}-txt"


def test_archives_in_archives(tmp_path: Path) -> None:
    """Archives within archives are read to a small depth, and compressed members too."""
    data = TEXT.encode()
    for depth in range(4):
        data = zipped(tmp_path / "x.zip", {f"d{depth}.zip" if depth else "a.txt": data}).read_bytes()
        article, problems = got(written(tmp_path / "x.zip", data))
        assert len(article) == (depth < 3), depth
    assert problems[0].reason == "is the 4th archive within an archive"
    path = zipped(tmp_path / "y.zip", {"a.txt.gz": gzip.compress(TEXT.encode()), "b.txt": "Two men met."})
    assert [article.id for article in got(path)[0]] == ["y-a-gz", "y-b-txt"]


@pytest.mark.parametrize("name", ["../a.txt", "/etc/a.txt", "x/../../a.txt", "..\\a.txt", "C:\\a.txt"])
def test_names_that_lead_out(tmp_path: Path, name: str) -> None:
    """A name that would leave a folder is refused in a line, and the others are read."""
    for path in (
        zipped(tmp_path / "n.zip", {name: TEXT, "b.txt": TEXT}),
        tarred(tmp_path / "n.tar", {name: TEXT.encode(), "b.txt": TEXT.encode()}),
    ):
        articles, problems = got(path)
        assert [article.id for article in articles] == ["n-b-txt"]
        assert [problem.reason for problem in problems] == ["has a name that leads out of the archive"]
        assert problems[0].path.startswith(f"{path}!")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["n.tar", "n.zip"]


def test_links_and_devices(tmp_path: Path) -> None:
    """Links, devices and pipes are no articles."""
    odd = []
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
        info = tarfile.TarInfo(f"odd{kind.decode()}.txt")
        info.type, info.linkname = kind, "/etc/passwd"
        odd.append(info)
    articles, problems = got(
        tarred(tmp_path / "n.tar", {**dict.fromkeys(odd, b""), "b.txt": b"Two men met."})
    )
    assert [article.text for article in articles] == ["Two men met."]
    assert [problem.reason for problem in problems] == ["is a link or a device, not a file"] * 4
    link = zipfile.ZipInfo("a.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = zipped(tmp_path / "n.zip", {link: "/etc/passwd"})
    assert refused(path).reason == "is a link or a device, not a file"


def test_encrypted_member(tmp_path: Path) -> None:
    """A member that needs a password is named, and the others are read."""
    data = bytearray(zipped(tmp_path / "n.zip", {"a.txt": TEXT, "b.txt": TEXT}).read_bytes())
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    articles, problems = got(written(tmp_path / "n.zip", bytes(data)))
    assert [article.id for article in articles] == ["n-b-txt"]
    assert [problem.reason for problem in problems] == ["is encrypted"]


def test_bombs(tmp_path: Path) -> None:
    """What expands without end is refused when it has shown itself; what is beside it is read."""
    zeros = b" " * 30_000_000
    bomb = zipped(tmp_path / "n.zip", {"a.txt": zeros, "b.txt": TEXT})
    articles, problems = got(bomb)
    assert [article.id for article in articles] == ["n-b-txt"]
    assert [problem.reason for problem in problems] == ["expands to more than 200 times its size"]
    for path in (
        written(tmp_path / "a.txt.gz", gzip.compress(zeros)),
        tarred(tmp_path / "a.tar.gz", {"a.txt": zeros}, "w:gz"),
        written(tmp_path / "a.jsonl.xz", lzma.compress(zeros)),
    ):
        articles, problems = got(path)
        assert articles == []
        assert {problem.reason for problem in problems} == {"expands to more than 200 times its size"}


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(members=5), "has more than 5 members"),
        (Limits(expanded=60), "holds more than 60 bytes"),
        (Limits(size=20), "is larger than 20 bytes"),
        (Limits(depth=0), "is the 1th archive within an archive"),
    ],
)
def test_limits_of_archives(tmp_path: Path, limits: Limits, reason: str) -> None:
    """Members, their size and their depth are bounded; the line says by what."""
    path = zipped(tmp_path / "n.zip", {f"{n}.txt": TEXT for n in range(9)})
    _, problems = got(path, reading=Reading(limits=limits))
    assert reason in {problem.reason for problem in problems}


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tgz", "a.tbz2", "a.txt.gz", "a.txt.xz", "a.txt.bz2"])
@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\5\6" + b"\xff" * 18, b"\x1f\x8b\x08" + b"\0" * 40])
def test_damaged(tmp_path: Path, name: str, data: bytes) -> None:
    """What is no archive, or a broken one, costs itself alone."""
    bad, good = written(tmp_path / name, data), written(tmp_path / "b.txt", TEXT)
    articles, problems = got([bad, good])
    assert articles[-1].text == TEXT
    assert len(problems) == 1


def test_cut_tar_keeps_what_came_before(tmp_path: Path) -> None:
    """The members before the damage are read."""
    path = tarred(tmp_path / "n.tar", {"a.txt": TEXT.encode(), "b.txt": TEXT.encode() * 99})
    articles, problems = got(written(path, path.read_bytes()[:2500]))
    assert [article.id for article in articles] == ["n-a-txt"]
    assert [problem.path for problem in problems] == [f"{path}!b.txt", str(path)]


def test_header_made_to_hang(tmp_path: Path) -> None:
    """An extended header that Python's patterns would search for minutes is refused at once."""
    info = tarfile.TarInfo("a.txt")
    path = tarred(tmp_path / "n.tar", {info: TEXT.encode()})
    for body in (b"9" * 60_000, b"10 path\n\n\n" * 5000, b"60000 a=" + b"9" * 59_991 + b"\n", b"x" * 200_000):
        header = tarfile.TarInfo("h")
        header.type, header.size = tarfile.XHDTYPE, len(body)
        data = header.tobuf() + body + b"\0" * (-len(body) % 512) + path.read_bytes()
        reason = refused(written(tmp_path / "m.tar", data)).reason
        assert reason == "has a header that is damaged or too long"


def test_directory_of_members_is_bounded(tmp_path: Path) -> None:
    """A list of members that would fill the memory is refused before it is read."""
    path = zipped(tmp_path / "n.zip", {"a.txt": TEXT})
    data = path.read_bytes()
    end = data.rindex(b"PK\5\6")
    grown = data[:end] + b"\0" * 3000 + data[end : end + 12] + struct.pack("<L", 3000) + data[end + 16 :]
    _, problems = got(written(path, grown), reading=Reading(limits=Limits(members=10)))
    assert problems[0].reason == "has more than 10 members"


def test_member_without_a_name(tmp_path: Path) -> None:
    """A member without a name, on which Python's own module fails, is passed over."""
    data = zipped(tmp_path / "n.zip", {"a.txt": TEXT, "b.txt": TEXT}).read_bytes()
    at = data.index(b"PK\1\2")
    nameless = data[: at + 28] + b"\0\0" + data[at + 30 : at + 46] + data[at + 51 :]
    articles, problems = got(written(tmp_path / "n.zip", nameless))
    assert len(articles) + len(problems) >= 1


def test_empty_archive(tmp_path: Path) -> None:
    """An archive without articles is named."""
    assert refused(zipped(tmp_path / "n.zip", {"a.exe": "MZ"})).reason == "holds no article"


def test_kinds() -> None:
    """A name says what is in a file."""
    known = {".txt", ".pdf"}
    names = ("a.txt", "A.TXT.GZ", "n.tar.gz", "n.tgz", "a.py.gz", "a.gz", "a.zip", "a", "gz")
    assert [suffix(name, known) for name in names] == (
        [".txt", ".txt", ".tar", ".tgz", None, None, ".zip", None, None]
    )
    assert [stem(name) for name in ("a.b.txt", "a.txt.gz", "n.tar.gz", "a.gz")] == ["a.b", "a", "n", "a"]


def test_expand_finds_archives(tmp_path: Path) -> None:
    """Archives in folders are found; compressed files of other kinds are passed over."""
    for name in ("a.zip", "b.txt.gz", "c.py.gz", "d.tgz"):
        written(tmp_path / name, b"")
    assert [path.name for path in expand([tmp_path], on_problem=lambda _: None)] == [
        "a.zip",
        "b.txt.gz",
        "d.tgz",
    ]


def test_twins(tmp_path: Path) -> None:
    """A file and its compressed twin get names of their own."""
    written(tmp_path / "a.txt", TEXT)
    written(tmp_path / "a.txt.gz", gzip.compress(TEXT.encode()))
    assert [article.id for article in got(tmp_path)[0]] == ["a-txt", "a-txt-gz"]


def test_members_of_one_name(tmp_path: Path) -> None:
    """Members of one stem keep apart."""
    path = zipped(tmp_path / "n.zip", {"a.txt": TEXT, "a.md": TEXT, "b/a.txt": TEXT})
    assert [article.id for article in got(path)[0]] == ["n-a-txt", "n-a-md", "n-b-a-txt"]
