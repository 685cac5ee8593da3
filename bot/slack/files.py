"""Downloads files that were uploaded to a form."""

from __future__ import annotations

import aiohttp
from yarl import URL

from bot.slack.client import SlackApi
from bot.slack.responses import SlackOutcomeUnknown, SlackRefused


async def download(slack: SlackApi, url: str, most: int) -> bytes:
    """Download a file of at most `most` bytes: docs.slack.dev/messaging/working-with-files

    Raises `SlackRefused` for a URL that is not Slack's, because the request carries our token.
    """
    client = slack.client
    if client.session is None or not _is_at(URL(client.base_url), URL(url)):
        raise SlackRefused("not_a_slack_file")
    headers = {"Authorization": f"Bearer {client.token}"}
    try:
        # Without permission Slack redirects to a sign-in page, which is not the file.
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
        raise SlackOutcomeUnknown from error


def _is_at(base: URL, url: URL) -> bool:
    is_host = url.host == base.host or (url.host or "").endswith(f".{base.host}")
    return is_host and (url.scheme, url.port) == (base.scheme, base.port)
