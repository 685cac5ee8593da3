"""Reads the payload of a request from Slack and checks the parts that every listener relies on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Id = Annotated[str, Field(min_length=1, max_length=255)]
MAX_FIELDS = 100
"""The most fields of a form; a command has about fifteen."""


class MalformedPayload(Exception):
    """The payload is not what Slack sends. The text names no content."""


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class _WithId(_Part):
    id: Id


class _Option(_Part):
    value: str


class _Action(_Part):
    action_id: Id
    block_id: str = ""
    selected_option: _Option | None = None


class _State(_Part):
    values: dict[str, dict[str, dict[str, Any]]] = {}


class _View(_WithId):
    type: str
    callback_id: str
    private_metadata: str = ""
    root_view_id: str | None = None
    state: _State = _State()


class _Command(_Part):
    command: Id
    user_id: Id
    channel_id: Id
    text: str = ""
    trigger_id: str = ""
    response_url: str = ""


class _Click(_Part):
    user: _WithId
    actions: Annotated[list[_Action], Field(min_length=1)]
    channel: _WithId | None = None
    view: _View | None = None
    trigger_id: str = ""
    response_url: str = ""


class _Submission(_Part):
    user: _WithId
    view: _View
    trigger_id: str = ""


class _Typed(_Part):
    type: str


class _Event(_Part):
    event: _Typed


_SHAPES: Mapping[str, type[_Part]] = {
    "block_actions": _Click,
    "view_submission": _Submission,
    "view_closed": _Submission,
    "event_callback": _Event,
}


def read_payload(raw: bytes, content_type: str) -> dict[str, Any]:
    """The payload of a request body: of a command, an interaction or an event. Raises `MalformedPayload`.

    docs.slack.dev/interactivity/handling-user-interaction, …/implementing-slash-commands, …/apis/events-api
    """
    try:
        text = raw.decode()
        payload = json.loads(text) if content_type.startswith("application/json") else _form(text)
        if not isinstance(payload, dict):
            raise MalformedPayload("no object")
        _check(payload)
    except (ValueError, RecursionError, ValidationError) as error:
        raise MalformedPayload(type(error).__name__) from None  # its text quotes the content
    return payload


def _form(text: str) -> Any:
    fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    return json.loads(fields["payload"]) if "payload" in fields else fields


def _check(payload: Mapping[str, Any]) -> None:
    if "ssl_check" in payload:
        return
    kind = payload.get("type")
    shape = _Command if kind is None else _SHAPES.get(str(kind))
    if shape:
        shape.model_validate(payload)
    elif not isinstance(kind, str):
        raise MalformedPayload("no type")
