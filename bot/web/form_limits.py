"""Limit the forms of one network and of one email address, so that neither can fill the queue for everybody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypeVar

from bot.clock import monotonic
from bot.concurrency import SlidingWindow

WINDOW = 600.0
MAX_OF_NETWORK = 1_000
"""Forms from one network and `WINDOW`: a mailing to 800 people of a company who all share one address."""
MAX_WHILE_CROWDED = 20
"""The same while half of the places in line are taken: no network alone can take the other half."""
MAX_OF_PERSON = 10
"""Forms with one email address for one webinar and `WINDOW`: room for double clicks and second thoughts, but not for
guessing who is registered, or for a flood of confirmations by email."""
MAX_KEYS = 10_000
"""Networks, and people, to remember; beyond that, the least recent are dropped."""
TRUSTED_NETWORKS = [
    ip_network(network)
    for network in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10")
]
"""Where a trusted reverse proxy may run: on this host, or in its private network."""


class FormLimit(StrEnum):
    """What has reached its limit."""

    NETWORK = "network"
    PERSON = "person"


@dataclass(frozen=True)
class FormRefusal:
    """A form that came too soon, and the seconds until the next one is allowed."""

    limit: FormLimit
    wait: float


class FormLimits:
    """Sliding windows in the memory of this process."""

    def __init__(self, monotonic: Callable[[], float] = monotonic) -> None:
        """Start without forms."""
        self._monotonic = monotonic
        self._networks: dict[str, SlidingWindow] = {}
        self._people: dict[tuple[str, str], SlidingWindow] = {}

    def acquire(self, network: str, session_id: str, address: str, *, is_crowded: bool = False) -> FormRefusal | None:
        """Count a form of this email address for a webinar, or say why it is refused: a refused one does not count."""
        now = self._monotonic()
        person = _recent(self._people, (session_id, address), MAX_OF_PERSON)
        here = _recent(self._networks, network, MAX_WHILE_CROWDED if is_crowded else MAX_OF_NETWORK)
        if wait := person.wait(now):
            return FormRefusal(FormLimit.PERSON, wait)
        if wait := here.wait(now):
            return FormRefusal(FormLimit.NETWORK, wait)
        person.add(now)
        here.add(now)
        return None


K = TypeVar("K")


def _recent(windows: dict[K, SlidingWindow], key: K, most: int) -> SlidingWindow:
    """The window of a key, which becomes the most recent one; beyond `MAX_KEYS` the least recent are dropped."""
    window = windows.pop(key) if key in windows else SlidingWindow(most, WINDOW)
    windows[key], window.most = window, most
    while len(windows) > MAX_KEYS:
        del windows[next(iter(windows))]
    return window


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
