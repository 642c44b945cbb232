"""Data -> one HTML file that asks nothing of anyone."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from importlib.resources import files
from typing import Any

from kgraph.rdf import clean

# Characters that could end a script element or a line of script, all safe as \u escapes inside JSON.
_UNSAFE = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}
_PARTS = (
    *("state.js", "facts.js", "walk.js", "draw.js", "panel.js", "tables.js"),
    *("places.js", "save.js", "filters.js", "search.js", "start.js"),
)
_LARGE = 2_000_000  # characters of data; above, they are packed, and the browser unpacks them


def render(data: dict[str, Any], *, title: str) -> str:
    """Return the page as text: style, vis-network, our script and the data, each inside it.

    The Content-Security-Policy forbids every request and every script and style but these, which
    it knows by their hashes.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    text = to_json(data)
    packing = "deflate" if len(text) > _LARGE else ""
    if packing:
        text = base64.b64encode(zlib.compress(text.encode(), 6)).decode()
    network, script, style = library(), _script(), _text("page.css")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash(network)} {_hash(script)}",
            f"style-src {_hash(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True
    )
    return environment.from_string(_text("page.html.j2")).render(
        title=clean(title),
        policy=policy,
        style=Markup(style),  # noqa: S704  (ours)
        library=Markup(network),  # noqa: S704  (vis-network)
        script=Markup(script),  # noqa: S704  (ours)
        data=Markup(text),  # noqa: S704  (escaped there)
        packing=packing,
    )


def to_json(value: object) -> str:
    """Write JSON that is safe inside a script element, whatever the text in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.translate(_UNSAFE).encode("utf-8", "replace").decode("utf-8")


def library() -> str:
    """Read vis-network as it lies beside this module; how it was made stands in its head."""
    text = _text("vis-network.min.js")
    if re.search(r"</script|<!--", text, re.IGNORECASE):
        raise ValueError("vis-network.min.js cannot stand inside a page: it holds the end of a script")
    return text


def _script() -> str:
    """Read our own script: its parts one after the other, in a scope of their own."""
    parts = "\n".join(_text(name) for name in _PARTS)
    return f"(async () => {{\n'use strict';\n{parts}\n}})();\n"


def _text(name: str) -> str:
    return (files("kgraph.view") / name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _hash(text: str) -> str:
    """Return the text's source expression in a Content-Security-Policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
