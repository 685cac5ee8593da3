"""The scopes that the Zoom app needs, by operation: the granular name, and the classic one that includes it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.providers.zoom.operations import without_names


@dataclass(frozen=True)
class AppScope:
    """A permission of the app. A server-to-server app has those that end in `:admin`."""

    granular: str
    classic: str

    def is_in(self, granted: Collection[str]) -> bool:
        """Whether an app with these scopes may call the operation."""
        return self.granular in granted or self.classic in granted


def _of_events(kind: str) -> dict[tuple[str, str], AppScope]:
    """The scopes of the operations that meetings and webinars share."""
    read, write = f"{kind}:read:admin", f"{kind}:write:admin"
    many, one = f"/users/{{}}/{kind}s", f"/{kind}s/{{}}"
    rows = (
        ("GET", many, f"read:list_{kind}s", read),
        ("POST", many, f"write:{kind}", write),
        ("GET", one, f"read:{kind}", read),
        ("PATCH", one, f"update:{kind}", write),
        ("DELETE", one, f"delete:{kind}", write),
        ("GET", f"{one}/registrants", "read:list_registrants", read),
        ("POST", f"{one}/registrants", "write:registrant", write),
        ("POST", f"{one}/batch_registrants", "write:batch_registrants", write),
        ("PUT", f"{one}/registrants/status", "update:registrant_status", write),
        ("GET", f"{one}/registrants/{{}}", "read:registrant", read),
        ("DELETE", f"{one}/registrants/{{}}", "delete:registrant", write),
        ("GET", f"{one}/registrants/questions", "read:list_registration_questions", read),
        ("GET", f"/past_{kind}s/{{}}/participants", "read:list_past_participants", read),
    )
    return {(method, path): AppScope(f"{kind}:{name}:admin", classic) for method, path, name, classic in rows}


_READ, _WRITE, _REPORT = "webinar:read:admin", "webinar:write:admin", "report:read:admin"
SCOPES: Mapping[tuple[str, str], AppScope] = {
    ("GET", "/users"): AppScope("user:read:list_users:admin", "user:read:admin"),
    ("GET", "/users/{}"): AppScope("user:read:user:admin", "user:read:admin"),
    **_of_events("meeting"),
    **_of_events("webinar"),
    ("GET", "/meetings/{}/recordings"): AppScope(
        "cloud_recording:read:list_recording_files:admin", "recording:read:admin"
    ),
    ("GET", "/webinars/{}/panelists"): AppScope("webinar:read:list_panelists:admin", _READ),
    ("POST", "/webinars/{}/panelists"): AppScope("webinar:write:panelist:admin", _WRITE),
    ("DELETE", "/webinars/{}/panelists/{}"): AppScope("webinar:delete:panelist:admin", _WRITE),
    ("GET", "/webinars/{}/tracking_sources"): AppScope("webinar:read:list_tracking_sources:admin", _READ),
    ("GET", "/report/meetings/{}/participants"): AppScope("report:read:list_meeting_participants:admin", _REPORT),
    ("GET", "/report/webinars/{}/participants"): AppScope("report:read:list_webinar_participants:admin", _REPORT),
    ("GET", "/report/webinars/{}"): AppScope("report:read:webinar:admin", _REPORT),
}
"""The scope of each operation, by method and path without the names of its placeholders."""


def scope_of(method: str, path: str) -> AppScope | None:
    """The scope that an operation needs; `None` if it needs none, or is not known."""
    return SCOPES.get((method, without_names(path)))


def missing_scopes(granted: Collection[str], needed: Collection[AppScope] = tuple(SCOPES.values())) -> list[AppScope]:
    """The scopes that an app with `granted` lacks, in the order of the table, each once."""
    return [one for one in dict.fromkeys(needed) if not one.is_in(granted)]
