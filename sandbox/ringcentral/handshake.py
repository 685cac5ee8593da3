"""The call with which RingCentral checks an address before it delivers anything there."""

from __future__ import annotations

import secrets

import aiohttp

from sandbox.ringcentral.responses import ApiError, invalid

HEADER = "Validation-Token"
MAX_ANSWER = 1024
"""Bytes of headers and body together."""
OK = 200


async def check_address(address: str, patience: float) -> None:
    """Call the address as the guide describes, over HTTP too, which RingCentral itself refuses.

    ApiError 400: SUB-524 for its certificate, CMN-101 if it is unreachable, SUB-525 for another answer, or none within
    `patience` machine seconds.
    """
    token = secrets.token_urlsafe(24)
    timeout = aiohttp.ClientTimeout(total=patience)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.post(address, headers={HEADER: token}, allow_redirects=False) as answer,
        ):
            body = await answer.content.read(MAX_ANSWER + 1)
            is_right = (
                answer.status == OK
                and answer.headers.get(HEADER) == token
                and answer.content_type == "application/json"
                and _size(answer, body) <= MAX_ANSWER
            )
    except TimeoutError as error:
        raise _refused() from error
    except aiohttp.ClientSSLError as error:
        raise ApiError(400, "SUB-524", "WebHook certificate is not accepted", "deliveryMode.address") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise invalid("deliveryMode.address") from error
    if not is_right:
        raise _refused()


async def is_alive(address: str, patience: float) -> bool:
    """Whether the address passes the check now."""
    try:
        await check_address(address, patience)
    except ApiError:
        return False
    return True


def _size(answer: aiohttp.ClientResponse, body: bytes) -> int:
    status_line = len(f"HTTP/1.1 {answer.status} {answer.reason}\r\n")
    return status_line + sum(len(name) + len(value) + 4 for name, value in answer.raw_headers) + 2 + len(body)


def _refused() -> ApiError:
    return ApiError(400, "SUB-525", "WebHook response is not accepted", "deliveryMode.address")
