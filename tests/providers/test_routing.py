"""Every method of the port reaches the provider that owns the id."""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import Any, Protocol, cast

import pytest

from bot.errors import ProviderDown, ProviderForbidden
from bot.providers.base import UPKEEP, WebinarProvider
from bot.providers.event_ref import RINGCENTRAL, ZOOM
from bot.providers.routing import RoutingProvider
from tests.support.webinar_samples import NOW

METHODS = sorted(
    name
    for part in WebinarProvider.__mro__
    if issubclass(part, Protocol)
    for name, member in vars(part).items()
    if inspect.isfunction(member) and not name.startswith("_")
)
ID_ARGUMENTS = ("session_id", "webinar_id", "recording_id")


class Recorder:
    """Stands in for an adapter: every method records its arguments, and returns what identifies this one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.calls: list[tuple[str, tuple[object, ...]]] = []
        self.error: Exception | None = None

    def __getattr__(self, method: str) -> Any:
        if method == "read_delivery":
            return lambda *given: self.calls.append((method, given))

        async def call(*given: object) -> list[str]:
            self.calls.append((method, given))
            if self.error:
                raise self.error
            return [self.name]

        return call


def pair() -> tuple[RoutingProvider, Recorder, Recorder]:
    """Both providers as one, and each of them."""
    ours, theirs = Recorder("ours"), Recorder("theirs")
    both = {RINGCENTRAL: cast("WebinarProvider", ours), ZOOM: cast("WebinarProvider", theirs)}
    return RoutingProvider(both), ours, theirs


def arguments(method: str, event_id: str) -> dict[str, object]:
    """An argument for each parameter; those that name an event are this id."""
    names = [name for name in inspect.signature(getattr(WebinarProvider, method)).parameters if name != "self"]
    return {name: event_id if name in ID_ARGUMENTS else f"the {name}" for name in names}


def test_no_method_of_the_port_is_left_out() -> None:
    """One that is only inherited from the port would do nothing."""
    assert len(METHODS) > 30
    assert [name for name in METHODS if name not in vars(RoutingProvider)] == []


async def test_what_names_an_event_goes_to_its_provider_with_all_arguments() -> None:
    """Every method of the port that has an id."""
    routed = [name for name in METHODS if {*ID_ARGUMENTS} & arguments(name, "").keys()]
    assert len(routed) > 18
    for event_id, index in (("4711", 0), ("zoom-4711", 1), ("zoom-4711-99", 1)):
        for name in routed:
            provider, *each = pair()
            given = arguments(name, event_id)
            await getattr(provider, name)(**given)
            assert each[index].calls == [(name, tuple(given.values()))]
            assert each[1 - index].calls == []


def test_a_stored_delivery_goes_to_the_provider_in_its_first_bytes() -> None:
    """Or to the first one, which marks none of its own."""
    for raw, index in ((b"zoom:{}", 1), (b"{}", 0), (b"", 0), (b"\xff:", 0)):
        provider, *each = pair()
        provider.read_delivery(raw)
        assert [one.calls for one in each][index] == [("read_delivery", (raw,))]
        assert each[1 - index].calls == []


async def test_an_event_of_a_provider_that_is_not_connected_any_more_does_not_count_as_deleted() -> None:
    """After its settings were removed: the sentence names it."""
    ours = Recorder("ours")
    provider = RoutingProvider({RINGCENTRAL: cast("WebinarProvider", ours)})

    with pytest.raises(ProviderForbidden, match="no longer connected to Zoom"):
        await provider.webinar("zoom-4711", UPKEEP)
    assert ours.calls == []


async def test_lists_hold_what_all_providers_have() -> None:
    """Recordings also if only one of them answers; what concerns nobody's event goes to the first."""
    provider, ours, theirs = pair()
    later = NOW + timedelta(hours=1)

    assert cast("list[str]", await provider.sessions(NOW, UPKEEP)) == ["ours", "theirs"]
    ours.error = ProviderDown("down")
    assert cast("list[str]", await provider.recordings(NOW, later, UPKEEP)) == ["theirs"]
    theirs.error = ProviderDown("down")
    with pytest.raises(ProviderDown):
        await provider.recordings(NOW, later, UPKEEP)
    ours.error = theirs.error = None
    await provider.coworkers(UPKEEP)
    await provider.close()

    assert [name for name, _ in ours.calls] == ["sessions", "recordings", "recordings", "coworkers", "close"]
    assert [name for name, _ in theirs.calls] == ["sessions", "recordings", "recordings", "close"]
