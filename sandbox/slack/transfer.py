"""Upload and download of file contents, beside the Web API."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web
from aiohttp.web_request import FileField

from sandbox.slack import file_objects, uploads
from sandbox.slack.errors import SlackError
from sandbox.slack.model import File, Json
from sandbox.slack.world import World

UPLOAD, DOWNLOAD = "upload", "download"  # names for the call log and for faults
SIGN_IN = "<!doctype html><title>Sign in</title><h1>Sign in to your workspace</h1>"


async def read_upload(request: web.Request) -> bytes:
    """The uploaded bytes: the body, or the first file of a form."""
    if request.content_type != "multipart/form-data":
        return await request.read()
    for part in (await request.post()).values():
        if isinstance(part, FileField):
            return part.file.read()
    return b""


def store_upload(world: World, request: web.Request, content: bytes) -> Json:
    """Store the bytes of a reserved file."""
    place = request.match_info
    file = uploads.receive(world, place["file"], place["secret"], content)
    return {"ok": True, "text": f"OK - {file.size}"}


def get_download(world: World, request: web.Request, *, allowed: bool) -> Json:
    """The file at a private URL; SlackError if unknown or not allowed."""
    if not allowed:
        raise SlackError("not_authed")
    return {"ok": True, "file": uploads.get(world, request.match_info["file"])}


def refusal_status(code: str) -> int:
    """The HTTP status of a refusal; without permission, a redirect to the sign-in page."""
    return {"not_authed": 302, "file_not_found": 404, "file_deleted": 404}.get(code, 400)


def file_response(file: File, *, inline: bool = False) -> web.Response:
    """A file as an attachment, or inline if it is an image."""
    how = "inline" if inline and file_objects.mimetype(file) in file_objects.PICTURES else "attachment"
    headers = {
        "Content-Type": file_objects.mimetype(file),
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(file.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600",
    }
    return web.Response(body=file.content, headers=headers)


async def sign_in(_request: web.Request) -> web.StreamResponse:
    """The sign-in page: status 200, but not the file."""
    return web.Response(text=SIGN_IN, content_type="text/html")
