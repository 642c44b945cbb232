"""The graph over HTTP, read-only: SPARQL 1.1 Protocol, a page to ask in and the page to look at.

    request -> protocol (what is asked, in which format) -> pool -> worker (a process of its own) -> answer

A query runs in a process that can be killed: Oxigraph itself cannot be told to stop. Needs the extra
``serve``.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kgraph import folder as folders
from kgraph import snapshot, store
from kgraph.errors import KGraphError
from kgraph.serve.pool import Limits, Pool

if TYPE_CHECKING:
    import uvicorn

__all__ = ["serve", "is_loopback", "Limits"]

HOST, PORT = "127.0.0.1", 7878
CONNECTIONS = 200
"""Connections at a time; who comes later is told 503."""


def serve(
    folder: str | Path,
    *,
    host: str = HOST,
    port: int = PORT,
    limits: Limits | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> None:
    """Serve the store in ``folder`` until the process is interrupted; port 0 takes a free one.

    ``report`` gets the address once requests are answered, and a warning where others may ask. The store may
    be written meanwhile; what a build adds is served when it has ended. Raises KGraphError in one line for a
    store that is missing or empty, a port that is taken, and where the extra is missing.
    """
    try:
        import uvicorn

        from kgraph.serve.app import make
    except ImportError as error:
        raise KGraphError(
            f"serving needs {error.name}; install it with: pip install 'kgraph[serve]'"
        ) from None
    folder = Path(folder)
    _prepare(folder)
    with _listening(host, port) as listener:
        pool = Pool(folder, limits or Limits())
        app = make(pool, title=folder.name, loopback=is_loopback(host))
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",  # requests that make no sense are answered, not told to the terminal
            access_log=False,
            server_header=False,
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=2,
        )

        def ready() -> None:
            shown = f"[{host}]" if ":" in host else host
            address = f"http://{shown}:{listener.getsockname()[1]}"
            if not is_loopback(host):
                report(
                    f"warning: {host} is not this machine alone; whoever reaches it may read all of the graph"
                )
            report(f"{folder} is served at {address}/ (queries: {address}/sparql); Ctrl-C ends it")

        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_run(uvicorn.Server(config), pool, listener, ready))


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name, which may lead anywhere
        return False


async def _run(
    server: uvicorn.Server, pool: Pool, listener: socket.socket, ready: Callable[[], None]
) -> None:
    async def close() -> None:
        """End the queries that run as soon as the server is to end; it waits for them."""
        while not server.should_exit:
            await asyncio.sleep(0.1)
        pool.close()

    closing = asyncio.create_task(close())
    try:
        await pool.start()  # a store that cannot be read is said before anyone asks
        ready()
        await server.serve(sockets=[listener])
    finally:
        closing.cancel()
        await pool.end()


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=CONNECTIONS)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).partition(" (while")[0]
        raise KGraphError(
            f"{host}:{port}: cannot be listened on: {reason}; choose another with --host and --port"
        ) from error
    with listener:
        yield listener


def _prepare(folder: Path) -> None:
    """Say what is wrong with a store, and make what a killed build left in it readable."""
    try:
        with store.open(folder):
            pass
    except folders.BusyError:
        if not snapshot.newest(folder):  # else somebody writes it, and what it held before is served
            raise
