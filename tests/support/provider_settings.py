"""The settings with which a bot reaches the stand-ins of the providers."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from sandbox.ringcentral import RingCentral
from sandbox.zoom import Rules, Zoom


def without_rates() -> Rules:
    """Zoom without its limits a second; those of a day stay. New ones for each story, because stories change them."""
    return Rules(per_second=dict.fromkeys(("Light", "Medium", "Heavy"), 100_000))


def ringcentral_settings(ringcentral: RingCentral) -> dict[str, Any]:
    """The login of RingCentral."""
    return {
        "rc_server_url": ringcentral.url,
        "rc_app_client_id": ringcentral.client_id,
        "rc_app_client_secret": SecretStr(ringcentral.client_secret),
        "rc_user_jwt": SecretStr(ringcentral.jwt),
    }


def zoom_settings(zoom: Zoom) -> dict[str, Any]:
    """The login of Zoom."""
    return {name.lower(): value for name, value in zoom.environment.items()}
