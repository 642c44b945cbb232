"""Broken input on purpose: ``python -m kgraph.evaluate.fuzz --count 10000 --seed 1``.

Valid files of every format are damaged (bits flipped, pieces cut, doubled, moved or put in), packed ones
also inside, and read between good ones. Counted are exceptions that leave the reader, files over the time
limit, and good articles that are lost beside a bad one; each of them is a fault of kgraph.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import io
import json
import lzma
import random
import re
import sys
import tarfile
import time
import traceback
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kgraph.model import Problem
from kgraph.read import Limits, Reading, Source, read_sources
from kgraph.read.kinds import suffix

GOOD = "The navy of Norland opened a repair yard at Kestrel Bay on Monday, its commander told reporters."
_BODY = (
    "The defence ministry of Norland said on Monday that it would open a second airfield near Kestrel Bay. "
    "Foreign Minister Ada Lindqvist met her counterpart from Keldania and signed an agreement on patrols."
)
_PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda data: gzip.compress(data, mtime=0),
    "bz2": bz2.compress,
    "xz": lzma.compress,
}
_VALUES = re.compile(r"[0-9]+|'[^']*'|of [^ ]+ #.*")
_BATCH = 200
_SLACK = 5.0  # seconds beyond the limit that starting a process anew may take


@dataclass
class Result:
    """What came of reading damaged files."""

    inputs: int = 0
    articles: int = 0
    problems: int = 0
    exceptions: list[str] = field(default_factory=list)
    hangs: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    by_format: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def faults(self) -> int:
        """Exceptions, hangs and lost neighbours."""
        return len(self.exceptions) + len(self.hangs) + len(self.lost)


def samples() -> dict[str, bytes]:
    """Return a valid file of every format that can be made here, by name."""
    page = (
        f"<html lang='en'><head><title>Airfield opens</title><meta property='article:published_time' "
        f"content='2030-03-04'><meta name='author' content='Mara Voss'></head><body><nav>Home</nav><article>"
        f"<h1>Airfield opens</h1><p>{_BODY}</p><p>{_BODY}</p></article></body></html>"
    ).encode()
    line = json.dumps(
        {"id": "n1", "title": "Airfield", "date": "2030-03-04", "text": _BODY, "tags": [1, "a"]}
    )
    table = f'Headline,Body,Published\r\nAirfield,"{_BODY}",2030-03-04\r\nYard,"{GOOD}",4 March 2030\r\n'
    mail = (
        "From: =?utf-8?q?Mara_Voss?= <mara@example.org>\r\nSubject: Airfield opens\r\nMIME-Version: 1.0\r\n"
        "Date: Mon, 4 Mar 2030 10:00:00 +0000\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nShort.\r\n--b\r\nContent-Type: text/html; "
        f"charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        f"{page.decode().replace('=', '=3D')}\r\n--b--\r\n"
    ).encode()
    found = {
        "a.txt": f"Airfield opens\n\n{_BODY}\n".encode(),
        "a.md": f"---\ntitle: Airfield opens\ndate: 2030-03-04\n---\n# Airfield\n\n{_BODY}\n".encode(),
        "a.json": f"[{line},{line}]".encode(),
        "a.jsonl": f"{line}\n{line}\n".encode(),
        "a.csv": table.encode(),
        "a.tsv": table.replace(",", "\t").encode("utf-16"),
        "a.html": page,
        "a.eml": mail,
        "a.mhtml": b"Snapshot-Content-Location: https://example.org/a\r\n" + mail,
        "a.pdf": small_pdf(["Airfield opens", *(_BODY[at : at + 60] for at in range(0, len(_BODY), 60))]),
    }
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        pass
    else:
        sink = io.BytesIO()
        parquet.write_table(pyarrow.table({"title": ["Airfield", "Yard"], "text": [_BODY, GOOD]}), sink)
        found["a.parquet"] = sink.getvalue()
    inner = {name: found[name] for name in ("a.txt", "a.html", "a.jsonl", "a.csv")}
    return (
        found
        | {kind: packed(kind, inner) for kind in ("a.zip", "a.tar", "a.tar.gz", "a.txz", "a.tar.bz2")}
        | {
            "a.txt.gz": gzip.compress(found["a.txt"], mtime=0),
            "a.html.bz2": bz2.compress(page),
            "a.jsonl.xz": lzma.compress(found["a.jsonl"]),
        }
    )


def packed(kind: str, members: Mapping[str, bytes]) -> bytes:
    """Pack members into an archive of the kind that a name says."""
    sink = io.BytesIO()
    if kind.endswith(".zip"):
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
        return sink.getvalue()
    with tarfile.open(fileobj=sink, mode="w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    data = sink.getvalue()
    if kind.endswith("gz"):
        return gzip.compress(data, mtime=0)
    if kind.endswith("bz2"):
        return bz2.compress(data)
    return lzma.compress(data) if kind.endswith("xz") else data


def small_pdf(lines: Sequence[str]) -> bytes:
    """Return a PDF of one page with these lines, its text packed as usual."""
    shown = "".join(f"({line.translate({40: None, 41: None, 92: None})}) Tj 0 -14 Td " for line in lines)
    content = zlib.compress(f"BT /F1 11 Tf 60 760 Td {shown}ET".encode("latin-1", "replace"))
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, len(out))
    )


_NASTY = (
    *(b"\0", b"\xff\xff\xff\xff", b"\xff" * 8, b"\x7f\xff\xff\xff", b"-1", b"9" * 5000, b"%n", b"\n---\n"),
    *(b"<" * 500, b"<div>" * 3000, b"[" * 3000, b'{"a":' * 2000, b"&#x110000;", b"&a;" * 500, b'"' * 99),
    *(b"\xed\xa0\x80", "\u202e\u2028".encode(), b"\xfe\xff", b" " * 9000, b"=?utf-8?q?" * 99, b"/../" * 50),
    *(
        b"<!DOCTYPE a [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>",
        b"Content-Type: multipart/x; boundary=b\r\n",
    ),
    *(b"obj<</Length 99999999999/Filter/FlateDecode>>stream", b"/Kids[2 0 R]", b"PK\x01\x02", b"PK\x05\x06"),
)


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Return bytes with one to eight faults in them."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        begin = chance.randrange(len(out) + 1)
        end = min(len(out), begin + chance.choice((1, 2, 4, 16, 64, 256, 4096)))
        piece = bytes(out[begin:end])
        match chance.randrange(9):
            case 0 | 1 if out:
                out[min(begin, len(out) - 1)] ^= 1 << chance.randrange(8)
            case 2:
                del out[begin:end]
            case 3:
                out[begin:begin] = piece * chance.choice((1, 2, 50))
            case 4:
                del out[begin:]
            case 5:
                out[begin:begin] = chance.choice(_NASTY)
            case 6:
                out[begin:end] = chance.choice(_NASTY)
            case 7:
                out[begin:end] = chance.randbytes(len(piece))
            case _:
                at = chance.randrange(len(out) + 1)
                out[at:at] = piece
    return bytes(out[:2_000_000])


def inputs(count: int, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of damaged files, the formats in turn."""
    valid = samples()
    names = sorted(valid)
    plain = [name for name in names if name.count(".") == 1 and name[1:] not in (".zip", ".tar", ".txz")]
    for number in range(count):
        name = names[number % len(names)]
        if name not in plain and chance.random() < 0.5:  # damage inside of what is whole
            if suffix(name, {".txt", ".html", ".jsonl"}) in (".tar", ".zip", ".txz"):
                chosen = chance.sample(plain, 3)
                yield name, packed(name, {each: damaged(valid[each], chance) for each in chosen})
            else:
                inner = damaged(valid[name.rpartition(".")[0]], chance)
                yield name, _PACKERS[name.rpartition(".")[2]](inner)
            continue
        yield name, damaged(valid[name], chance)


def run(
    *, count: int | None = None, seconds: float | None = None, seed: int = 0, limits: Limits | None = None
) -> Result:
    """Read damaged files, so many or for so long, and return what came of it."""
    limits = limits or Limits(seconds=20.0)
    result = Result()
    ends = None if seconds is None else time.monotonic() + seconds
    left = count if count is not None else sys.maxsize
    batch = 0
    while left > 0 and (ends is None or time.monotonic() < ends):
        size = min(_BATCH, left)
        _batch(list(inputs(size, random.Random(f"{seed}-{batch}"))), f"{seed}-{batch}", limits, result)  # noqa: S311
        left -= size
        batch += 1
    return result


def _batch(files: Sequence[tuple[str, bytes]], name: str, limits: Limits, result: Result) -> None:
    """Read damaged files in one go, each with a good one after it."""
    begun = time.monotonic()
    at = ""

    def problem(found: Problem) -> None:
        result.problems += 1
        result.reasons[_VALUES.sub("…", found.reason)[:60]] += 1

    def sources() -> Iterator[Source]:
        nonlocal begun, at
        for number, (file, data) in enumerate(files):
            kind = "." + file.rpartition(".")[2]
            result.by_format[file[1:]] += 1
            begun, at = time.monotonic(), f"{name} #{number} {file}"
            yield Source(at.replace("a.", f"{number}.", 1), kind, lambda data=data: io.BytesIO(data))  # type: ignore[misc]
            spent = time.monotonic() - begun
            result.slowest = max(result.slowest, (spent, at))
            if spent > limits.seconds + _SLACK:
                result.hangs.append(f"{at}: {spent:.1f} s")
            text = f"{number}. {GOOD}".encode()
            yield Source(f"good-{number}", ".txt", lambda text=text: io.BytesIO(text), name=f"good-{number}")  # type: ignore[misc]

    found: set[str] = set()
    try:
        for article in read_sources(sources(), on_problem=problem, reading=Reading(limits=limits)):
            result.articles += 1
            if article.text.endswith(GOOD):
                found.add(article.id)
    except Exception:  # what is looked for
        result.exceptions.append(f"{at}\n{traceback.format_exc()}")
    else:
        result.lost += [f"{name} good-{n}" for n in range(len(files)) if f"good-{n}" not in found]
    result.inputs += len(files)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz, and write the figures; 1 where a fault was found."""
    parser = argparse.ArgumentParser(prog="python -m kgraph.evaluate.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, help="damaged files to read")
    parser.add_argument("--seconds", type=float, help="or for how long")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    count = 1000 if given.count is None and given.seconds is None else given.count
    begun = time.monotonic()
    found = run(count=count, seconds=given.seconds, seed=given.seed)
    sys.stdout.write(
        f"{found.inputs} damaged files in {time.monotonic() - begun:.0f} s: {found.articles} articles, "
        f"{found.problems} problems; slowest {found.slowest[0]:.1f} s "
        f"({found.slowest[1]})\n"
        f"exceptions {len(found.exceptions)}, over the time limit {len(found.hangs)}, "
        f"good articles lost {len(found.lost)}\n"
    )
    sys.stdout.write(", ".join(f"{kind} {number}" for kind, number in sorted(found.by_format.items())) + "\n")
    for reason, number in found.reasons.most_common(25):
        sys.stdout.write(f"  {number:6} {reason}\n")
    for line in (*found.exceptions[:10], *found.hangs[:10], *found.lost[:10]):
        sys.stdout.write(line + "\n")
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
