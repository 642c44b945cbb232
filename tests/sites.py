"""A server on this machine that does what servers should not, and what is read from it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from typing import Any

import pytest

from kgraph.fetch import FetchError, Limits, Web, get
from kgraph.model import Article, Problem
from kgraph.read import read_sources

HERE = Limits(seconds=5, patience=2, allow_private=True, size=1 << 20)
TALK = "The navy of Norland opened a repair yard at Kestrel Bay on Monday, its commander told reporters."
PAGE = f"<html><head><title>Yard opened</title></head><body><article><p>{TALK}</p></article></body></html>"
needs_feedparser = pytest.mark.skipif(find_spec("feedparser") is None, reason="needs feedparser")

Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A server on this machine; ``answers`` says what each path gives, ``asked`` what was asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.hosts: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.hosts.append(self.headers["Host"])
                site.answers.get(self.path, status(404))(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # clients leave when they have enough

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=partial(self.server.serve_forever, 0.02), daemon=True).start()

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def give(self, path: str, body: bytes | str, media: str = "text/html", **headers: str) -> str:
        """Answer a path with a body; returns its address."""
        data = body.encode() if isinstance(body, str) else body

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Type", media)
            handler.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(data)

        self.answers[path] = answer
        return self.url(path)


@contextmanager
def running() -> Iterator[Site]:
    """A site, as long as it is needed."""
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


def status(code: int, **headers: str) -> Answer:
    """Return what answers with a status code."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()

    return answer


def failure(url: str, limits: Limits = HERE, **options: Any) -> str:
    """Return the one line that a URL ends in."""
    with pytest.raises(FetchError) as caught:
        get(url, limits=limits, sleep=lambda seconds: None, **options)
    line = str(caught.value)
    assert line.isprintable()
    assert "; " in line
    return line


def found(
    *paths: str, web: Web | None = None, limits: Limits = HERE, feed: bool = False, feed_text: bool = False
) -> tuple[list[Article], list[str]]:
    """Return the articles at URLs and in feeds, and the problems as lines."""
    problems: list[Problem] = []
    web = web or Web(limits=limits, feed=feed, feed_text=feed_text)
    articles = list(read_sources(web.sources(paths, on_problem=problems.append), on_problem=problems.append))
    assert all(str(problem).isprintable() for problem in problems)
    return articles, [str(problem) for problem in problems]
