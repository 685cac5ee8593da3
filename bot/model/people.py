"""Workspaces, accounts and people, and the base class of all model values."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """A value: immutable, compared by content, without extra fields. The base class of the whole model."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Workspace(Frozen):
    """A Slack team, or a team inside a Grid organization (`enterprise_id`, otherwise empty)."""

    team_id: str
    enterprise_id: str = ""


class Account(Frozen):
    """A workspace's connection to a webinar provider. `name` distinguishes connections to the same provider."""

    workspace: Workspace
    provider: str
    name: str = "service"


class Person(Frozen):
    """A Slack user who uses Greenroom, as returned by `users.info`."""

    workspace: Workspace
    user_id: str
    name: str
    time_zone: str = "UTC"
    locale: str = ""
    email: str = Field(default="", repr=False)
    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    """As in the profile, or split from the full name; empty if it is not known."""
    is_admin: bool = False
    is_guest: bool = False
    is_stranger: bool = False
    """From another organization, through Slack Connect. Slack's name for it."""
    is_bot: bool = False
    is_deactivated: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """Their time zone; UTC if this machine does not know it."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")


class Coworker(Frozen):
    """A person in the company's directory at the provider. A coworker can be made a host."""

    user_id: str
    account_id: str
    name: str
    email: str = Field(repr=False)


class ServiceUser(Frozen):
    """The user at the provider that Greenroom works as."""

    user_id: str
    account_id: str
    name: str
    may_choose_host: bool
    """Whether the user is an administrator, who can make a coworker the host and list the company's sessions."""
