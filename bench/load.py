"""Users who send `/webinar list`, in a process of their own: how long Slack would wait for each acknowledgment."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from aiohttp import web
from slack_sdk.signature import SignatureVerifier


@dataclass
class ConcurrentUsers:
    """So many users at once, each on a connection of their own; every user sends `turns` commands."""

    url: str
    secret: str
    people: int
    turns: int
    answers: bool
    """Whether each acknowledgment is followed by an answer, which the next turn waits for."""
    waited: list[float] = field(default_factory=list)
    """Seconds from the first byte of a request to the last byte of its response."""

    async def run(self) -> None:
        """Send the commands: all users at the same moment, then wait for all answers, then the next turn."""
        place = urlsplit(self.url)
        lines = [await asyncio.open_connection(place.hostname, place.port) for _ in range(self.people)]
        sink, address = await self._sink()
        for _ in range(self.turns):
            self._answered = asyncio.Semaphore(0)
            requests = [self._request(place.netloc, f"{address}/{number}") for number in range(self.people)]
            await asyncio.gather(*(self._ask(*line, one) for line, one in zip(lines, requests, strict=True)))
            for _ in range(self.people if self.answers else 0):
                await asyncio.wait_for(self._answered.acquire(), 30)
        for _, writer in lines:
            writer.close()
        await sink.cleanup()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        self.waited.append(time.perf_counter() - begun)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())

    def _request(self, host: str, response_url: str) -> bytes:
        command = {
            "token": "",
            "team_id": "T0ACME",
            "team_domain": "acme",
            "channel_id": "C0LAUNCH",
            "channel_name": "launch",
            "user_id": "U0CHLOE",
            "user_name": "chloe",
            "command": "/webinar",
            "text": "list",
            "api_app_id": "A0GREENROOM",
            "is_enterprise_install": "false",
            "response_url": response_url,
            "trigger_id": "1.2.3",
        }
        body = urlencode(command)
        stamp = str(int(time.time()))  # noqa: TID251 - Slack's signatures go by the machine's time
        head = {
            "Host": host,
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": str(len(body)),
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": SignatureVerifier(self.secret).generate_signature(timestamp=stamp, body=body) or "",
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        return f"POST /slack/events HTTP/1.1\r\n{lines}\r\n{body}".encode()

    async def _sink(self) -> tuple[web.AppRunner, str]:
        async def take(request: web.Request) -> web.Response:
            await request.read()
            self._answered.release()
            return web.Response(text="ok")

        server = web.Application()
        server.router.add_post("/{number}", take)
        runner = web.AppRunner(server, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


def main() -> None:
    """Take the parameters as JSON on the command line; print how long each request waited, in seconds."""
    users = ConcurrentUsers(**json.loads(sys.argv[1]))
    asyncio.run(users.run())
    print(json.dumps(users.waited))


if __name__ == "__main__":
    main()
