"""Lines of pages to running text: columns, running heads and feet, broken words, paragraphs, title."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kgraph.read.dates import iso_date

GAP = 1.3
"""Heights of a line from which on a gap sets two pieces apart."""

_MARGIN = 0.12  # of a page's height, in which running heads and feet stand
_ENDS = 3  # lines at either end of a page that may be repeated
_PROSE = 3.5  # words of a piece from which on it is no cell of a table
_FEWEST = 3  # lines that show columns
_DIGITS = re.compile(r"[0-9]+")
_NUMBER = re.compile(
    r"(?:page |p\. ?|[-–—|] ?)?[0-9]{1,4}(?: ?(?:of|/) ?[0-9]{1,4})?(?: ?[-–—|])?", re.IGNORECASE
)
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2} [A-Za-z]{3,9} [0-9]{4}|[A-Za-z]{3,9} [0-9]{1,2}, [0-9]{4}"
)
_LETTERS = re.compile(r"[^\W\d_]*")
_BROKEN = re.compile(r"([^\W\d_]+)-$")
_SENTENCE_ENDS = (".", "!", "?", "”", "’", '"', ":", ")")
# First parts of compounds: "well-" at the end of a line keeps its hyphen.
_PREFIXES = frozenset(
    "all anti arms cease cross ex far half hard high ill long low mid multi near new non old one open post "
    "pro quasi self semi short three two ultra vice well".split()
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Words beside each other; coordinates in points from the lower left, ``size`` the height of a letter."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    row: bool = False
    """Whether it is a row of a table."""


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Lines of a page in the order of its content."""

    lines: tuple[Line, ...]
    height: float


@dataclass(frozen=True, slots=True)
class Shown:
    """What pages say."""

    text: str
    title: str
    date: str | None


def arrange(pages: Sequence[Page]) -> Shown:
    """Return the text of pages as it is to be read, the likeliest title, the one date at their margins."""
    repeated = _repeated(pages)
    margins: list[str] = []
    kept: list[list[Piece]] = []
    for page in pages:
        body: list[Line] = []
        for line in page.lines:
            text = _text(line)
            if _in_margin(line, page) and (_plain(text) in repeated or _NUMBER.fullmatch(text)):
                margins.append(text)
            else:
                body.append(line)
        kept.append(list(_in_columns(body)))
    paragraphs = list(_paragraphs([piece for page in kept for piece in page]))
    days = {iso_date(found[0]) for text in margins for found in _DATE.finditer(text[:1000])} - {None}
    date = days.pop() if len(days) == 1 else None
    title = _largest(next((page for page in kept if page), []))
    return Shown("\n\n".join(paragraphs), title, date)


def _text(line: Line) -> str:
    return " ".join(piece.text for piece in line)


def _plain(text: str) -> str:
    """Return a running head without its page number."""
    return _DIGITS.sub("#", text.casefold())


def _in_margin(line: Line, page: Page) -> bool:
    top, bottom = max(piece.top for piece in line), min(piece.bottom for piece in line)
    return bottom > page.height * (1 - _MARGIN) or top < page.height * _MARGIN


def _repeated(pages: Sequence[Page]) -> frozenset[str]:
    """Return the lines that stand in the margins of a good part of the pages, numbers made alike."""
    seen: Counter[str] = Counter()
    for page in pages:
        by_height = sorted(
            (line for line in page.lines if _in_margin(line, page)), key=lambda line: line[0].top
        )
        ends = by_height[:_ENDS] + by_height[-_ENDS:]
        seen.update({_plain(_text(line)) for line in ends})
    least = max(2, 0.4 * len(pages))  # heads of left pages differ from those of right ones
    return frozenset(text for text, times in seen.items() if times >= least)


def _in_columns(lines: Sequence[Line]) -> Iterator[Piece]:
    """Yield pieces in reading order; columns whose lines were written across are read one after the other."""
    gutter = _gutter(lines)
    if gutter is None:
        for line in lines:
            # A row of a table, or a line of widely set words.
            yield _joined(line) if len(line) > 1 else line[0]
        return
    left: list[Line] = []
    right: list[Line] = []
    for line in lines:
        before = tuple(piece for piece in line if piece.right <= gutter)
        after = tuple(piece for piece in line if piece.left >= gutter)
        if len(before) + len(after) == len(line):
            left += [before] if before else []
            right += [after] if after else []
            continue
        yield from _in_columns(left)
        yield from _in_columns(right)
        left, right = [], []
        yield _joined(line)
    yield from _in_columns(left)
    yield from _in_columns(right)


def _gutter(lines: Sequence[Line]) -> float | None:
    """Return the x that most lines with a gap have within it; None where they are no columns of prose."""
    split = [line for line in lines if len(line) > 1]
    if len(split) < _FEWEST:
        return None
    x = _commonest([(a.right, b.left) for line in split for a, b in pairwise(line)])
    inside = [line for line in split if any(a.right <= x <= b.left for a, b in pairwise(line))]
    words = [len(piece.text.split()) for line in inside for piece in line]
    crossing = sum(any(piece.left < x < piece.right for piece in line) for line in lines)
    is_prose = bool(words) and statistics.mean(words) >= _PROSE
    return x if is_prose and len(inside) >= max(_FEWEST, 0.6 * len(split), crossing) else None


def _commonest(gaps: Sequence[tuple[float, float]]) -> float:
    """Return the middle of the stretch that most gaps have in common."""
    edges = sorted([(begin, -1) for begin, _ in gaps] + [(end, 1) for _, end in gaps])
    best = depth = 0
    x = 0.0
    for (here, step), (after, _) in pairwise(edges):
        depth -= step
        if depth > best:
            best, x = depth, (here + after) / 2
    return x


def _joined(line: Line) -> Piece:
    """Return the pieces of a line as one."""
    return Piece(
        _text(line),
        min(piece.left for piece in line),
        min(piece.bottom for piece in line),
        max(piece.right for piece in line),
        max(piece.top for piece in line),
        max(piece.size for piece in line),
        row=statistics.mean(len(piece.text.split()) for piece in line) < _PROSE,
    )


def _paragraphs(pieces: Sequence[Piece]) -> Iterator[str]:
    """Join lines to paragraphs, and the parts of words that were broken at the end of a line."""
    whole = {word.strip(".,;:!?()“”\"'’").lower() for piece in pieces for word in piece.text.split()}
    leading = _leading(pieces)
    widest: dict[int, float] = {}
    for piece in pieces:  # the right edge of each column
        column = round(piece.left / 20)
        widest[column] = max(widest.get(column, 0.0), piece.right)
    paragraph: list[str] = []
    last: Piece | None = None
    for piece in pieces:
        if last is not None and _is_new(last, piece, leading, widest.get(round(last.left / 20), last.right)):
            yield _run(paragraph, whole)
            paragraph = []
        paragraph.append(piece.text)
        last = piece
    if paragraph:
        yield _run(paragraph, whole)


def _leading(pieces: Sequence[Piece]) -> float:
    """Return the usual distance of a line to the one above it."""
    steps = [a.bottom - b.bottom for a, b in pairwise(pieces) if a.bottom > b.bottom]
    return statistics.median(steps) if steps else 12.0


def _is_new(last: Piece, piece: Piece, leading: float, edge: float) -> bool:
    """Tell whether a line begins a paragraph."""
    if last.row or piece.row:
        return True
    if abs(piece.size - last.size) > 0.12 * max(piece.size, last.size):
        return True
    step = last.bottom - piece.bottom
    ends = last.text.endswith(_SENTENCE_ENDS)
    if step <= 0 or step > 4 * leading:  # the next column or page: a sentence may run on
        return ends and (edge - last.right > 2 * last.size or not last.text.endswith((".", "”")))
    if step > 1.35 * leading and step > 1.2 * last.size:
        return True
    indented = 0.6 * piece.size < piece.left - last.left < 4 * piece.size
    return ends and (indented or edge - last.right > 5 * last.size)


def _run(lines: Iterable[str], whole: set[str]) -> str:
    """Write lines as one, with words whole again; ``whole`` are the words of the text, in small letters."""
    parts: list[str] = []
    for line in lines:
        last = parts[-1] if parts else ""
        broken = _BROKEN.search(last[-80:])
        if broken is None:
            # A range goes on without a space: "2031-" / "2032".
            glued = not last or (last.endswith("-") and last[-2:-1].isalnum() and line[:1].isalnum())
            parts.append(line if glued else f" {line}")
            continue
        first, second = broken[1].lower(), _LETTERS.match(line[:80])
        rest = second[0] if second else ""
        keeps = (
            not rest[:1].islower()
            or f"{first}-{rest}" in whole
            or (first in _PREFIXES and f"{first}{rest}" not in whole)
        )
        if not keeps:
            parts[-1] = last[:-1]
        parts.append(line)
    return "".join(parts)


def _largest(pieces: Sequence[Piece]) -> str:
    """Return the lines of the largest letters, where they are larger than the rest, else the first line."""
    if not pieces:
        return ""
    usual = statistics.median(piece.size for piece in pieces)
    lettered = [piece for piece in pieces if sum(char.isalpha() for char in piece.text) > 3]
    largest = max((piece.size for piece in lettered), default=0.0)
    if largest < 1.15 * usual:
        return pieces[0].text[:300]
    begin = next(at for at, piece in enumerate(pieces) if piece in lettered and piece.size == largest)
    end = begin
    while end < len(pieces) and abs(pieces[end].size - largest) < 0.05 * largest:
        end += 1
    return " ".join(piece.text for piece in pieces[begin:end])[:300]
