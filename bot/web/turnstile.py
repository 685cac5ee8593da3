"""Limits the forms that one IP address may send, so that one cannot fill the queue of all others."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from bot.clock import monotonic
from bot.concurrency import SlidingWindow

MOST = 20
"""Forms that one address may send in a `WINDOW`: as many as are registered in that time. So a whole office behind one
address gets in as fast as anybody could, and no address alone makes the line longer."""
WINDOW = 600.0
PEERS = 10_000
"""Addresses kept at once: of more, those idle longest are dropped."""
BESIDE_US = [
    ip_network(one)
    for one in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10")
]
"""Where a proxy of ours may be: on this machine, or in a private network with it."""


class Turnstile:
    """Keeps ten minutes of requests by address, in memory alone."""

    def __init__(self, monotonic: Callable[[], float] = monotonic) -> None:
        """Start without requests."""
        self._monotonic = monotonic
        self._came: dict[str, SlidingWindow] = {}

    def admit(self, peer: str) -> float:
        """Zero if this address may send now, which is counted; else the seconds until it may."""
        now = self._monotonic()
        came = self._came.pop(peer, None) or SlidingWindow(MOST, WINDOW)
        wait = came.wait(now)
        if not wait:
            came.add(now)
        self._came[peer] = came  # at the end: the first one has been idle longest
        while len(self._came) > PEERS:
            del self._came[next(iter(self._came))]
        return wait


def visitor(remote: str, forwarded_for: str) -> str:
    """Whose request it is: of the address that it came from, or that a proxy beside us says it came from.

    `X-Forwarded-For` is believed only from this machine or a private network, and only its last entry: what stands
    before that was written by whoever likes to. People at home have 2^64 addresses of the new kind, which count as one.
    """
    try:
        address = _address(remote)
        if forwarded_for.strip() and any(address in network for network in BESIDE_US):
            address = _address(forwarded_for.rpartition(",")[2].strip())
    except ValueError:
        return remote
    return str(IPv6Address(int(address) >> 64 << 64)) if isinstance(address, IPv6Address) else str(address)


def _address(text: str) -> IPv4Address | IPv6Address:
    address = ip_address(text)
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
