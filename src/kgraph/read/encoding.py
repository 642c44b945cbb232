"""Bytes to text: UTF-8, UTF-16 and UTF-32 with a byte order mark, else the likeliest older encoding."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO

from kgraph.errors import ReadError
from kgraph.read.source import Source, megabytes

# UTF-32 comes first: its little-endian mark begins with that of UTF-16.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LONGEST_LINE = 50_000_000
"""Bytes of one line, which is one article."""
_SAMPLE = 32_768  # characters or bytes that are enough to judge by; keeps a 5 MB file quick
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WESTERN_MARKS = frozenset("“”‘’„‚–—…•€£©®°·«»§¿¡™\xa0")
_FOREIGN_RUN = re.compile("[À-ÿŒœŠšŽžŸ]{3}")  # three in a row is Cyrillic or Greek seen through cp1252


def decode(data: bytes) -> str:
    """Text of a whole file, newlines as they are, without its byte order mark.

    Raises ReadError where the bytes are no plausible text.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return _plausible(data.decode(codec, errors="replace"))
    if b"\0" in data:
        raise ReadError("is not text")
    try:
        return _plausible(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        codec = _older(data, error.start)
    return _plausible(data.decode(codec, errors="replace"))


def detect(start: bytes) -> str:
    """Name the codec of a file by its first bytes. Raises ReadError where they are no plausible text."""
    for mark, codec in _BOMS:
        if start.startswith(mark):
            return codec
    if b"\0" in start:
        raise ReadError("is not text")
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        _plausible(decoder.decode(start))
    except UnicodeDecodeError as error:
        codec = _older(start, error.start)
        _plausible(start.decode(codec, errors="replace"))
        return codec
    return "utf-8"


def lines(source: Source) -> Iterator[tuple[int, str | ReadError]]:
    """(line number from 1, text) of each line that is not blank; an error where it is no text, or too long.

    Only the newline ends a line: U+2028 or a form feed inside a JSON string does not. Sources in UTF-8
    and older encodings are streamed, with lines of at most LONGEST_LINE bytes. Raises OSError, and ReadError
    where the first line is not text.
    """
    with source.open() as handle:
        start = handle.read(_SAMPLE)
        if any(start.startswith(mark) for mark, codec in _BOMS if codec != "utf-8-sig"):
            rest = handle.read(LONGEST_LINE)
            if len(rest) == LONGEST_LINE:
                raise ReadError(f"is larger than {megabytes(LONGEST_LINE)} in UTF-16 or UTF-32")
            for number, text in enumerate(decode(start + rest).split("\n"), start=1):
                if text.strip():
                    yield number, text
            return
    if len(start) - len(start.translate(None, _CONTROLS)) > len(start) // 20:
        raise ReadError("is not text")  # once for a binary file, not once for each of its lines
    seen = False
    with source.open() as handle:
        for number, raw in enumerate(_bounded_lines(handle), start=1):
            if raw is None:
                yield number, ReadError(f"is longer than {megabytes(LONGEST_LINE)}")
            elif raw.strip():
                line: str | ReadError
                try:
                    line = decode(raw.rstrip(b"\r\n"))
                except ReadError as error:
                    if not seen:
                        raise
                    line = error
                yield number, line
            seen = seen or raw is None or bool(raw.strip())


def _bounded_lines(handle: BinaryIO) -> Iterator[bytes | None]:
    """Yield the lines of a file; None for one that is too long, of which no more than a piece is held."""
    while raw := handle.readline(LONGEST_LINE):
        if len(raw) < LONGEST_LINE or raw.endswith(b"\n"):
            yield raw
            continue
        while raw and not raw.endswith(b"\n"):
            raw = handle.readline(LONGEST_LINE)
        yield None


def without_surrogates(text: str) -> str:
    """Replace each lone surrogate, which no file can hold, by one U+FFFD; offsets stay the same."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _plausible(text: str) -> str:
    """Return the text itself; raise ReadError where too much of it is no character of any script."""
    sample = text[:_SAMPLE]
    strange = sum(
        char == "\ufffd"
        or unicodedata.category(char) in {"Cn", "Co"}
        or (char < " " and char not in "\t\n\r\f")
        for char in sample
    )
    if strange > max(8, len(sample) // 10):
        raise ReadError("is not text")
    return text


def _older(data: bytes, position: int) -> str:
    """Name the encoding of bytes that are not valid UTF-8 at ``position``."""
    sample = _around(data, position)
    lenient = sample.decode("utf-8", errors="replace")
    broken = lenient.count("\ufffd")
    if sum(char > "\x7f" for char in lenient) >= 5 * broken:
        return "utf-8"  # well-formed UTF-8 sequences do not happen by chance: a few bytes are damaged
    if _western(sample):
        return "cp1252"
    from charset_normalizer import from_bytes  # slow to import, and few files need it

    best = from_bytes(sample).best()
    if best is None:
        raise ReadError("is not text")
    return best.encoding


def _around(data: bytes, position: int) -> bytes:
    """Cut a piece of the bytes around a position at white space, so that no character is split."""
    begin, end = max(0, position - _SAMPLE), min(len(data), position + _SAMPLE)
    if begin > 0:
        space = max(data.find(b" ", begin, position), data.find(b"\n", begin, position))
        begin = space if space >= 0 else position
    if end < len(data):
        space = max(data.rfind(b" ", position, end), data.rfind(b"\n", position, end))
        end = space if space >= 0 else end
    return data[begin:end]


def _western(sample: bytes) -> bool:
    """Tell whether bytes read as English with a few quotes, dashes and accents of Windows-1252.

    charset-normalizer often calls such text cp1250, which turns the ñ of a name into ń.
    """
    if sum(byte > 0x7F for byte in sample) > max(8, len(sample) // 20):
        return False
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    fits = all(char < "\x80" or char in _WESTERN_MARKS or char.isalpha() for char in text)
    return fits and _FOREIGN_RUN.search(text) is None
