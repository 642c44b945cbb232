"""Hours of news: ``python -m kgraph.evaluate.soak --seconds 7200 --rate 1 --store FOLDER``.

A server on this machine lists made-up articles in a feed, a new one every second. ``kgraph build --feed
--every`` reads it again and again, ``kgraph serve`` answers beside it, and somebody asks it in SPARQL. It
tells memory and open files of all processes over time, and how long an answer took; it ends with 1 where they
grow, or where an answer is slow or fails.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote
from xml.sax.saxutils import escape

LISTED = 200
"""Articles that the feed lists at a time."""
QUERIES = (
    "SELECT (COUNT(*) AS ?n) WHERE { ?article a kg:Article }",
    "SELECT ?event ?who WHERE { ?event a kg:Event ; kg:actor ?who } LIMIT 50",
    """SELECT ?who (COUNT(DISTINCT ?event) AS ?n) WHERE { ?event kg:actor ?who }
       GROUP BY ?who ORDER BY DESC(?n) LIMIT 10""",
    """SELECT ?text ?sure WHERE { ?event kg:actor ?who ; prov:wasDerivedFrom ?sentence ; kg:confidence ?sure .
       ?sentence nif:isString ?text } LIMIT 20""",
)
SLOW = 0.2  # seconds
GROWTH = 1.1  # the last third to the middle one, beside what the store itself needs
_MEMORY: Literal[2] = 2  # columns of what is used
_FILES: Literal[3] = 3
_LANDS = "Norland Ostmark Veldania Kareth Sulmar Tirana-Sur Brennia Calvara Dunmere Eastholm".split()
_PLACES = "Kestrel Falcon Harrow Linden Marrow Quarry Raven Silver Thorn Willow".split()
_KINDS = "Bay,Point,Ridge,Hill,Ford,Cross".split(",")
_PEOPLE = "Anders Berit Carl Dora Edmund Freya Gustav Helga Ivar Jonna".split()
_FAMILIES = "Aldermann Brook Castell Dahl Ekstrom Falk Grey Holm Iversen Juhl".split()
_SENTENCES = (
    "{land} deployed {number} soldiers to {place} air base on {day}.",
    "{person}, the defence minister of {land}, met officials of {other} in the capital on {day}.",
    "Forces of {other} attacked a depot near {place}, killing {number} people, {person} said.",
    "{land} and {other} signed an agreement on the use of {place} naval base.",
    "A spokesman for the army of {other} denied that aircraft had left {place}.",
    "The parliament of {land} is to vote on {number} million dollars of military aid to {other}.",
)


@dataclass(slots=True)
class Figures:
    """What was measured: each line of ``used`` is (seconds, process, MB, open files)."""

    used: list[tuple[float, str, float, int]] = field(default_factory=list)
    answers: list[tuple[float, float]] = field(default_factory=list)
    """When, and how many seconds it took."""
    failures: list[str] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    """Articles in the store, as the reader was told."""


def article(number: int) -> tuple[str, str, str]:
    """Return title, date and text of a made-up article: six sentences on five to eight names."""
    chance = random.Random(number)  # noqa: S311 - the same news on every run
    land, other = chance.sample(_LANDS, 2)
    names = {
        "land": land,
        "other": other,
        "place": f"{chance.choice(_PLACES)} {chance.choice(_KINDS)}",
        "person": f"{chance.choice(_PEOPLE)} {chance.choice(_FAMILIES)}",
    }
    day = f"2031-{1 + number // 28 % 12:02}-{1 + number % 28:02}"
    lines = []
    for template in chance.sample(_SENTENCES, len(_SENTENCES)):
        weekday = chance.choice(("Monday", "Tuesday", "Thursday"))
        lines.append(template.format(**names, number=chance.randint(3, 900), day=weekday))
    return f"{land} and {other} at odds over {names['place']} ({number})", day, "\n\n".join(lines)


class News:
    """A server of a feed and of the articles it lists; there is one more every 1 / ``rate`` seconds."""

    def __init__(self, rate: float) -> None:
        self.begun, self.rate = time.monotonic(), rate
        news = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body, media = news.answer(self.path)
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", media)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Keep still."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def count(self) -> int:
        """How many articles there are by now."""
        return 1 + int((time.monotonic() - self.begun) * self.rate)

    def answer(self, path: str) -> tuple[bytes, str]:
        """Return what a path gives, and its type; nothing for an unknown one."""
        if path == "/feed":
            now = self.count
            items = "".join(map(self._item, range(max(now - LISTED, 0), now)))
            text = f"<rss version='2.0'><channel><title>Soak</title>{items}</channel></rss>"
            return text.encode(), "application/rss+xml"
        found = re.fullmatch(r"/([0-9]{1,9})\.html", path)
        if found is None:
            return b"", "text/plain"
        title, day, text = article(int(found[1]))
        paragraphs = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n\n"))
        head = f"<title>{escape(title)}</title><meta property='article:published_time' content='{day}'>"
        page = f"<html><head>{head}</head><body><article>{paragraphs}</article></body></html>"
        return page.encode(), "text/html"

    def _item(self, number: int) -> str:
        title, day, _ = article(number)
        link = f"{self.address}/{number}.html"
        return f"<item><title>{escape(title)}</title><link>{link}</link><pubDate>{day}</pubDate></item>"


def soak(store: Path, *, seconds: float, rate: float, every: float, asks: float) -> Figures:
    """Run it all for so long; ``every`` seconds a build, ``asks`` queries a second."""
    found = Figures()
    news = News(rate)
    ours = [sys.executable, "-P", "-c", "from kgraph.cli import main; main()"]
    wanted = ["build", f"{news.address}/feed", "--feed", "--allow-private", "--store", str(store)]
    ends = time.monotonic() + seconds
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(store.with_name(f"{store.name}.log").open("w", encoding="utf-8"))
        building = stack.enter_context(_running([*ours, *wanted, "--every", str(every)], log))
        while not any(store.glob("published/[0-9]*")):  # the first build; there is nothing to serve before
            if building.poll() is not None:
                raise RuntimeError(f"the build ended; see {log.name}")
            time.sleep(0.2)
        serving = stack.enter_context(
            _running([*ours, "serve", "--store", str(store), "--port", "0"], subprocess.PIPE)
        )
        port = _port(serving)
        begun = time.monotonic()
        turn, sampled = 0, 0.0
        while time.monotonic() < ends:
            now = time.monotonic()
            for process in (building, serving):
                if process.poll() is not None:
                    raise RuntimeError(f"{process.args!r} ended; see {log.name}")
            _ask(port, QUERIES[turn % len(QUERIES)], found, now - begun, is_count=turn % len(QUERIES) == 0)
            turn += 1
            if now - sampled >= 5:
                sampled = now
                _sample(found, now - begun, {"build": building.pid, "serve": serving.pid})
            time.sleep(max(now + 1 / asks - time.monotonic(), 0))
    return found


@contextlib.contextmanager
def _running(command: Sequence[str], stderr: Any) -> Iterator[subprocess.Popen[str]]:
    """Run a command until the end, then interrupt it as a user would."""
    log = subprocess.DEVNULL if stderr is subprocess.PIPE else stderr
    with subprocess.Popen(command, stdout=log, stderr=stderr, text=True) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()


def _port(process: subprocess.Popen[str]) -> int:
    said = ""
    for line in process.stderr or ():
        said += line
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if found:
            return int(found[1])
    raise RuntimeError(f"nothing is served: {said}")


def _ask(port: int, query: str, found: Figures, when: float, *, is_count: bool) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    began = time.perf_counter()
    try:
        connection.request(
            "GET", f"/sparql?query={quote(query)}", headers={"Accept": "application/sparql-results+json"}
        )
        reply = connection.getresponse()
        body = reply.read()
    except OSError as error:
        found.failures.append(f"{when:.0f} s: {error}")
        return
    finally:
        connection.close()
    found.answers.append((when, time.perf_counter() - began))
    if reply.status != 200:
        found.failures.append(f"{when:.0f} s: {reply.status} {body.decode(errors='replace').strip()[:200]}")
    elif is_count:
        found.counts.append(int(json.loads(body)["results"]["bindings"][0]["n"]["value"]))


def _sample(found: Figures, when: float, processes: dict[str, int]) -> None:
    """Note memory and open files of the processes, and of those they started."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    for name, pid in processes.items():
        family = {pid} | {child for child, parent in parents.items() if parent == pid}
        memory, files = 0.0, 0
        for member in family:
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{member}/status").read_text()
                resident = re.search(r"RssAnon:\s*(\d+)", status)
                memory += int(resident[1]) / 1024 if resident else 0
                files += len(os.listdir(f"/proc/{member}/fd"))  # noqa: PTH208 - only how many
        found.used.append((when, name, memory, files))


def _report(found: Figures, made: int) -> bool:
    """Write what was found; whether all of it is as it should be."""
    write = sys.stdout.write
    good = not found.failures
    for name in ("build", "serve"):
        rows = [row for row in found.used if row[1] == name]
        step = max(len(rows) // 12, 1)
        write(f"{name}: seconds, MB, open files\n")
        for when, _, memory, files in rows[::step]:
            write(f"  {when:7.0f} {memory:8.0f} {files:6}\n")
        third = len(rows) // 3
        for label, column in (("memory", _MEMORY), ("open files", _FILES)):
            middle, last = (
                statistics.median([float(row[column]) for row in part] or [0.0])
                for part in (rows[third : 2 * third], rows[2 * third :])
            )
            grown = last / middle if middle else 1.0
            good = good and grown <= GROWTH
            write(f"  {label}: last third to the middle one {grown:.2f}\n")
    times = sorted(seconds for _, seconds in found.answers)
    if times:
        p50, p95 = (times[int(len(times) * part)] for part in (0.5, 0.95))
        good = good and p95 < SLOW
        write(
            f"{len(times)} answers: p50 {1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms, "
            f"longest {1000 * times[-1]:.0f} ms; {len(found.failures)} failures\n"
        )
    for line in found.failures[:5]:
        write(f"  {line}\n")
    seen = found.counts[-1] if found.counts else 0
    write(f"{made} articles were there, the reader saw {seen} at the end\n")
    return good and found.counts == sorted(found.counts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and report; 1 where something is not as it should be."""
    parser = argparse.ArgumentParser(prog="kgraph.evaluate.soak", description="Hours of news.")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--rate", type=float, default=1, help="new articles a second")
    parser.add_argument("--every", type=float, default=15, help="seconds from build to build")
    parser.add_argument("--asks", type=float, default=4, help="queries a second")
    parser.add_argument("--store", type=Path, required=True, help="a folder that is not there yet")
    given = parser.parse_args(arguments)
    if given.store.exists():
        sys.stderr.write(f"{given.store}: is there already; name a new folder\n")
        return 2
    found = soak(given.store, seconds=given.seconds, rate=given.rate, every=given.every, asks=given.asks)
    return 0 if _report(found, 1 + int(given.seconds * given.rate)) else 1


if __name__ == "__main__":
    sys.exit(main())
