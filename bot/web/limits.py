"""Limits of the HTTP server: the length of a body, the time to send a request, and the number of connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.errors import SettingsError

EVENTS = "/slack/events"
MAX_BODY = 256 * 1024
"""Bytes. Slack sends at most a view of 250 KB; our own pages take less (`bot.web.pages`)."""
BODY_TIMEOUT = 10.0
HEADER_TIMEOUT = 10.0
"""Seconds in which a client must send its headers, and then its body."""
IDLE_TIMEOUT = 75.0
"""Seconds for which a connection is kept for the next request: longer than usual proxies keep theirs."""
LINGER = 3.0
"""Seconds for which the rest of a refused body is read, so that its client gets our answer."""
MAX_CONNECTIONS = 500


async def read_body(request: web.Request) -> bytes | None:
    """The body of a request, or None if it is longer than `MAX_BODY`."""
    parts: list[bytes] = []
    length = 0
    async for part in request.content.iter_any():
        length += len(part)
        if length > MAX_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


def refuse(status: int) -> web.Response:
    """An answer after which the connection is closed: the rest of the request is not read."""
    response = web.Response(status=status)
    response.force_close()
    return response


class Connections:
    """The open connections of a server. Too many of them close the oldest one on which no request is processed."""

    def __init__(
        self,
        server: Callable[[], asyncio.Protocol],
        *,
        most: int = MAX_CONNECTIONS,
        header_timeout: float = HEADER_TIMEOUT,
        idle_timeout: float = IDLE_TIMEOUT,
    ) -> None:
        """`server` makes the protocol of a connection; times are in seconds."""
        self._server = server
        self._most = most
        self.header_timeout, self.idle_timeout = header_timeout, idle_timeout
        self._open: dict[object, GuardedConnection] = {}

    def __call__(self) -> asyncio.Protocol:
        """The protocol of the next connection."""
        return GuardedConnection(self, self._server())

    def add(self, connection: GuardedConnection) -> None:
        """Count a connection; if there are too many, close an idle one, or else this one."""
        idle = (one for one in self._open.values() if not one.is_busy)
        surplus = next(idle, connection) if len(self._open) >= self._most else None
        self._open[connection.inner] = connection
        if surplus:
            surplus.close()

    def remove(self, connection: GuardedConnection) -> None:
        """Forget a connection that has ended."""
        self._open.pop(connection.inner, None)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Stop the time of the headers while a request is processed."""
        connection = self._open.get(request.protocol)
        if connection is None:
            return await handler(request)
        connection.begin()
        try:
            return await handler(request)
        finally:
            connection.end()


class GuardedConnection(asyncio.Protocol):
    """One connection: closed if its client does not send the headers of a request in time."""

    def __init__(self, owner: Connections, inner: asyncio.Protocol) -> None:
        """`inner` handles the connection."""
        self._owner, self.inner = owner, inner
        self.is_busy = False
        self._is_idle = False
        self._transport: asyncio.BaseTransport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the time for the headers."""
        self._transport = transport
        self.inner.connection_made(transport)
        self._start(self._owner.header_timeout)
        self._owner.add(self)

    def data_received(self, data: bytes) -> None:
        """Start the time for the headers of a further request."""
        if self._is_idle:
            self._is_idle = False
            self._start(self._owner.header_timeout)
        self.inner.data_received(data)

    def eof_received(self) -> bool | None:
        """The client sends nothing more."""
        return self.inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop()
        self._owner.remove(self)
        self.inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """The client reads too slowly."""
        self.inner.pause_writing()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self.inner.resume_writing()

    def begin(self) -> None:
        """The headers are complete: a request is processed."""
        self.is_busy = True
        self._stop()

    def end(self) -> None:
        """The request is answered; the connection may be used again."""
        self.is_busy, self._is_idle = False, True
        self._start(self._owner.idle_timeout)

    def close(self) -> None:
        """Close the connection."""
        if self._transport:
            self._transport.close()

    def _start(self, seconds: float) -> None:
        self._stop()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.close)

    def _stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


class GuardedSite(web.TCPSite):
    """Listens, with limited connections. Raises `SettingsError` if it cannot."""

    def __init__(self, runner: web.AppRunner, host: str, port: int, connections: Connections) -> None:
        """`connections` makes the protocols."""
        super().__init__(runner, host, port)
        self._connections = connections
        self._where = (host, port)

    async def start(self) -> None:
        """Listen."""
        await web.BaseSite.start(self)
        host, port = self._where
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._connections, host, port, backlog=128)
        except OSError as error:
            raise SettingsError(
                f"HOST {host} PORT {port} cannot be listened on: {error.strerror}. Choose another PORT."
            ) from error
