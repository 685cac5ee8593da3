"""Slack's file object (https://docs.slack.dev/reference/objects/file-object)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from sandbox.slack.model import File, Json
from sandbox.slack.schema import Problems, report
from sandbox.slack.world import World

# Extension → MIME type and Slack's name of the type
KINDS: dict[str, tuple[str, str]] = {
    "csv": ("text/csv", "CSV"),
    "gif": ("image/gif", "GIF"),
    "ics": ("text/calendar", "iCalendar"),
    "jpeg": ("image/jpeg", "JPEG"),
    "jpg": ("image/jpeg", "JPEG"),
    "json": ("application/json", "JSON"),
    "pdf": ("application/pdf", "PDF"),
    "png": ("image/png", "PNG"),
    "txt": ("text/plain", "Plain Text"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel Spreadsheet"),
}
UNKNOWN = ("application/octet-stream", "Binary")
KIND_OF_PLACE = {"shared": "public", "mpim": "private"}  # as in a file object
PICTURES = {"image/gif", "image/jpeg", "image/png"}


def mimetype(file: File) -> str:
    """MIME type by the file name."""
    return KINDS.get(file.extension, UNKNOWN)[0]


def to_json(world: World, file: File) -> Json:
    """A file as Slack's file object."""
    if file.state == "deleted":
        return {"id": file.id, "mode": "tombstone"}
    place = f"{world.url}/files-pri/{world.team['id']}-{file.id}"
    name = quote(file.name, safe="")
    sent: Json = {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": mimetype(file),
        "filetype": file.snippet_type or (file.extension if file.extension in KINDS else "binary"),
        "pretty_type": KINDS.get(file.extension, UNKNOWN)[1],
        "user": file.user,
        "user_team": world.people[file.user].team_id,
        "editable": bool(file.snippet_type),
        "size": file.size,
        "mode": "snippet" if file.snippet_type else "hosted",
        "is_external": False,
        "external_type": "",
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{place}/{name}",
        "url_private_download": f"{place}/download/{name}",
        "permalink": f"https://{world.team['domain']}.slack.com/files/{file.user}/{file.id}/{name}",
        "file_access": "visible",
        **_places(world, file),
    }
    return sent | ({"alt_txt": file.alt_text} if file.alt_text else {})


def picture_problems(world: World, inside: Any, at: str) -> Problems:
    """Report every `slack_file` in blocks that is not an image in the workspace."""
    problems: Problems = []
    if isinstance(inside, list):
        for index, one in enumerate(inside):
            problems += picture_problems(world, one, f"{at}/{index}")
    elif isinstance(inside, dict):
        for key, one in inside.items():
            if key == "slack_file" and not _is_picture(world, one):
                report(problems, "invalid slack file", f"{at}/{key}")
            problems += picture_problems(world, one, f"{at}/{key}")
    return problems


def _is_picture(world: World, source: Any) -> bool:
    """Look a `slack_file` up by its id or its private URL."""
    named = str(source.get("id") or "") if isinstance(source, dict) else ""
    if not named and isinstance(source, dict) and (found := re.search(r"-(F\w+)/", str(source.get("url")))):
        named = found[1]
    file = world.files.get(named)
    return file is not None and file.state == "kept" and mimetype(file) in PICTURES


def _places(world: World, file: File) -> Json:
    by_kind: dict[str, list[str]] = {"public": [], "private": [], "dm": []}
    shares: dict[str, dict[str, list[Json]]] = {}
    for channel_id, ts in file.shares:
        kind: str = world.channels[channel_id].kind
        kind = KIND_OF_PLACE.get(kind, kind)
        by_kind[kind].append(channel_id)
        openness = "public" if kind == "public" else "private"
        shares.setdefault(openness, {}).setdefault(channel_id, []).append({"ts": ts})
    return {
        "is_public": bool(by_kind["public"]),
        "channels": by_kind["public"],
        "groups": by_kind["private"],
        "ims": by_kind["dm"],
        "shares": shares,
    }
