"""Reads what is in a file that somebody gave to a form."""

from __future__ import annotations

import aiohttp
from yarl import URL

from bot.slack.client import SlackApi, SlackRefused, SlackUnclear


async def download(slack: SlackApi, url: str, most: int) -> bytes:
    """What is in the file at this address, of so many bytes at most: docs.slack.dev/messaging/working-with-files

    Raises `SlackRefused` for an address that is not Slack's own, because our token goes along with the request.
    """
    client = slack.client
    if client.session is None or not _is_at(URL(client.base_url), URL(url)):
        raise SlackRefused("not_a_slack_file")
    headers = {"Authorization": f"Bearer {client.token}"}
    try:
        # Whoever may not read a file is sent on to a page to sign in, which is not the file.
        async with client.session.get(url, headers=headers, allow_redirects=False) as answer:
            if answer.status != 200:
                raise SlackRefused(f"file_{answer.status}")
            content = bytearray()
            async for chunk in answer.content.iter_any():
                content += chunk
                if len(content) > most:
                    raise SlackRefused("file_too_large")
            return bytes(content)
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise SlackUnclear from error


def _is_at(home: URL, there: URL) -> bool:
    is_host = there.host == home.host or (there.host or "").endswith(f".{home.host}")
    return is_host and (there.scheme, there.port) == (home.scheme, home.port)
