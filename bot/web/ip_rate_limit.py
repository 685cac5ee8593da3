"""Limit the forms per client IP address, so that one client cannot fill the queue for everybody else."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from bot.clock import monotonic
from bot.concurrency import SlidingWindow

MAX_FORMS = 20
"""Forms per client and `WINDOW`: the number of people registered in that time. An office behind one address is not
slowed down, and no single address makes the queue longer."""
WINDOW = 600.0
MAX_CLIENTS = 10_000
"""Clients to remember; beyond that, the least recent are dropped."""
TRUSTED_NETWORKS = [
    ip_network(network)
    for network in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10")
]
"""Where a trusted reverse proxy may run: on this host, or in its private network."""


class IpRateLimit:
    """A sliding window per client, in the memory of this process."""

    def __init__(self, monotonic: Callable[[], float] = monotonic) -> None:
        """Start without clients."""
        self._monotonic = monotonic
        self._windows: dict[str, SlidingWindow] = {}

    def acquire(self, client: str) -> float:
        """Count a form and return 0, or return the seconds until the next one is allowed."""
        now = self._monotonic()
        window = self._windows.pop(client, None) or SlidingWindow(MAX_FORMS, WINDOW)
        wait = window.wait(now)
        if not wait:
            window.add(now)
        self._windows[client] = window  # reinsert at the end: the first entry is the least recent client
        while len(self._windows) > MAX_CLIENTS:
            del self._windows[next(iter(self._windows))]
        return wait


def client_of(remote: str, forwarded_for: str) -> str:
    """The client address of a request, or the address that a trusted proxy reports.

    `X-Forwarded-For` is trusted only from this host or a private network, and only its last entry: a client can write
    the others. IPv6 addresses are grouped by their first 64 bits, because one household has all 2^64 of them.
    """
    try:
        address = _address(remote)
        if forwarded_for.strip() and any(address in network for network in TRUSTED_NETWORKS):
            address = _address(forwarded_for.rpartition(",")[2].strip())
    except ValueError:
        return remote
    return str(IPv6Address(int(address) >> 64 << 64)) if isinstance(address, IPv6Address) else str(address)


def _address(text: str) -> IPv4Address | IPv6Address:
    address = ip_address(text)
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
