"""Invitees and registrants of a session, as stored and as a caller can write them."""

from __future__ import annotations

import re
from datetime import datetime
from ipaddress import IPv4Address
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, TypeAdapter, ValidationError

from sandbox.ringcentral.wire import Uri, Wire

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
NAME_LENGTH, EMAIL_LENGTH = 64, 256

Role = Literal["Panelist", "CoHost", "Host", "Attendee"]
Kind = Literal["User", "Room"]


def _email(value: str) -> str:
    if not EMAIL.fullmatch(value):
        raise ValueError("not an email address")
    return value


def _ipv4(value: str) -> str:
    return str(IPv4Address(value))


Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH)]
Email = Annotated[str, Field(max_length=EMAIL_LENGTH), AfterValidator(_email)]
Ipv4 = Annotated[str, AfterValidator(_ipv4)]
OwnUri = Annotated[Uri, Field(min_length=5, max_length=256)]


class LinkedUser(Wire):
    """A coworker, by extension id."""

    user_id: Annotated[str, Field(max_length=256)]
    account_id: Annotated[str, Field(max_length=256)]
    domain: Literal["pbx", "ilm"]


class ChosenAnswer(Wire):
    """FixedAnswerModel: answers chosen from those a question offers."""

    question_id: str
    answer_ids: Annotated[list[str], Field(min_length=1)]


class WrittenAnswer(Wire):
    """VariableAnswerModel: an answer as free text."""

    question_id: str
    answer_text: str


ANSWER: TypeAdapter[ChosenAnswer | WrittenAnswer] = TypeAdapter(ChosenAnswer | WrittenAnswer)


def _answers(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    try:
        return [ANSWER.validate_python(one).model_dump(by_alias=True) for one in given]
    except ValidationError as problem:  # which of the two kinds was meant is unknown
        raise ValueError("not answers") from problem


Questionnaire = Annotated[list[dict[str, Any]], AfterValidator(_answers)]


class NewInvitee(Wire):
    """AddInviteeRequest: a coworker by `linkedUser`, or an outside person by name and address."""

    first_name: Name | None = None
    last_name: Name | None = None
    email: Email | None = None
    job_title: Annotated[str, Field(max_length=NAME_LENGTH)] = ""
    linked_user: LinkedUser | None = None
    role: Role
    type: Kind = "User"
    send_invite: bool = True


class InviteeChange(Wire):
    """UpdateInviteeRequest; omitted fields stay unchanged."""

    first_name: Name | None = None
    last_name: Name | None = None
    email: Email | None = None
    job_title: Annotated[str, Field(max_length=NAME_LENGTH)] | None = None
    role: Role
    type: Kind | None = None
    send_invite: bool | None = None


class InviteeId(Wire):
    """RcwResourceIdModel of an existing invitee."""

    id: Annotated[str, Field(min_length=1, max_length=20)]


class NewRegistrant(Wire):
    """The writable part of RegistrantBaseModelWithQuestionnaire."""

    first_name: Name
    last_name: Name
    email: Email
    visitor_id: str = ""
    external_id: str = ""
    ip_address: Ipv4 = ""
    source: str = ""
    participant_id: str = ""
    questionnaire: Questionnaire = Field(default_factory=list)


class OwnLinks(Wire):
    """Links that the guide lets a caller set and the reference calls read-only."""

    join_uri: OwnUri = ""
    cancellation_uri: OwnUri = ""


class Invitee(BaseModel):
    """A co-host or panelist; `token` is the secret part of the join link, `phone_code` the dial-in code."""

    id: str
    created: datetime
    modified: datetime
    first_name: str
    last_name: str = ""
    email: str = ""
    job_title: str = ""
    user_id: str = ""  # the extension id of a coworker
    role: Role
    type: Kind = "User"
    send_invite: bool = True
    token: str
    phone_code: str


class Registrant(BaseModel):
    """A registrant; `token` is the secret part of the join and cancellation links."""

    id: str
    first_name: str
    last_name: str
    email: str
    token: str
    registered: datetime
    real: bool = True  # False: a test by the host
    post_webinar: bool = False
    visitor_id: str = ""
    external_id: str = ""
    ip_address: str = ""
    source: str = ""
    participant_id: str = ""  # set once the person attends
    questionnaire: list[dict[str, Any]] = []
    join_uri: str = ""  # set by a caller, if `Rules.keep_own_links` allows it
    cancellation_uri: str = ""
