"""Workspaces, accounts, and the people Greenroom works with."""

from __future__ import annotations

from pydantic import Field

from bot.model.frozen import Frozen


class Workspace(Frozen):
    """A Slack team, or a team inside a Grid organisation (`enterprise_id`, else empty)."""

    team_id: str
    enterprise_id: str = ""


class Account(Frozen):
    """A workspace's connection to a webinar system; `name` tells one connection from another."""

    workspace: Workspace
    provider: str
    name: str = "service"


class Person(Frozen):
    """Someone in Slack who does something with Greenroom, as `users.info` tells of them."""

    workspace: Workspace
    user_id: str
    name: str
    time_zone: str = "UTC"
    locale: str = ""
    email: str = Field(default="", repr=False)
    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    """As the profile has them; empty where it does not part the name."""
    is_admin: bool = False
    is_guest: bool = False
    is_stranger: bool = False
    """From another organisation, through Slack Connect."""
    is_bot: bool = False
    is_deactivated: bool = False


class Coworker(Frozen):
    """A person of the company's RingCentral directory who can be made a host."""

    user_id: str
    account_id: str
    name: str
    email: str = Field(repr=False)


class ServiceUser(Frozen):
    """The RingCentral user whose JWT Greenroom works with."""

    user_id: str
    account_id: str
    name: str
    may_choose_host: bool
    """Whether it is an administrator, who may make a coworker the host and see the company's sessions."""
