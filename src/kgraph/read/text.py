"""Plain text and Markdown, with an optional front matter block."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kgraph.errors import ReadError
from kgraph.model import Article
from kgraph.read.encoding import decode
from kgraph.read.fields import Report, Where, article
from kgraph.read.source import Source

_KEY = re.compile(r"([A-Za-z][\w.-]*)[ \t]*:(?:[ \t]+(.*)|)", re.ASCII)
_TITLE_LENGTH = 300  # a longer first line is a paragraph, and the title is cut from it


def read_text(source: Source, name: str, report: Report) -> Iterator[tuple[int | None, Article]]:
    """Yield the article of a .txt or .md file; ``name`` is its id unless the front matter has one.

    ``text`` is the file's text with every kind of line end as one newline and without the front matter.
    A title that is the first line stays part of it: headlines carry facts. Raises OSError.
    """
    where = Where(source, report)
    try:
        content = decode(source.read()).replace("\r\n", "\n").replace("\r", "\n")
    except ReadError as error:
        where.problem(str(error), "skipped; save it as UTF-8 text or leave it out")
        return
    if not content.strip():
        where.problem("is empty", "skipped; put an article in it or leave it out")
        return
    fields, body = front_matter(content)
    if "title" not in source.stated:
        fields.setdefault("title", first_line(body, markdown=source.suffix == ".md"))
    read = article({**fields, "text": body}, default_id=name, where=where)
    if read is not None:
        yield None, read


def front_matter(content: str) -> tuple[dict[str, str], str]:
    """Fields of a block between two ``---`` lines at the start, and the text after it.

    Each line is ``key: value``; indented lines and list items continue the value above. Values are
    strings, whatever they look like: no YAML is run, so no tag or alias of it can do harm. A block
    with any other line is no front matter but text.
    """
    if not content.startswith("---"):
        return {}, content
    marks = re.finditer(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", content, re.MULTILINE)
    first, last = next(marks, None), next(marks, None)
    if first is None or first.start() != 0 or not first.group().startswith("---") or last is None:
        return {}, content
    fields: dict[str, list[str]] = {}
    key = ""
    for line in content[first.end() : last.start()].split("\n"):
        found = _KEY.fullmatch(line.rstrip())
        if found is not None:
            key = found[1].lower()
            fields[key] = [_unquoted((found[2] or "").strip())]
        elif key and line.startswith((" ", "\t", "- ")):
            # ">" and "|" announce a value that stands on the lines below.
            if fields[key][0] in {">", "|", ">-", "|-"}:
                fields[key][0] = ""
            fields[key].append(line.strip())
        elif line.strip() and not line.startswith("#"):
            return {}, content
    values = {name: " ".join(lines).strip() for name, lines in fields.items() if name != "text"}
    return values, content[last.end() :]


def first_line(text: str, *, markdown: bool = False) -> str:
    """Return the first line that has a letter or digit, at most 300 characters of it, as a title."""
    for found in re.finditer(r"[^\n]+", text):
        line = text[found.start() : min(found.end(), found.start() + _TITLE_LENGTH + 1)].strip()
        if any(char.isalnum() for char in line):
            if markdown:
                line = line.lstrip("#").strip()
            return line if len(line) <= _TITLE_LENGTH else line[:_TITLE_LENGTH].rsplit(" ", 1)[0] + " …"
    return ""


def _unquoted(value: str) -> str:
    """Take off the quotes around a value, with the escapes that such quotes need."""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return re.sub(r'\\(["\\])', r"\1", value[1:-1])
    if len(value) >= 2 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    return value
